"""Orders, payments and products of customers. Cancelled orders do not count as sales."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q, Sum, Window
from django.db.models.functions import RowNumber

from jishi.facts.enums import OrderStatus
from jishi.facts.models import FactQuerySet, Order, OrderLine, Payment, Return
from jishi.facts.queries.clocks import facts_seen
from jishi.foundation.models import User


@dataclass(frozen=True, slots=True)
class MixShare:
    """What part of the sales a product or category is. `key` is None for lines without a product, and for
    the rest that was lumped (`is_rest`)."""

    key: str | int | None
    label: str
    amount_e4: int
    cost_e4: int | None
    quantity_milli: int
    share_ratio: float | None
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class OrderTotal:
    """An order's head with the sums of its lines and of the payments that name it."""

    order: Order
    amount_e4: int
    cost_e4: int | None
    lines: int
    paid_e4: int


def _sales(
    by: User,
    customer_ids: Collection[int] | None,
    currency: str,
    as_of: date | None,
    known_at: datetime | None,
) -> FactQuerySet:
    rows = facts_seen(OrderLine, by=by, customer_ids=customer_ids, as_of=as_of, known_at=known_at)
    return rows.filter(currency=currency).exclude(status=OrderStatus.CANCELLED)


def _whole_cost(cost_e4: int | None, missing: int) -> int | None:
    return None if missing else cost_e4


def daily_sales(
    by: User,
    customer_ids: Collection[int],
    *,
    currency: str,
    as_of: date,
    start_on: date,
    known_at: datetime | None = None,
) -> dict[date, int]:
    """Day → sales in 1/10,000 of the currency, from `start_on` to `as_of`; days without a sale are left out."""
    rows = _sales(by, customer_ids, currency, as_of, known_at)
    return _by_day(rows.filter(occurred_on__gte=start_on))


def daily_payments(
    by: User,
    customer_ids: Collection[int],
    *,
    currency: str,
    as_of: date,
    start_on: date,
    known_at: datetime | None = None,
) -> dict[date, int]:
    """Day → money that arrived, like `daily_sales`."""
    rows = facts_seen(Payment, by=by, customer_ids=customer_ids, as_of=as_of, known_at=known_at)
    return _by_day(rows.filter(currency=currency, occurred_on__gte=start_on))


def _by_day(rows: FactQuerySet) -> dict[date, int]:
    return dict(rows.order_by().values_list("occurred_on").annotate(amount=Sum("amount_e4")))


def sales_by_customer(
    by: User,
    customer_ids: Collection[int],
    *,
    currency: str,
    as_of: date,
    start_on: date | None = None,
    known_at: datetime | None = None,
) -> dict[int, int]:
    """Customer id → sales of a window ending with `as_of`; feeds the roll-up of groups."""
    rows = _sales(by, customer_ids, currency, as_of, known_at)
    if start_on is not None:
        rows = rows.filter(occurred_on__gte=start_on)
    return dict(rows.order_by().values_list("customer_id").annotate(amount=Sum("amount_e4")))


def product_mix(
    by: User,
    customer_ids: Collection[int],
    *,
    currency: str,
    as_of: date,
    start_on: date | None = None,
    by_category: bool = True,
    most: int = 8,
    known_at: datetime | None = None,
) -> list[MixShare]:
    """Sales by product category, or by product: the largest `most`, then the rest as one."""
    rows = _sales(by, customer_ids, currency, as_of, known_at)
    if start_on is not None:
        rows = rows.filter(occurred_on__gte=start_on)
    keys = ("product__category",) if by_category else ("product_id", "product__name")
    sums: Any = (
        rows.order_by()
        .values_list(*keys)
        .annotate(
            amount=Sum("amount_e4"),
            cost=Sum("cost_e4"),
            missing=Count("pk", filter=Q(cost_e4__isnull=True)),
            quantity=Sum("quantity_milli"),
        )
    )
    found = []
    for row in sums:
        key, label = row[0], row[len(keys) - 1]
        amount, cost, missing, quantity = row[len(keys) :]
        found.append(
            MixShare(key or None, label or "", amount, _whole_cost(cost, missing), quantity, None)
        )
    found.sort(key=lambda share: (-share.amount_e4, share.label, str(share.key)))
    total = sum(share.amount_e4 for share in found)
    kept = found if len(found) <= most + 1 else [*found[:most], _rest(found[most:])]
    return [_with_share(share, total) for share in kept]


def _rest(shares: list[MixShare]) -> MixShare:
    costs = [share.cost_e4 for share in shares]
    return MixShare(
        key=None,
        label="",
        amount_e4=sum(share.amount_e4 for share in shares),
        cost_e4=None if None in costs else sum(cost for cost in costs if cost is not None),
        quantity_milli=sum(share.quantity_milli for share in shares),
        share_ratio=None,
        is_rest=True,
    )


def _with_share(share: MixShare, total: int) -> MixShare:
    return MixShare(
        share.key,
        share.label,
        share.amount_e4,
        share.cost_e4,
        share.quantity_milli,
        share.amount_e4 / total if total else None,
        share.is_rest,
    )


def currencies_of(by: User, customer_ids: Collection[int]) -> list[str]:
    """The currencies in which customers were sold to, the most used first: more than one means that a
    figure in one currency does not tell everything."""
    rows = facts_seen(OrderLine, by=by, customer_ids=customer_ids, as_of=None, known_at=None)
    used = rows.order_by().values_list("currency").annotate(times=Count("pk"))
    return [currency for currency, _times in sorted(used, key=lambda row: (-row[1], row[0]))]


def orders_of(
    by: User,
    customer_ids: Collection[int],
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    order_ref: int | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[OrderTotal]:
    """Orders (or the one of `order_ref`), the latest first, with the totals of their lines. Three
    queries."""
    heads: Any = facts_seen(Order, by=by, customer_ids=customer_ids, as_of=as_of, known_at=known_at)
    if order_ref is not None:
        heads = heads.filter(order_ref=order_ref)
    page = list(heads.order_by("-occurred_on", "-pk")[offset : offset + limit])
    return _totalled(by, page, as_of, known_at)


def _totalled(
    by: User, heads: Iterable[Order], as_of: date | None, known_at: datetime | None
) -> list[OrderTotal]:
    orders = list(heads)
    refs = [order.order_ref for order in orders]
    lines = facts_seen(OrderLine, by=by, customer_ids=None, as_of=None, known_at=known_at)
    sums = {
        ref: (amount, _whole_cost(cost, missing), count)
        for ref, amount, cost, missing, count in lines.filter(order_ref__in=refs)
        .order_by()
        .values_list("order_ref")
        .annotate(
            amount=Sum("amount_e4"),
            cost=Sum("cost_e4"),
            missing=Count("pk", filter=Q(cost_e4__isnull=True)),
            count=Count("pk"),
        )
    }
    payments = facts_seen(Payment, by=by, customer_ids=None, as_of=as_of, known_at=known_at)
    paid = dict(
        payments.filter(order_ref__in=refs)
        .order_by()
        .values_list("order_ref")
        .annotate(amount=Sum("amount_e4"))
    )
    found = []
    for order in orders:
        amount, cost, count = sums.get(order.order_ref, (0, None, 0))
        found.append(OrderTotal(order, amount, cost, count, paid.get(order.order_ref, 0)))
    return found


def first_lines_of(
    by: User, order_refs: Collection[int], *, most: int = 10, known_at: datetime | None = None
) -> dict[int, list[OrderLine]]:
    """Order → the first `most` of its lines, for a page of orders in one query."""
    rows: Any = facts_seen(OrderLine, by=by, customer_ids=None, as_of=None, known_at=known_at)
    place = Window(RowNumber(), partition_by=F("order_ref"), order_by=F("pk").asc())
    first = rows.filter(order_ref__in=list(order_refs)).annotate(place=place)
    found: dict[int, list[OrderLine]] = {}
    for line in first.filter(place__lte=most).select_related("product").order_by("pk"):
        found.setdefault(line.order_ref, []).append(line)
    return found


def returns_of(
    by: User,
    customer_ids: Collection[int] | None,
    *,
    order_ref: int | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
    limit: int = 20,
) -> list[tuple[Return, str]]:
    """Returns, the latest first, each with the number of its order ("" when it names none). Two
    queries.

    Args:
        by: who asks.
        customer_ids: whose returns; None for any that `by` sees.
        order_ref: of one order only.
        as_of: the last day that counts.
        known_at: what we knew then.
        limit: at most so many.
    """
    rows: Any = facts_seen(Return, by=by, customer_ids=customer_ids, as_of=as_of, known_at=known_at)
    if order_ref is not None:
        rows = rows.filter(order_ref=order_ref)
    found = list(rows.select_related("product").order_by("-occurred_on", "-pk")[:limit])
    heads: Any = facts_seen(Order, by=by, customer_ids=None, as_of=None, known_at=known_at)
    refs = [row.order_ref for row in found if row.order_ref is not None]
    numbers = dict(heads.filter(order_ref__in=refs).order_by().values_list("order_ref", "order_no"))
    return [(row, numbers.get(row.order_ref, "")) for row in found]


def order_lines_of(by: User, order_ref: int, *, known_at: datetime | None = None) -> FactQuerySet:
    """The lines of one order in the order they were entered."""
    rows = facts_seen(OrderLine, by=by, customer_ids=None, as_of=None, known_at=known_at)
    return rows.filter(order_ref=order_ref).select_related("product").order_by("pk")
