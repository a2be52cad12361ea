"""A look into a customer from the table, without leaving it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from jishi.customers.access import customer_for_view
from jishi.customers.queries import tags_of, team_of
from jishi.web.components.parts import query_with
from jishi.web.pages.customers.presenters.archive import Pair, pairs
from jishi.web.pages.customers.presenters.head import Head, head_of
from jishi.web.pages.customers.presenters.listing import Frame
from jishi.web.pages.customers.state import kept_params
from jishi.web.pages.grading.queries import standing_values


@dataclass(frozen=True)
class Peek:
    head: Head
    pairs: Sequence[Pair]
    url: str
    back_url: str


def peek_for(customer_id: int, frame: Frame) -> Peek:
    """Raises Http404 for a customer that is not seen."""
    by = frame.asked.by
    customer = customer_for_view(by, customer_id)
    team = team_of(by, customer.pk, present_only=True)
    head = head_of(customer, standing_values(by, customer.pk, frame.asked.today), team, frame)
    sections = dict(pairs(customer, tags_of([customer.pk]).get(customer.pk, []), frame))
    kept = kept_params(frame.params)
    table = reverse("web:customers")
    return Peek(
        head=head,
        pairs=list(sections.values())[-1],
        url=reverse("web:customer", args=[customer.pk]) + (f"?{kept.urlencode()}" if kept else ""),
        back_url=table + query_with(kept),
    )


def peek_of(text: str, frame: Frame) -> Peek | None:
    """The customer whose number stands in the address, if it is one."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        return None
    try:
        return peek_for(int(text), frame)
    except Http404:
        return None
