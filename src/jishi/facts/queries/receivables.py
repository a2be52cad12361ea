"""What customers still owe, and how long it has been due (应收账龄)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from jishi.facts.enums import OrderStatus
from jishi.facts.models import Order, Payment
from jishi.facts.queries.clocks import facts_seen
from jishi.foundation.models import User


# Name → the days overdue at which it begins; each ends where the next begins.
BUCKETS: dict[str, int] = {
    "not_due": -10_000_000,
    "1_30": 1,
    "31_60": 31,
    "61_90": 61,
    "over_90": 91,
}
_NAMES, _STARTS = tuple(BUCKETS), tuple(BUCKETS.values())


@dataclass(frozen=True, slots=True)
class Receivable:
    """An order that should have been paid in full `days_overdue` days ago."""

    order_ref: int
    order_no: str
    customer_id: int
    ordered_on: date
    due_on: date
    rest_e4: int
    days_overdue: int


@dataclass(frozen=True, slots=True)
class Ageing:
    """`buckets` are those of BUCKETS plus `undated`; `overdue_e4` is what is due before the day.

    `unassigned_e4` are payments that name no order: they may cover some of it. `oldest` is the order that is
    overdue longest.
    """

    buckets: dict[str, int]
    open_e4: int
    overdue_e4: int
    unassigned_e4: int
    oldest: Receivable | None


def receivables_ageing(
    by: User,
    customer_ids: Collection[int],
    *,
    currency: str,
    as_of: date,
    known_at: datetime | None = None,
) -> Ageing:
    """Per order: what is to be paid less the payments in its currency that name it, up to `as_of`, where positive.

    Only orders whose amount to be paid is known take part, cancelled ones do not; an order due on `as_of`
    is not overdue. The overdue sum is the indicator of that name.
    """
    orders = facts_seen(Order, by=by, customer_ids=customer_ids, as_of=as_of, known_at=known_at)
    tracked = orders.filter(receivable_e4__isnull=False, currency=currency).exclude(
        status=OrderStatus.CANCELLED
    )
    payments = facts_seen(Payment, by=by, customer_ids=None, as_of=as_of, known_at=known_at)
    open_orders = tracked.annotate(
        paid_e4=_sum_of(payments.filter(order_ref=OuterRef("order_ref"), currency=currency))
    ).filter(receivable_e4__gt=F("paid_e4"))
    buckets = dict.fromkeys([*BUCKETS, "undated"], 0)
    overdue = 0
    by_day = open_orders.order_by().values_list("due_on")
    for due_on, rest in by_day.annotate(rest=Sum(F("receivable_e4") - F("paid_e4"))):
        days = None if due_on is None else (as_of - due_on).days
        buckets[_bucket(days)] += rest
        overdue += rest if days is not None and days > 0 else 0
    mine = facts_seen(Payment, by=by, customer_ids=customer_ids, as_of=as_of, known_at=known_at)
    loose = mine.filter(order_ref__isnull=True, currency=currency).aggregate(s=Sum("amount_e4"))
    return Ageing(
        buckets=buckets,
        open_e4=sum(buckets.values()),
        overdue_e4=overdue,
        unassigned_e4=loose["s"] or 0,
        oldest=_oldest(open_orders, as_of) if overdue else None,
    )


def _oldest(open_orders: QuerySet[Order], as_of: date) -> Receivable:
    """The order that has been due longest, of those with something left to pay."""
    ref, order_no, customer_id, ordered_on, due_on, receivable, paid = (
        open_orders.filter(due_on__lt=as_of)
        .order_by("due_on", "pk")
        .values_list(
            *("order_ref", "order_no", "customer_id", "occurred_on", "due_on"),
            *("receivable_e4", "paid_e4"),
        )[0]
    )
    days = (as_of - due_on).days
    return Receivable(ref, order_no, customer_id, ordered_on, due_on, receivable - paid, days)


@dataclass(frozen=True, slots=True)
class Overdue:
    """What a customer owes past its day: since when the oldest has been due, and how much it is; None when
    some of it is in another currency."""

    since: date
    amount_e4: int | None


def overdue_orders(
    by: User, customer_ids: Collection[int], *, currency: str, as_of: date
) -> dict[int, Overdue]:
    """Customer → what is overdue on a day, counted as `receivables_ageing` does, with one query for all."""
    orders = facts_seen(Order, by=by, customer_ids=customer_ids, as_of=as_of, known_at=None)
    due = orders.filter(due_on__lt=as_of).exclude(status=OrderStatus.CANCELLED)
    payments = Payment._base_manager.filter(
        order_ref=OuterRef("order_ref"),
        currency=OuterRef("currency"),
        superseded_at__isnull=True,
        occurred_on__lte=as_of,
    )
    late = (
        due.annotate(paid_e4=_sum_of(payments))
        .filter(receivable_e4__gt=F("paid_e4"))
        .order_by("due_on", "pk")
    )
    found: dict[int, Overdue] = {}
    for customer_id, due_on, order_currency, receivable, settled in late.values_list(
        "customer_id", "due_on", "currency", "receivable_e4", "paid_e4"
    ):
        before = found.get(customer_id, Overdue(due_on, 0))
        is_ours = order_currency == currency and before.amount_e4 is not None
        amount = (before.amount_e4 or 0) + receivable - settled if is_ours else None
        found[customer_id] = Overdue(before.since, amount)
    return found


def _sum_of(payments: QuerySet[Payment]) -> Coalesce:
    """What the payments that name one and the same order come to; 0 without any."""
    sums = payments.order_by().values("order_ref").annotate(amount=Sum("amount_e4"))
    return Coalesce(Subquery(sums.values("amount")), 0)


def _bucket(days_overdue: int | None) -> str:
    """
    >>> [_bucket(days) for days in (None, -3, 0, 1, 30, 31, 91)]
    ['undated', 'not_due', 'not_due', '1_30', '1_30', '31_60', 'over_90']
    """
    if days_overdue is None:
        return "undated"
    return _NAMES[bisect_right(_STARTS, days_overdue) - 1]
