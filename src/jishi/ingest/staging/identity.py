"""Facts without a number of their own, found again by what they are about, however a file calls it: one
may name customers and products by their codes, the next one by their names."""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.mapping.fields import Entity
from jishi.ingest.mapping.recipe import Recipe, Step
from jishi.ingest.staging import sql


if TYPE_CHECKING:
    import duckdb

_WHOSE = ("customer_code", "customer_name")
_POINTS = {
    "order_no": ("u.order_ref", "e.order_ref"), "sku": ("u.product_id", "e.product_id"),
    "referred_code": (
        "coalesce('i:' || u.referred_id, u.v_referred_name)",
        "coalesce('i:' || e.referred_id, e.referred_name)",
    ),
}  # fmt: skip
_SAID_ALREADY = {*_WHOSE, "product_name", "referred_name"}
# Keys made of contents, see `gather`.
_MADE_KEY = r"^h:[0-9a-f]{32}#[0-9]+$"
_MADE_LINE_KEY = r"(#[0-9]+|~[0-9a-f]{32})$"
_DAY = r"^[0-9年月日号/.:\sT-]+$"


# --- orders ------------------------------------------------------------------------------------
def note_made_up_numbers(
    db: duckdb.DuckDBPyConnection, recipe: Recipe, numbers: Mapping[str, int]
) -> None:
    """Leave `made_up` (src): the sources whose orders have no number but the day and the customer."""
    db.execute("CREATE TABLE made_up (src INTEGER)")
    found = {numbers[step.source] for step in recipe.steps if _is_made_up(step)}
    for number in sorted(found):
        db.execute("INSERT INTO made_up VALUES (?)", [number])


def _is_made_up(step: Step) -> bool:
    number = step.fields.get("order_no")
    if step.entity != "orders" or number is None or number.text is None:
        return False
    parts = [part for part in number.text if part.const is None]
    whose = [step.fields[name] for name in _WHOSE if name in step.fields]
    day = step.fields.get("ordered_on")
    return day in parts and any(one in parts for one in whose) and len(parts) == 2


def number_orders(db: duckdb.DuckDBPyConnection) -> None:
    """One order for each day and customer of `j_orders`: the stored one, else one that is named by the
    day and the customer's code. Their lines follow."""
    row = db.execute("SELECT count(*) FROM made_up").fetchone()
    if not row or not row[0]:
        return
    mine = "customer_id IS NOT DISTINCT FROM w.id AND customer_id_seq IS NOT DISTINCT FROM w.seq"
    db.execute(
        "CREATE TABLE stored_days AS SELECT e.customer_id, e.occurred_on, arg_min(e.key, e.id) AS key"
        " FROM e_orders e JOIN whose w ON w.id = e.customer_id"
        f" WHERE e.key = strftime(e.occurred_on, '%Y-%m-%d') || '/' || w.code OR {_is_named('w.code')}"
        f" OR {_is_named('w.name')} GROUP BY 1, 2"
    )
    db.execute(
        "CREATE TABLE numbered AS SELECT j.src, j.line, j.k AS old, coalesce(x.key, s.key,"
        " strftime(v_ordered_on, '%Y-%m-%d') || '/' || w.code) AS new FROM j_orders j"
        f" JOIN whose w ON {mine} LEFT JOIN e_orders x ON x.key = j.k"
        " LEFT JOIN stored_days s ON s.customer_id = j.customer_id AND s.occurred_on = v_ordered_on"
        " WHERE j.src IN (SELECT src FROM made_up) AND v_ordered_on IS NOT NULL"
    )
    db.execute(
        "DELETE FROM j_orders WHERE (src, line) IN (SELECT (src, line) FROM numbered"
        " QUALIFY row_number() OVER (PARTITION BY new ORDER BY src, line) > 1)"
    )
    db.execute(
        "UPDATE j_orders SET k = n.new, v_order_no = n.new FROM numbered n"
        " WHERE n.src = j_orders.src AND n.line = j_orders.line"
    )


def _is_named(whose: str) -> str:
    """A test for numbers of a day, as a file wrote it, and `whose`."""
    day = f"left(e.key, greatest(0, length(e.key) - length({whose}) - 1))"
    return f"(ends_with(e.key, '/' || {whose}) AND regexp_matches({day}, {sql.text(_DAY)}))"


def lines_of_orders(db: duckdb.DuckDBPyConnection, filled: Sequence[str]) -> str:
    """What to select the lines from: `u_order_lines`, with the numbers that their orders got."""
    if not db.execute("FROM duckdb_tables() WHERE table_name = 'numbered'").fetchone():
        return "u_order_lines"
    what = "coalesce(v_sku, v_product_name, v_description, '')"
    rest = ", ".join(sql.name("v_" + field) for field in filled)
    nth = f"row_number() OVER (PARTITION BY n.new, v_line_no, {what} ORDER BY {rest}, src, line)"
    # Two orders that became one may both have a first line.
    again = "row_number() OVER (PARTITION BY n.new, v_line_no ORDER BY src, line)"
    own = f"v_line_no || CASE WHEN {again} > 1 THEN '+' || {again} ELSE '' END"
    key = sql.limited_key(f"(n.new || '/' || coalesce({own}, {what} || '#' || {nth}))")
    return (
        f"(SELECT u.* REPLACE (CASE WHEN n.new IS NULL THEN k ELSE {key} END AS k,"
        " coalesce(n.new, v_order_no) AS v_order_no) FROM u_order_lines u"
        " LEFT JOIN (SELECT DISTINCT old, new FROM numbered) n ON n.old = u.v_order_no)"
    )


# --- rows --------------------------------------------------------------------------------------
def find_lines_again(db: duckdb.DuckDBPyConnection, filled: Sequence[str]) -> None:
    """Lines without a number get the keys of the stored lines of the same order and product."""
    parts = [
        ("u.order_ref", "e.order_ref"), ("u.product_id", "e.product_id"),
        ("CASE WHEN u.product_id IS NULL THEN u.v_description END",
         "CASE WHEN e.product_id IS NULL THEN e.description END"),
    ]  # fmt: skip
    _take_keys(db, ENTITIES["order_lines"], parts, filled, _MADE_LINE_KEY, "u.v_line_no IS NULL")


def find_again(
    db: duckdb.DuckDBPyConnection,
    entity: Entity,
    filled: Sequence[str],
    defaults: Mapping[str, str],
) -> None:
    """Rows without a number get the keys of the stored facts that say the same of the same customer.

    Args:
        filled: the fields that the files fill.
        defaults: stored column → SQL of what a blank cell stands for.
    """
    parts = [("u.customer_id", "e.customer_id")]
    for label in entity.key:
        if label in _POINTS:
            parts.append(_POINTS[label])
        elif label not in _SAID_ALREADY:
            column = entity.field(label).column
            value = f"coalesce(u.{sql.name('v_' + label)}::VARCHAR{defaults.get(column, '')})"
            parts.append((value, f"e.{sql.name(column)}::VARCHAR"))
    made = f"regexp_matches(u.k, {sql.text(_MADE_KEY)})"
    _take_keys(db, entity, parts, filled, _MADE_KEY, made)


def _take_keys(
    db: duckdb.DuckDBPyConnection,
    entity: Entity,
    parts: Sequence[tuple[str, str]],
    filled: Sequence[str],
    pattern: str,
    unnumbered: str,
) -> None:
    """Whoever has the key of a stored row keeps it; the others are paired, those alike in every field first
    in the same order on both sides."""
    name = entity.name
    fresh = f"{unnumbered} AND u.k NOT IN (SELECT key FROM e_{name})"
    made = f"regexp_matches(e.key, {sql.text(pattern)}) AND e.key NOT IN (SELECT k FROM j_{name})"
    for rows in (f"j_{name} u WHERE {fresh}", f"e_{name} e WHERE {made}"):
        if not db.execute(f"SELECT 1 FROM {rows} LIMIT 1").fetchone():
            return
    stored = [f for f in entity.fields if f.column and f.name in filled]
    ours = [ours for ours, _theirs in parts]
    theirs = [theirs for _ours, theirs in parts]
    rank = {
        "u": [*(f"u.{sql.name('v_' + f.name)}" for f in stored), "u.src", "u.line"],
        "e": [*(f"e.{sql.name(f.column)}" for f in stored), "e.id"],
    }

    def numbered(side: str, values: Sequence[str]) -> str:
        listed = ", ".join(f"{value} AS p{place}" for place, value in enumerate(values))
        order = ", ".join(rank[side])
        return (
            f"{listed}, row_number() OVER (PARTITION BY {', '.join(values)} ORDER BY {order}) AS n"
        )

    same = " AND ".join(
        f"u.p{place} IS NOT DISTINCT FROM e.p{place}" for place in range(len(parts))
    )
    db.execute(
        f"UPDATE j_{name} SET k = again.key FROM (SELECT u.src, u.line, e.key FROM"
        f" (SELECT u.src, u.line, {numbered('u', ours)} FROM j_{name} u WHERE {fresh}"
        f" AND {ours[0]} IS NOT NULL) u JOIN"
        f" (SELECT e.key, {numbered('e', theirs)} FROM e_{name} e WHERE {made}) e"
        f" ON {same} AND u.n = e.n) again"
        f" WHERE again.src = j_{name}.src AND again.line = j_{name}.line"
    )
