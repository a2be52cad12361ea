"""Rows that can be mended in the page: a grid with a field for every wrong cell, and what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from jishi.ingest.enums import ImportStatus
from jishi.ingest.mending import (
    Cell,
    Mendable,
    MendableRow,
    cell_of,
    corrections_of,
    mendable,
    rows_mended,
)
from jishi.ingest.queries import import_summary
from jishi.ingest.services.mending import as_typed
from jishi.web import formats
from jishi.web.components.parts import Pages, query_with


if TYPE_CHECKING:
    from jishi.ingest.models import ImportJob

Shown = dict[str, Any]
Typed = Mapping[Cell, str]

ROWS_ON_A_PAGE = 50
# Each field is sent twice, with the text it was shown with; a form may hold 2,000.
_FIELDS_ON_A_PAGE = 800
# A character may take twelve bytes of a form, and a form may hold two megabytes.
_CHARS_ON_A_PAGE = 50_000
# Columns beyond these are folded away, unless there is something to mend in them.
COLUMNS_SHOWN = 10
_TEXT_SHOWN = 120
_NOW, _WAS = "c", "o"


@dataclass(frozen=True)
class Columns:
    """What the columns of one table are called."""

    label: str
    headings: Sequence[str]
    letters: Sequence[str]

    def name(self, column: int) -> str:
        known = column < len(self.headings)
        return f"{self.letters[column]} {self.headings[column]}" if known else str(column + 1)


def tables_of(job: ImportJob) -> dict[tuple[int, int], Columns]:
    """(file, sheet) → the columns, of every table that the mapping reads."""
    return {
        (int(one["number"]), int(one["sheet_index"])): Columns(
            one["file"] if one["is_text"] else f"{one['file']} · {one['sheet']}",
            one["columns"],
            one["letters"],
        )
        for one in import_summary(job).get("sources", {}).values()
    }


# --- what was typed ----------------------------------------------------------------------------
def _name(kind: str, cell: Cell) -> str:
    return f"{kind}.{cell.file}.{cell.sheet}.{cell.line}.{cell.column}"


def _cell(name: str) -> Cell | None:
    kind, *numbers = name.split(".")
    if kind != _NOW or len(numbers) != 4:
        return None
    if not all(number.isascii() and number.isdigit() and len(number) < 10 for number in numbers):
        return None
    return Cell(*(int(number) for number in numbers))


def typed_cells(post: QueryDict) -> dict[Cell, str]:
    """The cells of the form that hold something else than they were shown with."""
    found = {cell: name for name in post if (cell := _cell(name)) is not None}
    now = {cell: as_typed(str(post.get(name, ""))) for cell, name in found.items()}
    was = {cell: as_typed(str(post.get(_name(_WAS, cell), ""))) for cell in found}
    return {cell: text for cell, text in now.items() if text != was[cell]}


def typed_rows(job: ImportJob, typed: Typed) -> list[Shown]:
    """What somebody typed, to be read and copied."""
    tables = tables_of(job)
    unknown = Columns("", (), ())
    rows = []
    for cell, text in sorted(typed.items()):
        columns = tables.get((cell.file, cell.sheet), unknown)
        rows.append(
            {"file": columns.label, "line": cell.line, "column": columns.name(cell.column),
             "text": text}
        )  # fmt: skip
    return rows


# --- the grid ----------------------------------------------------------------------------------
def mend_part(job: ImportJob, params: QueryDict, typed: Typed) -> Shown:
    """The context of the grid and of the list of what was corrected."""
    part: Shown = {"mend": None, "left": [], "corrected": corrected_rows(job)}
    if job.status != ImportStatus.STAGED:
        return part
    found = mendable(job)
    if found.rows:
        part["mend"] = _grid(job, found, params, typed)
        shown = {cell for sheet in part["mend"]["sheets"] for cell in sheet["fields"]}
        part["left"] = typed_rows(job, {c: text for c, text in typed.items() if c not in shown})
    return part


def _grid(job: ImportJob, found: Mendable, params: QueryDict, typed: Typed) -> Shown:
    rows = found.rows
    asked = params.get("rows", "")
    size = _rows_on_a_page(rows)
    page = max(1, int(asked)) if asked.isdecimal() and len(asked) < 9 else 1
    page = min(page, -(-len(rows) // size))
    start = (page - 1) * size
    some = rows[start : start + size]
    tables = tables_of(job)
    places = dict.fromkeys((row.file, row.sheet) for row in some)

    def url(to: int) -> str:
        return f"{query_with(params, rows=to)}#mend"

    action = reverse("web:import_mend", args=[job.pk])
    return {
        "sheets": [
            _sheet(tables[place], [row for row in some if (row.file, row.sheet) == place], typed)
            for place in places
            if place in tables
        ],
        "pages": Pages(
            first=start + 1,
            last=start + len(some),
            total=len(rows),
            previous_url=url(page - 1) if page > 1 else "",
            next_url=url(page + 1) if start + size < len(rows) else "",
        ),
        "several_pages": len(rows) > size,
        "action": f"{action}{query_with(params)}" if params else action,
        "typed": bool(typed),
        "finding": _finding(found),
        "notes": _notes(some, found),
    }


def _rows_on_a_page(rows: list[MendableRow]) -> int:
    """As many as a form can carry, whichever rows they are."""
    fields = max(len(row.offered) for row in rows)
    chars = max(sum(len(row.text(place)) for place in row.offered) for row in rows)
    fit = min(_FIELDS_ON_A_PAGE // max(1, fields), _CHARS_ON_A_PAGE // max(1, chars))
    return max(1, min(ROWS_ON_A_PAGE, fit))


def _finding(found: Mendable) -> str:
    rejected, blank = found.rejected, found.blank
    parts = []
    if rejected:
        parts.append(
            ngettext("%(n)s rejected row.", "%(n)s rejected rows.", rejected)
            % {"n": formats.number(rejected)}
        )
    if blank:
        parts.append(
            ngettext(
                "%(n)s row to look at.",
                "%(n)s rows to look at.",
                blank,
            )
            % {"n": formats.number(blank)}
        )
    parts.append(
        _("Type what is right, then check again. Your file stays as it is; rows that stay wrong are not written.")
        if parts
        else _("Every row is right as it was corrected.")
    )  # fmt: skip
    return ("" if formats.is_chinese(get_language() or "") else " ").join(parts)


def _notes(shown: list[MendableRow], found: Mendable) -> list[str]:
    notes = []
    if any(place in row.alike for row in shown for place in row.reasons):
        notes.append(
            _("What says the same in several rows, as an order of several lines does, is corrected in all of them.")
        )  # fmt: skip
    if found.following:
        notes.append(
            ngettext(
                "%(n)s more row is rejected only because the head of its order is; it follows.",
                "%(n)s more rows are rejected only because the head of their order is; they follow.",
                found.following,
            )
            % {"n": formats.number(found.following)}
        )
    if found.elsewhere:
        notes.append(
            ngettext(
                "%(n)s more rejected row cannot be corrected cell by cell: it stands in the list below.",
                "%(n)s more rejected rows cannot be corrected cell by cell: they stand in the list below.",
                found.elsewhere,
            )
            % {"n": formats.number(found.elsewhere)}
        )
    if found.is_cut:
        notes.append(
            _("More rows are wrong than fit here. It is quicker to correct them in the file.")
        )
    return notes


def _sheet(columns: Columns, rows: list[MendableRow], typed: Typed) -> Shown:
    filled = [
        place
        for place in range(len(columns.headings))
        if any(place < len(row.texts) and row.texts[place] for row in rows)
    ]
    wanted = {place for row in rows for place in row.offered}
    others = [place for place in filled if place not in wanted]
    shown = sorted(wanted | set(others[: max(3, COLUMNS_SHOWN - len(wanted))]))
    rest = [place for place in filled if place not in shown]
    return {
        "label": columns.label,
        "head": [columns.name(place) for place in shown],
        "has_rest": bool(rest),
        "rows": [_row(columns, row, shown, rest, typed) for row in rows],
        "fields": [row.cell(place) for row in rows for place in row.offered],
    }


def _row(
    columns: Columns, row: MendableRow, shown: list[int], rest: list[int], typed: Typed
) -> Shown:
    return {
        "line": row.line,
        "rejected": row.rejected,
        "mended": not row.reasons,
        "reasons": row.reasons.get(None, []),
        "cells": [
            {
                "heading": columns.name(place),
                "text": _short(row.texts, place),
                "field": _field(columns, row, place, typed) if place in row.offered else None,
            }
            for place in shown
        ],
        "rest": [
            (columns.name(place), text) for place in rest if (text := _short(row.texts, place))
        ],
    }


def _short(texts: Sequence[str], place: int) -> str:
    text = texts[place] if place < len(texts) else ""
    return text if len(text) <= _TEXT_SHOWN else f"{text[:_TEXT_SHOWN]}…"


def _field(columns: Columns, row: MendableRow, place: int, typed: Typed) -> Shown:
    cell, now = row.cell(place), as_typed(row.text(place))
    correction = row.corrections.get(place)
    text = typed.get(cell, now)
    return {
        "name": _name(_NOW, cell),
        "was_name": _name(_WAS, cell),
        "id": _name(_NOW, cell).replace(".", "-"),
        "label": _("Line %(line)s, %(column)s") % {"line": row.line, "column": columns.name(place)},
        "was": now,
        "text": text,
        "is_long": "\n" in text or "\n" in now,
        "reasons": row.reasons.get(place, []),
        "wrong": place in row.reasons,
        "in_file": _short(row.texts, place) if correction else None,
    }


# --- the report --------------------------------------------------------------------------------
def corrected_rows(job: ImportJob) -> list[Shown]:
    """Every correction of an import: where, from what to what, who, when."""
    corrections = corrections_of(job)
    if not corrections:
        return []
    tables, counted = tables_of(job), rows_mended(job)
    unknown = Columns("", (), ())
    rows = []
    for one in corrections:
        columns = tables.get((one.file_number, one.sheet_index), unknown)
        rows.append(
            {
                "file": columns.label,
                "line": one.line,
                "column": columns.name(one.column_index),
                "before": one.before,
                "after": one.after,
                "by": str(one.by or _("The product itself")),
                "at": one.at,
                "counts": counted[cell_of(one)] > 0,
                "others": max(0, counted[cell_of(one)] - 1),
            }
        )
    return rows
