"""Delimited text: finding its dialect and reading it row by row."""

from __future__ import annotations

import csv
import gzip
import io
import re
import shutil
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from jishi.ingest.parsing.limits import (
    MAX_CELL_CHARS,
    MAX_UNPACKED_BYTES,
    MAX_ZIP_RATIO,
    MB,
    RATIO_MATTERS_FROM,
)
from jishi.ingest.parsing.outcome import RefusedError


_DELIMITERS = (",", "\t", ";", "|", "^", "~", "，")
_TWO_CHARACTER = (("+|", "&|"),)  # field and row ends that some bulk exports use
_SAMPLE_CHARS = 64 * 1024
_SAMPLE_ROWS = 200
NUL_SHOWN = "␀"


@dataclass(frozen=True)
class Found:
    """The dialect that a text is read with."""

    delimiter: str
    quote: str | None
    row_end: str | None  # None: line ends of any kind


def unpack(path: Path, work: Path) -> Path:
    """Unpack a .gz next to the answers, refusing one that grows without measure."""
    target = work / "unpacked"
    packed = path.stat().st_size
    total = 0
    try:
        with gzip.open(path) as source, target.open("wb") as out:
            while chunk := source.read(MB):
                total += len(chunk)
                too_dense = total > RATIO_MATTERS_FROM and total / packed > MAX_ZIP_RATIO
                if total > MAX_UNPACKED_BYTES or too_dense:
                    raise RefusedError("unpacks_too_large", unpacked_mb=total // MB)
                out.write(chunk)
    except (OSError, EOFError, zlib.error):
        raise RefusedError("damaged_gzip") from None
    if total == 0:
        raise RefusedError("empty_file")
    return target


def copy_of(path: Path, work: Path) -> Path:
    """A private copy, for readers that need a certain suffix."""
    target = work / f"copy{path.suffix}"
    shutil.copyfile(path, target)
    return target


def find_dialect(path: Path, encoding: str, wanted: dict[str, Any]) -> Found:
    """The dialect of the file; what the person chose wins over what is found."""
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(_SAMPLE_CHARS)
    row_end = wanted.get("row_end")
    delimiter = wanted.get("delimiter")
    if not delimiter:
        first_line = re.split(r"\r\n|\r|\n", sample, maxsplit=1)[0]
        declared = re.fullmatch(r"sep=(.)", first_line.strip())
        if declared:
            delimiter = declared.group(1)
        for between, end in _TWO_CHARACTER:
            if sample.count(end) >= 1 and re.search(re.escape(end) + r"\r?\n", sample):
                delimiter, row_end = (between if between in sample else "\t"), end
    if len(delimiter or "") > 1 or row_end:
        return Found(delimiter or _best_delimiter(sample, None), None, row_end)
    if "quote" in wanted:
        quote = wanted["quote"] or None
        return Found(delimiter or _best_delimiter(sample, quote), quote, row_end)
    found = delimiter or _best_delimiter(sample, '"')
    quote = _quote(sample, found)
    if quote != '"' and not delimiter:
        found = _best_delimiter(sample, quote)
    return Found(found, quote, row_end)


def _quote(sample: str, delimiter: str) -> str:
    """The mark around cells: the double one, unless cells stand only in single ones.

    A single mark that is not closed is Excel's sign for a text, or an apostrophe, and no quotation.
    """
    whole = sample if len(sample) < _SAMPLE_CHARS else sample.rpartition("\n")[0]
    before, after = rf"(?:^|(?<={re.escape(delimiter)}))", rf"(?={re.escape(delimiter)}|\r?$)"
    opened = len(re.findall(f"{before}'", whole, re.MULTILINE))
    closed = len(re.findall(f"{before}'(?:[^']|'')*'{after}", whole, re.MULTILINE))
    double = re.search(f'{before}"', whole, re.MULTILINE)
    return "'" if opened >= 2 and opened == closed and not double else '"'


def _best_delimiter(sample: str, quote: str | None) -> str:
    """The character that cuts most rows into the same, largest number of cells."""
    best, best_score = ",", 0.0
    for candidate in _DELIMITERS:
        if candidate not in sample:
            continue
        widths: Counter[int] = Counter()
        try:
            reader = _csv(io.StringIO(sample, newline=""), Found(candidate, quote, None), False)
            for number, row in enumerate(reader):
                if any(cell.strip() for cell in row):
                    widths[len(row)] += 1
                if number >= _SAMPLE_ROWS:
                    break
        except csv.Error:
            continue
        rows = sum(widths.values())
        width, agreeing = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
        if width < 2:
            continue
        score = (agreeing / rows) ** 2 * min(width, 12) ** 0.5
        if score > best_score:
            best, best_score = candidate, score
    return best


def _csv(lines: Any, found: Found, strict: bool) -> Any:
    csv.field_size_limit(MAX_CELL_CHARS)
    if found.quote:
        return csv.reader(lines, delimiter=found.delimiter, quotechar=found.quote, strict=strict)
    return csv.reader(lines, delimiter=found.delimiter, quoting=csv.QUOTE_NONE, strict=strict)


class IrregularQuotesError(Exception):
    """Quotation marks stand where they should not; reading leniently is possible."""


def rows(
    path: Path, encoding: str, found: Found, *, strict: bool
) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number of the row's first line, cells).

    Raises:
        IrregularQuotesError: only when `strict`; start again without.
        RefusedError: a quote that is never closed, or a cell of more than a million characters.
    """
    if found.row_end or len(found.delimiter) > 1:
        yield from _cut_rows(path, encoding, found)
        return
    with path.open(encoding=encoding, newline="") as file:
        try:
            yield from _csv_rows(file, found, strict)
        except csv.Error as error:
            message = str(error)
            if "unexpected end of data" in message:
                line = _last_open_quote(path, encoding, found)
                raise RefusedError("quote_never_closed", line=line) from None
            if "field larger" in message:
                raise RefusedError("cell_too_long", limit=MAX_CELL_CHARS) from None
            raise IrregularQuotesError from None


def _csv_rows(file: TextIO, found: Found, strict: bool) -> Iterator[tuple[int, list[str]]]:
    reader = _csv(file, found, strict)
    start = 1
    for row in reader:
        if not strict and reader.line_num > start:
            # With irregular quotes about, a cell over several lines has probably swallowed rows.
            raise RefusedError("quote_never_closed", line=start)
        if not (start == 1 and len(row) == 1 and re.fullmatch(r"sep=.", row[0])):
            yield start, row
        start = reader.line_num + 1


def _last_open_quote(path: Path, encoding: str, found: Found) -> int:
    """The line on which the record that swallowed the rest of the file began."""
    line = 1
    try:
        with path.open(encoding=encoding, newline="") as file:
            reader = _csv(file, found, strict=True)
            for _ in reader:
                line = reader.line_num + 1
    except csv.Error:
        pass
    return line


def _cut_rows(path: Path, encoding: str, found: Found) -> Iterator[tuple[int, list[str]]]:
    """Rows with ends of several characters: no quoting exists in such files."""
    with path.open(encoding=encoding, newline="") as file:
        text = file.read()
    line = 1
    for piece in re.split(
        (re.escape(found.row_end) if found.row_end else "") + r"(?:\r?\n|\Z)", text
    ):
        if piece.strip("\r\n"):
            yield line, piece.split(found.delimiter)
        line += piece.count("\n") + 1
