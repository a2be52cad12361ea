"""One stream of everything that happened with a customer, newest first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet, Sum

from jishi.facts.models import (
    Complaint,
    ExpertRating,
    Interaction,
    Order,
    OrderLine,
    Payment,
    Referral,
    Return,
    SatisfactionAnswer,
    ServiceDelivery,
)
from jishi.foundation.models import User
from jishi.scoring.models import TierChange


Rows = QuerySet[Any]


@dataclass(frozen=True)
class Happened:
    """One thing that happened; `row` is the stored fact or change."""

    kind: str
    on: date
    row: Any
    amount_e4: int | None = None


@dataclass(frozen=True)
class Stream:
    """Whose stream, up to which day, of which kinds (all of them when empty)."""

    by: User
    customer_id: int
    until: date
    kinds: tuple[str, ...] = field(default_factory=tuple)


_MODELS: dict[str, type[Any]] = {
    "interaction": Interaction,
    "order": Order,
    "payment": Payment,
    "return": Return,
    "complaint": Complaint,
    "satisfaction": SatisfactionAnswer,
    "rating": ExpertRating,
    "referral": Referral,
    "service": ServiceDelivery,
}
KINDS = (*_MODELS, "tier")
_WITH_USER = {"interaction", "rating"}


def _facts(stream: Stream, kind: str) -> Rows:
    rows: Rows = (
        _MODELS[kind]
        .objects.visible_to(stream.by)
        .current()
        .filter(customer_id=stream.customer_id)
        .as_of(stream.until)
    )
    if kind in _WITH_USER:
        rows = rows.select_related("user")
    if kind == "referral":
        rows = rows.select_related("referred")
    return rows


def _tiers(stream: Stream) -> Rows:
    rows: Rows = TierChange.objects.visible_to(stream.by).filter(
        customer_id=stream.customer_id, as_of__lte=stream.until
    )
    return rows


def happened(stream: Stream, *, limit: int, offset: int = 0) -> list[Happened]:
    """The newest, across kinds; later rows of a day first."""
    wanted = stream.kinds or KINDS
    found: list[Happened] = []
    for kind in wanted:
        if kind == "tier":
            rows = _tiers(stream).order_by("-as_of", "-pk")[: offset + limit]
            found += [Happened(kind, row.as_of, row) for row in rows]
        else:
            facts = _facts(stream, kind).order_by("-occurred_on", "-pk")[: offset + limit]
            found += [Happened(kind, row.occurred_on, row) for row in facts]
    found.sort(key=lambda one: (one.on, one.row.pk), reverse=True)
    return _with_amounts(stream, found[offset : offset + limit])


def _with_amounts(stream: Stream, found: list[Happened]) -> list[Happened]:
    """Orders with the sum of their lines."""
    refs = [one.row.order_ref for one in found if one.kind == "order"]
    if not refs:
        return found
    lines = OrderLine.objects.visible_to(stream.by).current().filter(order_ref__in=refs)
    sums = dict(lines.order_by().values_list("order_ref").annotate(total=Sum("amount_e4")))
    return [
        Happened(one.kind, one.on, one.row, sums.get(one.row.order_ref, 0))
        if one.kind == "order"
        else one
        for one in found
    ]


def counts(stream: Stream) -> dict[str, int]:
    """Kind → how many there are."""
    return {
        kind: _tiers(stream).count() if kind == "tier" else _facts(stream, kind).count()
        for kind in KINDS
    }
