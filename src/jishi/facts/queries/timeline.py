"""The stream of everything that happened with a customer, newest first."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from heapq import merge
from itertools import islice

from django.db.models import Count, Max, Q, Sum

from jishi.customers.models import Customer
from jishi.facts.models import (
    Complaint,
    ExpertRating,
    Fact,
    Interaction,
    Order,
    OrderLine,
    Payment,
    Referral,
    Return,
    SatisfactionAnswer,
    ServiceDelivery,
)
from jishi.facts.queries.clocks import facts_seen
from jishi.foundation.enums import BatchKind
from jishi.foundation.models import User


# In this order when several happened on one day.
TIMELINE_KINDS: dict[str, type[Fact]] = {
    "complaint": Complaint,
    "interaction": Interaction,
    "order": Order,
    "payment": Payment,
    "return": Return,
    "satisfaction": SatisfactionAnswer,
    "rating": ExpertRating,
    "referral": Referral,
    "service": ServiceDelivery,
}
_RELATED = {
    "interaction": ("user",),
    "rating": ("user",),
    "return": ("product",),
}
_CURSOR = re.compile(r"(\d{4}-\d{2}-\d{2})\.(\d{1,2})\.(\d{1,19})")


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One thing that happened.

    `amount_e4` is the total of an order's lines (None for other kinds, which carry their own).
    `referred` is whom a referral brought, if `by` may see that customer.
    """

    kind: str
    occurred_on: date
    fact: Fact
    amount_e4: int | None = None
    referred: Customer | None = None


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """`after` asks for the next page; empty at the end."""

    events: tuple[TimelineEvent, ...]
    after: str


def timeline(
    by: User,
    customer_ids: Collection[int],
    *,
    kinds: Collection[str] = (),
    after: str = "",
    limit: int = 50,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> TimelinePage:
    """A page of the stream; the cost depends on `limit`, not on how far back the page lies.

    Args:
        by: who asks.
        customer_ids: one customer, or a group.
        kinds: keys of TIMELINE_KINDS; all unless given.
        after: `TimelinePage.after` of the page before; an unreadable one starts anew.
        limit: events a page.
        as_of: the last day that counts.
        known_at: what we knew then.
    """
    chosen = [kind for kind in TIMELINE_KINDS if not kinds or kind in kinds]
    place = _parsed(after)
    streams = []
    for kind in chosen:
        rows = facts_seen(
            TIMELINE_KINDS[kind], by=by, customer_ids=customer_ids, as_of=as_of, known_at=known_at
        )
        if place is not None:
            rows = rows.filter(_beyond(kind, place))
        if kind in _RELATED:
            rows = rows.select_related(*_RELATED[kind])
        newest = rows.order_by("-occurred_on", "-pk")[: limit + 1]
        streams.append([(_rank(kind, fact), kind, fact) for fact in newest])
    found = list(islice(merge(*streams, key=lambda item: item[0]), limit + 1))
    more = len(found) > limit
    shown = found[:limit]
    last = f"{shown[-1][2].occurred_on}.{_position(shown[-1][1])}.{shown[-1][2].pk}" if more else ""
    return TimelinePage(
        tuple(_events(by, [(kind, fact) for _r, kind, fact in shown], known_at)), last
    )


def _position(kind: str) -> int:
    return list(TIMELINE_KINDS).index(kind)


def _rank(kind: str, fact: Fact) -> tuple[int, int, int]:
    return (-fact.occurred_on.toordinal(), _position(kind), -fact.pk)


def _parsed(after: str) -> tuple[date, int, int] | None:
    found = _CURSOR.fullmatch(after)
    if found is None:
        return None
    try:
        return date.fromisoformat(found[1]), int(found[2]), int(found[3])
    except ValueError:
        return None


def _beyond(kind: str, place: tuple[date, int, int]) -> Q:
    day, position, pk = place
    mine = _position(kind)
    if mine > position:
        return Q(occurred_on__lte=day)
    if mine < position:
        return Q(occurred_on__lt=day)
    return Q(occurred_on__lte=day) & (Q(occurred_on__lt=day) | Q(pk__lt=pk))


def _events(
    by: User, found: Iterable[tuple[str, Fact]], known_at: datetime | None
) -> Iterable[TimelineEvent]:
    pairs = list(found)
    refs = [fact.order_ref for _kind, fact in pairs if isinstance(fact, Order)]
    amounts: dict[int, int] = {}
    if refs:
        lines = facts_seen(OrderLine, by=by, customer_ids=None, as_of=None, known_at=known_at)
        sums = lines.filter(order_ref__in=refs).order_by().values_list("order_ref")
        amounts = dict(sums.annotate(total=Sum("amount_e4")))
    brought = {fact.referred_id for _k, fact in pairs if isinstance(fact, Referral)} - {None}
    seen = Customer.objects.visible_to(by).in_bulk(list(brought)) if brought else {}
    for kind, fact in pairs:
        yield TimelineEvent(
            kind=kind,
            occurred_on=fact.occurred_on,
            fact=fact,
            amount_e4=amounts.get(fact.order_ref, 0) if isinstance(fact, Order) else None,
            referred=seen.get(fact.referred_id) if isinstance(fact, Referral) else None,
        )


def withdrawn(by: User, customer_ids: Collection[int], kind: str, *, limit: int = 20) -> list[Fact]:
    """Facts of a kind of TIMELINE_KINDS that people took back one by one, the latest first; the batch
    that superseded each says who did it, when and why."""
    rows = (
        TIMELINE_KINDS[kind]
        .objects.visible_to(by)
        .filter(
            customer_id__in=list(customer_ids),
            superseded_by__kind=BatchKind.UNDO,
            superseded_by__undoes__isnull=True,  # an undone import takes back everything it brought
        )
    )
    related = ("superseded_by__by", *_RELATED.get(kind, ()))
    return list(rows.select_related(*related).order_by("-superseded_at", "-pk")[:limit])


def fact_counts(
    by: User,
    customer_ids: Collection[int],
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> dict[str, int]:
    """How many facts of each kind of TIMELINE_KINDS there are."""
    return {
        kind: facts_seen(
            model, by=by, customer_ids=customer_ids, as_of=as_of, known_at=known_at
        ).count()
        for kind, model in TIMELINE_KINDS.items()
    }


def last_interactions(
    by: User,
    customer_ids: Collection[int],
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> dict[int, tuple[date, int]]:
    """Customer id → (day of the latest interaction, number of interactions); without any, absent."""
    rows = facts_seen(Interaction, by=by, customer_ids=customer_ids, as_of=as_of, known_at=known_at)
    sums = rows.order_by().values_list("customer_id")
    return {
        pk: (latest, times)
        for pk, latest, times in sums.annotate(latest=Max("occurred_on"), times=Count("pk"))
    }
