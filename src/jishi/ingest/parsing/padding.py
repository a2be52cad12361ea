"""Numbers that a workbook shows with leading zeros: customer 00123 is stored as 123, formatted as 00000."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    import pyarrow as pa

_ZEROS = re.compile(rb"0{2,30}")
_CELL = re.compile(
    rb"<(?:\w+:)?c\s([^>]*?)>(?:<(?:\w+:)?f[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>(\d{1,15})</"
)
_STYLE = re.compile(rb'\bs="(\d+)"')
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d+)"')


def zero_styles(styles: bytes) -> dict[bytes, int]:
    """Number of a cell style → to how many digits it fills a number up with zeros.

    >>> zero_styles(b'<numFmt numFmtId="164" formatCode="0000"/><cellXfs><xf numFmtId="0"/>'
    ...             b'<xf numFmtId="164"/></cellXfs>')
    {b'1': 4}
    """
    widths = {}
    for tag in re.findall(rb"<(?:\w+:)?numFmt\s[^>]*>", styles):
        number = re.search(rb'numFmtId="(\d+)"', tag)
        code = re.search(rb'formatCode="([^"]*)"', tag)
        if number and code and _ZEROS.fullmatch(code[1]):
            widths[number[1]] = len(code[1])
    cells = re.search(rb"<(?:\w+:)?cellXfs.*?</(?:\w+:)?cellXfs>", styles, re.DOTALL)
    if not widths or not cells:
        return {}
    found = {}
    for index, tag in enumerate(re.findall(rb"<(?:\w+:)?xf\s[^>]*>", cells[0])):
        number = re.search(rb'numFmtId="(\d+)"', tag)
        if number and number[1] in widths:
            found[str(index).encode()] = widths[number[1]]
    return found


def padded(
    batch: pa.RecordBatch, content: bytes, styles: dict[bytes, int], first_column: int
) -> pa.RecordBatch:
    """The table with such numbers as they are shown."""
    import pyarrow as pa

    by_column: dict[int, dict[int, int]] = {}
    for attributes, digits in _CELL.findall(content) if styles else ():
        style, place = _STYLE.search(attributes), _PLACE.search(attributes)
        width = styles.get(style[1], 0) if style else 0
        if place and len(digits) < width and b't="' not in attributes.replace(b't="n"', b""):
            column = column_index(place[1]) - first_column
            by_column.setdefault(column, {})[int(place[2]) - 1] = width
    columns = list(batch.columns)
    for column, rows in by_column.items():
        if not 0 <= column < len(columns):
            continue
        texts = columns[column].to_pylist()
        for row, width in rows.items():
            if row < len(texts) and (texts[row] or "").isdecimal():
                texts[row] = texts[row].zfill(width)
        columns[column] = pa.array(texts, pa.string())
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def column_index(letters: bytes) -> int:
    """0-based column of spreadsheet letters: A → 0, AA → 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
