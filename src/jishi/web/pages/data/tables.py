"""The uploaded files as tables: what reading found, for the pages that ask how to read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jishi.ingest.binding import BindingError, bind
from jishi.ingest.mapping.recipe import Recipe, Source
from jishi.ingest.queries import import_parsed
from jishi.web.pages.data.mapping import SheetColumns


if TYPE_CHECKING:
    from jishi.ingest.models import ImportJob

_SAMPLE_ROWS = 8

Place = tuple[int, int]  # number of the file, index of the sheet


def sheets_of(job: ImportJob) -> tuple[list[SheetColumns], Recipe]:
    """The tables of an import with the recipe that reads them, extended by the tables it leaves out.

    Raises:
        BindingError: the files do not fit the recipe.
    """
    parsed = import_parsed(job)
    recipe = Recipe.model_validate(job.recipe) if job.recipe else _nothing_yet()
    known: dict[Place, str] = {}
    if recipe.sources:
        for key, bound in bind(job.pk, recipe, job.files, parsed).items():
            known[(bound["number"], bound["sheet_index"])] = key
    sheets: list[SheetColumns] = []
    sources = dict(recipe.sources)
    for file in job.files:
        answer = parsed.get(file["number"], {})
        for sheet in answer.get("sheets", []):
            place = (file["number"], sheet["index"])
            if place not in known and not (sheet["rows"] and sheet["visible"]):
                continue
            key = known.get(place) or _free_key(sources)
            if place not in known:
                is_text = answer["kind"] == "text"
                sources[key] = Source(file=file["name"], sheet=None if is_text else sheet["name"])
            sheets.append(_columns(key, file["name"], answer, sheet, sources[key]))
    return sheets, recipe.model_copy(update={"sources": sources})


def _nothing_yet() -> Recipe:
    """A recipe before anything was assigned; the form never stores it like that."""
    titles = {"en": "Mapping", "zh-hans": "对应关系"}
    return Recipe.model_construct(
        key="mapping", title=titles, note={}, currency=None, sources={}, steps=[]
    )


def _free_key(sources: Mapping[str, Any]) -> str:
    number = len(sources)
    while f"t{number}" in sources:
        number += 1
    return f"t{number}"


def _columns(
    key: str, file: str, answer: Mapping[str, Any], sheet: Mapping[str, Any], source: Source
) -> SheetColumns:
    names = [column["name"] for column in sheet["columns"]]
    headings = [*source.columns, *names[len(source.columns) :]] if source.columns else names
    header = sheet.get("header_row") or 0
    rows = [cells for line, cells in sheet["first_rows"] if line > header]
    return SheetColumns(
        key=key,
        file=file,
        sheet="" if answer["kind"] == "text" else sheet["name"],
        headings=headings,
        samples=rows[:_SAMPLE_ROWS],
        rows=int(sheet["rows"]),
    )


__all__ = ["BindingError", "sheets_of"]
