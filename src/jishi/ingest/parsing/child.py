"""The child process that reads one untrusted file: `python -m jishi.ingest.parsing.child REQUEST`.

Request (JSON): `limits`, `work` (folder for the answers), `path`, `name` (the uploaded name),
`options` (what the person chose: encoding, delimiter, quote, row_end, header_rows per sheet).
Answer: `answer.json` with `status` "parsed", "refused" or "unclear"; for each sheet that has rows an
Arrow stream of texts `sheet<N>.arrow` with a column `line` (row number in the file), `extra` (cells
beyond the headings) and `c0`, `c1` …
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jishi.ingest.parsing import delimited, encoding, header, sniff
from jishi.ingest.parsing.limits import MAX_COLUMNS, Limits, answer, submit_to
from jishi.ingest.parsing.outcome import RefusedError, UnclearError


if TYPE_CHECKING:
    import pyarrow as pa

_CHUNK_ROWS = 50_000
_PREVIEW_ROWS = 40
_PREVIEW_CHARS = 200

_NUL = re.compile(rb"\x00")

TextRows = list[tuple[int, list[str]]]


def main(request_path: str) -> None:
    request = json.loads(Path(request_path).read_text(encoding="utf-8"))
    submit_to(Limits(**request["limits"]))
    work = Path(request["work"])
    try:
        data = read(Path(request["path"]), request["name"], request["options"], work)
    except RefusedError as refusal:
        data = {"status": "refused", "code": refusal.code, "params": refusal.params}
    except UnclearError as question:
        data = {
            "status": "unclear",
            "code": question.code,
            "params": question.params,
            "choices": question.choices,
        }
    answer(work, data)


def read(path: Path, name: str, options: dict[str, Any], work: Path) -> dict[str, Any]:
    """Read the file into `work` and describe it."""
    kind = sniff.kind_of(path, name)
    if kind == sniff.GZIP:
        path = delimited.unpack(path, work)
        name = name[:-3] if name.lower().endswith(".gz") else name
        name = name if "." in Path(name).name else f"{name}.csv"
        kind = sniff.kind_of(path, name)
        if kind != sniff.TEXT:
            raise RefusedError("unsupported_type", kind="gzip")
    if kind == sniff.EXCEL:
        return _read_excel(path, options, work)
    return _read_text(path, name, options, work)


# --- delimited text ----------------------------------------------------------------------------
def _read_text(path: Path, name: str, options: dict[str, Any], work: Path) -> dict[str, Any]:
    codec = encoding.encoding_of(path, options.get("encoding"))
    found = delimited.find_dialect(path, codec, options)
    notes: list[dict[str, Any]] = []
    try:
        rows = delimited.rows(path, codec, found, strict=True)
        sheet = _write_text_rows(rows, options, work, notes)
    except delimited.IrregularQuotesError:
        notes = [{"code": "irregular_quotes"}]
        rows = delimited.rows(path, codec, found, strict=False)
        sheet = _write_text_rows(rows, options, work, notes)
    sheet.update({"name": Path(name).stem, "index": 0, "visible": True, "file": "sheet0.arrow"})
    return {
        "status": "parsed",
        "kind": "text",
        "dialect": {
            "encoding": codec,
            "delimiter": found.delimiter,
            "quote": found.quote,
            "row_end": found.row_end,
        },
        "date_1904": None,
        "sheets": [sheet],
    }


def _write_text_rows(
    rows: Iterator[tuple[int, list[str]]],
    options: dict[str, Any],
    work: Path,
    notes: list[dict[str, Any]],
) -> dict[str, Any]:
    """Stream the rows to sheet0.arrow in chunks; memory stays at one chunk."""
    import pyarrow as pa

    head: TextRows = []
    for line, cells in rows:
        if any(cell.strip() for cell in cells):
            head.append((line, cells))
            if len(head) >= 1000:
                break
    if not head:
        raise RefusedError("no_rows")
    wanted = (options.get("header_rows") or {}).get("0", "auto")
    header_line = header.find_header(head) if wanted == "auto" else (wanted or None)
    header_cells = next((cells for line, cells in head if line == header_line), [])
    data_width = max((_used(cells) for line, cells in head if line != header_line), default=0)
    width = _used(header_cells) or data_width
    if width > MAX_COLUMNS:
        raise RefusedError("too_many_columns", limit=MAX_COLUMNS)
    names, repeated = header.headings(header_cells, width)
    if repeated:
        notes.append({"code": "repeated_headings", "params": {"names": repeated[:20]}})

    def data_rows() -> Iterator[tuple[int, list[str]]]:
        for line, cells in head:
            if header_line is None or line > header_line:
                yield line, cells
        for line, cells in rows:
            yield line, cells

    counts = {"rows": 0, "short": 0, "nul": 0}
    schema = _schema(width)
    with pa.ipc.new_stream(str(work / "sheet0.arrow"), schema) as sink:
        for chunk in _chunks(data_rows()):
            batch = _text_batch(chunk, width, schema, counts)
            counts["rows"] += batch.num_rows
            sink.write_batch(batch)
    if counts["short"]:
        notes.append({"code": "short_rows", "params": {"count": counts["short"]}})
    if counts["nul"]:
        notes.append({"code": "nul_characters", "params": {"count": counts["nul"]}})
    return {
        "header_row": header_line,
        "columns": [{"name": n, "letter": header.letter(i)} for i, n in enumerate(names)],
        "rows": counts["rows"],
        "first_rows": [[line, _shown(cells)] for line, cells in head[:_PREVIEW_ROWS]],
        "first_column": 0,
        "merges": [],
        "rounded": [],
        "notes": notes,
    }


def _chunks(rows: Iterator[tuple[int, list[str]]]) -> Iterator[TextRows]:
    chunk: TextRows = []
    for row in rows:
        chunk.append(row)
        if len(chunk) >= _CHUNK_ROWS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _text_batch(
    chunk: TextRows, width: int, schema: pa.Schema, counts: dict[str, int]
) -> pa.RecordBatch:
    import pyarrow as pa

    regular = all(len(cells) == width for _, cells in chunk)
    extra: list[int] | None = None
    if not regular:
        kept: TextRows = []
        extra = []
        for line, cells in chunk:
            if not any(cells):
                continue
            used = _used(cells)
            extra.append(max(0, used - width))
            if len(cells) < width:
                counts["short"] += 1
                cells = cells + [None] * (width - len(cells))  # type: ignore[list-item]  # missing
            kept.append((line, cells[:width]))
        chunk = kept
    columns = list(zip(*(cells for _, cells in chunk), strict=True)) or [()] * width
    arrays = [pa.array(values, pa.string()) for values in columns]
    for index, array in enumerate(arrays):
        arrays[index] = _without_nul(array, counts)
    lines = pa.array([line for line, _ in chunk], pa.int64())
    extras = pa.array(extra if extra is not None else [0] * len(chunk), pa.int32())
    batch = pa.RecordBatch.from_arrays([lines, extras, *arrays], schema=schema)
    return _without_blank_rows(batch, width)


def _without_nul(array: pa.Array, counts: dict[str, int]) -> pa.Array:
    """NUL becomes a visible sign: databases refuse it, and dropping it could change a number."""
    import pyarrow as pa

    for buffer in array.buffers()[2:]:
        if buffer is not None and _NUL.search(memoryview(buffer)):
            values = array.to_pylist()
            counts["nul"] += sum(1 for value in values if value and "\x00" in value)
            return pa.array(
                [v.replace("\x00", delimited.NUL_SHOWN) if v else v for v in values], pa.string()
            )
    return array


# --- workbooks ---------------------------------------------------------------------------------
def _read_excel(path: Path, options: dict[str, Any], work: Path) -> dict[str, Any]:
    from jishi.ingest.parsing.workbook import read_workbook

    book = read_workbook(path)
    described = []
    for sheet in book.sheets:
        wanted = (options.get("header_rows") or {}).get(str(sheet.index), "auto")
        data = _write_sheet(sheet.table, wanted, work / f"sheet{sheet.index}.arrow", sheet)
        data.update(
            {
                "name": sheet.name,
                "index": sheet.index,
                "visible": sheet.visible,
                "file": f"sheet{sheet.index}.arrow" if data["rows"] else None,
                "first_column": sheet.first_column,
                "merges": sheet.merges,
                "rounded": sheet.rounded,
            }
        )
        if sheet.refused:
            data["notes"].append({"code": "sheet_refused", "params": {"name": sheet.name}})
        described.append(data)
    if not any(sheet["columns"] for sheet in described):
        raise RefusedError("no_rows")
    return {
        "status": "parsed",
        "kind": "excel",
        "dialect": {},
        "date_1904": book.date_1904,
        "sheets": described,
    }


def _write_sheet(
    table: pa.RecordBatch | None, wanted: int | str | None, target: Path, sheet: Any
) -> dict[str, Any]:
    import pyarrow as pa

    empty: dict[str, Any] = {
        "header_row": None,
        "columns": [],
        "rows": 0,
        "first_rows": [],
        "notes": [],
    }
    if table is None:
        return empty
    width = table.num_columns
    counts = {"nul": 0}
    numbered = pa.RecordBatch.from_arrays(
        [
            pa.array(range(1, table.num_rows + 1), pa.int64()),
            pa.nulls(table.num_rows, pa.int32()).fill_null(0),
            *(_without_nul(column, counts) for column in table.columns),
        ],
        schema=_schema(width),
    )
    filled = _without_blank_rows(numbered, width)
    if filled.num_rows == 0:
        return empty
    top = filled.slice(0, max(_PREVIEW_ROWS, header.SEARCHED_ROWS)).to_pydict()
    head = [
        (line, [top[f"c{i}"][row] for i in range(width)]) for row, line in enumerate(top["line"])
    ]
    header_line = header.find_header(head) if wanted == "auto" else (wanted or None)
    notes: list[dict[str, Any]] = []
    header_cells: list[str | None] = []
    if header_line is not None:
        assert isinstance(header_line, int)
        if header_line <= table.num_rows:
            header_cells = _cells(table, header_line)
            both = header.of_two_rows(header_line, partial(_cells, table), sheet.merges)
            header_line, header_cells = both or (header_line, header_cells)
        skipped = sum(1 for line in filled.column(0).to_pylist()[:2000] if line <= header_line)
        filled = filled.slice(skipped)
    names, repeated = header.headings(header_cells, width)
    if repeated:
        notes.append({"code": "repeated_headings", "params": {"names": repeated[:20]}})
    if sheet.merges:
        notes.append({"code": "merged_cells", "params": {"count": len(sheet.merges)}})
    if counts["nul"]:
        notes.append({"code": "nul_characters", "params": {"count": counts["nul"]}})
    with pa.ipc.new_stream(str(target), filled.schema) as sink:
        sink.write_batch(filled)
    return {
        "header_row": header_line,
        "columns": [
            {"name": name, "letter": header.letter(i + sheet.first_column)}
            for i, name in enumerate(names)
        ],
        "rows": filled.num_rows,
        "first_rows": [[line, _shown(cells)] for line, cells in head[:_PREVIEW_ROWS]],
        "notes": notes,
    }


def _cells(table: pa.RecordBatch, line: int) -> list[str | None]:
    """The texts of a line, counted from 1."""
    known = 0 < line <= table.num_rows
    return [column[line - 1].as_py() if known else None for column in table.columns]


# --- both --------------------------------------------------------------------------------------
def _schema(width: int) -> pa.Schema:
    import pyarrow as pa

    columns = [pa.field(f"c{index}", pa.string()) for index in range(width)]
    return pa.schema([pa.field("line", pa.int64()), pa.field("extra", pa.int32()), *columns])


def _without_blank_rows(batch: pa.RecordBatch, width: int) -> pa.RecordBatch:
    import pyarrow.compute as pc

    seen: pa.Array | None = None
    for column in batch.columns[2 : 2 + width]:
        filled = pc.greater(pc.utf8_length(pc.fill_null(column, "")), 0)
        seen = filled if seen is None else pc.or_(seen, filled)
        if pc.all(seen).as_py():
            return batch
    return batch.filter(seen) if seen is not None else batch


def _used(cells: list[str]) -> int:
    """Cells up to the last one that is not blank."""
    for index in range(len(cells), 0, -1):
        if cells[index - 1] and cells[index - 1].strip():
            return index
    return 0


def _shown(cells: list[Any]) -> list[str]:
    return [(cell or "").replace("\x00", delimited.NUL_SHOWN)[:_PREVIEW_CHARS] for cell in cells]


if __name__ == "__main__":
    main(sys.argv[1])
