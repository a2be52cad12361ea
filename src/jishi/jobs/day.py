"""Which day a score is made as of, when nobody names one."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Max

from jishi.facts.models import Order


STALE_AFTER_DAYS = 92


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
