"""Rows of our own export whose customer somebody has changed since: settled cell by cell.

What only the file changed is taken, what only somebody else changed stays. Where both did, it stays too,
unless a person has chosen the file's value over exactly this one.
"""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jishi.customers.tags import SEPARATOR
from jishi.ingest.staging import issues, sql


if TYPE_CHECKING:
    import duckdb

CODE = "changed_since_export"
SHOWN_CONFLICTS = 200


def settle(
    db: duckdb.DuckDBPyConnection,
    columns: Sequence[tuple[str, str, str]],
    choices: Sequence[Mapping[str, Any]],
) -> None:
    """Blank the cells of `j_customers` that are not to be taken; note in `conflicts` where both differ.

    Args:
        columns: (field, stored column, column of `j_customers`).
        choices: `customer`, `column`, `mine`, `theirs`, `takes_mine` each.
    """
    db.execute(
        "CREATE TABLE conflicts (k VARCHAR, src INTEGER, line BIGINT, customer_id BIGINT,"
        " seen BIGINT, label VARCHAR, field VARCHAR, col VARCHAR, mine VARCHAR, theirs VARCHAR,"
        " base VARCHAR, is_base_known BOOLEAN, takes_mine BOOLEAN)"
    )
    db.execute(
        "CREATE TABLE overtaken AS SELECT j.k, j.v_seen_version AS seen, b.id IS NOT NULL AS is_known,"
        " b.* EXCLUDE (id, version) FROM j_customers j JOIN e_customers e ON e.id = j.existing_id"
        " LEFT JOIN e_as_exported b ON b.id = j.existing_id AND b.version = j.v_seen_version"
        " WHERE j.v_seen_version <> e.version AND NOT e.revivable"
    )
    if not db.execute("SELECT count(*) FROM overtaken").fetchall()[0][0]:
        return
    db.execute(
        "CREATE TABLE chosen (customer_id BIGINT, col VARCHAR, mine VARCHAR, theirs VARCHAR,"
        " takes_mine BOOLEAN)"
    )
    if choices:
        db.executemany(
            "INSERT INTO chosen VALUES (?, ?, ?, ?, ?)",
            [
                [one[name] for name in ("customer", "column", "mine", "theirs", "takes_mine")]
                for one in choices
            ],
        )
    for field, column, given in columns:
        _settle_column(db, field, column, sql.name(given))
    # The customer may be named twice, by its code and by its name: the first line is meant.
    db.execute(
        "DELETE FROM conflicts WHERE k IN (SELECT k FROM conflicts QUALIFY"
        " dense_rank() OVER (PARTITION BY customer_id ORDER BY line, src, k) > 1)"
    )
    _settle_tags(db)
    issues.add(
        db, code=CODE, entity="customers", value="label || ' · ' || mine",
        detail="theirs", severity=issues.WARNING,
        select="FROM conflicts WHERE takes_mine IS NULL",
    )  # fmt: skip


def _settle_column(db: duckdb.DuckDBPyConnection, field: str, name: str, given: str) -> None:
    column, word = sql.name(name), sql.text(name)
    db.execute(
        "INSERT INTO conflicts SELECT j.k, j.src, j.line, j.existing_id, o.seen,"
        f" concat_ws(' ', e.code, e.name), {sql.text(field)}, {word},"
        f" j.{given}::VARCHAR, e.{column}::VARCHAR, o.{column}::VARCHAR, o.is_known, c.takes_mine"
        " FROM j_customers j JOIN overtaken o USING (k) JOIN e_customers e ON e.id = j.existing_id"
        f" LEFT JOIN chosen c ON c.customer_id = j.existing_id AND c.col = {word}"
        f" AND c.mine = j.{given}::VARCHAR AND c.theirs IS NOT DISTINCT FROM e.{column}::VARCHAR"
        f" WHERE j.{given} IS NOT NULL AND j.{given} IS DISTINCT FROM e.{column}"
        f" AND (NOT o.is_known OR (j.{given} IS DISTINCT FROM o.{column}"
        f" AND e.{column} IS DISTINCT FROM o.{column}))"
    )
    db.execute(
        f"UPDATE j_customers SET {given} = NULL WHERE k IN (SELECT o.k FROM overtaken o"
        f" JOIN j_customers j USING (k) WHERE o.is_known AND j.{given} IS NOT DISTINCT FROM o.{column}"
        f" UNION ALL SELECT c.k FROM conflicts c WHERE c.col = {word}"
        " AND c.takes_mine IS DISTINCT FROM true)"
    )


def _settle_tags(db: duckdb.DuckDBPyConnection) -> None:
    """Only what was added to the tags in the file comes in: what somebody took away stays away."""
    mark = sql.text(SEPARATOR)
    added = (
        f"list_filter(string_split(j.v_tags, {mark}),"
        f" tag -> NOT list_contains(string_split(coalesce(o.tags, ''), {mark}), tag))"
    )
    db.execute(
        "UPDATE j_customers SET v_tags = a.tags FROM (SELECT j.k,"
        f" nullif(array_to_string({added}, {mark}), '') AS tags FROM j_customers j"
        " JOIN overtaken o USING (k) WHERE o.is_known AND j.v_tags IS NOT NULL) a"
        " WHERE a.k = j_customers.k"
    )


def settle_groups(db: duckdb.DuckDBPyConnection) -> None:
    """A group that somebody changed since stays. An exported table has none: it was typed in."""
    moved = (
        "k IN (SELECT o.k FROM overtaken o JOIN p_customers p USING (k)"
        " WHERE NOT o.is_known OR o.parent_id IS DISTINCT FROM p.old_parent_id)"
    )
    found = issues.add(
        db, code="group_changed_since_export", entity="customers", field="parent_name", severity=issues.WARNING,
        value="coalesce(v_parent_code, v_parent_name)", select=f"FROM p_customers WHERE {moved}",
    )  # fmt: skip
    if found:
        db.execute(f"DELETE FROM p_customers WHERE {moved}")


def conflicts_found(db: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """For the summary: how many cells, how many of them nobody has decided, and the first of them."""
    counted = db.execute(
        "SELECT count(*), count(*) FILTER (WHERE takes_mine IS NULL) FROM conflicts"
    ).fetchall()[0]
    names = ["source", "line", "customer", "seen", "key", "field", "column", "mine", "theirs",
             "base", "is_base_known", "takes_mine"]  # fmt: skip
    rows = db.execute(
        "SELECT src, line, customer_id, seen, label, field, col, mine, theirs, base, is_base_known,"
        " takes_mine FROM conflicts ORDER BY takes_mine IS NOT NULL, src, line, field"
        f" LIMIT {SHOWN_CONFLICTS}"
    ).fetchall()
    return {
        "total": int(counted[0]),
        "undecided": int(counted[1]),
        "shown": [dict(zip(names, row, strict=True)) for row in rows],
    }
