"""How the numbers and dates of an import's files are written, as far as the files show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from jishi.ingest.binding import BindingError, bind
from jishi.ingest.enums import ImportStatus
from jishi.ingest.mapping.recipe import Recipe
from jishi.ingest.models import ImportJob
from jishi.ingest.queries import import_parsed, import_summary
from jishi.ingest.staging import evidence
from jishi.ingest.staging.marks import columns_used


_ROWS = 2000
_CHECKED = (ImportStatus.STAGED, ImportStatus.APPLIED, ImportStatus.UNDONE)

Place = tuple[int, int]  # number of the file, index of the sheet


@dataclass(frozen=True)
class FoundMarks:
    """Each as found; "" when the values allow both; None when nothing is written that way."""

    decimal: str | None
    date_order: str | None


def marks_found(job: ImportJob) -> dict[Place, FoundMarks]:
    """The marks of every table that the import's mapping reads, whatever a person chose since.

    Of an import that was checked it is what all rows showed, otherwise what the first ones show.
    """
    if job.recipe is None:
        return {}
    recipe = Recipe.model_validate(job.recipe)
    parsed = import_parsed(job)
    try:
        tables = bind(job.pk, recipe, job.files, parsed)
        chosen = bind(job.pk, recipe, job.files, parsed, job.options)
    except (BindingError, KeyError):  # not read yet, or read in a way that fits no more
        return {}
    checked = import_summary(job).get("marks", {}) if job.status in _CHECKED else {}
    numbers, dates = columns_used(recipe)
    found: dict[Place, FoundMarks] = {}
    for key, table in tables.items():
        if key in checked and chosen[key]["dialect"] == table["dialect"]:
            marks = FoundMarks(checked[key]["decimal"], checked[key]["date_order"])
        else:
            marks = _first_rows(table, numbers.get(key, set()), dates.get(key, set()))
        found[(table["number"], table["sheet_index"])] = marks
    return found


def _first_rows(table: Mapping[str, Any], numbers: set[str], dates: set[str]) -> FoundMarks:
    given = table["dialect"]
    decimal, order = given["decimal"], given["date_order"]
    if decimal is None and table["is_text"] and numbers:
        decimal, _unclear = evidence.decimal_mark(
            _cells(table, numbers), european=table["delimiter"] == ";"
        )
        decimal = decimal or ""
    if order is None and dates:
        order, unclear = evidence.date_order(_cells(table, dates))
        order = "" if unclear else order
    return FoundMarks(decimal, order)


def _cells(table: Mapping[str, Any], columns: set[str]) -> list[evidence.Cell]:
    import pyarrow as pa

    wanted = {name.strip().casefold() for name in columns}
    places = [i for i, name in enumerate(table["columns"]) if name.strip().casefold() in wanted]
    cells: dict[evidence.Cell, None] = {}
    try:
        with pa.memory_map(table["arrow"]) as stream:
            for batch in islice(pa.ipc.open_stream(stream), 1):
                for place in places:
                    column = batch.column(f"c{place}").slice(0, _ROWS).to_pylist()
                    cells.update({(table["columns"][place], text): None for text in column if text})
    except FileNotFoundError:  # the working files of a written import are gone
        return []
    return list(cells)
