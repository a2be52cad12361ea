"""Reads of schemes, runs and standings. Each starts from who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from jishi.customers.models import Customer
from jishi.foundation.models import User
from jishi.scoring.enums import SchemeStatus
from jishi.scoring.models import Designation, Run, SchemeVersion, Standing, TierChange


@dataclass(frozen=True, slots=True)
class TierInfo:
    """A tier of a scheme as pages show it."""

    key: str
    label_zh: str
    label_en: str
    seal: str
    form: str
    is_key: bool
    position: int

    def label(self, language: str) -> str:
        return self.label_zh if language.lower().startswith("zh") else self.label_en


def tiers_of(version: SchemeVersion) -> list[TierInfo]:
    """The tiers of a scheme version, best first."""
    return [
        TierInfo(
            key=tier["key"],
            label_zh=tier["label"]["zh"],
            label_en=tier["label"]["en"],
            seal=tier["seal"],
            form=tier["form"],
            is_key=tier.get("is_key", True),
            position=position,
        )
        for position, tier in enumerate(version.body["tiers"])
    ]


def scheme_versions(*, by: User | None) -> QuerySet[SchemeVersion]:
    """All versions of all schemes: the one in force first, then by key, newest version first."""
    rows = SchemeVersion.objects.select_related("author")
    return rows.order_by("status", "key", "-number", "pk")


def scheme_in_force() -> SchemeVersion | None:
    """The scheme that decides the tiers."""
    return SchemeVersion.objects.filter(status=SchemeStatus.ACTIVE).order_by("pk").first()


def scheme_by_key(key: str) -> SchemeVersion | None:
    """The version of a scheme to use: the one in force, else the newest that is not retired."""
    rows = SchemeVersion.objects.filter(key=key).exclude(status=SchemeStatus.RETIRED)
    active = rows.filter(status=SchemeStatus.ACTIVE).order_by("pk").first()
    return active or rows.order_by("-number", "pk").first()


def scheme_named(name: str) -> SchemeVersion | None:
    """A version by `key.number`; by `key` alone the one that `scheme_by_key` says."""
    key, _dot, number = name.partition(".")
    if not number:
        return scheme_by_key(key)
    if not (number.isdecimal() and len(number) < 9):
        return None
    rows = SchemeVersion.objects.filter(key=key, number=int(number))
    return rows.order_by("pk").first()


def run_latest() -> Run | None:
    """The run that the standings come from."""
    rows = Run.objects.filter(is_published=True).select_related("scheme_version")
    return rows.order_by("-pk").first()


def runs_recent(*, limit: int = 50) -> QuerySet[Run]:
    """The newest runs, published or not."""
    return Run.objects.select_related("scheme_version", "by").order_by("-pk")[:limit]


def tiers_in_force() -> list[TierInfo]:
    """The tiers of the latest published run; before any run, those of the scheme in force."""
    run = run_latest()
    version = run.scheme_version if run else scheme_in_force()
    return tiers_of(version) if version else []


def standings(*, by: User | None) -> QuerySet[Standing]:
    """Where the customers that `by` sees stand, best first."""
    rows = Standing.objects.all()
    seen = rows.unscoped("the product itself asks") if by is None else rows.visible_to(by)
    found: QuerySet[Standing] = seen.select_related("customer").order_by("rank", "pk")
    return found


def tier_counts(*, by: User | None) -> dict[str, int]:
    """How many of the customers that `by` sees are in each tier."""
    rows = standings(by=by).order_by().values_list("tier_key")
    return dict(rows.annotate(n=Count("pk")).order_by("tier_key"))


def tier_changes(
    *, by: User | None, since: date | None = None, customer: Customer | None = None
) -> QuerySet[TierChange]:
    """Moves between tiers, newest first."""
    rows = TierChange.objects.all()
    seen = rows.unscoped("the product itself asks") if by is None else rows.visible_to(by)
    if since is not None:
        seen = seen.filter(as_of__gte=since)
    if customer is not None:
        seen = seen.filter(customer=customer)
    found: QuerySet[TierChange] = seen.select_related("customer", "run__scheme_version").order_by(
        "-run_id", "pk"
    )
    return found


def designations(*, by: User | None, on: date) -> QuerySet[Designation]:
    """Decisions in force on a day, oldest first."""
    rows = Designation.objects.all()
    seen = rows.unscoped("the product itself asks") if by is None else rows.visible_to(by)
    found: QuerySet[Designation] = (
        seen.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=on), ended_at__isnull=True)
        .select_related("customer", "by")
        .order_by("created_at", "pk")
    )
    return found


def designation_of(*, by: User, customer_id: int, on: date) -> Designation | None:
    """The decision in force for a customer that `by` sees."""
    return designations(by=by, on=on).filter(customer_id=customer_id).last()


def indicator_texts(key: str) -> dict[str, Any]:
    """What a page says about an indicator: English source texts, to be translated where they are shown."""
    from jishi.analytics.indicators import FAMILIES, indicator_for

    one = indicator_for(key)
    return {
        "key": one.key,
        "label": one.label,
        "family": FAMILIES[one.family],
        "unit": one.unit.value,
        "direction": one.direction.value,
        "question": one.question,
        "formula": one.formula_text,
        "tables": one.source_tables,
        "is_windowed": one.windowed,
    }
