"""Days of the demo company's three years, all counted back from `today`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import date, timedelta
from itertools import accumulate
from random import Random


HISTORY_MONTHS = 36
_SATURDAY = 5

# Sales of a month against the year's mean, in per cent: quiet at Spring Festival and in summer,
# strong before the half year and the year end.
_SEASON_PCT = (85, 55, 110, 100, 100, 118, 90, 88, 110, 92, 112, 140)


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier; the last of the month where there is no such day.

    >>> months_before(date(2028, 2, 29), 12)
    datetime.date(2027, 2, 28)
    """
    year, month_index = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month_index + 1, min(day.day, monthrange(year, month_index + 1)[1]))


def workday_on_or_before(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - _SATURDAY + 1))


class History:
    """The working days from three years ago up to and including today, weighted by season."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.begins_on = months_before(today, HISTORY_MONTHS) + timedelta(days=1)
        span = (today - self.begins_on).days + 1
        days = (self.begins_on + timedelta(days=n) for n in range(span))
        self._workdays = [day for day in days if day.weekday() < _SATURDAY]
        self._weights = list(accumulate(_SEASON_PCT[day.month - 1] for day in self._workdays))

    def days_ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def workday_ago(self, days: int) -> date:
        """The working day that lies `days` days back, or the one before it."""
        return workday_on_or_before(self.days_ago(days))

    def month(self, months_ago: int) -> tuple[date, date]:
        """First day inside and first day after the month that ended `months_ago` months ago."""
        end = self.today + timedelta(days=1)
        return months_before(end, months_ago + 1), months_before(end, months_ago)

    def workdays(self, start_on: date, end_on: date) -> list[date]:
        """Working days of the half-open span."""
        return self._workdays[
            bisect_left(self._workdays, start_on) : bisect_left(self._workdays, end_on)
        ]

    def draw(self, rng: Random, start_on: date, end_on: date) -> date | None:
        """A working day from `start_on` up to and including `end_on`, more often in season."""
        low = bisect_left(self._workdays, start_on)
        high = bisect_right(self._workdays, end_on)
        if low >= high:
            return None
        below = self._weights[low - 1] if low else 0
        mark = below + rng.random() * (self._weights[high - 1] - below)
        return self._workdays[min(bisect_right(self._weights, mark), high - 1)]

    def years_before_today(self, day: date) -> float:
        return (self.today - day).days / 365.25
