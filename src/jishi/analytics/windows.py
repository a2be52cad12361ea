"""Half-open windows of whole months that end with the day the question is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


SLOPE_MONTHS = 12
MONTHS_PER_YEAR = 12


def months_before(on: date, months: int) -> date:
    """The boundary `months` months before a boundary.

    Same day of the month; a month without that day puts the boundary on the first of the next month,
    so that buckets never overlap and never leave a day out. Before the first day there is, that day.

    >>> months_before(date(2026, 3, 1), 12)
    datetime.date(2025, 3, 1)
    >>> months_before(date(2026, 3, 31), 1)
    datetime.date(2026, 3, 1)
    >>> months_before(date(1, 6, 1), 12)
    datetime.date(1, 1, 1)
    """
    month_number = on.year * MONTHS_PER_YEAR + on.month - 1 - months
    year, month_index = divmod(month_number, MONTHS_PER_YEAR)
    if year < date.min.year:
        return date.min
    if on.day > 28:
        following = date(
            year + (month_index + 1) // MONTHS_PER_YEAR, (month_index + 1) % MONTHS_PER_YEAR + 1, 1
        )
        if on.day > (following - timedelta(days=1)).day:
            return following
    return date(year, month_index + 1, on.day)


@dataclass(frozen=True, slots=True)
class Window:
    """How far back a question looks: a number of months, or everything when `months` is None.

    >>> Window(12).bounds(date(2026, 11, 22))
    (datetime.date(2025, 11, 23), datetime.date(2026, 11, 23))
    """

    months: int | None = 12

    def __post_init__(self) -> None:
        if self.months is not None and not 1 <= self.months <= 600:
            raise ValueError(
                f"A window of {self.months} months cannot be used; choose 1 to 600 months, "
                "or none for the whole history."
            )

    def bounds(self, as_of: date) -> tuple[date, date]:
        """First day inside and first day after the window."""
        end = as_of + timedelta(days=1)
        start = date(1, 1, 1) if self.months is None else months_before(end, self.months)
        return start, end


@dataclass(frozen=True, slots=True)
class Question:
    """The two parameters every indicator has, with the dates that follow from them."""

    as_of: date
    window: Window

    @property
    def start_on(self) -> date:
        return self.window.bounds(self.as_of)[0]

    @property
    def end_on(self) -> date:
        """First day after the window."""
        return self.as_of + timedelta(days=1)

    @property
    def year_ago_start_on(self) -> date:
        """Start of the same window one year earlier; the whole history has none."""
        if self.window.months is None:
            return date(1, 1, 1)
        return months_before(self.end_on, self.window.months + MONTHS_PER_YEAR)

    @property
    def year_ago_end_on(self) -> date:
        """First day after the same window one year earlier; equals its start for the whole history."""
        if self.window.months is None:
            return date(1, 1, 1)
        return months_before(self.end_on, MONTHS_PER_YEAR)

    @property
    def slope_start_on(self) -> date:
        return months_before(self.end_on, SLOPE_MONTHS)

    @property
    def base_month_number(self) -> int:
        """Month number (year x 12 + month) of the boundary twelve months before the end."""
        return self.end_on.year * MONTHS_PER_YEAR + self.end_on.month - SLOPE_MONTHS
