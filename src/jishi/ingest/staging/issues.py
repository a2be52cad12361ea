"""What is wrong with a row: rows themselves, never exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jishi.ingest.staging import sql


if TYPE_CHECKING:
    import duckdb

ERROR, WARNING = "error", "warning"


def create(db: duckdb.DuckDBPyConnection) -> None:
    db.execute(
        "CREATE TABLE issues (severity VARCHAR, code VARCHAR, entity VARCHAR, field VARCHAR,"
        " src INTEGER, line BIGINT, col INTEGER, value VARCHAR, detail VARCHAR)"
    )


def add(
    db: duckdb.DuckDBPyConnection,
    *,
    code: str,
    select: str,
    entity: str = "",
    field: str = "",
    column: int | None = None,
    value: str = "NULL",
    detail: str = "NULL",
    severity: str = ERROR,
) -> int:
    """Add an issue per row of `select`, which must offer `src` and `line`. Returns how many.

    Args:
        code: names the message.
        select: `FROM … WHERE …` of the rows.
        column: position of the column in the file.
        value, detail: SQL expressions.
    """
    place = "NULL" if column is None else str(column)
    made: Any = db.execute(
        "INSERT INTO issues SELECT"
        f" {sql.text(severity)}, {sql.text(code)}, {sql.text(entity)}, {sql.text(field)},"
        f" src, line, {place}, left({value}, 400), left({detail}, 400) {select}"
    ).fetchone()
    return int(made[0]) if made else 0
