"""The lunar calendar (农历): what day it is, and when a lunar birthday falls.

The years 1900 to 2100 are a table (`data/lunar_years.csv`, see `data/SOURCE.md`), so that a library's
update never moves a birthday.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


FIRST_YEAR, LAST_YEAR = 1900, 2100
LUNAR_DAYS = 30

_TABLE = Path(__file__).with_name("data") / "lunar_years.csv"
_MONTHS = (
    "正月",
    "二月",
    "三月",
    "四月",
    "五月",
    "六月",
    "七月",
    "八月",
    "九月",
    "十月",
    "冬月",
    "腊月",
)
_DIGITS = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十")


@dataclass(frozen=True, slots=True)
class LunarYear:
    """`months` are (number, is_leap, days) in order; the year begins on `new_year_on`."""

    number: int
    new_year_on: date
    leap_month: int
    months: tuple[tuple[int, bool, int], ...]


@dataclass(frozen=True, slots=True)
class LunarDay:
    year: int
    month: int
    day: int
    is_leap: bool


@lru_cache(maxsize=1)
def _years() -> dict[int, LunarYear]:
    years = {}
    with _TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            leap = int(row["leap_month"])
            order = [(month, False) for month in range(1, 13)]
            if leap:
                order.insert(leap, (leap, True))
            lengths = [int(days) for days in row["month_lengths"].split()]
            years[int(row["year"])] = LunarYear(
                number=int(row["year"]),
                new_year_on=date.fromisoformat(row["new_year_on"]),
                leap_month=leap,
                months=tuple(
                    (month, is_leap, days)
                    for (month, is_leap), days in zip(order, lengths, strict=True)
                ),
            )
    return years


@lru_cache(maxsize=1)
def _new_years() -> list[date]:
    return [year.new_year_on for year in _years().values()]


def lunar_day(on: date) -> LunarDay | None:
    """The lunar date of a day; None outside the table.

    >>> lunar_day(date(2026, 11, 22))
    LunarDay(year=2026, month=10, day=14, is_leap=False)
    >>> lunar_day(date(2025, 7, 25))
    LunarDay(year=2025, month=6, day=1, is_leap=True)
    """
    at = bisect_right(_new_years(), on) - 1
    if at < 0:
        return None
    year = _years()[FIRST_YEAR + at]
    rest = (on - year.new_year_on).days
    for month, is_leap, days in year.months:
        if rest < days:
            return LunarDay(year.number, month, rest + 1, is_leap)
        rest -= days
    return None


def lunar_text(on: date) -> str:
    """The lunar date in words; empty outside the table.

    >>> lunar_text(date(2026, 11, 22)), lunar_text(date(2025, 7, 25)), lunar_text(date(2024, 2, 9))
    ('农历十月十四', '农历闰六月初一', '农历腊月三十')
    """
    found = lunar_day(on)
    if found is None:
        return ""
    return "农历" + lunar_birthday_text(month=found.month, day=found.day, leap=found.is_leap)


def lunar_birthday_text(*, month: int, day: int, leap: bool = False) -> str:
    """A lunar month and day in words.

    >>> lunar_birthday_text(month=12, day=20), lunar_birthday_text(month=4, day=9, leap=True)
    ('腊月二十', '闰四月初九')
    """
    tens, ones = divmod(day, 10)
    if day <= 10:
        text = "初" + _DIGITS[day]
    elif ones == 0:
        text = _DIGITS[tens] + "十"
    else:
        text = ("十" if tens == 1 else "廿") + _DIGITS[ones]
    return ("闰" if leap else "") + _MONTHS[month - 1] + text


def lunar_occurrence(*, month: int, day: int, leap: bool = False, lunar_year: int) -> date:
    """The Gregorian day of a lunar birthday in one lunar year; every lunar year has exactly one.

    Born in a leap month: kept in the leap month where the year has it, else in the regular month of
    the same number. Born on the 30th: kept on the 29th where the month has only 29 days.

    Raises:
        ValueError: outside the table, or no such month or day.

    >>> lunar_occurrence(month=12, day=30, lunar_year=2024)
    datetime.date(2025, 1, 28)
    """
    if not (1 <= month <= 12 and 1 <= day <= LUNAR_DAYS):
        raise ValueError(f"There is no lunar day {month}-{day}.")
    year = _years().get(lunar_year)
    if year is None:
        raise ValueError(f"The lunar calendar is known from {FIRST_YEAR} to {LAST_YEAR}.")
    in_leap = leap and year.leap_month == month
    start = year.new_year_on
    for number, is_leap, days in year.months:
        if number == month and is_leap == in_leap:
            return start + timedelta(days=min(day, days) - 1)
        start += timedelta(days=days)
    raise AssertionError("every lunar year has its twelve months")


def lunar_occurrences(*, month: int, day: int, leap: bool = False, year: int) -> list[date]:
    """The days of a Gregorian year on which a lunar birthday falls: none, one or two of them.

    >>> lunar_occurrences(month=12, day=1, year=2023)
    []
    >>> lunar_occurrences(month=12, day=1, year=2024)
    [datetime.date(2024, 1, 11), datetime.date(2024, 12, 31)]
    """
    found = []
    for lunar_year in (year - 1, year):
        if FIRST_YEAR <= lunar_year <= LAST_YEAR:
            on = lunar_occurrence(month=month, day=day, leap=leap, lunar_year=lunar_year)
            if on.year == year:
                found.append(on)
    return found


def birthday_checked(
    *, lunar: bool, year: int | None, month: int | None, day: int | None, leap: bool
) -> None:
    """Refuse a birthday that cannot be: solar 31 April, lunar 31st, a leap month the year had not.

    Month and day may be known without the year, or the year alone.

    Raises:
        ValidationError: names the field that is wrong.
    """
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError(
            {"birth_year": [_("A year between %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR}]}
        )  # fmt: skip
    if (month is None) != (day is None):
        missing = "birth_month" if month is None else "birth_day"
        raise ValidationError({missing: [_("A birthday has a month and a day.")]})
    if leap and not lunar:
        raise ValidationError(
            {"birth_in_leap_month": [_("Only the lunar calendar has leap months.")]}
        )
    if month is None or day is None:
        return
    if not 1 <= month <= 12:
        raise ValidationError({"birth_month": [_("A month is 1 to 12.")]})
    longest = _longest_month(lunar=lunar, year=year, month=month, leap=leap)
    if not 1 <= day <= longest:
        raise ValidationError(
            {"birth_day": [_("That month has %(days)s days.") % {"days": longest}]}
        )


def _longest_month(*, lunar: bool, year: int | None, month: int, leap: bool) -> int:
    if not lunar:
        return monthrange(2000 if year is None else year, month)[1]
    if year is None:
        return LUNAR_DAYS
    for number, is_leap, days in _years()[year].months:
        if number == month and is_leap == leap:
            return days
    raise ValidationError(
        {"birth_in_leap_month": [_("The lunar year %(year)s had no such leap month.") % {"year": year}]}
    )  # fmt: skip
