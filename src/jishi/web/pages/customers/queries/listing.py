"""The customer table: which customers, in which order, how many, and what they add up to."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, TypeVar

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import Avg, Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Substr

from jishi.customers.enums import TeamRole
from jishi.customers.models import AccountTeamMember, Customer, CustomerType
from jishi.customers.search import search
from jishi.foundation.enums import Scope
from jishi.foundation.models import User
from jishi.foundation.writing import data_version
from jishi.scoring.models import Standing, TierChange
from jishi.web.pages.customers.columns import BY_KEY
from jishi.web.pages.customers.queries.paging import (
    Order,
    PageOfRows,
    Rows,
    page_of,
    place_of,
    rows_ahead,
)
from jishi.web.pages.customers.state import SILENT_DAYS, ListState, Place


T = TypeVar("T")

FOUND = 500
CHOICES_PER_FACET = 30
KEPT_SECONDS = 900
FALLING_DAYS = 92

# Facet → the field of the standing it groups by.
FACET_PATHS: Mapping[str, str] = {
    "tier": "tier_key",
    "type": "customer__customer_type_id",
    "industry": "customer__industry",
    "stage": "customer__stage",
    "owner": "customer__owner_id",
    "region": "province",
    "size": "customer__size_class",
}
CUSTOMER_FIELDS = (
    "name", "short_name", "code", "customer_type_id", "industry", "stage", "needs", "strategy",
    "region", "city", "size_class", "owner_id", "owner__name", "customer_type__name",
    "customer_type__name_en", "customer_type__position", "updated_at",
)  # fmt: skip
STANDING_FIELDS = (
    "customer_id", "score_micro", "rank", "tier_key", "tier_position", "is_designated",
    "coverage_pct", "spend_e4", "margin_e4", "margin_pct", "growth_yoy_pct", "contribution_pct",
    "orders", "overdue_e4", "return_rate_pct", "satisfaction_pct", "complaints_open",
    "silence_ratio", "latest_order_on", "latest_interaction_on", "quarters_text",
)  # fmt: skip
ROW_FIELDS = (*STANDING_FIELDS, *(f"customer__{name}" for name in CUSTOMER_FIELDS))


@dataclass(frozen=True)
class Asked:
    """Who asks for which table on which day, and which run graded it (None: nothing is graded)."""

    by: User
    state: ListState
    today: date
    run_id: int | None

    @cached_property
    def matches(self) -> frozenset[int]:
        """The customers that a search for the table's text finds."""
        hits = search(by=self.by, text=self.state.text, limit=FOUND)
        return frozenset(hit.customer_id for hit in hits)

    @property
    def is_graded(self) -> bool:
        """Whether the table shows standings; otherwise it shows customers that have none."""
        return self.run_id is not None and self.state.view != "unscored"

    @property
    def order(self) -> Order:
        column = BY_KEY[self.state.sort_key]
        if self.is_graded:
            return Order(column.path, self.state.descending != column.inverted)
        path = column.path.removeprefix("customer__")
        if path == column.path:  # a figure that only graded customers have
            return Order("name", descending=False, pk="id")
        return Order(path, self.state.descending, pk="id")


# --- which customers -----------------------------------------------------------------------------
def listed(asked: Asked, *, but: str = "") -> QuerySet[Any]:
    """The customers of the table; `but` leaves one facet open."""
    if not asked.is_graded:
        return _ungraded(asked)
    rows: Any = Standing.objects.visible_to(asked.by)
    rows = _viewed(rows, asked)
    for facet, values in asked.state.chosen.items():
        if facet != but:
            rows = _chosen(rows, facet, values)
    narrowed: QuerySet[Any] = _matching(rows, asked, "customer_id", "customer__name")
    return narrowed


def _ungraded(asked: Asked) -> QuerySet[Any]:
    rows: Any = Customer.objects.visible_to(asked.by).filter(is_archived=False)
    if asked.run_id is not None:
        rows = rows.filter(standing__isnull=True)
    narrowed: QuerySet[Any] = _matching(rows, asked, "id", "name")
    return narrowed


def _viewed(rows: Any, asked: Asked) -> Any:
    match asked.state.view:
        case "key":
            return rows.filter(is_key=True)
        case "mine":
            return rows.filter(customer__owner_id=asked.by.pk)
        case "silent":
            since = asked.today - timedelta(days=SILENT_DAYS)
            silent = Q(latest_interaction_on__lt=since) | Q(latest_interaction_on__isnull=True)
            return rows.filter(silent, is_key=True)
        case "overdue":
            return rows.filter(overdue_e4__gt=0)
        case "falling":
            return rows.filter(Exists(_falls(asked)))
        case "unassigned":
            return rows.filter(customer__owner_id__isnull=True, is_key=True)
        case _:
            return rows


def _falls(asked: Asked) -> Any:
    since = asked.today - timedelta(days=FALLING_DAYS)
    return TierChange._base_manager.filter(
        customer_id=OuterRef("customer_id"), as_of__gte=since, is_up=False
    )


def _chosen(rows: Any, facet: str, values: tuple[str, ...]) -> Any:
    if facet == "region":
        some = Q()
        for value in values:
            some |= Q(customer__region__startswith=value) if value else Q(customer__region="")
        return rows.filter(some)
    path = FACET_PATHS[facet]
    wanted = [int(value) if facet == "owner" and value.isdigit() else value for value in values]
    known = [value for value in wanted if value != "" and (facet != "owner" or value != "none")]
    if facet == "owner":
        known = [value for value in known if isinstance(value, int) and value < 2**63]
    some = Q(**{f"{path}__in": known})
    if len(known) < len(wanted):
        some |= Q(**{f"{path}__isnull": True}) if facet in {"owner", "type"} else Q(**{path: ""})
    return rows.filter(some)


def _matching(rows: Any, asked: Asked, pk: str, name: str) -> Any:
    text = asked.state.text
    if not text:
        return rows
    return rows.filter(Q(**{f"{pk}__in": asked.matches}) | Q(**{f"{name}__icontains": text}))


# --- a page of them ------------------------------------------------------------------------------
def page(asked: Asked) -> PageOfRows:
    """The page that the address names; a place that cannot be read is the start."""
    state = asked.state
    try:
        return _page(asked, after=state.after, before=state.before)
    except (ValueError, ValidationError, OverflowError):
        return _page(asked, after=None, before=None)


def _page(asked: Asked, *, after: Place | None, before: Place | None) -> PageOfRows:
    rows, order = _rows(asked), asked.order
    found = page_of(rows, order, size=asked.state.size, after=after, before=before)
    if asked.is_graded:
        return found
    prefixed = [
        {"customer_id": row["id"], **{f"customer__{key}": value for key, value in row.items()}}
        for row in found.rows
    ]
    return PageOfRows(prefixed, found.has_previous, found.has_next)


def _rows(asked: Asked) -> Rows:
    rows = listed(asked)
    if asked.is_graded:
        return rows.values(*ROW_FIELDS)
    return rows.values("id", *CUSTOMER_FIELDS)


def place(asked: Asked, row: Mapping[str, Any]) -> Place:
    """Where a row of a page stands."""
    order = asked.order
    if asked.is_graded:
        return place_of(dict(row), order)
    return place_of({"id": row["customer_id"], order.path: row[f"customer__{order.path}"]}, order)


@dataclass(frozen=True)
class Neighbours:
    """A customer's place in the table one came from."""

    position: int
    total: int
    previous_id: int | None
    next_id: int | None


def neighbours(asked: Asked, customer_id: int) -> Neighbours | None:
    """None when the customer is not in that table."""
    order = asked.order
    rows = listed(asked).values(order.pk, order.path)
    mine = rows.filter(**{order.pk: customer_id}).order_by(order.pk).first()
    if mine is None:
        return None
    here = place_of(mine, order)
    ahead = page_of(rows, order, size=1, after=here, before=None).rows
    behind = page_of(rows, order, size=1, after=None, before=here).rows
    return Neighbours(
        position=rows_ahead(rows, order, here) + 1,
        total=counted(asked),
        previous_id=behind[0][order.pk] if behind else None,
        next_id=ahead[0][order.pk] if ahead else None,
    )


def colleagues(by: User, customer_ids: list[int]) -> dict[int, dict[str, list[str]]]:
    """Customer → role → names, for the roles the table has columns for."""
    rows = (
        AccountTeamMember.objects.visible_to(by)
        .filter(
            customer_id__in=customer_ids,
            ended_on__isnull=True,
            role__in=[TeamRole.REGIONAL_SALES, TeamRole.SOLUTION_SALES],
        )
        .order_by("customer_id", "started_on", "pk")
        .values_list("customer_id", "role", "user__name")
    )
    found: dict[int, dict[str, list[str]]] = {}
    for customer_id, role, name in rows:
        found.setdefault(customer_id, {}).setdefault(role, []).append(name)
    return found


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
    score_micro: int | None = None
    satisfaction_pct: float | None = None


def totals(asked: Asked) -> Totals:
    return _kept(asked, "totals", lambda: _totals(asked))


def counted(asked: Asked) -> int:
    return _kept(asked, "count", lambda: listed(asked).count())


def _totals(asked: Asked) -> Totals:
    if not asked.is_graded:
        return Totals(customers=counted(asked))
    found = listed(asked).aggregate(
        customers=Count("pk"),
        spend=Sum("spend_e4"),
        margin=Sum("margin_e4"),
        margin_base=Sum("spend_e4", filter=Q(margin_e4__isnull=False)),
        contribution=Sum("contribution_pct"),
        overdue=Sum("overdue_e4"),
        order_count=Sum("orders"),
        complaints=Sum("complaints_open"),
        score=Avg("score_micro"),
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
        score_micro=None if found["score"] is None else round(found["score"]),
        satisfaction_pct=found["satisfaction"],
    )


def facet_counts(asked: Asked) -> dict[str, list[tuple[str, int]]]:
    """Facet → (value, customers), the largest first, each as if its own choice were open."""
    if not asked.is_graded:
        return {}
    return _kept(asked, "facets", lambda: {facet: _counts(asked, facet) for facet in FACET_PATHS})


def _counts(asked: Asked, facet: str) -> list[tuple[str, int]]:
    rows = listed(asked, but=facet)
    path = FACET_PATHS[facet]
    if facet == "region":
        rows = rows.annotate(province=Substr("customer__region", 1, 2))
    counts = (
        rows.order_by()
        .values(path)
        .annotate(customers=Count("pk"))
        .order_by(F("customers").desc(), path)
        .values_list(path, "customers")
    )
    return [("" if value is None else str(value), n) for value, n in counts[:CHOICES_PER_FACET]]


def view_counts(asked: Asked) -> dict[str, int]:
    """View → customers, with nothing else chosen."""
    return _kept(asked, "views", lambda: _view_counts(asked), by_filters=False)


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
    counts["falling"] = rows.filter(Exists(_falls(asked))).count()
    counts["unscored"] = unscored.filter(standing__isnull=True).count()
    return counts


def names_of(counts: Mapping[str, list[tuple[str, int]]], lang: str) -> dict[str, dict[str, str]]:
    """Facet → value → label, for the facets whose values are rows: owners and customer types."""
    ids = [int(value) for value, _count in counts.get("owner", ()) if value]
    owners = User.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "name")
    types = CustomerType.objects.order_by("position", "key").values_list("key", "name", "name_en")
    english = lang.startswith("en")
    return {
        "owner": {str(pk): name for pk, name in owners},
        "type": {key: name_en if english and name_en else name for key, name, name_en in types},
    }


def _kept(asked: Asked, what: str, make: Callable[[], T], *, by_filters: bool = True) -> T:
    """Counted once per state of the data, run, day, who sees it and what is chosen."""
    by = asked.by
    seen = "all" if by.scope is Scope.ALL else f"{by.pk} v{by.version}"
    mine = by.pk if asked.state.view == "mine" or not by_filters else 0
    filters = asked.state.filters_key if by_filters else ()
    wanted = repr((what, data_version(), asked.run_id, asked.today, seen, mine, filters))
    name = f"table-{hashlib.sha256(wanted.encode()).hexdigest()}"
    known: T | None = cache.get(name)
    if known is None:
        known = make()
        cache.set(name, known, KEPT_SECONDS)
    return known
