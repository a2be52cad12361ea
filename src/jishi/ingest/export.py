"""Tables out of the product: xlsx, CSV, Parquet. Inert and exact.

No cell may start a formula in a spreadsheet: xlsx texts are typed as texts, and a CSV cell that begins
with a dangerous character gets an apostrophe, which importing takes off again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any


TEXT, MONEY, INTEGER, PERCENT, DATE, MOMENT, FLAG = (
    "text", "money", "integer", "percent", "date", "moment", "flag",
)  # fmt: skip
FORMATS = ("xlsx", "csv", "parquet")

_DANGEROUS = tuple("=+-@\t\r\n\x00＝＋－＠")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_EXACT_IN_EXCEL = 10**15
_LIST_ROWS = 5000  # rows below the data that the drop-downs still cover
_BATCH = 10_000
_DEFAULT_WIDTH = {TEXT: 18, MONEY: 16, INTEGER: 10, PERCENT: 10, DATE: 12, MOMENT: 18, FLAG: 8}
_NUMBER_FORMAT = {
    MONEY: "#,##0.00##",
    INTEGER: "#,##0",
    PERCENT: "0.0",
    DATE: "yyyy-mm-dd",
    MOMENT: "yyyy-mm-dd hh:mm",
}


@dataclass(frozen=True)
class Column:
    """One column of an export.

    Args:
        key: name of the value in a row.
        heading: what stands above it.
        kind: TEXT, MONEY (integer 1/10,000 units), INTEGER, PERCENT (0-100), DATE, MOMENT, FLAG.
        width: in characters; a default by kind.
        choices: stored value → shown word; becomes a drop-down.
        hidden: there for importing again, not for reading.
    """

    key: str
    heading: str
    kind: str = TEXT
    width: int | None = None
    choices: Mapping[Any, str] = field(default_factory=dict)
    hidden: bool = False

    def shown(self, row: Mapping[str, Any]) -> Any:
        value = row.get(self.key)
        if self.choices and value is not None:
            return self.choices.get(value, value)
        return value


# Every customer export carries these, so that it can be changed and imported again.
IDENTITY = (
    Column("id", "_id", INTEGER, hidden=True),
    Column("version", "_rev", INTEGER, hidden=True),
)


def inert(text: str) -> str:
    """The text as a CSV cell that no spreadsheet takes for a formula.

    >>> inert("=1+1"), inert("-5"), inert("-5-3"), inert("＝A1")
    ("'=1+1", '-5', "'-5-3", "'＝A1")
    """
    if text.startswith(_DANGEROUS) and not _PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text


def export_table(
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, Any]],
    target: Path,
    fmt: str,
    *,
    title: str = "",
) -> int:
    """Write the rows to `target`. Returns how many.

    Args:
        columns: in the order of the file.
        rows: mappings with the columns' keys; consumed once, so a database cursor will do.
        target: the file, replaced when it exists.
        fmt: "xlsx", "csv" or "parquet".
        title: name of the sheet.

    Raises:
        OSError: the file cannot be written.
    """
    writers: dict[str, Callable[..., int]] = {
        "xlsx": _xlsx,
        "csv": _csv,
        "parquet": _parquet,
    }
    if fmt not in writers:
        raise ValueError(f"unknown format {fmt!r}: use {', '.join(FORMATS)}")
    temporary = target.with_name(target.name + ".part")
    try:
        temporary.touch()
        count = writers[fmt](columns, rows, temporary, title or "Sheet1")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return count


def export_csv_stream(
    columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    """The CSV piece by piece, for a streamed download."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([inert(column.heading) for column in columns])
    yield "\ufeff" + buffer.getvalue()
    iterator = iter(rows)
    while chunk := list(islice(iterator, _BATCH)):
        buffer.seek(0)
        buffer.truncate()
        writer.writerows([_csv_cell(column, row) for column in columns] for row in chunk)
        yield buffer.getvalue()


def _csv(
    columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], target: Path, title: str
) -> int:
    count = 0

    def counted() -> Iterator[Mapping[str, Any]]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    with target.open("w", encoding="utf-8", newline="") as file:
        for piece in export_csv_stream(columns, counted()):
            file.write(piece)
    return count


def _csv_cell(column: Column, row: Mapping[str, Any]) -> str:
    value = column.shown(row)
    if value is None:
        return ""
    if column.kind == MONEY and isinstance(value, int):
        return format(money(value), "f")
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "1" if value else "0"
    return inert(str(value)) if isinstance(value, str) else str(value)


def money(units: int) -> Decimal:
    """1/10,000 units as an amount with at least two decimals.

    >>> money(20249940), money(12345)
    (Decimal('2024.994'), Decimal('1.2345'))
    >>> money(10000)
    Decimal('1.00')
    """
    amount = Decimal(units).scaleb(-4)
    for digits in (2, 3):
        short = amount.quantize(Decimal(1).scaleb(-digits))
        if short == amount:
            return short
    return amount


# --- xlsx --------------------------------------------------------------------------------------
def _xlsx(
    columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], target: Path, title: str
) -> int:
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(target),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
            "remove_timezone": True,
        },
    )
    try:
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:31])
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": False})
        formats = {
            kind: book.add_format({"num_format": code}) for kind, code in _NUMBER_FORMAT.items()
        }
        text = book.add_format({"num_format": "@"})
        for index, column in enumerate(columns):
            width = column.width or _DEFAULT_WIDTH[column.kind]
            sheet.set_column(
                index, index, width, formats.get(column.kind, text), {"hidden": column.hidden}
            )
            sheet.write_string(0, index, column.heading, bold)
        shown = next((i for i, column in enumerate(columns) if not column.hidden), 0)
        sheet.freeze_panes(1, shown + 1)
        count = 0
        for count, row in enumerate(rows, 1):
            for index, column in enumerate(columns):
                _xlsx_cell(sheet, count, index, column, column.shown(row), formats)
        for index, column in enumerate(columns):
            if column.choices:
                _drop_down(sheet, index, column, count + _LIST_ROWS)
        if columns:
            sheet.autofilter(0, 0, max(count, 1), len(columns) - 1)
    finally:
        book.close()
    return count


def _xlsx_cell(
    sheet: Any, row: int, index: int, column: Column, value: Any, formats: Mapping[str, Any]
) -> None:
    if value is None or value == "":
        return
    style = formats.get(column.kind)
    if isinstance(value, bool):
        sheet.write_boolean(row, index, value)
    elif isinstance(value, date):  # a datetime is one as well
        sheet.write_datetime(row, index, value, style)
    elif column.kind == MONEY and isinstance(value, int):
        # A spreadsheet keeps fifteen digits; a larger amount is exact only as text.
        if abs(value) < _EXACT_IN_EXCEL:
            sheet.write_number(row, index, value / 10_000, style)
        else:
            sheet.write_string(row, index, format(money(value), "f"))
    elif isinstance(value, int | float | Decimal):
        if abs(Decimal(value)) < _EXACT_IN_EXCEL:
            sheet.write_number(row, index, value, style)
        else:
            sheet.write_string(row, index, str(value))
    else:
        sheet.write_string(row, index, str(value))


def _drop_down(sheet: Any, index: int, column: Column, last_row: int) -> None:
    words = [str(word) for word in column.choices.values()]
    if sum(len(word) + 1 for word in words) > 255 or any("," in word for word in words):
        return  # more than a list in a cell may hold
    sheet.data_validation(
        1, index, last_row, index,
        {"validate": "list", "source": words, "ignore_blank": True, "error_type": "warning"},
    )  # fmt: skip


# --- Parquet -----------------------------------------------------------------------------------
def _parquet(
    columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], target: Path, title: str
) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {
        TEXT: pa.string(), MONEY: pa.decimal128(23, 4), INTEGER: pa.int64(),
        PERCENT: pa.float64(), DATE: pa.date32(), MOMENT: pa.timestamp("us", tz="UTC"),
        FLAG: pa.bool_(),
    }  # fmt: skip
    schema = pa.schema([pa.field(column.heading, kinds[column.kind]) for column in columns])
    count = 0
    iterator = iter(rows)
    with pq.ParquetWriter(str(target), schema) as writer:
        while chunk := list(islice(iterator, _BATCH)):
            arrays = [
                pa.array([_parquet_value(column, row) for row in chunk], kinds[column.kind])
                for column in columns
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            count += len(chunk)
    return count


def _parquet_value(column: Column, row: Mapping[str, Any]) -> Any:
    value = column.shown(row)
    if value is None:
        return None
    if column.kind == MONEY:
        return Decimal(value).scaleb(-4)
    if column.kind == PERCENT:
        return float(value)
    return str(value) if column.kind == TEXT else value
