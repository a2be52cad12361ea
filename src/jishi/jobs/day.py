"""Which day a score is made as of, when nobody names one."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Max

from jishi.facts.models import Order


STALE_AFTER_DAYS = 92


def ledger_day(*, graded_on: date, today: date) -> date:
    """The day on which the latest months end: today, as orders come in; or that of the grading, when
    the history ended long before it.

    >>> ledger_day(graded_on=date(2026, 11, 20), today=date(2026, 11, 23))
    datetime.date(2026, 11, 23)
    >>> ledger_day(graded_on=date(2013, 11, 29), today=date(2026, 11, 23))
    datetime.date(2013, 11, 29)
    """
    return graded_on if (today - graded_on).days > STALE_AFTER_DAYS else today


def scoring_day(*, today: date) -> date:
    """Today; or, when the newest order is more than a quarter old, that order's day.

    A history that ends years ago would otherwise score everybody as silent. Whoever shows the
    result says which day it is.
    """
    orders = Order.objects.unscoped("a date of the whole company, not of a person's customers")
    newest: date | None = (
        orders.current().filter(occurred_on__lte=today).aggregate(day=Max("occurred_on"))["day"]
    )
    if newest is None or newest >= today - timedelta(days=STALE_AFTER_DAYS):
        return today
    return newest
