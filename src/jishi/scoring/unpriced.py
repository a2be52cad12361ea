"""Facts in a currency whose worth nobody has told: no figure counts them, and whoever reads figures is told so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Min

from jishi.facts.models import Fact, Order, OrderLine, Payment, Return
from jishi.foundation.models import ExchangeRate


WITH_AMOUNTS: tuple[type[Fact], ...] = (Order, OrderLine, Payment, Return)


def facts_without_rate(
    currencies: Iterable[str], *, as_of: date, known_at: datetime | None
) -> dict[str, int]:
    """Currency → orders, lines, payments and returns of days for which no exchange rate is known, where there are any.

    Args:
        currencies: those to look at.
        as_of: the last day that counts.
        known_at: what was known at a moment; None for what is known now.
    """
    found = {}
    for currency in currencies:
        rates = ExchangeRate.objects.filter(currency=currency)
        first = rates.aggregate(day=Min("valid_from"))["day"]
        count = sum(_count(model, currency, first, as_of, known_at) for model in WITH_AMOUNTS)
        if count:
            found[currency] = count
    return found


def _count(
    model: type[Fact], currency: str, first: date | None, as_of: date, known_at: datetime | None
) -> int:
    rows = model.objects.unscoped("figures of the whole company lack them").as_of(as_of)
    rows = rows.current() if known_at is None else rows.known_at(known_at)
    if first is not None:
        rows = rows.filter(occurred_on__lt=first)
    return int(rows.filter(currency=currency, customer__is_archived=False).count())
