"""Facts against what is stored."""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.mapping.fields import FLAG, Entity
from jishi.ingest.staging import issues, sql
from jishi.ingest.staging.compare import reject, resolve_customer
from jishi.ingest.staging.identity import (
    find_again,
    find_lines_again,
    lines_of_orders,
    number_orders,
)


if TYPE_CHECKING:
    import duckdb

_ZERO_WHEN_BLANK = {"discount_e4"}


def fact_columns(entity: Entity) -> list[str]:
    """Database columns of the fact besides key, clocks and batch."""
    columns = ["customer_id", *(f.column for f in entity.fields if f.column)]
    extra = {
        "orders": ["order_ref"],
        "order_lines": ["occurred_on", "order_ref", "product_id", "currency", "status"],
        "payments": ["order_ref"],
        "returns": ["order_ref", "product_id"],
        "referrals": ["referred_id"],
        "complaints": [],
    }.get(entity.name, [])
    return list(dict.fromkeys([*columns, *extra]))


def currency_of_row(usual: str, *, is_said: bool) -> str:
    """SQL for the currency of a row `u`, which may be stored as `e`.

    Args:
        usual: that of the files' amounts where no column says it.
        is_said: whether somebody chose it; a stored row keeps its own otherwise.
    """
    stored = "" if is_said else "e.currency, "
    return f"coalesce(u.v_currency, {stored}{sql.text(usual)})"


def compare_orders(db: duckdb.DuckDBPyConnection, *, currency: str, has_orders: bool) -> None:
    """`m_orders`, and `w_order`: what an order number means, with the order's final head.

    `currency` is the SQL of a row's own.
    """
    if has_orders:
        db.execute("CREATE TABLE j_orders AS SELECT * FROM u_orders")
        db.execute("CREATE TABLE before_orders AS SELECT k FROM j_orders")
        resolve_customer(db, "orders", "j_orders")
        db.execute(
            "INSERT INTO lost_orders SELECT k, 'customer_unknown' FROM before_orders"
            " WHERE k NOT IN (SELECT k FROM j_orders)"
        )
        number_orders(db)
        _compare_fact(
            db, ENTITIES["orders"],
            given={"customer_id": "u.customer_id", "order_ref": "e.order_ref",
                   "currency": currency},
            seqs=["customer_id"],
        )  # fmt: skip
    else:
        db.execute(
            "CREATE TABLE m_orders (k VARCHAR, src INTEGER, line BIGINT, action VARCHAR,"
            " existing_id BIGINT, seq BIGINT, order_ref BIGINT, customer_id BIGINT,"
            " customer_id_seq BIGINT, occurred_on DATE, status VARCHAR, currency VARCHAR)"
        )
    head = "occurred_on, status, currency, customer_id"
    db.execute(
        f"CREATE TABLE w_order AS SELECT k AS order_no, order_ref,"
        f" CASE WHEN order_ref IS NULL THEN seq END AS seq, customer_id_seq, action, {head}"
        f" FROM m_orders UNION ALL SELECT key, order_ref, NULL, NULL, 'unchanged', {head}"
        " FROM e_orders WHERE key NOT IN (SELECT k FROM m_orders)"
    )


def compare_lines(db: duckdb.DuckDBPyConnection, filled: list[str]) -> None:
    """`m_order_lines`, including stored lines that must follow their order's new head.

    `filled` are the fields of the files' lines; none when they hold no lines.
    """
    entity = ENTITIES["order_lines"]
    if filled:
        db.execute(f"CREATE VIEW l_order_lines AS FROM {lines_of_orders(db, filled)}")
        db.execute(
            "CREATE TABLE j_order_lines AS SELECT u.*, w.order_ref, w.seq AS order_ref_seq,"
            " w.customer_id, w.customer_id_seq, w.occurred_on, w.status, w.currency,"
            " coalesce(s.id, p.id) AS product_id, coalesce(s.seq, p.seq) AS product_id_seq"
            " FROM l_order_lines u LEFT JOIN w_order w ON w.order_no = u.v_order_no"
            " LEFT JOIN w_sku s ON s.sku = u.v_sku"
            " LEFT JOIN w_product p ON u.v_sku IS NULL AND p.name = u.v_product_name"
        )
        headless = "order_ref IS NULL AND order_ref_seq IS NULL"
        db.execute(
            "CREATE TABLE lost AS SELECT order_no, min(code) AS code FROM lost_orders GROUP BY 1"
        )
        lost = f"{headless} AND v_order_no IN (SELECT order_no FROM lost)"
        reject(db, "order_lines", "j_order_lines", "order_rejected", lost, field="order_no",
               value="v_order_no",
               detail="(SELECT code FROM lost WHERE order_no = v_order_no)")  # fmt: skip
        reject(db, "order_lines", "j_order_lines", "order_unknown", headless, field="order_no",
               value="v_order_no")  # fmt: skip
        _report_unknown_products(db, "order_lines", "j_order_lines", strict=True)
        find_lines_again(db, filled)
        _compare_fact(
            db, entity,
            given={column: f"u.{column}" for column in (
                "customer_id", "occurred_on", "order_ref", "product_id", "currency", "status")},
            seqs=["customer_id", "order_ref", "product_id"],
        )  # fmt: skip
    elif "e_order_lines" in _all_tables(db):
        columns = ", ".join(f"NULL::{_type(entity, c)} AS {c}" for c in fact_columns(entity))
        db.execute(
            f"CREATE TABLE m_order_lines AS SELECT NULL::VARCHAR AS k, NULL::INTEGER AS src,"
            f" NULL::BIGINT AS line, NULL::BIGINT AS existing_id, NULL::VARCHAR AS action,"
            f" NULL::BIGINT AS seq, {columns}, NULL::BIGINT AS customer_id_seq, NULL::BIGINT AS"
            f" order_ref_seq, NULL::BIGINT AS product_id_seq, NULL::JSON AS changes WHERE false"
        )
    if "e_order_lines" not in _all_tables(db):
        return
    stored = fact_columns(entity)
    head = {"customer_id", "occurred_on", "status", "currency"}
    kept = ", ".join(f"w.{c}" if c in head else f"e.{c}" for c in stored)
    db.execute(
        f"INSERT INTO m_order_lines BY NAME SELECT e.key AS k, e.id AS existing_id,"
        f" 'changed' AS action, {kept}, w.customer_id_seq, to_json([]) AS changes"
        " FROM e_order_lines e JOIN w_order w ON w.order_ref = e.order_ref AND w.action = 'changed'"
        " WHERE e.key NOT IN (SELECT k FROM m_order_lines) AND (e.status IS DISTINCT FROM w.status"
        " OR e.occurred_on IS DISTINCT FROM w.occurred_on"
        " OR e.customer_id IS DISTINCT FROM w.customer_id"
        " OR e.currency IS DISTINCT FROM w.currency)"
    )


def compare_other(
    db: duckdb.DuckDBPyConnection, name: str, filled: list[str], *, currency: str
) -> None:
    """`m_<name>` of payments, returns and everything that is not trade."""
    entity = ENTITIES[name]
    table = f"j_{name}"
    db.execute(f"CREATE TABLE {table} AS SELECT * FROM u_{name}")
    resolve_customer(db, name, table)
    given = {"customer_id": "u.customer_id"}
    seqs = ["customer_id"]
    if "order_no" in entity.field_names:
        _resolve_order(db, name, table)
        given["order_ref"] = "u.order_ref"
        seqs.append("order_ref")
    if "product_name" in entity.field_names:
        _resolve_product(db, name, table)
        given["product_id"] = "u.product_id"
        seqs.append("product_id")
    if "currency" in entity.field_names:
        given["currency"] = currency
    if name == "referrals":
        _resolve_referred(db)
        given["referred_id"] = "u.referred_id"
        seqs.append("referred_id")
    if name == "complaints":
        given["severity"] = "u.v_severity::BIGINT"
    defaults = _defaults(entity)
    find_again(
        db, entity, filled, {column: _fallback(entity, column, defaults) for column in defaults}
    )
    _compare_fact(db, entity, given=given, seqs=seqs)


def _resolve_order(db: duckdb.DuckDBPyConnection, name: str, table: str) -> None:
    db.execute(f"ALTER TABLE {table} ADD COLUMN order_ref BIGINT")
    db.execute(f"ALTER TABLE {table} ADD COLUMN order_ref_seq BIGINT")
    db.execute(
        f"UPDATE {table} SET order_ref = w.order_ref, order_ref_seq = w.seq FROM w_order w"
        " WHERE w.order_no = v_order_no"
    )
    issues.add(
        db, code="order_unknown", entity=name, field="order_no", value="v_order_no",
        severity=issues.WARNING,
        select=f"FROM {table} WHERE v_order_no IS NOT NULL AND order_ref IS NULL"
        " AND order_ref_seq IS NULL",
    )  # fmt: skip


def _resolve_product(db: duckdb.DuckDBPyConnection, name: str, table: str) -> None:
    db.execute(f"ALTER TABLE {table} ADD COLUMN product_id BIGINT")
    db.execute(f"ALTER TABLE {table} ADD COLUMN product_id_seq BIGINT")
    db.execute(
        f"UPDATE {table} SET product_id = w.id, product_id_seq = w.seq FROM w_sku w"
        " WHERE w.sku = v_sku"
    )
    db.execute(
        f"UPDATE {table} SET product_id = w.id, product_id_seq = w.seq FROM w_product w"
        " WHERE v_sku IS NULL AND w.name = v_product_name"
    )
    _report_unknown_products(db, name, table, strict=False)


def _report_unknown_products(
    db: duckdb.DuckDBPyConnection, name: str, table: str, *, strict: bool
) -> None:
    unknown = (
        "coalesce(v_sku, v_product_name) IS NOT NULL AND product_id IS NULL"
        " AND product_id_seq IS NULL"
    )
    if strict:
        reject(db, name, table, "product_unknown", unknown, field="sku",
               value="coalesce(v_sku, v_product_name)")  # fmt: skip
    else:
        issues.add(
            db, code="product_unknown", entity=name, field="sku", severity=issues.WARNING,
            value="coalesce(v_sku, v_product_name)", select=f"FROM {table} WHERE {unknown}",
        )  # fmt: skip


def _resolve_referred(db: duckdb.DuckDBPyConnection) -> None:
    db.execute("ALTER TABLE j_referrals ADD COLUMN referred_id BIGINT")
    db.execute("ALTER TABLE j_referrals ADD COLUMN referred_id_seq BIGINT")
    db.execute("UPDATE j_referrals SET referred_id = w.id, referred_id_seq = w.seq FROM w_code w"
               " WHERE w.code = v_referred_code")  # fmt: skip
    db.execute("UPDATE j_referrals SET referred_id = w.id, referred_id_seq = w.seq FROM w_name w"
               " WHERE v_referred_code IS NULL AND w.name = v_referred_name AND w.times = 1")  # fmt: skip


def _compare_fact(
    db: duckdb.DuckDBPyConnection, entity: Entity, *, given: dict[str, str], seqs: list[str]
) -> None:
    """`m_<entity>` from `j_<entity>` and `e_<entity>`.

    Args:
        given: stored column → SQL of its value, where it is not simply the field's.
        seqs: columns that may point to rows that do not exist yet.
    """
    name = entity.name
    _reject_unassigned(db, entity)
    values = {f.column: f"u.{sql.name('v_' + f.name)}" for f in entity.fields if f.column}
    values.update(given)
    defaults = _defaults(entity)
    finals, differs, changes = [], [], []
    for column in fact_columns(entity):
        stored = f"e.{sql.name(column)}"
        value = values[column]
        fallback = _fallback(entity, column, defaults)
        finals.append(f"coalesce({value}, {stored}{fallback}) AS {sql.name(column)}")
        test = f"({value} IS NOT NULL AND {value} IS DISTINCT FROM {stored})"
        if column in seqs:
            test = f"({test} OR u.{column}_seq IS NOT NULL)"
        differs.append(test)
        changes.append(
            f"CASE WHEN {test} THEN {{'field': {sql.text(column)}, 'old': {stored}::VARCHAR,"
            f" 'new': {value}::VARCHAR}} END"
        )
    points = "".join(f", u.{column}_seq" for column in seqs)
    # Only orders are pointed to, by their position among the new ones.
    counted = "row_number() OVER (PARTITION BY e.id IS NULL ORDER BY u.k) - 1"
    seq = counted if name == "orders" else "NULL::BIGINT"
    db.execute(
        f"CREATE TABLE m_{name} AS SELECT u.k, u.src, u.line, e.id AS existing_id,"
        f" CASE WHEN e.id IS NULL THEN 'new' WHEN {' OR '.join(differs)} THEN 'changed'"
        " ELSE 'unchanged' END AS action,"
        f" {seq} AS seq, {', '.join(finals)}{points},"
        f" CASE WHEN e.id IS NULL THEN NULL ELSE"
        f" to_json(list_filter([{', '.join(changes)}], x -> x IS NOT NULL)) END AS changes"
        f" FROM j_{name} u LEFT JOIN e_{name} e ON e.key = u.k"
    )


def _reject_unassigned(db: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    """New rows need every required field; one that no column gives may be blank in rows that are here."""
    table = f"j_{entity.name}"
    for item in entity.fields:
        if not (item.required and item.column):
            continue
        value = sql.name("v_" + item.name)
        lacking = f"{value} IS NULL AND k NOT IN (SELECT key FROM e_{entity.name})"
        if entity.name == "orders":
            db.execute(f"INSERT INTO lost_orders SELECT k, 'no_head' FROM {table} WHERE {lacking}")
        reject(db, entity.name, table, "field_unmapped", lacking, field=item.name,
               detail=sql.text(f"{entity.name}.{item.name}"))  # fmt: skip


def _defaults(entity: Entity) -> dict[str, str]:
    return {f.column: f.default for f in entity.fields if f.column and f.default is not None}


def _fallback(entity: Entity, column: str, defaults: Mapping[str, str]) -> str:
    if column in defaults:
        value = defaults[column]
        return f", {value}" if column == "severity" else f", {sql.text(value)}"
    if column in _ZERO_WHEN_BLANK:
        return ", 0"
    kind = next((f.kind for f in entity.fields if f.column == column), "")
    if kind == FLAG:
        return ", false"
    return ""


def _type(entity: Entity, column: str) -> str:
    for field in entity.fields:
        if field.column == column:
            return sql.sql_type(field)
    if column.endswith(("_id", "_ref")):
        return "BIGINT"
    return {"occurred_on": "DATE"}.get(column, "VARCHAR")


def _all_tables(db: duckdb.DuckDBPyConnection) -> set[str]:
    rows = db.execute("SELECT table_name FROM information_schema.tables").fetchall()
    return {name for (name,) in rows}
