"""What the customer table counts: its totals, its facets and its views, each kept until data change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from django.core.cache import cache
from django.db.models import Aggregate, Avg, Case, Count, Exists, F, FloatField, Q, Sum, When
from django.db.models.functions import Cast, Substr

from jishi.customers.models import Customer, CustomerType
from jishi.foundation.enums import Scope
from jishi.foundation.models import User
from jishi.foundation.teams import users_in_subtree
from jishi.scoring.models import Standing
from jishi.web.pages.customers.columns import chosen
from jishi.web.pages.customers.queries.listing import FACET_PATHS, Asked, falls, listed, word_of
from jishi.web.pages.customers.queries.typical import means, medians
from jishi.web.pages.customers.state import FOOTERS, SILENT_DAYS


T = TypeVar("T")

CHOICES_PER_FACET = 30
KEPT_SECONDS = 900
LONGEST_ID = 18


# --- what they add up to -------------------------------------------------------------------------
@dataclass(frozen=True)
class Totals:
    """Sums over every customer of the table, whatever page is shown."""

    customers: int
    spend_e4: int | None = None
    margin_e4: int | None = None
    margin_pct: float | None = None
    contribution_pct: float | None = None
    overdue_e4: int | None = None
    orders: int | None = None
    complaints_open: int | None = None
    satisfaction_pct: float | None = None


def totals(asked: Asked) -> Totals:
    return kept(asked, "totals", lambda: _totals(asked))


def typical(asked: Asked) -> dict[str, float]:
    """Column → mean or median, when the footer is to show one; only of the columns that are shown."""
    if asked.state.footer == FOOTERS[0] or not asked.is_graded:
        return {}
    keys = [spec.key for spec in chosen(asked.state.columns)]
    work = means if asked.state.footer == "mean" else medians
    return kept(asked, _footer_name(asked), lambda: work(asked, keys))


def _footer_name(asked: Asked) -> str:
    return f"{asked.state.footer} {sorted(spec.key for spec in chosen(asked.state.columns))}"


def counted(asked: Asked) -> int:
    return kept(asked, "count", lambda: listed(asked).count())


def _totals(asked: Asked) -> Totals:
    if not asked.is_graded:
        return Totals(customers=counted(asked))
    found = listed(asked).aggregate(
        **sums(),
        contribution=Sum("contribution_pct"),
        satisfaction=Avg("satisfaction_pct"),
    )
    base = found["margin_base"]
    return Totals(
        customers=found["customers"],
        spend_e4=found["spend"],
        margin_e4=found["margin"],
        margin_pct=float(found["margin"] * 100 / base) if base else None,
        contribution_pct=found["contribution"],
        overdue_e4=found["overdue"],
        orders=found["order_count"],
        complaints_open=found["complaints"],
        satisfaction_pct=found["satisfaction"],
    )


def sums() -> dict[str, Aggregate]:
    """Name → what the standings of some customers add up to, in the table's footer and in its segments."""
    return {
        "customers": Count("pk"),
        "spend": Sum("spend_e4"),
        "spend_before": Sum("spend_year_ago_e4"),
        "margin": Sum("margin_e4"),
        "margin_base": Sum(_sales_with_known_cost()),
        "overdue": Sum("overdue_e4"),
        "order_count": Sum("orders"),
        "complaints": Sum("complaints_open"),
    }


def _sales_with_known_cost() -> Case:
    """What the margin of a customer stands on, worked out from it and its share; they stand on the lines
    whose cost is known, which need not be all. Without a margin at all it is taken to be all of them."""
    return Case(
        When(margin_pct=0, then=Cast("spend_e4", FloatField())),
        default=F("margin_e4") * 100.0 / F("margin_pct"),
        output_field=FloatField(),
    )


def facet_counts(asked: Asked) -> dict[str, list[tuple[str, int]]]:
    """Facet → (value, customers), the largest and what is chosen, each as if its own choice were open."""
    if not asked.is_graded:
        return {}
    return kept(asked, "facets", lambda: {facet: _counts(asked, facet) for facet in FACET_PATHS})


def _counts(asked: Asked, facet: str) -> list[tuple[str, int]]:
    rows = listed(asked, but=facet)
    path = FACET_PATHS[facet]
    if facet == "tag":
        # A customer may have several, and most have none.
        seen = rows.order_by().values("customer_id")
        rows = Customer.tags.through._default_manager.filter(customer_id__in=seen)
    if facet == "region":
        rows = rows.annotate(province=Substr("customer__region", 1, 2))
    counts = (
        rows.order_by()
        .values(path)
        .annotate(customers=Count("pk"))
        .order_by(F("customers").desc(), path)
        .values_list(path, "customers")
    )
    found = [(word_of(facet, value), n) for value, n in counts]
    on = asked.state.chosen.get(facet, ())
    return [*found[:CHOICES_PER_FACET], *(one for one in found[CHOICES_PER_FACET:] if one[0] in on)]


def view_counts(asked: Asked) -> dict[str, int]:
    """View → customers, with nothing else chosen."""
    return kept(asked, "views", lambda: _view_counts(asked), by_filters=False)


def _view_counts(asked: Asked) -> dict[str, int]:
    unscored = Customer.objects.visible_to(asked.by).filter(is_archived=False)
    if asked.run_id is None:
        return {"unscored": unscored.count()}
    since = asked.today - timedelta(days=SILENT_DAYS)
    silent = Q(latest_interaction_on__lt=since) | Q(latest_interaction_on__isnull=True)
    rows: Any = Standing.objects.visible_to(asked.by)
    counts: dict[str, int] = rows.aggregate(
        all=Count("pk"),
        key=Count("pk", filter=Q(is_key=True)),
        mine=Count("pk", filter=Q(customer__owner_id=asked.by.pk)),
        silent=Count("pk", filter=silent & Q(is_key=True)),
        overdue=Count("pk", filter=Q(overdue_e4__gt=0)),
        unassigned=Count("pk", filter=Q(customer__owner_id__isnull=True, is_key=True)),
    )
    counts["falling"] = rows.filter(Exists(falls(asked))).count()
    counts["unscored"] = unscored.filter(standing__isnull=True).count()
    return counts


def names_of(
    asked: Asked, counts: Mapping[str, list[tuple[str, int]]], lang: str
) -> dict[str, dict[str, str]]:
    """Facet → value → label, for the facets whose values are rows: owners and customer types. Of owners
    who are chosen and have none of the customers, those of customers that are seen."""
    ids = {int(value) for value, _count in counts.get("owner", ()) if value}
    owners = dict(User.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "name"))
    on = asked.state.chosen.get("owner", ())
    rest = {int(one) for one in on if one.isdecimal() and len(one) <= LONGEST_ID} - ids
    if rest:
        seen = Customer.objects.visible_to(asked.by).filter(owner_id__in=rest)
        owners |= dict(seen.order_by().values_list("owner_id", "owner__name").distinct())
    types = CustomerType.objects.order_by("position", "key").values_list("key", "name", "name_en")
    english = lang.startswith("en")
    return {
        "owner": {str(pk): name for pk, name in owners.items()},
        "type": {key: name_en if english and name_en else name for key, name, name_en in types},
    }


def are_kept(asked: Asked) -> bool:
    """Whether everything the table counts has been counted before."""
    names = [_name(asked, what, by_filters=by) for what, by in KEPT.items()]
    if asked.state.footer != FOOTERS[0]:
        names.append(_name(asked, _footer_name(asked), by_filters=True))
    return len(cache.get_many(names)) == len(names)


# What is counted → whether it depends on what is chosen.
KEPT = {"totals": True, "facets": True, "views": False}


def kept(asked: Asked, what: str, make: Callable[[], T], *, by_filters: bool = True) -> T:
    """What `make` counts, kept by the name of `what` until data change."""
    name = _name(asked, what, by_filters=by_filters)
    known: T | None = cache.get(name)
    if known is None:
        known = make()
        cache.set(name, known, KEPT_SECONDS)
    return known


def _name(asked: Asked, what: str, *, by_filters: bool) -> str:
    """One name per state of the data, run, day, who sees it, what is chosen and what a search finds."""
    by = asked.by
    led = sorted(users_in_subtree(by.team_id)) if by.scope is Scope.TEAM else []
    seen = "all" if by.scope is Scope.ALL else f"{by.pk} v{by.version} {led}"
    mine = by.pk if asked.state.view == "mine" or not by_filters else 0
    filters = asked.state.filters_key if by_filters else ()
    # A search also looks at contacts, which are no data that figures are made of.
    found = sorted(asked.matches or ()) if by_filters and asked.state.text else ()
    wanted = repr((what, asked.data_version, asked.run_id, asked.today, seen, mine, filters, found))
    return f"table-{hashlib.sha256(wanted.encode()).hexdigest()}"
