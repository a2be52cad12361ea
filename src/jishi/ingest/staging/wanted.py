"""What the database must be asked before rows can be compared: keys, codes, names and numbers."""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.staging import sql
from jishi.ingest.staging.likeness import spellings


if TYPE_CHECKING:
    import duckdb


def write_wanted(db: duckdb.DuckDBPyConnection, entities: list[str], work: Path) -> dict[str, int]:
    """Write `wanted_<what>.arrow`, each with one column `w`. Returns how many of each."""
    asked: dict[str, list[str]] = {}

    def ask(what: str, column: str, entity: str, where: str = "true") -> None:
        asked.setdefault(what, []).append(
            f"SELECT {column} AS w FROM u_{entity} WHERE {where} AND {column} IS NOT NULL"
        )

    for name in entities:
        if name == "customers":
            ask("customer_codes", "v_code", name)
            ask("customer_names", "v_name", name)
            for spelling in spellings("v_name"):
                ask("customer_names", spelling, name)
            ask("short_names", "v_name", name)
            ask("credit_codes", "v_credit_code", name)
            ask("customer_codes", "v_parent_code", name)
            ask("customer_names", "v_parent_name", name)
            ask("users", "v_owner", name)
        elif name == "products":
            ask("skus", "v_sku", name)
            ask("product_names", "v_name", name)
        fields = ENTITIES[name].field_names
        if "customer_code" in fields:
            ask("customer_codes", "v_customer_code", name)
            ask("customer_names", "v_customer_name", name, "v_customer_code IS NULL")
        if name == "contacts":
            ask("contact_codes", "v_contact_code", name)
            ask("contact_names", "v_contact_name", name)
        if name == "referrals":
            ask("customer_codes", "v_referred_code", name)
            ask("customer_names", "v_referred_name", name)
        if "order_no" in fields:
            ask("order_nos", "v_order_no", name)
        if "product_name" in fields:
            ask("skus", "v_sku", name)
            ask("product_names", "v_product_name", name, "v_sku IS NULL")
        if ENTITIES[name].is_fact and name not in ("orders", "order_lines"):
            ask(f"keys_{name}", "k", name)
            (day,) = (f.name for f in ENTITIES[name].fields if f.column == "occurred_on")
            unnumbered = "starts_with(k, 'h:')"
            ask(f"days_{name}", f"{sql.name('v_' + day)}::VARCHAR", name, unnumbered)
        if name == "orders":
            made_up = "src IN (SELECT src FROM made_up)"
            ask("days_orders", "v_ordered_on::VARCHAR", name, made_up)
    counts = {}
    for what, selects in asked.items():
        query = f"SELECT DISTINCT w FROM ({' UNION ALL '.join(selects)}) ORDER BY w"
        counts[what] = write_arrow(db, query, work / f"wanted_{what}.arrow")
    if "customers" in entities:
        seen = (
            "SELECT v_seen_version AS seen, v_seen_id AS id, v_code AS code, v_name AS name"
            " FROM u_customers WHERE v_seen_version IS NOT NULL"
        )
        counts["seen"] = write_arrow(db, seen, work / "wanted_seen.arrow")
    return counts


def write_arrow(db: duckdb.DuckDBPyConnection, query: str, target: Path) -> int:
    """Write the rows of a query as an Arrow stream, whole or not at all. Returns how many."""
    import pyarrow as pa

    reader = db.execute(query).to_arrow_reader(100_000)
    rows = 0
    making = target.with_suffix(".part")
    with pa.ipc.new_stream(str(making), reader.schema) as sink:
        for batch in reader:
            sink.write_batch(batch)
            rows += batch.num_rows
    making.replace(target)
    return rows


def read_arrow(db: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    """Create `table` from an Arrow stream."""
    import pyarrow as pa

    with pa.memory_map(str(path)) as stream:
        content = pa.ipc.open_stream(stream).read_all()
    db.register("incoming", content)
    db.execute(f"CREATE TABLE {sql.name(table)} AS SELECT * FROM incoming")
    db.unregister("incoming")
