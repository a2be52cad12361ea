"""Which uploaded file is which source of a recipe."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from typing import Any

from jishi.ingest.folders import file_folder
from jishi.ingest.mapping.recipe import Recipe, Source, Step


# What a person may say of a file's amounts and of rows that name no order.
ABOUT_AMOUNTS = ("tax", "discount", "heads")


class BindingError(Exception):
    """The files do not fit the recipe. `code` names the message."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


def files_of(source: Source, files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The uploaded files whose names fit the source."""
    wanted = source.file.casefold()
    return [file for file in files if fnmatch.fnmatchcase(file["name"].casefold(), wanted)]


def bind(
    job_id: int,
    recipe: Recipe,
    files: list[dict[str, Any]],
    parsed: Mapping[int, dict[str, Any]],
    options: Mapping[str, Any] | None = None,
) -> dict[str, dict[str, Any]]:
    """Source → what the checking child needs to know about its table.

    Args:
        files: the import's files, each with `name` and `number`.
        parsed: file number → the parsing child's answer.
        options: the import's; a decimal mark or an order of day and month chosen there wins over
            the recipe's.

    Raises:
        BindingError: a required file or sheet is missing, or several fit.
    """
    bound: dict[str, dict[str, Any]] = {}
    for key, source in recipe.sources.items():
        candidates = files_of(source, files)
        needed = columns_needed(recipe, key)
        if len(candidates) > 1:
            fitting = [f for f in candidates if _best_sheet(source, parsed[f["number"]], needed)[1]]
            candidates = fitting or candidates
        if len(candidates) > 1:
            names = ", ".join(file["name"] for file in candidates)
            raise BindingError("file_twice", file=source.file, names=names)
        if not candidates:
            if source.required:
                raise BindingError("file_missing", file=source.file)
            continue
        file = candidates[0]
        sheet, _ = _best_sheet(source, parsed[file["number"]], needed)
        if sheet is None or sheet.get("file") is None:
            if sheet is None and source.sheet:
                if not source.required:
                    continue
                raise BindingError("sheet_missing", file=file["name"], sheet=source.sheet)
            if source.required:
                raise BindingError("no_rows")
            continue
        bound[key] = _described(job_id, file, parsed[file["number"]], sheet, source)
        bound[key]["dialect"].update(_chosen(options or {}, bound[key]))
    if not bound:
        raise BindingError("no_files_of_recipe")
    return bound


def _chosen(options: Mapping[str, Any], described: Mapping[str, Any]) -> dict[str, str]:
    """What the numbers and dates of a table mean, as far as a person has said so."""
    own = options.get("files", {}).get(described["file"], {})
    order = own.get("date_orders", {}).get(str(described["sheet_index"]))
    found = {"date_order": order or options.get("date_order")}
    found |= {name: own.get(name) or options.get(name) for name in ABOUT_AMOUNTS}
    if described["is_text"]:  # a workbook's numbers are numbers
        found["decimal"] = own.get("decimal") or options.get("decimal")
    return {name: value for name, value in found.items() if value}


def unmapped_columns(
    recipe: Recipe, bound: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The headings of which nothing comes in: file, sheet, columns."""
    used: dict[tuple[str, str], set[str]] = {}
    headings: dict[tuple[str, str], list[str]] = {}
    for key, table in bound.items():
        place = (table["file"], "" if table["is_text"] else table["sheet"])
        needed = columns_needed(recipe, key, also_lookups=True)
        used.setdefault(place, set()).update(needed)
        headings[place] = [name for name in table["columns"] if name.strip()]
    found = []
    for (file, sheet), names in headings.items():
        left = [name for name in names if name.strip().casefold() not in used[file, sheet]]
        if left:
            found.append({"file": file, "sheet": sheet, "columns": left})
    return found


def unused_tables(
    files: list[dict[str, Any]],
    parsed: Mapping[int, dict[str, Any]],
    bound: Mapping[str, Mapping[str, Any]],
) -> list[str]:
    """Files of which nothing is read, and sheets with a table of which nothing is read."""
    used = {(table["number"], table["sheet_index"]) for table in bound.values()}
    numbers = {number for number, _index in used}
    found = []
    for file in files:
        if file["number"] not in numbers:
            found.append(str(file["name"]))
            continue
        for sheet in parsed.get(file["number"], {}).get("sheets", []):
            is_table = sheet["visible"] and sheet["rows"] and len(sheet["columns"]) > 1
            if is_table and (file["number"], sheet["index"]) not in used:
                found.append(f"{file['name']} · {sheet['name']}")
    return found


def columns_needed(recipe: Recipe, source: str, *, also_lookups: bool = False) -> set[str]:
    """The headings of a source that become fields, without case; also those by which rows are left
    out or found."""
    needed: set[str] = set()
    for step in recipe.steps:
        if also_lookups:
            needed |= _columns_for_finding(step, source)
        for value in step.fields.values():
            for lookup, column in value.columns():
                owner = step.lookups[lookup].source if lookup else step.source
                if owner == source:
                    needed.add(column.strip().casefold())
    return needed


def _columns_for_finding(step: Step, source: str) -> set[str]:
    """Columns by which a step leaves rows out and finds rows of other files."""
    found = set()
    if step.source == source:
        found |= {condition.column.strip().casefold() for condition in step.where}
    for lookup in step.lookups.values():
        if lookup.source == source:
            found.add(lookup.key.strip().casefold())
        for place, column in lookup.by.columns():
            owner = step.lookups[place].source if place else step.source
            if owner == source:
                found.add(column.strip().casefold())
    return found


def _best_sheet(
    source: Source, answer: Mapping[str, Any], needed: set[str]
) -> tuple[dict[str, Any] | None, bool]:
    """The sheet of the source, and whether it has every column the recipe reads."""
    best: dict[str, Any] | None = None
    best_score = (-1, -1)
    for sheet in answer.get("sheets", []):
        if source.sheet is not None and sheet["name"].strip() != source.sheet.strip():
            continue
        names = {name.strip().casefold() for name in _names(sheet, source)}
        score = (len(names & needed), int(bool(sheet["visible"]) and sheet["rows"] > 0))
        if score > best_score:
            best, best_score = sheet, score
    return best, best_score[0] == len(needed)


def _names(sheet: Mapping[str, Any], source: Source) -> list[str]:
    names = [column["name"] for column in sheet["columns"]]
    return [*source.columns, *names[len(source.columns) :]] if source.columns else names


def _described(
    job_id: int,
    file: dict[str, Any],
    answer: Mapping[str, Any],
    sheet: dict[str, Any],
    source: Source,
) -> dict[str, Any]:
    return {
        "file": file["name"],
        "number": file["number"],
        "sheet": sheet["name"],
        "sheet_index": sheet["index"],
        "arrow": str(file_folder(job_id, file["number"]) / sheet["file"]),
        "columns": _names(sheet, source),
        "letters": [column["letter"] for column in sheet["columns"]],
        "is_text": answer["kind"] == "text",
        "delimiter": answer["dialect"].get("delimiter"),
        "date_1904": answer["date_1904"],
        "dialect": {
            "decimal": source.dialect.decimal,
            "date_order": source.dialect.date_order,
            "tax": source.dialect.tax,
            "discount": source.dialect.discount,
            "heads": source.dialect.heads,
        },
        "merges": sheet["merges"],
        "rounded": sheet["rounded"],
    }
