"""What the settings pages read beyond the rooms' own queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from jishi.customers.models import Contact, Customer, CustomerType
from jishi.foundation.models import AuditEntry, ExchangeRate, Team, User
from jishi.foundation.queries import TeamNode, demo_is_here, teams_in_order
from jishi.web.pages.settings.names import column_label, table_label


PEOPLE_ON_A_PAGE = 100
ENTRIES_ON_A_PAGE = 50
_INDENT = "　"


def _named(nodes: list[TeamNode]) -> list[tuple[int | str, str]]:
    return [(node.team.pk, _INDENT * node.depth + node.team.name) for node in nodes]


def team_choices() -> list[tuple[int | str, str]]:
    """All teams as an indented list, and none."""
    return [("", _("No team")), *_named(teams_in_order())]


def parent_choices(*, but: int | None) -> list[tuple[int | str, str]]:
    """The teams that `but` could be part of: not itself, nor any below it."""
    kept: list[TeamNode] = []
    inside: int | None = None
    for node in teams_in_order():
        if inside is not None and node.depth > inside:
            continue
        inside = node.depth if node.team.pk == but else None
        if inside is None:
            kept.append(node)
    return [("", _("The top: part of no team")), *_named(kept)]


def people(*, text: str, role: str, team_id: int | None, active: bool | None) -> QuerySet[User]:
    """Everybody who works here, narrowed, by name."""
    found = User.objects.select_related("team")
    if text:
        found = found.filter(
            Q(name__icontains=text) | Q(username__icontains=text) | Q(email__icontains=text)
        )
    if role:
        found = found.filter(role=role)
    if team_id is not None:
        found = found.filter(team_id=team_id)
    if active is not None:
        found = found.filter(is_active=active)
    return found.order_by("-is_active", "name", "pk")


def people_by_role() -> dict[str, int]:
    """Role → how many people who may sign in have it."""
    rows = User.objects.filter(is_active=True).values("role").order_by("role")
    return {row["role"]: row["n"] for row in rows.annotate(n=Count("pk"))}


def people_by_team() -> dict[int, int]:
    """Team → how many people who may sign in belong to it directly."""
    rows = User.objects.filter(is_active=True, team__isnull=False).values("team_id")
    return {row["team_id"]: row["n"] for row in rows.order_by("team_id").annotate(n=Count("pk"))}


def team_names() -> dict[int, str]:
    return dict(Team.objects.order_by("pk").values_list("pk", "name"))


def customer_types() -> QuerySet[CustomerType]:
    """The company's list in its order, each with how many customers have it."""
    everybody = Customer.objects.unscoped("an administrator counts over all customers")
    counted = everybody.filter(customer_type=OuterRef("pk")).order_by().values("customer_type")
    count = Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0)
    return CustomerType.objects.annotate(customers=count).order_by("position", "key")


def rates() -> QuerySet[ExchangeRate]:
    return ExchangeRate.objects.order_by("currency", "-valid_from", "pk")


# --- the demo company --------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DemoState:
    """Whether the demo company is here, and whether there is room to load it."""

    loaded: bool
    customers: int
    people: int
    database_is_empty: bool


def demo_state() -> DemoState:
    everybody = Customer.objects.unscoped("an administrator asks what is the demo's")
    customers = everybody.filter(is_demo=True).count()
    people_count = User.objects.filter(is_demo=True).count()
    return DemoState(
        loaded=demo_is_here(),
        customers=customers,
        people=people_count,
        database_is_empty=not everybody.exists(),
    )


# --- the audit trail ---------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TrailFilter:
    """What the trail is narrowed to."""

    table: str = ""
    row: str = ""
    actor_id: int | None = None
    request_id: str = ""
    before: int | None = None


def trail(asked: TrailFilter) -> tuple[list[AuditEntry], int | None]:
    """The newest entries, and the id to continue below (None at the end)."""
    found = AuditEntry.objects.all()
    if asked.table:
        found = found.filter(table_name=asked.table)
    if asked.row:
        found = found.filter(row_pk=asked.row)
    if asked.actor_id is not None:
        found = found.filter(actor_id=asked.actor_id)
    if asked.request_id:
        found = found.filter(request_id=asked.request_id)
    if asked.before is not None:
        found = found.filter(id__lt=asked.before)
    rows = list(found.order_by("-id")[: ENTRIES_ON_A_PAGE + 1])
    more = len(rows) > ENTRIES_ON_A_PAGE
    rows = rows[:ENTRIES_ON_A_PAGE]
    return rows, rows[-1].pk if more else None


def actor_names() -> dict[int, str]:
    """Everybody's name by id, those who left included."""
    return dict(User.objects.order_by("name", "pk").values_list("pk", "name"))


def audited_tables() -> dict[str, str]:
    """Database table → what one row of it is called."""
    from jishi.foundation.audit.triggers import audited_models

    named = {
        model._meta.db_table: table_label(model)
        for model in audited_models()
        if model.__module__.startswith("jishi.")
    }
    return dict(sorted(named.items(), key=lambda pair: pair[1]))


@dataclass(frozen=True, slots=True)
class ColumnName:
    """What a column is called, and how its stored values read."""

    label: str
    choices: dict[str, str]


def _words_of(field: models.Field[Any, Any]) -> dict[str, str]:
    """Stored value → what it means. SQLite keeps a yes as 1, PostgreSQL as true."""
    if isinstance(field, models.BooleanField):
        yes, no = _("yes"), _("no")
        return {"1": yes, "True": yes, "0": no, "False": no}
    if isinstance(field, models.ForeignKey) and field.related_model in _FEW:
        return {str(pk): name for pk, name in _names_of(field.related_model)}
    return {str(value): str(label) for value, label in getattr(field, "flatchoices", ())}


# Referred to by number in other rows, and few enough to name them all.
_FEW = (User, Team, CustomerType)


def _names_of(model: Any, **only: Any) -> Iterable[tuple[int, str]]:
    rows = model._base_manager.filter(**only).order_by("pk").values_list("pk", "name")
    return [(pk, str(name)) for pk, name in rows]


def row_names(entries: Iterable[AuditEntry]) -> dict[tuple[str, str], str]:
    """(table, row) → name, of the rows that have one and are still there."""
    wanted: dict[str, set[str]] = {}
    for entry in entries:
        wanted.setdefault(entry.table_name, set()).add(entry.row_pk)
    found = {}
    for model in (*_FEW, Customer, Contact):
        table = model._meta.db_table
        ids = [int(row) for row in wanted.get(table, ()) if row.isdecimal()]
        found.update({(table, str(pk)): name for pk, name in _names_of(model, pk__in=ids)})
    return found


def column_names(table: str) -> dict[str, ColumnName]:
    """The columns of one table; its number and its version say nothing to a reader."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table == table:
            return {
                str(field.column): ColumnName(column_label(field), _words_of(field))
                for field in model._meta.concrete_fields
                if field.column not in {"id", "version"}
            }
    return {}
