"""How the settings read: tabs, the matrix of roles, the lines of the audit trail."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.foundation.enums import PERMISSIONS, SCOPES, Permission, Role, Scope
from jishi.foundation.money import from_e4
from jishi.web import formats
from jishi.web.components.parts import Tab
from jishi.web.pages.settings.queries import ColumnName
from jishi.web.permissions import PageRequest


if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    import jishi.foundation.models


PERMISSION_NAMES: dict[Permission, _StrPromise] = {
    Permission.CUSTOMER_VIEW: gettext_lazy("See customers"),
    Permission.CUSTOMER_EDIT: gettext_lazy("Change customers"),
    Permission.CUSTOMER_CREATE: gettext_lazy("Add customers"),
    Permission.CUSTOMER_ASSIGN: gettext_lazy("Assign owners and account teams"),
    Permission.CUSTOMER_EXPORT: gettext_lazy("Export customers"),
    Permission.FACT_RECORD: gettext_lazy("Record interactions and ratings"),
    Permission.IMPORT_RUN: gettext_lazy("Import files"),
    Permission.IMPORT_UNDO: gettext_lazy("Undo imports"),
    Permission.SCHEME_VIEW: gettext_lazy("See scoring schemes"),
    Permission.SCHEME_DRAFT: gettext_lazy("Draft scoring schemes"),
    Permission.SCHEME_ACTIVATE: gettext_lazy("Put a scheme into force"),
    Permission.SCORE_RUN: gettext_lazy("Run the scoring"),
    Permission.DESIGNATE: gettext_lazy("Set a tier by decision"),
    Permission.USER_MANAGE: gettext_lazy("Manage users, teams and the company"),
    Permission.AUDIT_VIEW: gettext_lazy("Read the audit trail"),
    Permission.DEMO_REMOVE: gettext_lazy("Load and remove the demo company"),
}

SCOPE_NAMES: dict[Scope, _StrPromise] = {
    Scope.OWN: gettext_lazy("Own customers and those whose account team names them"),
    Scope.TEAM: gettext_lazy("Customers of the own team and the teams below it"),
    Scope.ALL: gettext_lazy("All customers"),
}


def settings_tabs(request: PageRequest) -> list[Tab]:
    """The sections of the settings that this user may open."""
    view = request.resolver_match.view_name if request.resolver_match else ""
    may = request.user.may
    manages = may(Permission.USER_MANAGE)
    sections: list[tuple[str, str, tuple[str, ...], bool]] = [
        (_("Preferences"), "web:settings", (), True),
        (_("Company"), "web:settings_company", ("web:settings_rate",), manages),
        (_("Users"), "web:settings_people", ("web:settings_person",), manages),
        (_("Teams"), "web:settings_teams", ("web:settings_team",), manages),
        (_("Customer types"), "web:settings_types", ("web:settings_type",), manages),
        (_("Roles"), "web:settings_roles", (), True),
        (_("Demo company"), "web:settings_demo", (), may(Permission.DEMO_REMOVE)),
        (_("Audit trail"), "web:settings_trail", (), may(Permission.AUDIT_VIEW)),
    ]
    return [
        Tab(label, reverse(name), active=view == name or view.startswith(more))
        if more
        else Tab(label, reverse(name), active=view == name)
        for label, name, more, shown in sections
        if shown
    ]


# --- roles -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class RoleColumn:
    name: str
    people: int
    scope: str


@dataclass(frozen=True)
class PermissionRow:
    name: str
    allowed: list[bool]


def role_matrix(people: Mapping[str, int]) -> tuple[list[RoleColumn], list[PermissionRow]]:
    """Roles across, permissions down, straight from the code that enforces them."""
    roles = list(Role)
    columns = [
        RoleColumn(str(role.label), people.get(role.value, 0), str(SCOPE_NAMES[SCOPES[role]]))
        for role in roles
    ]
    rows = [
        PermissionRow(
            str(PERMISSION_NAMES[permission]),
            [permission in PERMISSIONS[role] for role in roles],
        )
        for permission in Permission
    ]
    return columns, rows


# --- exchange rates ----------------------------------------------------------------------------
def rate_text(rate_e8: int) -> str:
    """7.1 rather than 7.10000000, and never 1E+2."""
    return format(Decimal(rate_e8).scaleb(-8).normalize(), "f")


# --- the audit trail ---------------------------------------------------------------------------
@dataclass(frozen=True)
class Change:
    """One column of one changed row."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class TrailLine:
    """One entry of the trail as a person reads it."""

    recorded_at: Any
    actor: str
    what: str
    row: str
    name: str
    action: str
    tone: str
    url: str
    request_id: str
    changes: Sequence[Change]


_SHOWN_CHARS = 300
_TABLE_PAGES = {
    "customers_customer": "web:customer",
    "foundation_user": "web:settings_person",
    "foundation_team": "web:settings_team",
}


def _text(column: str, value: Any, choices: Mapping[str, str]) -> str:
    """A stored value as a person reads it: words for codes, units for integers, local time."""
    if value is None or value == "":
        return formats.MISSING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if str(value) in choices:
        return choices[str(value)]
    if isinstance(value, int) and column.endswith("_e4"):
        return f"{from_e4(value):,.2f}"
    if isinstance(value, int) and column.endswith("_milli"):
        return formats.quantity(value)
    if isinstance(value, str) and column.endswith(("_at", "_login", "_joined")):
        return _local_time(value)
    text = _readable_json(value)
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…"


def _readable_json(value: Any) -> str:
    """Characters as themselves: the database keeps its JSON columns as text with escapes."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except ValueError:
            return str(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _local_time(stored: str) -> str:
    """SQLite writes moments without a zone, in UTC; PostgreSQL with one."""
    try:
        moment = datetime.fromisoformat(stored)
    except ValueError:
        return stored
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S")


def changes_of(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    columns: Mapping[str, ColumnName],
) -> list[Change]:
    """The columns that differ; of a new or deleted row, those that held something."""
    old, new = before or {}, after or {}
    found = []
    for column, named in columns.items():
        was, is_now = old.get(column), new.get(column)
        if was == is_now or (was in (None, "") and is_now in (None, "")):
            continue
        found.append(
            Change(
                named.label,
                _text(column, was, named.choices),
                _text(column, is_now, named.choices),
            )
        )
    return found


def _row_url(table: str, row: str, action: str) -> str:
    name = _TABLE_PAGES.get(table)
    if name is None or action == "delete" or not row.isdecimal():
        return ""
    try:
        return reverse(name, args=[int(row)])
    except NoReverseMatch:
        return ""


def trail_lines(
    entries: Sequence[jishi.foundation.models.AuditEntry],
    *,
    actors: Mapping[int, str],
    tables: Mapping[str, str],
    columns: Mapping[str, Mapping[str, ColumnName]],
    names: Mapping[tuple[str, str], str],
) -> list[TrailLine]:
    actions = {
        "insert": (_("was added"), "done"),
        "update": (_("was changed"), "soon"),
        "delete": (_("was deleted"), "over"),
    }
    lines = []
    for entry in entries:
        action, tone = actions.get(entry.action, (entry.action, ""))
        if (
            entry.action == "update" and entry.before == entry.after
        ):  # only what the trail leaves out
            action = _("got a new password")
        actor = (
            _("The product itself")
            if entry.actor_id is None
            else actors.get(entry.actor_id, _("User %(id)s") % {"id": entry.actor_id})
        )
        lines.append(
            TrailLine(
                recorded_at=entry.recorded_at,
                actor=actor,
                what=tables.get(entry.table_name, entry.table_name),
                row=entry.row_pk,
                name=names.get((entry.table_name, entry.row_pk), ""),
                action=action,
                tone=tone,
                url=_row_url(entry.table_name, entry.row_pk, entry.action),
                request_id=entry.request_id,
                changes=changes_of(entry.before, entry.after, columns.get(entry.table_name, {})),
            )
        )
    return lines
