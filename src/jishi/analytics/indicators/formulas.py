"""The shapes nearly every formula has."""

from __future__ import annotations

from jishi.analytics.expressions import Column
from jishi.analytics.windows import Question


def zero(value: Column) -> Column:
    """A customer without any row in the pass has none of it."""
    return value.fill_null(0)


def over(numerator: Column, denominator: Column) -> Column:
    """Quotient as floating point; nothing to divide by gives missing."""
    return numerator.cast("float64") / denominator.cast("float64").nullif(0.0)


def pct(part: Column, whole: Column) -> Column:
    """Part of a whole in percent, 0 to 100 (or beyond when the part is larger or negative)."""
    return over(part * 100, whole)


def days_between(day: Column, q: Question) -> Column:
    """Whole days from a date to the day of the question."""
    import ibis

    return ibis.date(q.as_of.isoformat()).delta(day, unit="day")
