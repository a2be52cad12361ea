"""Corrections that people typed, laid over the texts of a file before anything reads them.

How the file writes decimals and dates is found without them: a correction never changes what another
row means.
"""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jishi.ingest.staging import sql
from jishi.ingest.staging.sources import Source, find_skipped


if TYPE_CHECKING:
    import duckdb

# line → column → the corrected text, and the line it was typed for
Texts = dict[int, dict[int, tuple[str, int]]]


def lay_over(
    db: duckdb.DuckDBPyConnection, source: Source, corrections: Sequence[Mapping[str, Any]]
) -> Texts:
    """Make `src_<number>` show the corrected texts. Returns them, by line and column.

    Args:
        corrections: `line`, `column`, `before` (what the cell holds), `after`, and `alike`: columns; rows
            equal to that row in all of them are corrected with it. One whose cell holds something else,
            because the file is read otherwise now, does not count.
    """
    fitting = _fitting(source, corrections)
    texts: Texts = {}
    for number, line in _alike(db, source, fitting):
        one = fitting[number]
        texts.setdefault(line, {})[one["column"]] = (one["after"], one["line"])
    for one in fitting:  # what was typed for a row itself wins over what comes from a row like it
        texts.setdefault(one["line"], {})[one["column"]] = (one["after"], one["line"])
    if texts:
        _replace(db, source, texts)
    return texts


def _fitting(source: Source, corrections: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not corrections:
        return []
    table = source.as_read
    lines = pa.array([one["line"] for one in corrections], pa.int64())
    rows = pc.index_in(lines, value_set=table.column("line").combine_chunks()).to_pylist()
    found = []
    for one, row in zip(corrections, rows, strict=True):
        label = f"c{one['column']}"
        if row is None or label not in table.column_names:
            continue
        if (table.column(label)[row].as_py() or "") == one["before"]:
            found.append(one)
    return found


def _alike(
    db: duckdb.DuckDBPyConnection, source: Source, corrections: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[int, int]]:
    """(position of the correction, line of a row like its own)."""
    import pyarrow as pa

    groups: dict[tuple[int, ...], list[int]] = {}
    for number, one in enumerate(corrections):
        if one["alike"]:
            groups.setdefault(tuple(one["alike"]), []).append(number)
    for columns, numbers in groups.items():
        lines = [corrections[number]["line"] for number in numbers]
        db.register("mended", pa.table({"number": numbers, "line": lines}))
        equal = " AND ".join(
            f"{sql.cleaned(f'a.c{column}')} IS NOT DISTINCT FROM {sql.cleaned(f'b.c{column}')}"
            for column in columns
        )
        yield from db.execute(
            f"SELECT m.number, b.line FROM mended m JOIN {source.table} a ON a.line = m.line"
            f" JOIN {source.table} b ON {equal} ORDER BY m.number, b.line"
        ).fetchall()
        db.unregister("mended")


def _replace(db: duckdb.DuckDBPyConnection, source: Source, texts: Texts) -> None:
    import pyarrow as pa

    number, lines = source.number, sorted(texts)
    columns = sorted({column for found in texts.values() for column in found})
    over: dict[str, pa.Array] = {"line": pa.array(lines, pa.int64())}
    for column in columns:
        cells = [texts[line].get(column) for line in lines]
        over[f"h{column}"] = pa.array([cell is not None for cell in cells], pa.bool_())
        over[f"c{column}"] = pa.array([cell and cell[0] for cell in cells], pa.string())
    db.unregister(source.table)
    db.register(f"read_{number}", source.arrow)
    db.register(f"over_{number}", pa.table(over))
    shown = ", ".join(
        f"CASE WHEN o.h{place} THEN o.{label} ELSE r.{label} END AS {label}"
        if (place := int(label[1:])) in columns
        else f"r.{label}"
        for label in source.arrow.column_names
        if label not in ("line", "extra")
    )
    db.execute(
        f"CREATE TEMP VIEW {source.table} AS SELECT r.line, r.extra, {shown}"
        f" FROM read_{number} r LEFT JOIN over_{number} o USING (line)"
    )
    places = pa.table(
        {
            "line": [line for line in lines for _ in texts[line]],
            "col": [column for line in lines for column in texts[line]],
        }
    )
    # A cell that somebody filled is neither merged any more nor rounded by a spreadsheet.
    db.register("mended", places)
    for kind in ("merged", "rounded"):
        db.execute(
            f"DELETE FROM {kind}_{number} WHERE (line, col) IN (SELECT (line, col) FROM mended)"
        )
    db.unregister("mended")
    find_skipped(db, source)
