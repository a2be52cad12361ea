"""Pages of rows in any order, found by where the page before ended, not by counting from the top.

The order is by one field, then by customer; rows without a value come last whichever way the rest
is sorted. Each page is one index range, so the millionth row costs what the first does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from jishi.web.pages.customers.state import Place


@dataclass(frozen=True)
class Order:
    """Sorted by `path`; `pk` is the path of the customer's id."""

    path: str
    descending: bool
    pk: str = "customer_id"

    def reversed(self) -> Order:
        return Order(self.path, not self.descending, self.pk)


@dataclass(frozen=True)
class PageOfRows:
    """Rows as column → value, and whether there are others on either side."""

    rows: Sequence[dict[str, Any]]
    has_previous: bool
    has_next: bool


Rows = QuerySet[Any, dict[str, Any]]


def page_of(
    rows: Rows, order: Order, *, size: int, after: Place | None, before: Place | None
) -> PageOfRows:
    """The page after one place or before another; the first page without either."""
    if before is not None:
        found = _before(rows, order, before, size + 1)
        kept = found[:size]
        return PageOfRows(kept[::-1], has_previous=len(found) > size, has_next=True)
    found = _after(rows, order, after, size + 1)
    return PageOfRows(found[:size], has_previous=after is not None, has_next=len(found) > size)


def nearest(
    rows: Rows, order: Order, *, count: int, after: Place | None, before: Place | None
) -> QuerySet[Any, Any] | None:
    """The ids of the `count` rows that come next; None from a place without a value."""
    known, _unknown = _halves(rows, order)
    if before is not None:
        order, after = order.reversed(), before
    if after is not None:
        if after.value is None:
            return None
        known = _beyond(known, order, after)
    return _sorted(known, order).values(order.pk)[:count]


def place_of(row: dict[str, Any], order: Order) -> Place:
    value = row[order.path]
    if value is None:
        return Place(None, row[order.pk])
    return Place(value if isinstance(value, int | float) else str(value), row[order.pk])


def rows_ahead(rows: Rows, order: Order, place: Place) -> int:
    """How many rows come before a place."""
    known, unknown = _halves(rows, order)
    if place.value is None:
        return known.count() + unknown.filter(**{f"{order.pk}__lt": place.pk}).count()
    return _beyond(known, order.reversed(), place).count()


def _halves(rows: Rows, order: Order) -> tuple[Rows, Rows]:
    return (
        rows.filter(**{f"{order.path}__isnull": False}),
        rows.filter(**{f"{order.path}__isnull": True}),
    )


def _beyond(rows: Rows, order: Order, place: Place) -> Rows:
    """The rows behind a place that has a value: an index range, less the ties already shown."""
    side, tie = ("lte", "gte") if order.descending else ("gte", "lte")
    return rows.filter(**{f"{order.path}__{side}": place.value}).exclude(
        Q(**{order.path: place.value, f"{order.pk}__{tie}": place.pk})
    )


def _sorted(rows: Rows, order: Order) -> Rows:
    sign = "-" if order.descending else ""
    return rows.order_by(f"{sign}{order.path}", f"{sign}{order.pk}")


def _after(rows: Rows, order: Order, place: Place | None, count: int) -> list[dict[str, Any]]:
    known, unknown = _halves(rows, order)
    unknown = unknown.order_by(order.pk)
    found: list[dict[str, Any]] = []
    if place is None or place.value is not None:
        part = known if place is None else _beyond(known, order, place)
        found = list(_sorted(part, order)[:count])
    else:
        unknown = unknown.filter(**{f"{order.pk}__gt": place.pk})
    if len(found) < count:
        found += unknown[: count - len(found)]
    return found


def _before(rows: Rows, order: Order, place: Place, count: int) -> list[dict[str, Any]]:
    """The rows ahead of a place, nearest first."""
    known, unknown = _halves(rows, order)
    found: list[dict[str, Any]] = []
    back = order.reversed()
    if place.value is None:
        earlier = unknown.filter(**{f"{order.pk}__lt": place.pk})
        found = list(earlier.order_by(f"-{order.pk}")[:count])
        part = known
    else:
        part = _beyond(known, back, place)
    if len(found) < count:
        found += _sorted(part, back)[: count - len(found)]
    return found
