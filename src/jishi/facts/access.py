"""Fetching facts for a purpose: the row, or 404; the right, or 403."""

from __future__ import annotations

from django.http import Http404

from jishi.facts.models import Fact, Order
from jishi.facts.queries import TIMELINE_KINDS
from jishi.foundation.enums import Permission
from jishi.foundation.models import User
from jishi.foundation.writing import authorise


def fact_for_view(by: User, kind: str, pk: int) -> Fact:
    """A fact of a kind of TIMELINE_KINDS, superseded ones included: they are history."""
    authorise(by, Permission.CUSTOMER_VIEW)
    model = TIMELINE_KINDS.get(kind)
    if model is None:
        raise Http404
    found: Fact | None = model.objects.visible_to(by).filter(pk=pk).order_by("pk").first()
    if found is None:
        raise Http404
    return found


def fact_for_record(by: User | None, kind: str, pk: int) -> Fact:
    """As `fact_for_view`, to correct or withdraw it; locked until the transaction ends."""
    authorise(by, Permission.FACT_RECORD)
    model = TIMELINE_KINDS.get(kind)
    if model is None:
        raise Http404
    rows = model.objects.select_for_update(of=("self",))
    rows = rows.unscoped("the product itself asks") if by is None else rows.visible_to(by)
    found: Fact | None = rows.filter(pk=pk).order_by("pk").first()
    if found is None:
        raise Http404
    return found


def order_for_view(by: User, order_ref: int) -> Order:
    """The current head of an order."""
    authorise(by, Permission.CUSTOMER_VIEW)
    rows = Order.objects.visible_to(by).filter(order_ref=order_ref, superseded_at__isnull=True)
    found: Order | None = rows.select_related("customer").order_by("pk").first()
    if found is None:
        raise Http404
    return found
