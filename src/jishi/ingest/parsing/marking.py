"""The child process that hands a file back with its wrong rows marked:
`python -m jishi.ingest.parsing.marking REQUEST`.

Request: `path`, `name`, `options` and `dialect` as the file was read with, `marks`: a list of
[sheet index, line, column or null, text], `mended`: [sheet index, line, column, text] of cells that
were corrected and come back so, `reason` (heading of the added column), `target` (without suffix).
A workbook comes back as itself, with red cells and comments and all its sheets; every other file as a
CSV of its wrong rows with the reasons in an added column. Answer: `file`, the name written.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jishi.ingest.export import inert
from jishi.ingest.parsing import delimited, encoding, sniff
from jishi.ingest.parsing.limits import Limits, answer, submit_to
from jishi.ingest.parsing.outcome import RefusedError, UnclearError


_RED = "FFF4B6AE"
_MAX_COMMENT = 1000

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # in a cell of a workbook

Marks = dict[int, dict[int, list[tuple[int | None, str]]]]  # sheet → line → (column, text)
Mended = dict[int, dict[int, dict[int, str]]]  # sheet → line → column → text


def main(request_path: str) -> None:
    request = json.loads(Path(request_path).read_text(encoding="utf-8"))
    submit_to(Limits(**request["limits"]))
    work = Path(request["work"])
    try:
        data = {"status": "marked", "file": mark(request, work)}
    except (RefusedError, UnclearError) as refusal:
        data = {"status": "refused", "code": refusal.code}
    answer(work, data)


def mark(request: dict[str, Any], work: Path) -> str:
    """Write the marked file. Returns its name."""
    path, name = Path(request["path"]), request["name"]
    marks: Marks = {}
    for sheet, line, column, text in request["marks"]:
        marks.setdefault(sheet, {}).setdefault(line, []).append((column, text))
    mended: Mended = {}
    for sheet, line, column, text in request["mended"]:
        mended.setdefault(sheet, {}).setdefault(line, {})[column] = text
    stem = Path(name.removesuffix(".gz")).stem
    suffix = Path(name).suffix.lower()
    if suffix in (".xlsx", ".xlsm") and sniff.kind_of(path, name) == sniff.EXCEL:
        target = work / f"{stem}{suffix}"
        _mark_workbook(path, target, marks, mended, request["first_columns"], suffix == ".xlsm")
        return target.name
    target = work / f"{stem}.csv"
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for sheet, rows in _read_again(path, name, request, work):
            rows = _mended_rows(rows, mended.get(sheet, {}))
            _write_marked_rows(writer, rows, marks.get(sheet, {}), request, sheet)
    return target.name


def _mark_workbook(
    path: Path,
    target: Path,
    marks: Marks,
    mended: Mended,
    first_columns: dict[str, int],
    keep_macros: bool,
) -> None:
    from openpyxl import load_workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    with path.open("rb") as file:  # by handle: the kept file has no suffix to go by
        book = load_workbook(file, keep_vba=keep_macros)
    for index, rows in mended.items():
        sheet = book[book.sheetnames[index]]
        first = first_columns.get(str(index), 0)
        for line, cells in rows.items():
            for place, text in cells.items():
                _put(sheet.cell(line, place + first + 1), text)
    fill = PatternFill("solid", start_color=_RED, end_color=_RED)
    for index, lines in marks.items():
        sheet = book[book.sheetnames[index]]
        first = first_columns.get(str(index), 0)
        for line, found in lines.items():
            by_column: dict[int, list[str]] = {}
            for column, text in found:
                by_column.setdefault((column or 0) + first + 1, []).append(text)
            for column, texts in by_column.items():
                cell = sheet.cell(line, column)
                if type(cell).__name__ == "MergedCell":
                    cell = _top_left(sheet, line, column)
                cell.fill = fill
                before = cell.comment.text + "\n" if cell.comment else ""
                cell.comment = Comment((before + "\n".join(texts))[:_MAX_COMMENT], "Jishi")
    book.save(target)


def _put(cell: Any, text: str) -> None:
    """A text stays a text, whatever it begins with."""
    if type(cell).__name__ != "MergedCell":
        cell.value = _ILLEGAL.sub("", text) or None
        if cell.data_type == "f":
            cell.data_type = "s"


def _mended_rows(
    rows: Iterator[tuple[int, list[str]]], mended: dict[int, dict[int, str]]
) -> Iterator[tuple[int, list[str]]]:
    for line, cells in rows:
        if line in mended:
            cells = cells + [""] * (max(mended[line]) + 1 - len(cells))
            for column, text in mended[line].items():
                cells[column] = text
        yield line, cells


def _top_left(sheet: Any, line: int, column: int) -> Any:
    """The cell that shows the content of a merged area."""
    for area in sheet.merged_cells.ranges:
        if area.min_row <= line <= area.max_row and area.min_col <= column <= area.max_col:
            return sheet.cell(area.min_row, area.min_col)
    return sheet.cell(line, 1)


def _read_again(
    path: Path, name: str, request: dict[str, Any], work: Path
) -> Iterator[tuple[int, Iterator[tuple[int, list[str]]]]]:
    """(sheet index, rows with their lines) of a file that is no .xlsx."""
    kind = sniff.kind_of(path, name)
    if kind == sniff.GZIP:
        path = delimited.unpack(path, work)
        kind = sniff.TEXT
    if kind == sniff.TEXT:
        dialect = request["dialect"]
        codec = encoding.encoding_of(path, dialect["encoding"])
        found = delimited.Found(dialect["delimiter"], dialect["quote"], dialect["row_end"])
        yield 0, delimited.rows(path, codec, found, strict=False)
        return
    from jishi.ingest.parsing.workbook import read_workbook

    for sheet in read_workbook(path).sheets:
        if sheet.table is not None:
            columns = [column.to_pylist() for column in sheet.table.columns]
            rows = ([value or "" for value in row] for row in zip(*columns, strict=True))
            yield sheet.index, iter(list(enumerate(rows, 1)))


def _write_marked_rows(
    writer: Any,
    rows: Iterator[tuple[int, list[str]]],
    marks: dict[int, list[tuple[int | None, str]]],
    request: dict[str, Any],
    sheet: int,
) -> None:
    """The heading row and the wrong ones, with their reasons at the end."""
    if not marks:
        return
    header_line = request["header_rows"].get(str(sheet))
    for line, cells in rows:
        if line == header_line:
            writer.writerow([*(inert(cell) for cell in cells), request["reason"]])
        elif line in marks:
            reasons = "；".join(text for _, text in marks[line])
            writer.writerow([*(inert(cell) for cell in cells), inert(reasons)])


if __name__ == "__main__":
    main(sys.argv[1])
