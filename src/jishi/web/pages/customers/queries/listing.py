"""The customer table: which customers, in which order, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, IntegerChoices, OuterRef, Q, QuerySet

from jishi.customers.enums import TeamRole
from jishi.customers.models import AccountTeamMember, Customer
from jishi.customers.search import customers_found, search
from jishi.foundation.enums import Scope
from jishi.foundation.models import User
from jishi.foundation.writing import data_version
from jishi.scoring.enums import AbcClass, PurchaseFrequency
from jishi.scoring.models import Standing, TierChange
from jishi.web.pages.customers.columns import BY_KEY
from jishi.web.pages.customers.queries.paging import (
    Order,
    PageOfRows,
    Rows,
    nearest,
    page_of,
    place_of,
    rows_ahead,
)
from jishi.web.pages.customers.state import SILENT_DAYS, ListState, Place


# So many hits of a search are "many": the table then asks the index itself.
MANY_FOUND = 100
FALLING_DAYS = 92
# A page is looked for among so many pages' worth of rows before everything that is chosen is sorted.
STRETCH_PAGES = 40

# Facets whose values are numbers in the database and words in the address.
CODED: Mapping[str, type[IntegerChoices]] = {"frequency": PurchaseFrequency, "abc": AbcClass}
# Facet → the field of the standing it groups by; tags are counted among the tags themselves.
FACET_PATHS: Mapping[str, str] = {
    "tier": "tier_key",
    "type": "customer__customer_type_id",
    "industry": "customer__industry",
    "stage": "customer__stage",
    "owner": "customer__owner_id",
    "region": "province",
    "size": "customer__size_class",
    "frequency": "purchase_frequency",
    "abc": "abc_class",
    "tag": "tag__name",
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
    "purchase_frequency", "abc_class",
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
    def matches(self) -> frozenset[int] | None:
        """The customers that a search for the table's text finds; None when they are many."""
        hits = search(by=self.by, text=self.state.text, limit=MANY_FOUND)
        found = frozenset(hit.customer_id for hit in hits)
        return found if len(hits) < MANY_FOUND else None

    @cached_property
    def data_version(self) -> int:
        return data_version()

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
    narrowed: QuerySet[Any] = _matching(rows, asked, "customer_id")
    return narrowed


def _ungraded(asked: Asked) -> QuerySet[Any]:
    rows: Any = Customer.objects.visible_to(asked.by).filter(is_archived=False)
    if asked.run_id is not None:
        rows = rows.filter(standing__isnull=True)
    narrowed: QuerySet[Any] = _matching(rows, asked, "id")
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
            return rows.filter(Exists(falls(asked)))
        case "unassigned":
            return rows.filter(customer__owner_id__isnull=True, is_key=True)
        case _:
            return rows


def falls(asked: Asked) -> Any:
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
    if facet == "tag":
        tagged = Customer.tags.through._default_manager.order_by()
        named = tagged.filter(tag__name__in=[value for value in values if value])
        some = Q(customer_id__in=named.values("customer_id"))
        if "" in values:
            some |= ~Q(customer_id__in=tagged.values("customer_id"))
        return rows.filter(some)
    path = FACET_PATHS[facet]
    if facet in CODED:
        codes = {word_of(facet, one.value): one.value for one in CODED[facet]}
        some = Q(**{f"{path}__in": [codes[value] for value in values if value in codes]})
        return rows.filter(some | Q(**{f"{path}__isnull": True}) if "" in values else some)
    wanted = [int(value) if facet == "owner" and value.isdecimal() else value for value in values]
    known = [value for value in wanted if value != "" and (facet != "owner" or value != "none")]
    if facet == "owner":
        known = [value for value in known if isinstance(value, int) and value < 2**63]
    some = Q(**{f"{path}__in": known})
    if len(known) < len(wanted):
        some |= Q(**{f"{path}__isnull": True}) if facet in {"owner", "type"} else Q(**{path: ""})
    return rows.filter(some)


def word_of(facet: str, value: Any) -> str:
    """A value that a facet groups by as it stands in the address; empty where there is none."""
    if value is None:
        return ""
    return CODED[facet](value).name.lower() if facet in CODED else str(value)


def _matching(rows: Any, asked: Asked, pk: str) -> Any:
    """Few are named one by one; many are whoever the index finds."""
    text = asked.state.text
    if not text:
        return rows
    matches = asked.matches
    wanted = customers_found(asked.by, text) if matches is None else matches
    return rows.filter(**{f"{pk}__in": wanted})


# --- a page of them ------------------------------------------------------------------------------
def page(asked: Asked) -> PageOfRows:
    """The page that the address names; a place that cannot be read is the start."""
    state = asked.state
    try:
        return _page(asked, after=state.after, before=state.before)
    except (ValueError, ValidationError, OverflowError):
        return _page(asked, after=None, before=None)


def _page(asked: Asked, *, after: Place | None, before: Place | None) -> PageOfRows:
    """First which rows, by narrow columns that the database can sort; then what they show."""
    order = asked.order
    narrow = listed(asked).values(order.pk, order.path)
    after, before = _with_value(narrow, order, after), _with_value(narrow, order, before)
    found = _among_the_next(asked, narrow, after=after, before=before)
    if found is None:
        found = page_of(narrow, order, size=asked.state.size, after=after, before=before)
    shown = _shown(asked, [row[order.pk] for row in found.rows])
    return PageOfRows(shown, found.has_previous, found.has_next)


def _with_value(rows: Rows, order: Order, place: Place | None) -> Place | None:
    """The place with the sort value of its row, where the address does not hold it; None when the row
    has gone from the table."""
    if place is None or not place.by_row:
        return place
    row = rows.filter(**{order.pk: place.pk}).order_by(order.pk).first()
    return place_of(row, order) if row is not None else None


def _among_the_next(
    asked: Asked, narrow: Rows, *, after: Place | None, before: Place | None
) -> PageOfRows | None:
    """The page out of the rows that come next in the table without its filters; None if they do not fill it.

    What is chosen often is a good part of everybody, and then the database would collect and sort that
    part; so a page is first looked for in a short stretch of the index.
    """
    state, order = asked.state, asked.order
    is_narrowed = bool(state.chosen) or state.view not in {"all", "key"}
    if not asked.is_graded or not is_narrowed or state.text or asked.by.scope is not Scope.ALL:
        return None
    everybody: Any = Standing.objects.visible_to(asked.by)
    near = nearest(
        everybody.values(order.pk, order.path), order,
        count=state.size * STRETCH_PAGES, after=after, before=before,
    )  # fmt: skip
    if near is None:
        return None
    found = page_of(
        narrow.filter(**{f"{order.pk}__in": near}), order,
        size=state.size, after=after, before=before,
    )  # fmt: skip
    is_full = found.has_previous if before is not None else found.has_next
    return found if is_full else None


def _shown(asked: Asked, pks: list[int]) -> list[dict[str, Any]]:
    """The columns of some customers, in the order given."""
    if asked.is_graded:
        graded = Standing.objects.visible_to(asked.by).filter(pk__in=pks).order_by("pk")
        by_pk = {row["customer_id"]: row for row in graded.values(*ROW_FIELDS)}
    else:
        fresh = Customer.objects.visible_to(asked.by).filter(pk__in=pks).order_by("pk")
        by_pk = {
            row["id"]: {
                "customer_id": row["id"],
                **{f"customer__{key}": value for key, value in row.items()},
            }
            for row in fresh.values("id", *CUSTOMER_FIELDS)
        }
    return [by_pk[pk] for pk in pks]


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


def neighbours(asked: Asked, customer_id: int, *, total: int) -> Neighbours | None:
    """None when the customer is not in that table. `total` is the number of customers in it."""
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
        total=total,
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
