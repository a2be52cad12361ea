"""资料变更: who changed what of a customer's record, and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from jishi.customers.industries import industry_name
from jishi.customers.regions import region_text
from jishi.web.pages.customers.queries import changes as queries
from jishi.web.pages.settings.names import column_label
from jishi.web.pages.settings.presenters import Change, changes_of
from jishi.web.pages.settings.queries import ColumnName


if TYPE_CHECKING:
    from jishi.foundation.models import AuditEntry, User

SHOWN = 6
SHOWN_OF_ALL = 100
# Entries that say nothing to a reader (only the moment of a change) lie between those that do.
READ_PER_SHOWN = 4
# What changes with every save, and where a row came from.
UNTOLD = {"id", "version", "updated_at", "created_at", "batch_id", "is_demo"}


@dataclass(frozen=True)
class ChangeLine:
    recorded_at: datetime
    actor: str
    is_new: bool
    changes: Sequence[Change]


def lines_of(
    by: User, customer_id: int, lang: str, *, everything: bool
) -> tuple[list[ChangeLine], bool]:
    """The newest changes, and whether there are older ones."""
    most = SHOWN_OF_ALL if everything else SHOWN
    entries = queries.entries_of(customer_id, limit=most * READ_PER_SHOWN)
    names = _columns(by, entries, lang)
    actors = queries.user_names(e.actor_id for e in entries if e.actor_id is not None)
    lines = []
    for entry in entries:
        is_new = entry.action == "insert"
        changes = [] if is_new else changes_of(entry.before, entry.after, names)
        if is_new or changes:
            actor = actors.get(entry.actor_id or 0, "")
            lines.append(
                ChangeLine(entry.recorded_at, actor or _("The product itself"), is_new, changes)
            )
    return lines[:most], len(lines) > most


def _columns(by: User, entries: Iterable[AuditEntry], lang: str) -> dict[str, ColumnName]:
    """Column → what it is called, and the words for its stored values."""
    values: dict[str, set[Any]] = {}
    for entry in entries:
        for row in (entry.before, entry.after):
            for column in ("owner_id", "parent_id", "industry", "region"):
                value = (row or {}).get(column)
                if value:
                    values.setdefault(column, set()).add(value)
    groups = queries.group_names(by, values.get("parent_id", ()))
    words: dict[str, Mapping[Any, str]] = {
        "owner_id": queries.user_names(values.get("owner_id", ())),
        "parent_id": {
            pk: groups.get(pk, _("a customer you do not see")) for pk in values.get("parent_id", ())
        },
        "customer_type_id": queries.type_names(lang),
        "industry": {code: industry_name(code, lang) for code in values.get("industry", ())},
        "region": {code: region_text(code, lang) for code in values.get("region", ())},
        # SQLite keeps truth as 0 and 1.
        "is_archived": {0: _("no"), 1: _("yes")},
    }
    return {
        column: ColumnName(
            column_label(field),
            {
                str(value): str(label)
                for value, label in (
                    *getattr(field, "flatchoices", ()),
                    *words.get(column, {}).items(),
                )
            },
        )
        for column, field in queries.columns().items()
        if column not in UNTOLD
    }
