"""Checked rows against what is stored: which are new, changed, unchanged, and point to whom.

Blank cells never erase what is stored. A changed fact will be superseded by a row that keeps what
the file does not mention.
"""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jishi.customers.tags import SEPARATOR
from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.mapping.fields import Entity, Field
from jishi.ingest.staging import issues, likeness, overtaken, sql
from jishi.ingest.staging.groups import drop_circles


if TYPE_CHECKING:
    import duckdb

# Table `m_<entity>` of every compare function: k, src, line, action, existing_id, seq (position
# among the new rows), the final columns, and `<column>_seq` where a column points to a new row.
NEW, CHANGED, UNCHANGED, REVIVED = "new", "changed", "unchanged", "revived"


def reject(
    db: duckdb.DuckDBPyConnection, entity: str, table: str, code: str, where: str, *, field: str = "",
    value: str = "NULL", detail: str = "NULL",
) -> None:  # fmt: skip
    """Report the rows of `table` and take them out."""
    found = issues.add(
        db, code=code, entity=entity, field=field, value=value, detail=detail,
        select=f"FROM {table} WHERE {where}",
    )  # fmt: skip
    if found:
        db.execute(f"DELETE FROM {table} WHERE {where}")


def compare_customers(
    db: duckdb.DuckDBPyConnection,
    filled: list[str],
    *,
    next_number: int,
    choices: Sequence[Mapping[str, Any]] = (),
) -> None:
    """`m_customers`, and `w_code`, `w_name`: whom a code or a name means.

    Args:
        filled: the fields of customers that the files fill.
        next_number: the highest number among generated codes.
        choices: what people decided where the file and somebody else changed the same cell.
    """
    entity = ENTITIES["customers"]
    db.execute(
        "CREATE TABLE e_names AS SELECT name, min(id) AS id, count(*) AS times"
        " FROM e_customers WHERE NOT is_archived OR revivable GROUP BY name"
    )
    if "customers" not in _tables(db, "u_"):
        db.execute("CREATE TABLE m_customers (k VARCHAR, action VARCHAR, existing_id BIGINT,"
                   " seq BIGINT, code VARCHAR, name VARCHAR)")  # fmt: skip
        _write_whose(db)
        return
    db.execute(
        "CREATE TABLE j_customers AS SELECT u.*,"
        " coalesce(c.id, s.id, CASE WHEN n.times = 1 THEN n.id END) AS existing_id, n.times AS times"
        " FROM u_customers u LEFT JOIN e_customers c ON c.code = u.v_code"
        # Its code may have been changed since, or in the file. The table of another company has other names.
        " LEFT JOIN e_customers s ON c.id IS NULL AND s.id = u.v_seen_id AND s.name = u.v_name"
        " AND u.v_seen_version IS NOT NULL"
        " LEFT JOIN e_names n ON u.v_code IS NULL AND n.name = u.v_name"
    )
    reject(db, "customers", "j_customers", "customer_name_ambiguous",
           "existing_id IS NULL AND times > 1", field="name", value="v_name")  # fmt: skip
    # Whose name no file gives is called by the short one.
    db.execute(
        "UPDATE j_customers SET v_name = v_short_name WHERE existing_id IS NULL AND v_name IS NULL"
    )
    code, detail = ("required", "NULL") if "name" in filled else (
        "field_unmapped", sql.text("customers.name"))  # fmt: skip
    reject(db, "customers", "j_customers", code, "existing_id IS NULL AND v_name IS NULL",
           field="name", detail=detail)  # fmt: skip
    _resolve_owners(db)
    stored = [(f.name, f.column, f"v_{f.name}") for f in stored_fields(entity, [*filled, "name"])]
    stored.append(("owner", "owner_id", "owner_id"))
    overtaken.settle(db, stored, choices)
    _drop_taken_credit_codes(db)
    columns = [(column, f"u.{sql.name(given)}") for _field, column, given in stored]
    if "tags" in filled:
        columns.append(("tags", _all_tags()))
    _master(db, "customers", columns, keep={"code", "name", "parent_id"})
    likeness.report_alike(db)
    db.execute(
        "UPDATE m_customers SET code = numbered.code FROM (SELECT k,"
        f" format('C{{:06d}}', {next_number} + row_number() OVER (ORDER BY name)) AS code"
        " FROM m_customers WHERE action = 'new' AND code IS NULL) numbered"
        " WHERE numbered.k = m_customers.k"
    )
    _write_whose(db)
    _resolve_parents(db, filled)


def _tables(db: duckdb.DuckDBPyConnection, prefix: str) -> set[str]:
    rows = db.execute(
        "SELECT table_name FROM information_schema.tables WHERE starts_with(table_name, ?)",
        [prefix],
    ).fetchall()
    return {name.removeprefix(prefix) for (name,) in rows}


def stored_fields(entity: Entity, filled: list[str]) -> list[Field]:
    """The fields of the file that a column of the table keeps."""
    return [f for f in entity.fields if f.column and f.name in filled]


def _master(
    db: duckdb.DuckDBPyConnection,
    name: str,
    columns: list[tuple[str, str]],
    *,
    keep: set[str],
) -> None:
    """`m_<name>` from `j_<name>`: the final value of each column, and what became of the row.

    Args:
        columns: (stored column, SQL of the value from the file).
        keep: columns that `m_` offers even when the file lacks them.
    """
    finals, differs, changes = [], [], []
    for column, given in columns:
        stored = f"e.{sql.name(column)}"
        finals.append(f"coalesce({given}, {stored}) AS {sql.name(column)}")
        test = f"({given} IS NOT NULL AND {given} IS DISTINCT FROM {stored})"
        differs.append(test)
        changes.append(
            f"CASE WHEN {test} THEN {{'field': {sql.text(column)}, 'old': {stored}::VARCHAR,"
            f" 'new': {given}::VARCHAR}} END"
        )
    present = {column for column, _ in columns}
    finals += [f"e.{sql.name(column)}" for column in sorted(keep - present)]
    differing = " OR ".join(differs) or "false"
    listed = f"list_filter([{', '.join(changes)}], x -> x IS NOT NULL)" if changes else "[]"
    db.execute(
        f"CREATE TABLE m_{name} AS SELECT u.k, u.src, u.line, u.existing_id, e.version,"
        f" CASE WHEN u.existing_id IS NULL THEN 'new' WHEN e.revivable THEN 'revived'"
        f" WHEN {differing} THEN 'changed' ELSE 'unchanged' END AS action,"
        " row_number() OVER (PARTITION BY u.existing_id IS NULL ORDER BY u.k) - 1 AS seq,"
        f" {', '.join(finals)}, to_json({listed}) AS changes"
        f" FROM j_{name} u LEFT JOIN e_{name} e ON e.id = u.existing_id"
    )
    # The stored row may be named twice, by its code and by its name: the first line is meant.
    db.execute(
        f"DELETE FROM m_{name} WHERE k IN (SELECT k FROM m_{name} WHERE existing_id IS NOT NULL"
        " QUALIFY row_number() OVER (PARTITION BY existing_id ORDER BY line, src, k) > 1)"
    )


def _drop_taken_credit_codes(db: duckdb.DuckDBPyConnection) -> None:
    """A credit code that another customer has is left blank with a warning."""
    taken = (
        "v_credit_code IS NOT NULL AND (v_credit_code IN (SELECT v_credit_code FROM j_customers"
        " GROUP BY v_credit_code HAVING count(*) > 1) OR EXISTS (SELECT 1 FROM e_customers e"
        " WHERE e.credit_code = v_credit_code AND e.id IS DISTINCT FROM existing_id))"
    )
    found = issues.add(
        db, code="credit_code_taken", entity="customers", field="credit_code",
        severity=issues.WARNING, value="v_credit_code", select=f"FROM j_customers WHERE {taken}",
    )  # fmt: skip
    if found:
        db.execute(f"UPDATE j_customers SET v_credit_code = NULL WHERE {taken}")


def _all_tags() -> str:
    """SQL for the tags that a customer has with those of the file: none is taken away."""

    def tags(column: str) -> str:
        return f"string_split(coalesce({column}, ''), {sql.text(SEPARATOR)})"

    every = f"list_filter(list_concat({tags('e.tags')}, {tags('u.v_tags')}), tag -> tag <> '')"
    joined = f"array_to_string(list_sort(list_distinct({every})), {sql.text(SEPARATOR)})"
    return f"CASE WHEN u.v_tags IS NOT NULL THEN {joined} END"


def _resolve_owners(db: duckdb.DuckDBPyConnection) -> None:
    db.execute("ALTER TABLE j_customers ADD COLUMN owner_id BIGINT")
    db.execute(
        "UPDATE j_customers SET owner_id = u.id FROM e_users u WHERE lower(u.label) = lower(v_owner)"
    )
    issues.add(
        db, code="user_unknown", entity="customers", field="owner", severity=issues.WARNING,
        value="v_owner", select="FROM j_customers WHERE v_owner IS NOT NULL AND owner_id IS NULL",
    )  # fmt: skip


def _write_whose(db: duckdb.DuckDBPyConnection) -> None:
    """Codes and names → stored id, or position among the new rows."""
    both = (
        "SELECT code, name, existing_id AS id, CASE WHEN existing_id IS NULL THEN seq END AS seq"
        " FROM m_customers UNION ALL SELECT code, name, id, NULL FROM e_customers"
        " WHERE id NOT IN (SELECT existing_id FROM m_customers WHERE existing_id IS NOT NULL)"
        " AND NOT is_archived"
    )
    db.execute(f"CREATE TABLE whose AS {both}")
    db.execute("CREATE TABLE w_code AS SELECT code, any_value(id) AS id, any_value(seq) AS seq"
               " FROM whose GROUP BY code")  # fmt: skip
    db.execute("CREATE TABLE w_name AS SELECT name, any_value(id) AS id, any_value(seq) AS seq,"
               " count(*) AS times FROM whose GROUP BY name")  # fmt: skip


def resolve_customer(
    db: duckdb.DuckDBPyConnection,
    entity: str,
    table: str,
    *,
    code: str = "v_customer_code",
    name: str = "v_customer_name",
) -> None:
    """Add customer_id and customer_id_seq to `table`; rows of nobody we know are rejected."""
    db.execute(f"ALTER TABLE {table} ADD COLUMN customer_id BIGINT")
    db.execute(f"ALTER TABLE {table} ADD COLUMN customer_id_seq BIGINT")
    db.execute(
        f"UPDATE {table} SET customer_id = w.id, customer_id_seq = w.seq FROM w_code w"
        f" WHERE w.code = {code}"
    )
    db.execute(
        f"UPDATE {table} SET customer_id = w.id, customer_id_seq = w.seq FROM w_name w"
        f" WHERE {code} IS NULL AND w.name = {name} AND w.times = 1"
    )
    unknown = "customer_id IS NULL AND customer_id_seq IS NULL"
    ambiguous = f"{code} IS NULL AND {name} IN (SELECT name FROM w_name WHERE times > 1)"
    reject(db, entity, table, "customer_name_ambiguous", f"{unknown} AND {ambiguous}",
           field="customer_name", value=name)  # fmt: skip
    reject(db, entity, table, "customer_unknown", unknown, field="customer_code",
           value=f"coalesce({code}, {name})")  # fmt: skip


def _resolve_parents(db: duckdb.DuckDBPyConnection, filled: list[str]) -> None:
    """Which group a customer belongs to; applied after all customers exist."""
    if not {"parent_code", "parent_name"} & set(filled):
        return
    db.execute(
        "CREATE TABLE p_customers AS SELECT m.k, m.existing_id AS id,"
        " CASE WHEN m.existing_id IS NULL THEN m.seq END AS seq, u.src, u.line,"
        " u.v_parent_code, u.v_parent_name, e.parent_id AS old_parent_id,"
        " coalesce(c.id, n.id) AS parent_id, coalesce(c.seq, n.seq) AS parent_id_seq"
        " FROM u_customers u JOIN m_customers m USING (k)"
        " LEFT JOIN e_customers e ON e.id = m.existing_id"
        " LEFT JOIN w_code c ON c.code = u.v_parent_code"
        " LEFT JOIN w_name n ON u.v_parent_code IS NULL AND n.name = u.v_parent_name AND n.times = 1"
        " WHERE coalesce(u.v_parent_code, u.v_parent_name) IS NOT NULL"
    )
    issues.add(
        db, code="group_unknown", entity="customers", field="parent_name", severity=issues.WARNING,
        value="coalesce(v_parent_code, v_parent_name)",
        select="FROM p_customers WHERE parent_id IS NULL AND parent_id_seq IS NULL",
    )  # fmt: skip
    db.execute("DELETE FROM p_customers WHERE parent_id IS NULL AND parent_id_seq IS NULL")
    db.execute("DELETE FROM p_customers WHERE parent_id IS NOT DISTINCT FROM id"
               " AND parent_id_seq IS NOT DISTINCT FROM seq")  # fmt: skip
    db.execute("DELETE FROM p_customers WHERE parent_id IS NOT NULL AND parent_id = old_parent_id")
    overtaken.settle_groups(db)
    drop_circles(db)
    db.execute("UPDATE m_customers SET action = 'changed' WHERE action = 'unchanged'"
               " AND k IN (SELECT k FROM p_customers)")  # fmt: skip


def compare_products(db: duckdb.DuckDBPyConnection, filled: list[str], *, currency: str) -> None:
    """`m_products`, and `w_sku`, `w_product`: which product a number or a name means."""
    entity = ENTITIES["products"]
    if "products" in _tables(db, "u_"):
        db.execute(
            "CREATE TABLE j_products AS SELECT u.* REPLACE (CASE WHEN u.v_sku IS NULL AND n.id IS NULL"
            " THEN CASE WHEN length(u.v_name) <= 60 THEN u.v_name ELSE left(u.v_name, 40) || '~' ||"
            " left(md5(u.v_name), 12) END ELSE u.v_sku END AS v_sku, CASE WHEN u.v_name IS NULL AND"
            " c.id IS NULL THEN u.v_sku ELSE u.v_name END AS v_name),"
            " coalesce(c.id, n.id) AS existing_id FROM u_products u"
            " LEFT JOIN e_products c ON c.sku = u.v_sku LEFT JOIN (SELECT name, min(id) AS id FROM"
            " e_products GROUP BY name HAVING count(*) = 1) n ON u.v_sku IS NULL AND n.name = u.v_name"
        )
        columns = [
            (f.column, f"u.{sql.name('v_' + f.name)}") for f in stored_fields(entity, filled)
        ]
        given = {column for column, _ in columns}
        columns += [(c, f"u.v_{c}") for c in ("sku", "name") if c not in given]
        if given & {"standard_cost_e4", "list_price_e4"}:
            columns.append(("currency", sql.text(currency)))
        _master(db, "products", columns, keep={"sku", "name"})
    else:
        db.execute("CREATE TABLE m_products (k VARCHAR, action VARCHAR, existing_id BIGINT,"
                   " seq BIGINT, sku VARCHAR, name VARCHAR)")  # fmt: skip
    db.execute(
        "CREATE TABLE which AS SELECT sku, name, existing_id AS id, CASE WHEN existing_id IS NULL"
        " THEN seq END AS seq FROM m_products UNION ALL SELECT sku, name, id, NULL FROM e_products"
        " WHERE id NOT IN (SELECT existing_id FROM m_products WHERE existing_id IS NOT NULL)"
    )
    db.execute("CREATE TABLE w_sku AS SELECT sku, any_value(id) AS id, any_value(seq) AS seq"
               " FROM which GROUP BY sku")  # fmt: skip
    db.execute("CREATE TABLE w_product AS SELECT name, any_value(id) AS id, any_value(seq) AS seq,"
               " count(*) AS times FROM which GROUP BY name HAVING count(*) = 1")  # fmt: skip
