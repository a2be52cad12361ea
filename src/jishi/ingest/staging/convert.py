"""Texts → values: plainly written ones in SQL, all others in Python, once per distinct text."""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from jishi.ingest.mapping import fields as kinds
from jishi.ingest.mapping.checks import SPELLINGS
from jishi.ingest.mapping.fields import SCALES, Field
from jishi.ingest.mapping.recipe import Value
from jishi.ingest.mapping.units import power_of_ten
from jishi.ingest.staging import sql, values
from jishi.ingest.staging.sources import Source
from jishi.ingest.staging.texts import Marks


if TYPE_CHECKING:
    import duckdb


_FAST_DATE = r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2}(\.\d+)?)?"
# Nine digits before the point: scaled, they still fit the eighteen of a fast decimal.
_FAST_NUMBER = {
    4: r"[+-]?\d{1,9}(\.\d{1,4})?",
    3: r"[+-]?\d{1,9}(\.\d{1,3})?",
    0: r"[+-]?\d{1,17}",
}
_MAX_BIGINT = 2**63 - 1
_OWN_UNITS = "千万萬亿億"


def converted(
    db: duckdb.DuckDBPyConnection,
    number: int,
    label: str,
    item: Field,
    mark: Marks,
    source: Source,
    power: int = 0,
) -> tuple[str, str]:
    """SQL for `v_<field>` and, where texts had to be read in Python, the join that brings them.

    `power` is that of ten by which the heading says its numbers are to be multiplied.
    """
    cell = f"x.{sql.name('t_' + label)}"
    out = sql.name("v_" + label)
    if item.kind in (kinds.TEXT, kinds.CODE) and label not in SPELLINGS:
        return f"{cell} AS {out}", ""
    fast, fast_value = ("", "NULL") if power else _fast(item, cell, mark)
    read = _reader(item, label, mark, source, power)
    distinct = db.execute(
        f"SELECT DISTINCT {cell} FROM x_{number} x WHERE {cell} IS NOT NULL"
        + (f" AND NOT {fast}" if fast else "")
    ).fetchall()
    if not distinct:
        plain = f"CASE WHEN {fast} THEN {fast_value} END" if fast else "NULL"
        return f"CAST({plain} AS {sql.sql_type(item)}) AS {out}", ""
    import pyarrow as pa

    table = f"m_{number}_{label}"
    kind = {"BIGINT": pa.int64(), "DATE": pa.date32(), "BOOLEAN": pa.bool_()}.get(
        sql.sql_type(item), pa.string()
    )
    raw = [row[0] for row in distinct]
    db.register("mapped", pa.table({"raw": raw, "value": pa.array([read(r) for r in raw], kind)}))
    db.execute(f"CREATE TABLE {table} AS SELECT * FROM mapped")
    db.unregister("mapped")
    alias = sql.name("m_" + label)
    slow = f"{alias}.value"
    value = f"CASE WHEN {fast} THEN {fast_value} ELSE {slow} END" if fast else slow
    return f"{value} AS {out}", f"LEFT JOIN {table} {alias} ON {alias}.raw = {cell}"


def _fast(item: Field, cell: str, mark: Marks) -> tuple[str, str]:
    """A test and an expression for plainly written values, which are nearly all of them."""
    if item.kind in sql.NUMERIC - {kinds.PERCENT, kinds.RATE} and mark.decimal == ".":
        scale = SCALES[item.kind]
        test = f"regexp_full_match({cell}, {sql.text(_FAST_NUMBER[scale])})"
        if scale == 0:
            return test, f"TRY_CAST({cell} AS BIGINT)"
        number = f"TRY_CAST({cell} AS DECIMAL(18,{scale}))"
        return test, f"CAST({number} * {10**scale} AS BIGINT)"
    if item.kind == kinds.DATE:
        test = f"regexp_full_match({cell}, {sql.text(_FAST_DATE)})"
        day = f"TRY_CAST(left({cell}, 10) AS DATE)"
        return test, f"CASE WHEN year({day}) BETWEEN 1900 AND 2199 THEN {day} END"
    return "", "NULL"


def power_of(item: Field, value: Value) -> int:
    """The power of ten that the heading of a column says its numbers are to be multiplied by."""
    return power_of_ten(value.column, item.kind) if value.column is not None else 0


def exact_number(raw: str, decimal_mark: str, power: int = 0) -> Decimal | None:
    """The number that a cell means; a cell that writes 万 itself does not mean that of its heading."""
    number = values.parse_number(raw, decimal_mark)
    if number is None or not power or any(unit in raw for unit in _OWN_UNITS):
        return number
    return number.scaleb(power)


def _reader(
    item: Field, label: str, mark: Marks, source: Source, power: int
) -> Callable[[str], Any]:
    if item.kind == kinds.RATE:
        return lambda raw: _rate(raw, mark.decimal)
    if item.kind in sql.NUMERIC:
        return lambda raw: _integer(raw, item, mark.decimal, power)
    if item.kind == kinds.DATE:
        day_zero = source.date_1904 if not source.is_text else None
        return lambda raw: values.parse_date(raw, mark.date_order, day_zero)
    if item.kind == kinds.FLAG:
        return values.parse_flag
    if item.kind == kinds.CHOICE:
        return lambda raw: values.parse_choice(raw, item.choices)
    if item.kind == kinds.CURRENCY:
        return values.parse_currency
    if item.kind == kinds.BIRTHDAY:
        return _birthday
    return SPELLINGS[label]


def _birthday(raw: str) -> str | None:
    found = values.parse_birthday(raw)
    return None if found is None else f"{found[0] or ''}-{found[1]}-{found[2]}"


def _rate(raw: str, decimal_mark: str) -> int | None:
    share = values.parse_rate(raw, decimal_mark)
    return None if share is None else values.scaled(share, SCALES[kinds.RATE])


def _integer(raw: str, item: Field, decimal_mark: str, power: int) -> int | None:
    number = exact_number(raw, decimal_mark, power)
    if number is None:
        return None
    if item.kind == kinds.PERCENT:
        if "%" in raw or "％" in raw:
            number *= 100
        elif 0 < number < 1:
            return None  # 0.85 may mean 85 or less than one: the row says so
    if SCALES[item.kind] == 0 and number % 1:
        return None  # a count or a rating that is no whole number is not rounded to one
    whole = values.scaled(number, SCALES[item.kind])
    return whole if abs(whole) <= _MAX_BIGINT else None
