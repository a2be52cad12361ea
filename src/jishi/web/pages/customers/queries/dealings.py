"""交易: what a customer bought and paid, month by month, by product, and what is still owed.

Sums are of amounts in the company's own currency; `foreign` says whether others exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from jishi.facts.enums import OrderStatus
from jishi.facts.models import Order, OrderLine, Payment, Return
from jishi.foundation.models import User


ORDERS_ON_A_PAGE = 20
MIX_SHOWN = 8


@dataclass(frozen=True)
class Scope:
    """Whose dealings, of which customer, up to which day, in which currency."""

    by: User
    customer_id: int
    as_of: date
    currency: str


def _facts(scope: Scope, model: type[OrderLine | Order | Payment | Return]):  # type: ignore[no-untyped-def]  # managers are made at run time
    return (
        model.objects.visible_to(scope.by)
        .current()
        .filter(customer_id=scope.customer_id)
        .as_of(scope.as_of)
    )


def _lines(scope: Scope):  # type: ignore[no-untyped-def]  # as above
    return _facts(scope, OrderLine).exclude(status=OrderStatus.CANCELLED)


def monthly_sales(scope: Scope, since: date) -> dict[date, int]:
    """First day of a month → sales of the month, from `since` on."""
    rows = _lines(scope).filter(occurred_on__gte=since, currency=scope.currency)
    return _by_month(rows)


def monthly_payments(scope: Scope, since: date) -> dict[date, int]:
    return _by_month(_facts(scope, Payment).filter(occurred_on__gte=since, currency=scope.currency))


def _by_month(rows) -> dict[date, int]:  # type: ignore[no-untyped-def]  # as above
    sums = (
        rows.order_by()
        .annotate(month=TruncMonth("occurred_on"))
        .values_list("month")
        .annotate(total=Sum("amount_e4"))
    )
    return dict(sums)


def foreign_currencies(scope: Scope) -> list[str]:
    rows = _lines(scope).exclude(currency=scope.currency).order_by("currency")
    return list(rows.values_list("currency", flat=True).distinct())


@dataclass(frozen=True)
class MixLine:
    category: str
    amount_e4: int
    orders: int


def product_mix(scope: Scope, since: date) -> list[MixLine]:
    """Product categories by sales since a day, the largest first."""
    rows = (
        _lines(scope)
        .filter(occurred_on__gte=since, currency=scope.currency)
        .order_by()
        .values_list("product__category")
        .annotate(total=Sum("amount_e4"), orders=Count("order_ref", distinct=True))
        .order_by("-total", "product__category")
    )
    return [MixLine(category or "", total, orders) for category, total, orders in rows]


def returns_total(scope: Scope, since: date) -> int:
    rows = _facts(scope, Return).filter(occurred_on__gte=since, currency=scope.currency)
    return rows.aggregate(total=Sum("amount_e4"))["total"] or 0


# --- orders --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class OrderLineView:
    order_no: str
    ordered_on: date
    due_on: date | None
    status: str
    currency: str
    amount_e4: int
    cost_e4: int | None
    paid_e4: int
    lines: int


def orders(scope: Scope, *, page: int) -> tuple[int, list[OrderLineView]]:
    """How many orders there are, and one page of them, newest first."""
    rows = _facts(scope, Order)
    start = (page - 1) * ORDERS_ON_A_PAGE
    shown = list(rows.order_by("-occurred_on", "-pk")[start : start + ORDERS_ON_A_PAGE])
    refs = [order.order_ref for order in shown]
    sums = {
        ref: (amount, cost, count)
        for ref, amount, cost, count in _facts(scope, OrderLine)
        .filter(order_ref__in=refs)
        .order_by()
        .values_list("order_ref")
        .annotate(amount=Sum("amount_e4"), cost=Sum("cost_e4"), count=Count("pk"))
    }
    paid = _paid(scope, refs)
    return rows.count(), [
        OrderLineView(
            order_no=order.order_no,
            ordered_on=order.occurred_on,
            due_on=order.due_on,
            status=str(order.get_status_display()),
            currency=order.currency,
            amount_e4=sums.get(order.order_ref, (0, None, 0))[0],
            cost_e4=sums.get(order.order_ref, (0, None, 0))[1],
            paid_e4=paid.get(order.order_ref, 0),
            lines=sums.get(order.order_ref, (0, None, 0))[2],
        )
        for order in shown
    ]


def _paid(scope: Scope, refs: list[int] | None) -> Mapping[int, int]:
    rows = _facts(scope, Payment).filter(order_ref__isnull=False)
    if refs is not None:
        rows = rows.filter(order_ref__in=refs)
    return dict(rows.order_by().values_list("order_ref").annotate(total=Sum("amount_e4")))


# --- what is owed --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Owed:
    """An order that is not paid in full; `days_late` is negative while it is not due."""

    order_no: str
    due_on: date | None
    rest_e4: int
    days_late: int | None


def owed(scope: Scope) -> list[Owed]:
    """Open receivables as of the day, the latest first. An order due on the day is not late."""
    rows = (
        _facts(scope, Order)
        .exclude(status=OrderStatus.CANCELLED)
        .filter(receivable_e4__gt=0, currency=scope.currency)
        .order_by("due_on", "pk")
        .values_list("order_ref", "order_no", "due_on", "receivable_e4")
    )
    paid = _paid(scope, None)
    found = []
    for ref, number, due, receivable in rows:
        rest = receivable - paid.get(ref, 0)
        if rest > 0:
            late = (scope.as_of - due).days if due else None
            found.append(Owed(number, due, rest, late))
    return found
