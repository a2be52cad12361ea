"""What of a standing follows the facts at once, without waiting for the next grading.

The score, the tier and every figure of a period belong to the run that made them. When we last spoke
with a customer and how many of its complaints are open are no judgement but plain facts: whoever
records one sees it in the table, in its views and on every page from that moment on.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localtime

from jishi.facts.models import Complaint, Fact, Interaction
from jishi.foundation.locks import STANDINGS, lock_for_transaction
from jishi.foundation.models import Batch
from jishi.scoring.models import Standing


if TYPE_CHECKING:
    from collections.abc import Mapping

LIVE_KEYS = frozenset({"days_since_interaction", "complaints_open"})
"""Indicators whose figure in the standings is that of today, whatever day the run counts up to."""

_WHY = "what is known now of everybody's customers"


def standings_follow(batch: Batch, now: datetime) -> None:
    """Bring the customers up to date that `batch` has written of, or taken something back of; call inside
    its transaction, once all of it is written. One statement for each kind of fact."""
    lock_for_transaction(STANDINGS)
    for model, values in _live(localtime(now).date()).items():
        facts: Any = model.objects.unscoped(_WHY)
        mine = Q(batch=batch) | Q(superseded_by=batch, superseded_at__isnull=False)
        touched = facts.filter(mine).order_by().values("customer_id")
        Standing.objects.unscoped(_WHY).filter(pk__in=touched).update(**values)


def standings_catch_up(*, now: datetime) -> None:
    """Bring everybody up to date; call inside the transaction that has replaced the standings."""
    for values in _live(localtime(now).date()).values():
        Standing.objects.unscoped(_WHY).update(**values)


def _live(today: date) -> Mapping[type[Fact], dict[str, Any]]:
    """Kind of fact → column of the standing → what it is now."""
    latest = _of_the_customer(Interaction, today).annotate(day=Max("occurred_on"))
    waiting = Q(closed_on__isnull=True) | Q(closed_on__gt=today)
    opened = _of_the_customer(Complaint, today).filter(waiting).annotate(n=Count("pk"))
    return {
        Interaction: {"latest_interaction_on": Subquery(latest.values("day"))},
        Complaint: {"complaints_open": Coalesce(Subquery(opened.values("n")), 0)},
    }


def _of_the_customer(model: type[Fact], today: date) -> Any:
    rows: Any = model._base_manager.filter(
        customer_id=OuterRef("customer_id"), superseded_at__isnull=True, occurred_on__lte=today
    )
    return rows.order_by().values("customer_id")
