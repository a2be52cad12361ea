"""Steps of one entity put together: keys, repeated rows, one row per customer, product and order."""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from typing import TYPE_CHECKING

from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.mapping.fields import Entity
from jishi.ingest.mapping.people import PERSONAL
from jishi.ingest.staging import issues, sql
from jishi.ingest.staging.texts import FOLDED
from jishi.ingest.staging.typed import Typed


if TYPE_CHECKING:
    import duckdb

_IDENTITY = ("code", "sku", "order_no", "contact_code")  # equal within a key
# What people call a thing that rows disagree on.
_CALLED = {
    "customers": ("code", "name"),
    "products": ("sku", "name"),
    "contacts": ("contact_name", "contact_code"),
}
_NUMBERS = {"customers": "code", "products": "sku"}  # what identifies them before their names do


def gather(db: duckdb.DuckDBPyConnection, steps: list[Typed]) -> dict[str, list[str]]:
    """Create `u_<entity>`: one row per thing, with `k` (its key), src, line and v_<field>.

    Returns:
        Entity → the fields that the files fill.
    """
    by_entity: dict[str, list[Typed]] = {}
    for step in steps:
        by_entity.setdefault(step.entity.name, []).append(step)
    filled: dict[str, list[str]] = {}
    for name, entity in ENTITIES.items():
        if name not in by_entity:
            continue
        filled[name] = _together(db, entity, by_entity[name])
        _add_keys(db, entity, filled[name])
        if name in FOLDED:
            _one_row_each(db, entity, filled[name])
            if name == "contacts":
                _one_person_each(db, entity, filled[name])
        else:
            _without_repeats(db, entity, filled[name])
    return filled


def _together(db: duckdb.DuckDBPyConnection, entity: Entity, steps: list[Typed]) -> list[str]:
    """View `a_<entity>`: the rows of all steps that say what they are about, with every field of
    the catalogue as a column."""
    present = [f.name for f in entity.fields if any(f.name in step.fields for step in steps)]
    selects = []
    for step in steps:
        columns = ", ".join(
            (sql.name("v_" + f.name) if f.name in step.fields else f"NULL::{sql.sql_type(f)}")
            + f" AS {sql.name('v_' + f.name)}"
            for f in entity.fields
        )
        selects.append(f"SELECT src, line, weight, {columns} FROM {step.table}")
    rows = " UNION ALL ".join(selects)
    nameless = _report_nameless(db, entity, rows)
    where = f" WHERE NOT ({nameless})" if nameless else ""
    db.execute(f"CREATE VIEW a_{entity.name} AS SELECT * FROM ({rows}){where}")
    return present


def _v(*fields: str) -> list[str]:
    return [sql.name("v_" + field) for field in fields]


def _report_nameless(db: duckdb.DuckDBPyConnection, entity: Entity, rows: str) -> str:
    """A row must say which customer (product) it is about. Returns the test for those that do not,
    "" when all do."""
    if entity.name == "order_lines":
        return ""
    pair = {"customers": ("code", "name"), "products": ("sku", "name")}.get(
        entity.name, ("customer_code", "customer_name")
    )
    one, other = _v(*pair)
    missing = f"{one} IS NULL AND {other} IS NULL"
    code = "no_product" if entity.name == "products" else "no_customer"
    found = issues.add(
        db, code=code, entity=entity.name, field=pair[0], select=f"FROM ({rows}) WHERE {missing}"
    )
    if found and entity.name == "orders":
        db.execute(
            f"INSERT INTO lost_orders SELECT DISTINCT v_order_no, '{code}' FROM ({rows})"
            f" WHERE {missing}"
        )
    return missing if found else ""


def _whose() -> str:
    code, name = _v("customer_code", "customer_name")
    return f"coalesce('c:' || {code}, 'n:' || {name})"


def _add_keys(db: duckdb.DuckDBPyConnection, entity: Entity, filled: list[str]) -> None:
    """View `b_<entity>` = `a_<entity>` with the key `k`."""
    name = entity.name
    source = f"a_{name}"
    if name in _NUMBERS:
        number = sql.name("v_" + _NUMBERS[name])
        source = _with_number_of_name(db, name, number)
        key = f"coalesce('c:' || coalesce({number}, number_of_name), 'n:' || v_name)"
    elif name == "contacts":
        # One row per position: a person may stand at several customers, one row for each.
        key = f"coalesce('c:' || v_contact_code, v_contact_name) || '|' || {_whose()}"
    elif name == "orders":
        key = "v_order_no"
    elif name == "order_lines":
        what = "coalesce(v_sku, v_product_name, v_description, '')"
        source = _numbered(db, entity, filled, ["v_order_no", what], "v_line_no")
        key = f"v_order_no || '/' || coalesce(v_line_no, {what} || '#' || occurrence)"
        key = sql.limited_key(f"({key})")
    else:
        parts = [f"coalesce({_whose()}, '')"]
        parts += [
            f"coalesce({column}::VARCHAR, '')"
            for column in _v(
                *(f for f in entity.key if f not in ("customer_code", "customer_name"))
            )
        ]
        given = sql.name("v_" + entity.id_field) if entity.id_field else "NULL::VARCHAR"
        source = _numbered(db, entity, filled, parts, given)
        content = f"'h:' || md5({' || chr(31) || '.join(parts)}) || '#' || occurrence"
        key = sql.limited_key(f"coalesce({given}, {content})")
    db.execute(f"CREATE VIEW b_{name} AS SELECT {key} AS k, * FROM {source}")


def _with_number_of_name(db: duckdb.DuckDBPyConnection, name: str, number: str) -> str:
    """What to select from: the rows of `a_<name>`, and where one gives a name alone the number that the
    other rows give to it (`number_of_name`). With several, whom it means is not ours to say."""
    db.execute(
        f"CREATE TABLE names_{name} AS SELECT v_name AS name, min({number}) AS number,"
        f" count(DISTINCT {number}) AS numbers FROM a_{name} WHERE {number} IS NOT NULL"
        " AND v_name IS NOT NULL GROUP BY v_name"
    )
    torn = f"{number} IS NULL AND v_name IN (SELECT name FROM names_{name} WHERE numbers > 1)"
    if name == "customers":
        issues.add(
            db, code="customer_name_ambiguous", entity=name, field="name", value="v_name",
            select=f"FROM a_{name} WHERE {torn}",
        )  # fmt: skip
    return (
        f"(SELECT a.*, n.number AS number_of_name FROM a_{name} a LEFT JOIN names_{name} n"
        f" ON a.{number} IS NULL AND n.name = a.v_name AND n.numbers = 1"
        + (f" WHERE NOT coalesce({torn}, false))" if name == "customers" else ")")
    )


def _numbered(
    db: duckdb.DuckDBPyConnection, entity: Entity, filled: list[str], parts: list[str], given: str
) -> str:
    """Number rows without a number of their own among those that look alike, by content, so that
    their order in the file does not matter. Returns what to select from."""
    rest = ", ".join(_v(*filled)) or "1"
    db.execute(
        f"CREATE TABLE n_{entity.name} AS SELECT src, line, row_number() OVER (PARTITION BY"
        f" {', '.join(parts)} ORDER BY {rest}, src, line) AS occurrence FROM a_{entity.name}"
        f" WHERE {given} IS NULL"
    )
    row = db.execute(f"SELECT count(*) FROM n_{entity.name}").fetchone()
    if row and row[0]:
        return f"a_{entity.name} LEFT JOIN n_{entity.name} USING (src, line)"
    return f"(SELECT *, NULL::BIGINT AS occurrence FROM a_{entity.name})"


def _one_row_each(db: duckdb.DuckDBPyConnection, entity: Entity, filled: list[str]) -> None:
    """Rows that speak of the same thing become one; what they disagree on is said.

    The value given most often wins (then the smallest), whatever the order of the rows. What decides
    whose sales an order is, in which currency, and whether they count, is not settled that way: its rows
    are rejected.
    """
    name = entity.name
    torn = _report_torn_orders(db) if name == "orders" else ""
    fields = [f for f in filled if f not in _IDENTITY]
    grouped = ", ".join(
        f"count(DISTINCT {column}) AS {sql.name('d_' + field)}, min({column}) AS {column}"
        for field, column in zip(fields, _v(*fields), strict=True)
    )
    keys = [f for f in entity.field_names if f in _IDENTITY]
    kept = ", ".join(f"any_value({column}) AS {column}" for column in _v(*keys))
    columns = ", ".join(part for part in (grouped, kept) if part)
    db.execute(
        f"CREATE TABLE g_{name} AS SELECT k, min(src) AS src, min(line) AS line"
        f"{', ' + columns if columns else ''} FROM b_{name}{torn} GROUP BY k"
    )
    called = _v(*(f for f in _CALLED.get(name, ()) if f in fields or f in keys)) or ["k"]
    for field, column in zip(fields, _v(*fields), strict=True):
        _settle(db, entity, field, column, f"coalesce({', '.join(called)})")
    missing = "".join(
        f", NULL::{sql.sql_type(f)} AS {sql.name('v_' + f.name)}"
        for f in entity.fields
        if f.name not in fields and f.name not in keys
    )
    chosen = ", ".join(_v(*fields, *keys))
    db.execute(f"CREATE TABLE u_{name} AS SELECT k, src, line, {chosen}{missing} FROM g_{name}")


def _one_person_each(db: duckdb.DuckDBPyConnection, entity: Entity, filled: list[str]) -> None:
    """A person who stands at several customers under one code has the same name, numbers … in all
    his rows: the values given most often, then the smallest."""
    if "contact_code" not in filled:
        return
    several = (
        "SELECT v_contact_code FROM u_contacts WHERE v_contact_code IS NOT NULL"
        " GROUP BY v_contact_code HAVING count(*) > 1"
    )
    for field in [f for f in filled if f in PERSONAL and f != "contact_code"]:
        column = sql.name("v_" + field)
        issues.add(
            db, code="values_differ", entity=entity.name, field=field, severity=issues.WARNING,
            value="v", detail="v_contact_code",
            select=f"FROM (SELECT v_contact_code, min(src) AS src, min(line) AS line,"
            f" min({column})::VARCHAR AS v FROM u_contacts WHERE v_contact_code IN ({several})"
            f" GROUP BY v_contact_code HAVING count(DISTINCT {column}) > 1)",
        )  # fmt: skip
        db.execute(
            f"UPDATE u_contacts SET {column} = best.v FROM (SELECT v_contact_code, {column} AS v FROM"
            f" b_contacts WHERE {column} IS NOT NULL AND v_contact_code IN ({several})"
            f" GROUP BY v_contact_code, {column} QUALIFY row_number() OVER (PARTITION BY"
            f" v_contact_code ORDER BY sum(weight) DESC, {column}) = 1) best"
            " WHERE best.v_contact_code = u_contacts.v_contact_code"
        )


def _settle(
    db: duckdb.DuckDBPyConnection, entity: Entity, field: str, column: str, called: str
) -> None:
    differing = f"SELECT k FROM g_{entity.name} WHERE {sql.name('d_' + field)} > 1"
    row = db.execute(f"SELECT count(*) FROM ({differing})").fetchone()
    if not row or not row[0]:
        return
    db.execute(
        f"UPDATE g_{entity.name} SET {column} = best.v FROM (SELECT k, {column} AS v FROM"
        f" b_{entity.name} WHERE {column} IS NOT NULL AND k IN ({differing}) GROUP BY k, {column}"
        f" QUALIFY row_number() OVER (PARTITION BY k ORDER BY sum(weight) DESC, {column}) = 1) best"
        f" WHERE best.k = g_{entity.name}.k"
    )
    issues.add(
        db, code="values_differ", entity=entity.name, field=field, severity=issues.WARNING,
        value=f"{column}::VARCHAR", detail=called,
        select=f"FROM g_{entity.name} WHERE {sql.name('d_' + field)} > 1",
    )  # fmt: skip


def _report_torn_orders(db: duckdb.DuckDBPyConnection) -> str:
    """Returns the condition that leaves them out, "" when there are none."""
    db.execute("CREATE TABLE torn_orders (k VARCHAR)")
    found = 0
    for code, field, value, what in (
        ("order_of_two_customers", "order_no", "v_order_no", _whose()),
        ("order_of_two_currencies", "currency", "v_currency", "v_currency"),
        ("order_partly_cancelled", "status", "v_status", "v_status = 'cancelled'"),
    ):
        torn = f"SELECT k FROM b_orders GROUP BY k HAVING count(DISTINCT {what}) > 1"
        found += issues.add(
            db, code=code, entity="orders", field=field, value=value,
            select=f"FROM b_orders WHERE k IN ({torn}) AND k NOT IN (SELECT k FROM torn_orders)",
        )  # fmt: skip
        new = f"SELECT DISTINCT k, {sql.text(code)} FROM ({torn}) ANTI JOIN torn_orders USING (k)"
        db.execute(f"INSERT INTO lost_orders {new}")
        db.execute(
            f"INSERT INTO torn_orders SELECT k FROM ({torn}) ANTI JOIN torn_orders USING (k)"
        )
    return " WHERE k NOT IN (SELECT k FROM torn_orders)" if found else ""


def _without_repeats(db: duckdb.DuckDBPyConnection, entity: Entity, filled: list[str]) -> None:
    """A fact that stands twice under one number counts once; if the two differ, neither counts."""
    name = entity.name
    columns = ", ".join(["k", "src", "line", *_v(*entity.field_names)])
    db.execute(f"CREATE TABLE u_{name} AS SELECT {columns} FROM b_{name}")
    db.execute(f"CREATE TABLE twice AS SELECT k FROM u_{name} GROUP BY k HAVING count(*) > 1")
    row = db.execute("SELECT count(*) FROM twice").fetchone()
    if row and row[0]:
        _settle_repeats(db, entity, filled)
    db.execute("DROP TABLE twice")


def _settle_repeats(db: duckdb.DuckDBPyConnection, entity: Entity, filled: list[str]) -> None:
    name = entity.name
    content = ", ".join(_v(*filled))
    differing = (
        f"SELECT k FROM (SELECT DISTINCT k, {content} FROM u_{name} WHERE k IN (SELECT k FROM twice))"
        " GROUP BY k HAVING count(*) > 1"
    )
    db.execute(f"CREATE TABLE torn_{name} AS {differing}")
    torn = f"FROM u_{name} WHERE k IN (SELECT k FROM torn_{name})"
    issues.add(db, code="number_used_twice", entity=name, field=entity.id_field, value="k",
               select=torn)  # fmt: skip
    db.execute(f"DELETE {torn}")
    db.execute(
        f"CREATE TABLE again_{name} AS SELECT k, src, line FROM u_{name}"
        " WHERE k IN (SELECT k FROM twice)"
        " QUALIFY row_number() OVER (PARTITION BY k ORDER BY src, line) > 1"
    )
    issues.add(db, code="repeated_row", entity=name, field=entity.id_field, value="k",
               severity=issues.WARNING, select=f"FROM again_{name}")  # fmt: skip
    db.execute(f"DELETE FROM u_{name} WHERE (src, line) IN (SELECT (src, line) FROM again_{name})")
