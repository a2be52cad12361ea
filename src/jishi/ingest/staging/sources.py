"""The parsed files as tables of one DuckDB database."""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jishi.ingest.mapping.vocabulary import TOTAL_WORDS
from jishi.ingest.staging import sql


if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_LOOKED_AT_FOR_TOTALS = 8  # columns from the left in which 合计 may stand


class Source:
    """One parsed table: where its columns are, and what is special about some cells."""

    def __init__(self, key: str, number: int, described: dict[str, Any]) -> None:
        self.key = key
        self.number = number
        self.file: str = described["file"]
        self.sheet: str = described["sheet"]
        self.columns: list[str] = described["columns"]
        self.is_text: bool = described["is_text"]
        self.delimiter: str = described.get("delimiter") or ""
        self.date_1904: bool | None = described["date_1904"]
        self.dialect: dict[str, Any] = described["dialect"]
        self.merged_columns: set[int] = {column for _, column, height, _ in described["merges"]
                                         if height > 1}  # fmt: skip
        self.rounded_columns: set[int] = {column for _, column in described["rounded"]}
        self.rows = 0

    @property
    def table(self) -> str:
        return f"src_{self.number}"

    def index(self, column: str) -> int | None:
        """Position of the column; headings are compared without case and outer blanks."""
        wanted = column.strip().casefold()
        for index, heading in enumerate(self.columns):
            if heading.strip().casefold() == wanted:
                return index
        return None


def load_source(
    db: duckdb.DuckDBPyConnection, key: str, number: int, described: dict[str, Any]
) -> Source:
    """Create `src_<number>` (line, c0 …), `merged_<number>`, `rounded_<number>` (line, column)."""
    import pyarrow as pa

    source = Source(key, number, described)
    with pa.memory_map(described["arrow"]) as stream:
        table = pa.ipc.open_stream(stream).read_all()
    table = _filled_down(table, described["merges"])
    source.rows = table.num_rows
    db.register("loaded", table)
    firsts = [f"c{index}" for index in range(min(len(source.columns), _LOOKED_AT_FOR_TOTALS))]
    first_word = (
        f"lower({sql.cleaned(f'coalesce({_blank_as_null(firsts)})')})" if firsts else "NULL"
    )
    words = sql.values_list(list(TOTAL_WORDS))
    db.execute(
        f"CREATE TABLE {source.table} AS SELECT * EXCLUDE (extra), extra,"
        f" coalesce(regexp_replace({first_word}, '[:：\\s]', '', 'g') IN {words}, false) AS is_total"
        " FROM loaded"
    )
    db.unregister("loaded")
    cells = [
        (line + down, column)
        for line, column, height, _ in described["merges"]
        if height > 1
        for down in range(height)
    ]
    for kind, places in (("merged", cells), ("rounded", described["rounded"])):
        db.execute(f"CREATE TABLE {kind}_{number} (line BIGINT, col INTEGER)")
        if places:
            lines = pa.table({"line": [p[0] for p in places], "col": [p[1] for p in places]})
            db.register("places", lines)
            db.execute(f"INSERT INTO {kind}_{number} SELECT * FROM places")
            db.unregister("places")
    return source


def _blank_as_null(columns: list[str]) -> str:
    return ", ".join(f"nullif(trim({column}), '')" for column in columns)


def _filled_down(table: pa.Table, merges: list[list[int]]) -> pa.Table:
    """Merged cells keep their value in the top row only: repeat it in the rows below."""
    import pyarrow as pa

    tall = [merge for merge in merges if merge[2] > 1]
    if not tall:
        return table
    place = {line: row for row, line in enumerate(table.column("line").to_pylist())}
    by_column: dict[int, list[list[int]]] = {}
    for merge in tall:
        by_column.setdefault(merge[1], []).append(merge)
    for column, found in by_column.items():
        label = f"c{column}"
        if label not in table.column_names:
            continue
        values = table.column(label).to_pylist()
        for top, _, height, _ in found:
            if top not in place:
                continue
            for line in range(top + 1, top + height):
                row = place.get(line)
                if row is not None and values[row] is None:
                    values[row] = values[place[top]]
        index = table.column_names.index(label)
        table = table.set_column(index, label, pa.array(values, pa.string()))
    return table
