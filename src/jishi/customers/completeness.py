"""What is missing or malformed in a customer's archive (档案完整度)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.utils.timezone import localtime, make_aware
from django.utils.translation import gettext_lazy as _

from jishi.customers.industries import industries
from jishi.customers.models import ContactPosition, Customer
from jishi.customers.regions import regions
from jishi.foundation.identity import MalformedError, credit_code_normalised, phone_normalised
from jishi.foundation.models import User
from jishi.foundation.scope import ScopedQuerySet


if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

STALE_DAYS = 180

_CONTACT = Exists(
    ContactPosition._base_manager.filter(customer=OuterRef("pk"), ended_on__isnull=True)
)
_REACHABLE_CONTACT = Exists(
    ContactPosition._base_manager.filter(customer=OuterRef("pk"), ended_on__isnull=True)
    .exclude(contact__mobile="", contact__phone="", contact__email="", contact__wechat="")
)  # fmt: skip

# What a complete archive has → the customers that lack it. One definition for a customer and for all.
MISSING: dict[str, tuple[_StrPromise, Q]] = {
    "owner": (_("Owner"), Q(owner__isnull=True)),
    "customer_type": (_("Customer type"), Q(customer_type__isnull=True)),
    "industry": (_("Industry"), Q(industry="")),
    "size_class": (_("Size"), Q(size_class="", employees__isnull=True)),
    "region": (_("Region"), Q(region="", city="")),
    "address": (_("Address"), Q(address="")),
    "credit_code": (_("Unified social credit code"), Q(credit_code="")),
    "reach": (_("Phone or e-mail"), Q(phone="", email="") & ~Q(_REACHABLE_CONTACT)),
    "contact": (_("Contact"), ~Q(_CONTACT)),
    "needs": (_("Main needs"), Q(needs="")),
    "strategy": (_("Management strategy"), Q(strategy="")),
    "payment_days": (_("Payment days"), Q(payment_terms="", payment_days__isnull=True)),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """`kind` is missing, malformed or stale; `field` is a key of MISSING or a column."""

    field: str
    kind: str
    label: _StrPromise


@dataclass(frozen=True, slots=True)
class Completeness:
    """`share_pct` counts what is there of MISSING, 0 to 100, rounded down."""

    share_pct: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class GapCount:
    """How many of the customers one sees have a gap."""

    gap: Gap
    customers: int


def _malformed(check: Callable[[str], str]) -> Callable[[str], bool]:
    def is_malformed(value: str) -> bool:
        try:
            check(value)
        except MalformedError:
            return True
        return False

    return is_malformed


# Column → whether a value that is there cannot be right. Empty is never malformed.
MALFORMED: dict[str, tuple[_StrPromise, Callable[[str], bool]]] = {
    "credit_code": (_("Unified social credit code"), _malformed(credit_code_normalised)),
    "phone": (_("Phone"), _malformed(phone_normalised)),
    "region": (_("Region"), lambda value: value not in regions()),
    "industry": (_("Industry"), lambda value: value not in industries()),
}


def customer_completeness(by: User, customer_id: int, *, today: date) -> Completeness | None:
    """What one customer's archive lacks; None for a customer that `by` does not see."""
    flags = {
        f"lacks_{key}": ExpressionWrapper(where, output_field=BooleanField())
        for key, (_label, where) in MISSING.items()
    }
    rows = Customer.objects.visible_to(by).filter(pk=customer_id).annotate(**flags)
    customer = rows.order_by("pk").first()
    if customer is None:
        return None
    gaps = [
        Gap(key, "missing", label)
        for key, (label, _where) in MISSING.items()
        if getattr(customer, f"lacks_{key}")
    ]
    share_pct = 100 * (len(MISSING) - len(gaps)) // len(MISSING)
    for name, (label, is_malformed) in MALFORMED.items():
        value = getattr(customer, name)
        if value and is_malformed(value):
            gaps.append(Gap(name, "malformed", label))
    if localtime(customer.updated_at).date() < today - timedelta(days=STALE_DAYS):
        gaps.append(Gap("updated_at", "stale", _("Not touched for half a year")))
    return Completeness(share_pct, tuple(gaps))


def gap_report(by: User, *, today: date) -> list[GapCount]:
    """How many of the customers that `by` sees have each gap, archived ones left out.

    Two passes over the customers: one aggregate for what is missing, one reading of the four checked
    columns for what is malformed.
    """
    seen = _checked_customers(by)
    missing = seen.aggregate(**{k: Count("pk", filter=q) for k, (_label, q) in MISSING.items()})
    found = [
        GapCount(Gap(key, "missing", label), missing[key])
        for key, (label, _where) in MISSING.items()
    ]
    wrong = dict.fromkeys(MALFORMED, 0)
    checks = [(name, is_malformed) for name, (_label, is_malformed) in MALFORMED.items()]
    for values in seen.order_by().values_list(*MALFORMED).iterator(chunk_size=5_000):
        for (name, is_malformed), value in zip(checks, values, strict=True):
            if value and is_malformed(value):
                wrong[name] += 1
    found += [
        GapCount(Gap(name, "malformed", label), wrong[name])
        for name, (label, _check) in MALFORMED.items()
    ]
    stale = seen.filter(updated_at__lt=_stale_before(today)).count()
    found.append(GapCount(Gap("updated_at", "stale", _("Not touched for half a year")), stale))
    return found


def customers_lacking(by: User, key: str) -> QuerySet[Customer]:
    """The customers that lack `key` of MISSING, by name."""
    return _checked_customers(by).filter(MISSING[key][1]).order_by("name", "pk")


def _checked_customers(by: User) -> ScopedQuerySet[Customer]:
    return Customer.objects.visible_to(by).filter(is_archived=False)


def _stale_before(today: date) -> datetime:
    return make_aware(datetime.combine(today - timedelta(days=STALE_DAYS), time.min))
