"""New customers that may be here already, under a name that is written a little differently."""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from typing import TYPE_CHECKING

from jishi.ingest.staging import issues, sql


if TYPE_CHECKING:
    import duckdb

_WIDE, _PLAIN = "（）［］【】－．，＆", "()[][]-.,&"
_BLANKS = r"[\s\x{3000}\x{a0}]+"
_LEFT_OUT = r"[\s\x{3000}\x{a0}()\[\]·.,-]+"


def folded(name: str) -> str:
    """SQL for a name without case, blanks and punctuation, of which one stands for another."""
    plain = f"translate({name}, {sql.text(_WIDE)}, {sql.text(_PLAIN)})"
    return f"lower(regexp_replace({plain}, {sql.text(_LEFT_OUT)}, '', 'g'))"


def spellings(name: str) -> list[str]:
    """SQL for the usual other ways to write a name: brackets of the other width, no blanks.

    Stored names are found by them, since a database cannot fold as `folded` does.
    """
    bare = f"regexp_replace({name}, {sql.text(_BLANKS)}, '', 'g')"
    return [
        f"translate({name}, '()', '（）')", f"translate({name}, '（）', '()')",
        f"translate({bare}, '()', '（）')", f"translate({bare}, '（）', '()')",
    ]  # fmt: skip


def report_alike(db: duckdb.DuckDBPyConnection) -> None:
    """Warn of new customers of `m_customers` that are called like a stored one, or like an earlier one of
    the files that is written otherwise."""
    db.execute(
        "CREATE TABLE called AS SELECT id, code, name, name AS word, 0 AS line FROM e_customers"
        " WHERE NOT is_archived UNION ALL SELECT id, code, name, short_name, 0 FROM e_customers"
        " WHERE NOT is_archived AND short_name IS NOT NULL UNION ALL"
        " SELECT NULL, code, name, name, line FROM m_customers WHERE action = 'new'"
    )
    issues.add(
        db, code="customer_alike", entity="customers", field="name", severity=issues.WARNING,
        value="name", detail="other",
        select="FROM (SELECT m.src, m.line, m.name, arg_min(concat_ws(' ', c.code, c.name),"
        " c.line) AS other FROM m_customers m JOIN called c"
        f" ON {folded('c.word')} = {folded('m.name')} WHERE m.action = 'new' AND m.src IS NOT NULL"
        f" AND {folded('m.name')} <> '' AND (c.id IS NOT NULL OR (c.line < m.line AND c.name <> m.name))"
        " GROUP BY m.src, m.line, m.name)",
    )  # fmt: skip
