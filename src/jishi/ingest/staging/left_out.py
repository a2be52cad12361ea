"""Money that the files hold and that would not come in: said once for each file, never passed over."""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.mapping.matching import MONEY_OF_LINES, candidates
from jishi.ingest.mapping.recipe import Recipe
from jishi.ingest.staging import issues, sql
from jishi.ingest.staging.sources import Source


if TYPE_CHECKING:
    import duckdb

# What a file lacks for order lines.
NO_AMOUNT, NO_QUANTITY, NOTHING = "amount", "quantity", "all"


def report_money(
    db: duckdb.DuckDBPyConnection, recipe: Recipe, sources: Mapping[str, Source]
) -> None:
    """Warn of files with columns that look like sales, of which no amount comes in. Leaves
    `missing_money` (src, what): what each file lacks for order lines."""
    db.execute("CREATE TABLE missing_money (src INTEGER, what VARCHAR)")
    for key, source in sources.items():
        entities = {step.entity for step in recipe.steps if step.source == key}
        looks_like: dict[str, list[str]] = {}
        for column in source.columns:
            for entity, field in candidates(column)[0]:
                if entity == "order_lines":
                    looks_like.setdefault(field, []).append(column)
        money = [column for field in sorted(MONEY_OF_LINES) for column in looks_like.get(field, [])]
        what = NOTHING
        if "quantity" in looks_like and not money:
            what = NO_AMOUNT
        elif money and "quantity" not in looks_like:
            what = NO_QUANTITY
        db.execute("INSERT INTO missing_money VALUES (?, ?)", [source.number, what])
        if not entities or any(ENTITIES[name].amount for name in entities) or "orders" in entities:
            continue
        if money and "quantity" in looks_like:
            _add(db, "money_left_out", source.number, ", ".join([*looks_like["quantity"], *money]))


def _add(db: duckdb.DuckDBPyConnection, code: str, number: int, detail: str) -> None:
    issues.add(
        db, code=code, entity="order_lines", severity=issues.WARNING, detail=sql.text(detail),
        select=f"FROM (SELECT {number} AS src, min(line) AS line FROM src_{number}) WHERE line > 0",
    )  # fmt: skip


def report_orders(db: duckdb.DuckDBPyConnection) -> None:
    """Warn, once for each file, of orders that have no line, neither in the files nor stored."""
    tables = {row[0] for row in db.execute(
        "SELECT table_name FROM information_schema.tables").fetchall()}  # fmt: skip
    given = "SELECT v_order_no FROM l_order_lines" if "l_order_lines" in tables else "SELECT NULL"
    stored = "SELECT order_ref FROM e_order_lines" if "e_order_lines" in tables else "SELECT NULL"
    db.execute(
        "CREATE TABLE bare_orders AS SELECT o.src, min(o.line) AS line, count(*) AS orders FROM m_orders o"
        f" ANTI JOIN ({given}) given(order_no) ON given.order_no = o.k"
        f" ANTI JOIN ({stored}) stored(order_ref) ON stored.order_ref = o.order_ref"
        " WHERE o.src IS NOT NULL AND o.status <> 'cancelled' GROUP BY o.src"
    )
    lacking = "NULL" if "l_order_lines" in tables else "what"
    issues.add(
        db, code="orders_without_lines", entity="orders", severity=issues.WARNING,
        detail=f"orders::VARCHAR || '|' || coalesce({lacking}, '')",
        select="FROM bare_orders LEFT JOIN missing_money USING (src)",
    )  # fmt: skip


def report_days_without_rate(db: duckdb.DuckDBPyConnection, first_rates: Mapping[str, str]) -> None:
    """Warn, once for each file and currency, of rows of days before the first known exchange rate.

    Args:
        first_rates: foreign currency → the day of its first rate.
    """
    tables = {row[0] for row in db.execute(
        "SELECT table_name FROM information_schema.tables").fetchall()}  # fmt: skip
    rows = " UNION ALL ".join(
        f"SELECT src, line, currency, occurred_on FROM m_{name} WHERE action IN ('new', 'changed')"
        for name in ("orders", "order_lines", "payments", "returns")
        if f"m_{name}" in tables
    )
    if not rows:
        return
    for currency, day in sorted(first_rates.items()):
        issues.add(
            db, code="no_rate_yet", entity="order_lines", severity=issues.WARNING,
            detail="detail",
            select="FROM (SELECT src, min(line) AS line, concat_ws('|', any_value(currency),"
            " count(DISTINCT line), min(occurred_on), max(occurred_on),"
            f" {sql.text(day)}) AS detail FROM ({rows}) WHERE src IS NOT NULL"
            f" AND currency = {sql.text(currency)} AND occurred_on < {sql.text(day)}::DATE"
            " GROUP BY src)",
        )  # fmt: skip
