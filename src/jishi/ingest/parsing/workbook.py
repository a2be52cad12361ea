"""Workbooks (.xlsx .xlsm .xlsb .xls .ods): every sheet to a table of texts."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jishi.ingest.parsing.limits import MAX_COLUMNS, MB
from jishi.ingest.parsing.outcome import RefusedError
from jishi.ingest.parsing.padding import column_index, padded, zero_styles


if TYPE_CHECKING:
    import pyarrow as pa

_SCANNED_UP_TO = 48 * MB  # larger sheets are not made by hand: no merged cells are looked for
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')
_REFERENCE = re.compile(rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]{1,3})(\d+)"')
_LONG_NUMBER = re.compile(
    rb"<(?:\w+:)?c\s([^>]*?)>(?:<(?:\w+:)?f[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>))?"
    rb"<(?:\w+:)?v>(?:\d{16,}|\d(?:\.\d+)?[eE]\+?(?:1[5-9]|[2-9]\d))</"
)
_DETAIL = re.compile(r"got '(\w+)\((.*)\)'", re.DOTALL)
_ERROR_TEXT = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}


@dataclass
class Sheet:
    """One sheet: texts from row 1 on, and what the texts alone cannot tell."""

    name: str
    index: int
    visible: bool
    table: pa.RecordBatch | None
    first_column: int = 0
    # (top row, left column, height, width); rows from 1, columns from 0 as in the table
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    # (row, column) of numbers with more than 15 digits: Excel has rounded them
    rounded: list[tuple[int, int]] = field(default_factory=list)
    refused: str | None = None


@dataclass
class Workbook:
    """All sheets of a workbook and its day zero."""

    sheets: list[Sheet]
    date_1904: bool | None  # None: the format does not tell


def read_workbook(path: Path) -> Workbook:
    """Read every sheet of the workbook.

    Raises:
        RefusedError: password, damage, or no sheet with cells.
    """
    import fastexcel

    try:
        reader = fastexcel.read_excel(str(path))
        names = list(reader.sheet_names)
    except MemoryError:
        raise
    except BaseException as error:  # noqa: BLE001  (the reader's panics are no Exception)
        raise _refusal(error) from None
    package = _Package.open(path)
    sheets = [_read_sheet(reader, index, name, package) for index, name in enumerate(names)]
    if not sheets:
        raise RefusedError("no_sheets")
    if all(sheet.refused for sheet in sheets):
        raise RefusedError(sheets[0].refused or "damaged_workbook")
    return Workbook(sheets, package.date_1904 if package else None)


def _refusal(error: BaseException) -> RefusedError:
    text = str(error).lower()
    if "password" in text or "encrypt" in text:
        return RefusedError("password_protected")
    return RefusedError("damaged_workbook")


def _read_sheet(reader: Any, index: int, name: str, package: _Package | None) -> Sheet:
    import pyarrow as pa

    try:
        loaded = reader.load_sheet(index, header_row=None, skip_rows=0, dtypes="string")
        visible = loaded.visible == "visible"
        if loaded.width == 0 or loaded.height == 0:
            return Sheet(name, index, visible, None)
        if loaded.width > MAX_COLUMNS:
            return Sheet(name, index, visible, None, refused="too_many_columns")
        batch, errors = loaded.to_arrow_with_errors()
    except MemoryError:
        raise
    except BaseException as error:  # noqa: BLE001  (one bad sheet must not hide the others)
        return Sheet(name, index, True, None, refused=_refusal(error).code)
    if errors is not None and errors.errors:
        batch = _with_error_texts(batch, errors.errors)
    sheet = Sheet(name, index, visible, batch)
    if package:
        package.describe(sheet)
    elif any(pa.types.is_string(f.type) for f in batch.schema):
        sheet.rounded = _rounded_by_type(reader, index, batch)
    return sheet


def _with_error_texts(batch: pa.RecordBatch, errors: list[Any]) -> pa.RecordBatch:
    """Put #DIV/0! and the like back as text: an error is not an empty cell."""
    import pyarrow as pa

    by_column: dict[int, list[tuple[int, str]]] = {}
    for error in errors:
        row, column = error.offset_position
        found = _DETAIL.search(error.detail)
        text = error.detail
        if found:
            kind, value = found.groups()
            text = _ERROR_TEXT.get(value, f"#{value}") if kind == "Error" else value.strip('"')
        by_column.setdefault(column, []).append((row, text))
    columns = list(batch.columns)
    for column, cells in by_column.items():
        values = columns[column].to_pylist()
        for row, text in cells:
            values[row] = text
        columns[column] = pa.array(values, pa.string())
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _long_digit_cells(batch: pa.RecordBatch) -> list[tuple[int, int]]:
    """(row, column) of cells that are 16 or more digits."""
    import pyarrow.compute as pc

    found = []
    for column, values in enumerate(batch.columns):
        long = pc.fill_null(pc.greater(pc.utf8_length(values), 15), fill_value=False)
        if not pc.any(long).as_py():
            continue
        digits = pc.fill_null(
            pc.and_(long, pc.match_substring_regex(values, r"^\d{16,}$")), fill_value=False
        )
        rows = pc.indices_nonzero(digits).to_pylist()
        found += [(row + 1, column) for row in rows]
    return found


def _rounded_by_type(reader: Any, index: int, batch: pa.RecordBatch) -> list[tuple[int, int]]:
    """Without the sheet's XML, a column that holds nothing but numbers tells which are numbers."""
    suspects = _long_digit_cells(batch)
    if not suspects:
        return []
    kinds = [
        str(column.dtype)
        for column in reader.load_sheet(
            index, header_row=None, skip_rows=1, schema_sample_rows=None
        ).available_columns()
    ]
    return [
        cell for cell in suspects if cell[1] < len(kinds) and kinds[cell[1]] in ("int", "float")
    ]


class _Package:
    """The XML of an .xlsx, for what the reader does not tell."""

    def __init__(
        self, path: Path, sheet_paths: list[str], date_1904: bool, styles: dict[bytes, int]
    ) -> None:
        self.path = path
        self.sheet_paths = sheet_paths
        self.date_1904 = date_1904
        self.styles = styles

    @classmethod
    def open(cls, path: Path) -> _Package | None:
        """None for formats that are not XML of the Excel kind."""
        try:
            with zipfile.ZipFile(path) as package:
                names = {name.lower().lstrip("/"): name for name in package.namelist()}
                if "xl/workbook.xml" not in names:
                    return None
                workbook = package.read(names["xl/workbook.xml"])
                rels_name = names.get("xl/_rels/workbook.xml.rels")
                rels = package.read(rels_name) if rels_name else b""
                styles_name = names.get("xl/styles.xml")
                styles = zero_styles(package.read(styles_name)) if styles_name else {}
        except (zipfile.BadZipFile, OSError):
            return None
        targets = {}
        for tag in re.findall(rb"<(?:\w+:)?Relationship\s[^>]*>", rels):
            key, target = _attribute(tag, b"Id"), _attribute(tag, b"Target")
            if key and target:
                part = target.lstrip("/")
                part = part if part.lower().startswith("xl/") else f"xl/{part}"
                targets[key] = names.get(part.lower(), "")
        paths = [
            targets.get(_attribute(tag, rb"\w+:id") or "", "")
            for tag in re.findall(rb"<(?:\w+:)?sheet\s[^>]*>", workbook)
        ]
        date_1904 = re.search(rb'date1904="(?:1|true|on)"', workbook) is not None
        return cls(path, paths, date_1904, styles)

    def describe(self, sheet: Sheet) -> None:
        """Fill in where the table begins, the merged cells, and the numbers Excel has rounded."""
        part = self.sheet_paths[sheet.index] if sheet.index < len(self.sheet_paths) else ""
        if not part or sheet.table is None:
            return
        suspects = set(_long_digit_cells(sheet.table))
        with zipfile.ZipFile(self.path) as package:
            size = package.getinfo(part).file_size
            if size > _SCANNED_UP_TO and not suspects:
                with package.open(part) as stream:
                    sheet.first_column = _first_column(stream.read(MB))
                return
            content = package.read(part)
        sheet.first_column = _first_column(content)
        sheet.table = padded(sheet.table, content, self.styles, sheet.first_column)
        for left, top, right, bottom in _MERGE.findall(content):
            column, row = column_index(left) - sheet.first_column, int(top)
            width, height = column_index(right) - column_index(left) + 1, int(bottom) - row + 1
            if column >= 0 and width > 0 and height > 0:
                sheet.merges.append((row, column, height, width))
        if suspects:
            for attributes in _LONG_NUMBER.findall(content):
                kind, place = _attribute(attributes, b"t"), _attribute(attributes, b"r")
                found = re.fullmatch(r"([A-Z]{1,3})(\d+)", place or "")
                if found and kind in (None, "n"):
                    column_letters, row_number = found.groups()
                    cell = (
                        int(row_number),
                        column_index(column_letters.encode()) - sheet.first_column,
                    )
                    if cell in suspects:
                        sheet.rounded.append(cell)


def _attribute(tag: bytes, name: bytes) -> str | None:
    found = re.search(rb"(?:^|\s)" + name + rb"\s*=\s*[\"']([^\"']*)[\"']", tag)
    return found.group(1).decode("utf-8", "replace") if found else None


def _first_column(content: bytes) -> int:
    """Column of the leftmost cell; readers leave out the empty columns before it."""
    if re.search(rb'<(?:\w+:)?c\s[^>]*?r="A\d', content[:MB]):
        return 0
    columns = {letters for letters, _ in _REFERENCE.findall(content)}
    return min((column_index(letters) for letters in columns), default=0)
