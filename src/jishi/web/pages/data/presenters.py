"""How imports read: their state, their counts, what they change, and what is wrong with rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from jishi.foundation.enums import Permission
from jishi.ingest.enums import ImportStatus
from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.web import formats
from jishi.web.components.parts import Pages, Tab
from jishi.web.pages.data.values import value_text
from jishi.web.permissions import PageRequest
from jishi.web.wording import import_title


if TYPE_CHECKING:
    from jishi.ingest.mapping.fields import Field
    from jishi.ingest.models import ImportJob

Counts = Mapping[str, Mapping[str, Any]]

TONES = {
    ImportStatus.UNCLEAR: "due",
    ImportStatus.STAGED: "soon",
    ImportStatus.APPLIED: "done",
    ImportStatus.FAILED: "over",
}


def data_tabs(request: PageRequest) -> list[Tab]:
    view = request.resolver_match.view_name if request.resolver_match else ""
    return [
        Tab(_("Imports"), reverse("web:imports"), active=view == "web:imports"),
        Tab(_("Recipes"), reverse("web:imports_recipes"), active=view.endswith("_recipes")),
        Tab(_("Data quality"), reverse("web:imports_quality"), active=view.endswith("_quality")),
    ]


def step_labels() -> list[str]:
    return [_("Upload"), _("Read"), _("Map columns"), _("Check"), _("Write")]


def pages_of(page: Page[Any], url: Callable[[int], str]) -> Pages:
    """The pager below a list; `url` makes the address of page n."""
    return Pages(
        first=page.start_index(),
        last=page.end_index(),
        total=page.paginator.count,
        previous_url=url(page.previous_page_number()) if page.has_previous() else "",
        next_url=url(page.next_page_number()) if page.has_next() else "",
    )


# --- the list ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class JobRow:
    title: str
    url: str
    status: str
    tone: str
    counted: bool
    new: int
    changed: int
    unchanged: int
    rejected: int
    by: str
    created_at: datetime
    undo_url: str


def job_row(job: ImportJob, *, may_undo: bool) -> JobRow:
    totals = {
        name: sum(int(count.get(name, 0)) for count in entity_counts(job).values())
        for name in ("new", "changed", "unchanged", "rejected")
    }
    undoable = may_undo and job.status == ImportStatus.APPLIED
    return JobRow(
        title=import_title(job),
        url=reverse("web:import", args=[job.pk]),
        status=job.get_status_display(),
        tone=TONES.get(ImportStatus(job.status), ""),
        counted=bool(entity_counts(job)),
        by=str(job.by or _("The product itself")),
        created_at=job.created_at,
        undo_url=reverse("web:import_undo", args=[job.pk]) if undoable else "",
        **totals,
    )


def may_undo(request: PageRequest) -> bool:
    return request.user.may(Permission.IMPORT_UNDO)


# --- counts ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class CountRow:
    label: str
    new: int
    changed: int
    unchanged: int
    rejected: int
    amount: str

    @property
    def text(self) -> str:
        return _("%(new)s new, %(changed)s changed") % {
            "new": formats.number(self.new),
            "changed": formats.number(self.changed),
        }


def entity_counts(job: ImportJob) -> Counts:
    """Entity → counts, in the order in which entities are written."""
    counts: Counts = job.counts or {}
    return {name: counts[name] for name in ENTITIES if isinstance(counts.get(name), dict)}


def count_rows(job: ImportJob) -> list[CountRow]:
    return [
        CountRow(
            label=_(ENTITIES[name].label),
            new=int(count.get("new", 0)),
            changed=int(count.get("changed", 0)),
            unchanged=int(count.get("unchanged", 0)),
            rejected=int(count.get("rejected", 0)),
            amount=_accepted(count, job.currency),
        )
        for name, count in entity_counts(job).items()
    ]


def _accepted(count: Mapping[str, Any], currency: str) -> str:
    """The sum of the amounts; one of each currency, which are never added up."""
    if count.get("accepted_e4") is None:
        return ""
    sums = count.get("accepted_by_currency") or {currency: count["accepted_e4"]}
    return " + ".join(formats.money_full(int(some), each) for each, some in sums.items())


def counts_sentence(rows: Sequence[CountRow]) -> str:
    """The one sentence above the table: what is new, changed and rejected, in total."""
    new = sum(row.new for row in rows)
    changed = sum(row.changed for row in rows)
    rejected = sum(row.rejected for row in rows)
    if not new and not changed and not rejected:
        return _("Everything in the files is here already: nothing would change.")
    parts = []
    if new:
        parts.append(
            ngettext("%(n)s new record", "%(n)s new records", new) % {"n": formats.number(new)}
        )
    if changed:
        parts.append(
            ngettext("%(n)s changed record", "%(n)s changed records", changed)
            % {"n": formats.number(changed)}
        )
    if rejected:
        parts.append(
            ngettext("%(n)s rejected record", "%(n)s rejected records", rejected)
            % {"n": formats.number(rejected)}
        )
    joint = "，" if formats.is_chinese(get_language() or "") else ", "
    return joint.join(parts) + ("。" if joint == "，" else ".")


# --- what changes ------------------------------------------------------------------------------
@dataclass(frozen=True)
class ChangeRow:
    key: str
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Block:
    label: str
    note: str = ""
    head: Sequence[str] = ()
    rows: Sequence[Any] = ()


_SHOWN_CHANGES = 50


def _fields(entity: str) -> dict[str, Field]:
    """Database column → the field it belongs to."""
    return {field.column or field.name: field for field in ENTITIES[entity].fields}


def _change_row(key: str, field: Field | None, change: Mapping[str, Any]) -> ChangeRow:
    column, lang = change["field"], get_language() or "zh-hans"
    old, new = (value_text(field, column, change[which], lang) for which in ("old", "new"))
    return ChangeRow(key, _(field.label) if field else column, old, new)


def change_blocks(summary: Mapping[str, Any]) -> list[Block]:
    """Per entity, the changed values before and after."""
    blocks = []
    for name, data in summary.items():
        fields = _fields(name)
        rows = [
            _change_row(str(one["key"]), fields.get(change["field"]), change)
            for one in data.get("changes", ())
            for change in one["fields"]
        ]
        if rows:
            total = int(data.get("changed", 0))
            shown = len({row.key for row in rows[:_SHOWN_CHANGES]})
            note = (
                _("the first %(shown)s of %(total)s")
                % {"shown": shown, "total": formats.number(total)}
                if total > shown
                else ""
            )
            blocks.append(Block(_(ENTITIES[name].label), note, rows=rows[:_SHOWN_CHANGES]))
    return blocks


_HIDDEN_COLUMNS = {"k", "source", "line", "is_demo", "batch_id"}


def sample_blocks(summary: Mapping[str, Any]) -> list[Block]:
    """Per entity, the first new rows with the columns that hold something."""
    lang = get_language() or "zh-hans"
    blocks = []
    for name, data in summary.items():
        sample = data.get("sample") or []
        fields = _fields(name)
        columns = [
            column
            for column in (sample[0] if sample else {})
            if column in fields and column not in _HIDDEN_COLUMNS
            and any(row.get(column) not in (None, "") for row in sample)
        ]  # fmt: skip
        if columns:
            blocks.append(
                Block(
                    _(ENTITIES[name].label),
                    head=[_(fields[column].label) for column in columns],
                    rows=[
                        [value_text(fields[c], c, row.get(c), lang) for c in columns]
                        for row in sample
                    ],
                )
            )
    return blocks
