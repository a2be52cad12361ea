"""How complete, unique and fresh the customers are, over everything one may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db.models import Count, Max, QuerySet

from jishi.customers.completeness import MISSING, GapCount, customers_lacking, gap_report
from jishi.customers.models import Customer
from jishi.facts.models import Complaint, Interaction, Order, Payment, SatisfactionAnswer
from jishi.foundation.writing import data_version


if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from jishi.foundation.models import User

GAPS_ON_A_PAGE = 20
_CACHED_SECONDS = 3600
_FRESH = (Order, Payment, Interaction, SatisfactionAnswer, Complaint)


@dataclass(frozen=True, slots=True)
class Quality:
    """How many customers there are, how many have which gap, how many share a name, and the latest
    day of each kind of fact."""

    customers: int
    gaps: tuple[GapCount, ...]
    same_name: int
    latest: tuple[tuple[_StrPromise | str, date | None], ...]


def quality(user: User, *, today: date) -> Quality:
    """Counted once per data version, person and day."""
    name = f"quality:{data_version()}:{user.pk}:{user.version}:{today}"
    found: Quality | None = cache.get(name)
    if found is None:
        found = _count(user, today)
        cache.set(name, found, _CACHED_SECONDS)
    return found


def _count(user: User, today: date) -> Quality:
    seen = Customer.objects.visible_to(user).filter(is_archived=False)
    repeated = seen.values("name").order_by("name").annotate(times=Count("pk"))
    return Quality(
        customers=seen.count(),
        gaps=tuple(gap_report(user, today=today)),
        same_name=sum(row["times"] for row in repeated.filter(times__gt=1)),
        latest=tuple((model._meta.verbose_name or "", _latest(model, user)) for model in _FRESH),
    )


def _latest(model: Any, user: User) -> date | None:
    rows = model.objects.visible_to(user).filter(superseded_at__isnull=True)
    latest: date | None = rows.aggregate(latest=Max("occurred_on"))["latest"]
    return latest


def customers_with_gap(user: User, gap: str) -> QuerySet[Customer]:
    """The customers that lack `gap`, by name; none for a gap that is not known."""
    if gap not in MISSING:
        return Customer.objects.none()
    return customers_lacking(user, gap).select_related("owner")
