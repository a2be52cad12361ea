"""How complete, unique and fresh the customers are, over everything one may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from jishi.customers.models import ContactPosition, Customer
from jishi.facts.models import Complaint, Interaction, Order, Payment, SatisfactionAnswer
from jishi.foundation.writing import data_version


if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from jishi.foundation.models import User

GAPS_ON_A_PAGE = 50
_CACHED_SECONDS = 3600

_HAS_CONTACT = Exists(
    ContactPosition._base_manager.filter(customer=OuterRef("pk"), ended_on__isnull=True)
)

# What a customer can lack → (what it is called, why it matters, the customers that lack it).
GAPS: dict[str, tuple[_StrPromise, _StrPromise, Q]] = {
    "owner": (_("Owner"), _("nobody looks after the customer"), Q(owner__isnull=True)),
    "contact": (_("Contact"), _("nobody to call"), ~Q(_HAS_CONTACT)),
    "customer_type": (
        _("Customer type"),
        _("missing in classifications"),
        Q(customer_type__isnull=True),
    ),
    "industry": (_("Industry"), _("missing in comparisons"), Q(industry="", business="")),
    "region": (_("Region"), _("missing in territories"), Q(region="", city="")),
    "credit_code": (
        _("Unified social credit code"),
        _("duplicates cannot be told by it"),
        Q(credit_code=""),
    ),
    "reach": (_("Phone or e-mail"), _("cannot be reached"), Q(phone="", email="")),
    "payment_days": (
        _("Payment days"),
        _("delays cannot be judged"),
        Q(payment_days__isnull=True),
    ),
}


@dataclass(frozen=True, slots=True)
class Quality:
    """How many customers there are, how many lack what, and when each kind of fact was latest."""

    customers: int
    missing: dict[str, int]
    same_name: int
    latest: dict[str, date | None]


def _visible(user: User) -> QuerySet[Customer]:
    return Customer.objects.visible_to(user).filter(is_archived=False)


def quality(user: User) -> Quality:
    """Counted once per data version and person."""
    name = f"quality:{data_version()}:{user.pk}:{user.version}:{user.team_id}"
    found: Quality | None = cache.get(name)
    if found is None:
        found = _count(user)
        cache.set(name, found, _CACHED_SECONDS)
    return found


def _count(user: User) -> Quality:
    counts: dict[str, Any] = {
        key: Count("pk", filter=where) for key, (_name, _why, where) in GAPS.items()
    }
    totals = _visible(user).aggregate(customers=Count("pk"), **counts)
    customers = totals.pop("customers")
    repeated = (
        _visible(user).values("name").order_by("name").annotate(times=Count("pk"))
        .filter(times__gt=1)
    )  # fmt: skip
    return Quality(
        customers=customers,
        missing=totals,
        same_name=sum(row["times"] for row in repeated),
        latest={
            model._meta.model_name or "": _latest(model, user)
            for model in (Order, Payment, Interaction, SatisfactionAnswer, Complaint)
        },
    )


def _latest(model: Any, user: User) -> date | None:
    rows = model.objects.visible_to(user).filter(superseded_at__isnull=True)
    latest: date | None = rows.aggregate(latest=Max("occurred_on"))["latest"]
    return latest


def customers_with_gap(user: User, gap: str) -> QuerySet[Customer]:
    """The customers that lack `gap` (a key of GAPS), by name."""
    where = GAPS[gap][2]
    return _visible(user).filter(where).select_related("owner").order_by("name", "pk")
