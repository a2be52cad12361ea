"""How a file writes decimals and dates: found by evidence, asked when there is none."""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.mapping.fields import DATE
from jishi.ingest.mapping.recipe import Recipe
from jishi.ingest.staging import evidence, sql
from jishi.ingest.staging.sources import Source
from jishi.ingest.staging.texts import Marks


if TYPE_CHECKING:
    import duckdb

_SAMPLES = 5
_MAX_DISTINCT = 20_000
_ENDS_WITH_YEAR = r"\s*\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{4}.*"


def find_marks(
    db: duckdb.DuckDBPyConnection, recipe: Recipe, sources: dict[str, Source]
) -> tuple[dict[str, Marks], list[dict[str, Any]]]:
    """For each source its marks; and the questions without whose answers nothing is read."""
    numbers, dates = columns_used(recipe)
    marks: dict[str, Marks] = {}
    questions: list[dict[str, Any]] = []
    for key, source in sources.items():
        decimal, order = source.dialect.get("decimal"), source.dialect.get("date_order")
        if decimal is None:
            decimal, question = _decimal(db, source, sorted(numbers.get(key, set())))
            questions += [question] if question else []
        if order is None:
            order, question = _date_order(db, source, sorted(dates.get(key, set())))
            questions += [question] if question else []
        marks[key] = Marks(decimal, order)
    return marks, questions


def columns_used(recipe: Recipe) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Source → columns that are read as numbers, and as dates."""
    numbers: dict[str, set[str]] = {}
    dates: dict[str, set[str]] = {}
    for step in recipe.steps:
        entity = ENTITIES[step.entity]
        for label, value in step.fields.items():
            kind = entity.field(label).kind
            target = numbers if kind in sql.NUMERIC else dates if kind == DATE else None
            if target is None:
                continue
            for lookup, column in value.columns():
                owner = step.lookups[lookup].source if lookup else step.source
                target.setdefault(owner, set()).add(column)
    return numbers, dates


def _texts(
    db: duckdb.DuckDBPyConnection, source: Source, columns: list[str], pattern: str
) -> list[tuple[str, str]]:
    """(column, text) of distinct texts that match the pattern."""
    found: list[tuple[str, str]] = []
    for column in columns:
        index = source.index(column)
        if index is None:
            continue
        rows = db.execute(
            f"SELECT DISTINCT c{index} FROM {source.table}"
            f" WHERE regexp_matches(c{index}, {sql.text(pattern)}) LIMIT {_MAX_DISTINCT}"
        ).fetchall()
        found += [(column, row[0]) for row in rows]
    return found


def _decimal(
    db: duckdb.DuckDBPyConnection, source: Source, columns: list[str]
) -> tuple[str, dict[str, Any] | None]:
    """The decimal mark, or what is to be asked."""
    if not source.is_text:
        return ".", None
    european = source.delimiter == ";"
    with_comma = _texts(db, source, columns, ",")
    if not with_comma and not european:
        return ".", None
    with_point = _texts(db, source, columns, r"\.")
    mark, shown = evidence.decimal_mark({*with_comma, *with_point}, european=european)
    if mark is not None:
        return mark, None
    return ".", _question(
        "decimal_unclear", "decimal", source, shown,
        [{"value": ".", "sample": "1,234.56"}, {"value": ",", "sample": "1.234,56"}],
    )  # fmt: skip


def _date_order(
    db: duckdb.DuckDBPyConnection, source: Source, columns: list[str]
) -> tuple[str | None, dict[str, Any] | None]:
    """Day or month first, in dates that end with the year; None when there are none."""
    order, shown = evidence.date_order(_texts(db, source, columns, _ENDS_WITH_YEAR))
    if order is not None or not shown:
        return order, None
    return None, _question(
        "date_order_unclear", "date_order", source, shown,
        [{"value": "dmy", "sample": "31/12/2026"}, {"value": "mdy", "sample": "12/31/2026"}],
    )  # fmt: skip


def _question(
    code: str,
    option: str,
    source: Source,
    shown: list[tuple[str, str]],
    choices: list[dict[str, str]],
) -> dict[str, Any]:
    return {
        "code": code,
        "option": option,
        "source": source.key,
        "sheet_index": source.sheet_index,
        "file": source.file,
        "column": shown[0][0],
        "samples": [raw for _, raw in shown[:_SAMPLES]],
        "choices": choices,
    }
