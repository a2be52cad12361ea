"""The parsed files as tables of one DuckDB database."""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jishi.ingest.mapping.vocabulary import TOTAL_WORDS
from jishi.ingest.staging import sql


if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_OF_WHAT = "本[页日周月季年次]|当[页日月年]|全[月年部]|分类|客户|部门"
_LOOKED_AT_FOR_TOTALS = 8  # columns from the left in which 合计 may stand


class Source:
    """One parsed table: where its columns are, and what is special about some cells."""

    def __init__(self, key: str, number: int, described: dict[str, Any]) -> None:
        self.key = key
        self.number = number
        self.file: str = described["file"]
        self.sheet: str = described["sheet"]
        self.sheet_index: int = described["sheet_index"]
        self.columns: list[str] = described["columns"]
        self.is_text: bool = described["is_text"]
        self.delimiter: str = described.get("delimiter") or ""
        self.date_1904: bool | None = described["date_1904"]
        self.dialect: dict[str, Any] = described["dialect"]
        self.merged_columns: set[int] = {column for _, column, height, _ in described["merges"]
                                         if height > 1}  # fmt: skip
        self.rounded_columns: set[int] = {column for _, column in described["rounded"]}
        self.rows = 0
        self.as_read: Any = None
        self.arrow: Any = None  # as read, with merged cells filled down
        self.skipped = 0  # rows of totals and rows with too many cells

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
    source.as_read = table
    table = _filled_down(table, described["merges"])
    source.rows = table.num_rows
    source.arrow = table  # the view below reads from it
    db.register(source.table, table)
    find_skipped(db, source)
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


def find_skipped(db: duckdb.DuckDBPyConnection, source: Source) -> None:
    """`skipped_<number>` (line, is_total): rows that are not data. A row of totals begins with 合计
    or the like in its first cell that is not blank."""
    firsts = [f"c{index}" for index in range(min(len(source.columns), _LOOKED_AT_FOR_TOTALS))]
    words = "|".join("[\\s　]*".join(word.replace(" ", "")) for word in TOTAL_WORDS)
    pattern = sql.text(f"(?i)^[\\s　]*({_OF_WHAT})?[\\s　]*({words})数?[\\s　]*[:：]?[\\s　]*$")
    suspects = " OR ".join(f"regexp_matches({column}, {pattern})" for column in firsts) or "false"
    first_word = "coalesce(" + ", ".join(sql.cleaned(column) for column in firsts) + ")"
    db.execute(
        f"CREATE OR REPLACE TABLE skipped_{source.number} AS SELECT line, extra = 0 AS is_total"
        f" FROM (SELECT * FROM {source.table} WHERE extra > 0 OR {suspects})"
        f" WHERE extra > 0 OR regexp_matches({first_word}, {pattern})"
    )
    row = db.execute(f"SELECT count(*) FROM skipped_{source.number}").fetchone()
    source.skipped = int(row[0]) if row else 0


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
