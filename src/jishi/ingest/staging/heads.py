"""Lists that name an order, its day and its customer in its first row only, as bookkeeping programs print
them. Whether the rows below belong to it is asked, never taken for granted."""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jishi.ingest.mapping.recipe import Recipe, Step
from jishi.ingest.staging import sql
from jishi.ingest.staging.sources import Source


if TYPE_CHECKING:
    import duckdb

ABOVE, APART = "above", "apart"
_WHAT = ("sku", "product_name", "description")
_WORTH = ("quantity", "amount", "unit_price", "amount_with_tax")
_SAMPLES = 5


@dataclass(frozen=True)
class _Columns:
    """Positions of the columns that say which order a row belongs to, of what, how much; and of all that
    the first row says for the others."""

    head: list[int]
    what: list[int]
    worth: list[int]
    said_once: list[int]


def questions(
    db: duckdb.DuckDBPyConnection, recipe: Recipe, sources: Mapping[str, Source]
) -> list[dict[str, Any]]:
    """What has to be known of rows that name no order, but a product and an amount."""
    found = []
    for key, source in sources.items():
        columns = _columns(recipe, source)
        if columns is None or source.dialect.get("heads"):
            continue
        rows = db.execute(
            f"SELECT coalesce({', '.join(f'c{place}' for place in columns.what)}) FROM {source.table}"
            f" WHERE line IN (SELECT line FROM ({_orphans(source, columns)})) ORDER BY line"
            f" LIMIT {_SAMPLES}"
        ).fetchall()
        if rows:
            found.append(
                {
                    "code": "heads_unclear",
                    "option": "heads",
                    "source": key,
                    "file": source.file,
                    "sheet_index": source.sheet_index,
                    "column": source.columns[columns.head[0]],
                    "samples": [text for (text,) in rows],
                    "choices": [{"value": ABOVE}, {"value": APART}],
                }
            )
    return found


def fill(db: duckdb.DuckDBPyConnection, recipe: Recipe, sources: Mapping[str, Source]) -> None:
    """Repeat what an order's first row says in the rows below it, where that is how the file is written."""
    for source in sources.values():
        columns = _columns(recipe, source)
        if columns is None or source.dialect.get("heads") != ABOVE:
            continue
        shown = ", ".join(
            f"CASE WHEN o.line IS NULL THEN r.{label} ELSE h.{label} END AS {label}"
            if label[1:].isdecimal() and int(label[1:]) in columns.said_once
            else f"r.{label}"
            for label in source.arrow.column_names
        )
        table = db.execute(
            f"SELECT {shown} FROM {source.table} r LEFT JOIN ({_orphans(source, columns)}) o"
            f" ON o.line = r.line LEFT JOIN {source.table} h ON h.line = o.head ORDER BY r.line"
        ).to_arrow_table()
        db.unregister(source.table)
        source.arrow = table
        db.register(source.table, table)


def _columns(recipe: Recipe, source: Source) -> _Columns | None:
    steps = {step.entity: step for step in recipe.steps if step.source == source.key}
    if not {"orders", "order_lines"} <= set(steps):
        return None

    def places(entity: str, only: Collection[str] = (), *, but: str = "") -> list[int]:
        return _places(steps[entity], source, only, but) if entity in steps else []

    own = {*places("order_lines", but="order_no"), *places("products")}
    head = [place for place in places("orders") if place not in own]
    about = [*head, *places("customers"), *places("contacts")]
    what, worth = places("order_lines", _WHAT), places("order_lines", _WORTH)
    if not (head and what and worth):
        return None
    return _Columns(head, what, worth, [place for place in about if place not in own])


def _places(step: Step, source: Source, only: Collection[str], but: str) -> list[int]:
    found: dict[int, None] = {}
    for label, value in step.fields.items():
        if label == but or (only and label not in only):
            continue
        for lookup, column in value.columns():
            place = source.index(column) if lookup is None else None
            if place is not None:
                found[place] = None
    return list(found)


def _orphans(source: Source, columns: _Columns) -> str:
    """SELECT of the rows that name no order (`line`) and the row above that names one (`head`)."""

    def given(places: Collection[int]) -> str:
        return "(" + " OR ".join(f"{sql.cleaned(f'c{p}')} IS NOT NULL" for p in places) + ")"

    return (
        "SELECT line, head FROM (SELECT line, named, worth, max(CASE WHEN named THEN line END)"
        " OVER (ORDER BY line) AS head FROM (SELECT line,"
        f" {given(columns.head)} AS named, {given(columns.what)} AND {given(columns.worth)} AS worth"
        f" FROM {source.table} WHERE line NOT IN (SELECT line FROM skipped_{source.number})))"
        " WHERE NOT named AND worth AND head IS NOT NULL"
    )
