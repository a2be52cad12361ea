"""One step of a recipe: rows of values, and an issue for each value that cannot be read."""

# ruff: noqa: S608  (identifiers come from the catalogue; texts are quoted by sql.text)
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

from jishi.ingest.mapping import fields as kinds
from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.mapping.checks import KEPT_ELSEWHERE, PHONES, SPELLINGS
from jishi.ingest.mapping.fields import SCALES, Entity, Field
from jishi.ingest.mapping.recipe import Step, Value
from jishi.ingest.parsing.delimited import NUL_SHOWN
from jishi.ingest.staging import counting, issues, sql
from jishi.ingest.staging.convert import converted, exact_number, power_of
from jishi.ingest.staging.prices import Amounts, differs, says_otherwise
from jishi.ingest.staging.sources import Source
from jishi.ingest.staging.texts import Marks, Texts
from jishi.ingest.staging.values import says_another


if TYPE_CHECKING:
    import duckdb

# What Excel makes of long digits in a text file: 1.23457E+11.
_SHORTENED = sql.text(r"^\d(\.\d+)?[eE]\+\d{2}$")


@dataclass
class Typed:
    """What one step produced: table `y_<number>` with src, line, v_<field> …"""

    number: int
    entity: Entity
    source: str
    fields: list[str]
    table: str
    rows: int = 0
    left_out: int = 0
    rejected: int = 0
    rounding: dict[str, Any] = field(default_factory=dict)
    read_e4: int | None = None  # total of all amounts that could be read, of good rows and bad
    computed: str = ""  # the field that amounts were worked out from
    powers: dict[str, int] = field(default_factory=dict)  # heading → 10^n its numbers were taken by
    by_rate: bool = False  # whether each row's own rate of tax was taken out of its amount
    with_tax: str = ""  # the heading of amounts with tax that were taken as they are


def type_step(
    db: duckdb.DuckDBPyConnection,
    number: int,
    step: Step,
    sources: dict[str, Source],
    marks: dict[str, Marks],
    customer_types: Mapping[str, Sequence[str]],
    today: date,
    currency: str = "",
) -> Typed:
    """Create `y_<number>` with the rows of the step that are right; the others become issues.

    Args:
        customer_types: the company's own list: key → the words that files use for it.
        today: what is dated after it is said.
        currency: that of all amounts of the step; "" when each row has its own.
    """
    entity = ENTITIES[step.entity]
    source = sources[step.source]
    texts = Texts(db, number, step, sources, marks)
    texts.create()
    result = Typed(number, entity, step.source, list(step.fields), f"y_{number}")
    result.rows = texts.rows
    result.left_out = texts.left_out
    result.with_tax = says_otherwise(step)
    worked_out = {"unit_price", "amount_with_tax"} & set(step.fields)
    amounts = None
    if entity.name == "order_lines" and worked_out:
        amounts = Amounts(db, number, step, source, marks[step.source].decimal)
    columns: list[str] = []
    joins: list[str] = []
    for label in step.fields:
        item = entity.field(label)
        if label == "customer_type":
            words = {key: tuple(written) for key, written in customer_types.items()}
            item = replace(item, choices=words)
        mark = marks[step.source]
        power = power_of(item, step.fields[label])
        if power:
            result.powers[step.fields[label].column or ""] = power
        expression, join = converted(db, number, label, item, mark, source, power)
        if label == "discount" and amounts and amounts.discount != "amount":
            expression, join = "w.off AS v_discount", ""
        columns.append(expression)
        if join:
            joins.append(join)
    if amounts:
        columns += amounts.columns()
        joins.append(amounts.join)
        if amounts.are_computed:
            result.computed = amounts.giver
            result.by_rate = amounts.giver == "amount_with_tax" and amounts.is_by_rate
            result.fields.append("amount")
    db.execute(
        f"CREATE TABLE z_{number} AS SELECT {source.number} AS src, x.line, x.weight, {', '.join(columns)}"
        f" FROM x_{number} x {' '.join(joins)}"
    )
    _report(db, number, step, entity, source, texts, result, today, currency)
    return result


# --- what is wrong -----------------------------------------------------------------------------
def _report(
    db: duckdb.DuckDBPyConnection,
    number: int,
    step: Step,
    entity: Entity,
    source: Source,
    texts: Texts,
    result: Typed,
    today: date,
    currency: str,
) -> None:
    """Turn unreadable values into issues; `y_<number>` keeps the rows without errors."""
    db.execute(f"CREATE TABLE bad_{number} (line BIGINT)")
    base = f"FROM (SELECT {source.number} AS src, x.*, z.* EXCLUDE (src, line, weight) FROM x_{number} x"
    base += f" JOIN z_{number} z USING (line)) WHERE "
    dropped: list[tuple[str, str]] = []
    for label, value in step.fields.items():
        item = entity.field(label)
        power = power_of(item, value)
        cell, out = sql.name("t_" + label), sql.name("v_" + label)
        column = texts.columns.get(label)
        soft = is_soft(entity, item)
        problems: list[tuple[str, str]] = []
        if value.column is not None and value.lookup is not None:
            times = sql.name("n_" + label)
            problems.append(("lookup_ambiguous", f"{times} > 1"))
            if item.required or label in entity.key:
                problems.append(("lookup_missing", f"{times} IS NULL"))
        unread = f"{cell} IS NOT NULL AND {out} IS NULL"
        if label in SPELLINGS:
            other = step.fields.get(KEPT_ELSEWHERE.get(label, ""))
            if other != value:
                problems.append((f"bad_{label}", unread))
        elif item.kind not in (kinds.TEXT, kinds.CODE):
            problems.append((f"not_{item.kind}", unread))
        if item.kind == kinds.BIRTHDAY:
            problems.append((f"not_{item.kind}", _no_such_day(out, step)))
        if entity.needs(item, step.fields):
            problems.append(("required", f"{cell} IS NULL"))
        if item.max_length and item.kind in (kinds.TEXT, kinds.CODE):
            kept = out if label in SPELLINGS else cell
            problems.append(("too_long", f"length({kept}) > {item.max_length}"))
        if item.kind in (kinds.TEXT, kinds.CODE):
            problems.append(("nul_in_text", f"contains({cell}, {sql.text(NUL_SHOWN)})"))
        scale = 10 ** SCALES.get(item.kind, 0)
        if item.kind in (kinds.QUANTITY, kinds.HOURS):
            vanishing = _vanishing(db, number, label, texts.marks[step.source].decimal, power)
            if vanishing:
                problems.append(("rounds_to_zero", f"{cell} IN {sql.values_list(vanishing)}"))
        if item.kind == kinds.MONEY and entity.is_fact and currency:
            foreign = _foreign(db, number, label, currency)
            if foreign:
                problems.append(("other_currency", f"{cell} IN {sql.values_list(foreign)}"))
        if item.kind == kinds.CODE or label in PHONES:
            problems.append(("shortened_number", f"regexp_matches({cell}, {_SHORTENED})"))
        if item.lowest is not None:
            problems.append(("too_small", f"{out} < {item.lowest * scale}"))
        if item.highest is not None:
            problems.append(("too_large", f"{out} > {item.highest * scale}"))
        if column is not None and column in source.merged_columns and item.kind in sql.NUMERIC:
            inside = f"line IN (SELECT line FROM merged_{source.number} WHERE col = {column})"
            problems.append(("merged_number", inside))
        if (
            column is not None
            and column in source.rounded_columns
            and (item.kind in (kinds.TEXT, kinds.CODE))
        ):
            inside = f"line IN (SELECT line FROM rounded_{source.number} WHERE col = {column})"
            problems.append(("number_rounded", inside))
        hard = ("number_rounded", "nul_in_text", "lookup_ambiguous", "merged_number")
        for code, test in problems:
            warned = soft and code not in hard
            found = issues.add(
                db, code=code, select=base + test, entity=entity.name, field=label, column=column,
                value=cell, severity=issues.WARNING if warned else issues.ERROR,
                detail=_detail(item, step, value),
            )  # fmt: skip
            if not found:
                continue
            if warned:
                dropped.append((out, test))
            else:
                db.execute(f"INSERT INTO bad_{number} SELECT line {base}{test}")
        if item.kind == kinds.DATE and item.column == "occurred_on":
            issues.add(
                db, code="in_future", select=f"{base}{out} > {sql.text(today.isoformat())}::DATE",
                entity=entity.name, field=label, column=column, value=cell, severity=issues.WARNING,
            )  # fmt: skip
        if item.kind == kinds.MONEY and item.column:
            _note_rounding(db, number, label, result, power, spreadsheet=not source.is_text)
    _report_amounts(db, number, base, entity, texts, result)
    for code, test in counting.problems(number, step, source):
        giver = result.computed or "amount"
        if issues.add(
            db, code=code, select=base + test, entity=entity.name, field=giver,
            column=texts.columns.get(giver), value=sql.name("t_" + giver),
        ):  # fmt: skip
            db.execute(f"INSERT INTO bad_{number} SELECT line {base}{test}")
    # Optional values that could not be read are left blank; the row itself counts.
    for out, test in dropped:
        db.execute(f"UPDATE z_{number} SET {out} = NULL WHERE line IN (SELECT line {base}{test})")
    if entity.amount in result.fields:
        total = db.execute(
            f"SELECT sum({sql.name('v_' + entity.amount)}) FROM z_{number}"
        ).fetchone()
        result.read_e4 = int(total[0] or 0) if total else 0
    if entity.name == "orders":
        db.execute(
            f"INSERT INTO lost_orders SELECT DISTINCT z.v_order_no, i.code FROM z_{number} z"
            f" JOIN issues i ON i.line = z.line AND i.src = {source.number}"
            " AND i.entity = 'orders' AND i.severity = 'error' WHERE z.v_order_no IS NOT NULL"
        )
    gone = db.execute(
        f"DELETE FROM z_{number} WHERE line IN (SELECT line FROM bad_{number}) RETURNING weight"
    ).fetchall()
    result.rejected = sum(row[0] for row in gone)
    db.execute(f"ALTER TABLE z_{number} RENAME TO y_{number}")


def _report_amounts(
    db: duckdb.DuckDBPyConnection,
    number: int,
    base: str,
    entity: Entity,
    texts: Texts,
    result: Typed,
) -> None:
    """Lines whose amount cannot be worked out, or is not what their quantity and unit price say."""
    if result.computed:
        test = f"v_amount IS NULL AND line NOT IN (SELECT line FROM bad_{number})"
        label = result.computed
        code, severity = "no_amount", issues.ERROR
    elif {"amount", "unit_price"} <= set(result.fields):
        test, label = differs(), "amount"
        code, severity = "amount_differs", issues.WARNING
    else:
        return
    found = issues.add(
        db, code=code, select=base + test, entity=entity.name, field=label, severity=severity,
        column=texts.columns.get(label), value=sql.name("t_" + label), detail="comes_to_text",
    )  # fmt: skip
    if found and severity == issues.ERROR:
        db.execute(f"INSERT INTO bad_{number} SELECT line {base}{test}")


def _detail(item: Field, step: Step, value: Value) -> str:
    """What the message needs besides the value: the limit, the words allowed, the other file."""
    if value.lookup is not None and value.column is not None:
        return sql.text(step.lookups[value.lookup].source)
    if item.max_length:
        return sql.text(str(item.max_length))
    if item.lowest is not None:
        return sql.text(f"{item.lowest}–{item.highest if item.highest is not None else ''}")
    return "NULL"


def _vanishing(
    db: duckdb.DuckDBPyConnection, number: int, label: str, mark: str, power: int
) -> list[str]:
    """Texts of amounts too small to be kept: they would become nothing."""
    text, value = f"x.{sql.name('t_' + label)}", f"z.{sql.name('v_' + label)}"
    zeros = db.execute(
        f"SELECT DISTINCT {text} FROM x_{number} x JOIN z_{number} z USING (line) WHERE {value} = 0"
    ).fetchall()
    return [raw for (raw,) in zeros if exact_number(raw, mark, power)]


def _foreign(db: duckdb.DuckDBPyConnection, number: int, label: str, currency: str) -> list[str]:
    """Texts of amounts that name another currency than theirs."""
    cell = sql.name("t_" + label)
    marked = db.execute(
        f"SELECT DISTINCT {cell} FROM x_{number} WHERE regexp_matches({cell}, '[^-+0-9.,() ]')"
    ).fetchall()
    return [text for (text,) in marked if says_another(text, currency)]


def _no_such_day(birthday: str, step: Step) -> str:
    """A test for birthdays (`year-month-day`, the year may be blank) that their calendar does not have."""
    year, month, day = (f"string_split({birthday}, '-')[{place}]" for place in (1, 2, 3))
    on = f"coalesce(nullif({year}, ''), '2000') || '-' || {month} || '-' || {day}"
    solar = f"TRY_CAST({on} AS DATE) IS NULL"
    lunar = f"CAST({day} AS INTEGER) > 30"
    calendar = sql.name("v_birth_calendar") if "birth_calendar" in step.fields else "NULL"
    return (
        f"{birthday} IS NOT NULL"
        f" AND CASE WHEN {calendar} = {sql.text('lunar')} THEN {lunar} ELSE {solar} END"
    )


def is_soft(entity: Entity, item: Field) -> bool:
    """Whether an unreadable value of this field may be left out without losing the row."""
    return not entity.is_fact and not item.required and item.name not in entity.key


def _note_rounding(
    db: duckdb.DuckDBPyConnection,
    number: int,
    label: str,
    result: Typed,
    power: int,
    *,
    spreadsheet: bool,
) -> None:
    """How many amounts had more than four decimals, and what rounding changed in total.

    A spreadsheet keeps fifteen digits of a number: what its binary form adds behind them is not counted.
    """
    rows = db.execute(
        f"SELECT x.{sql.name('t_' + label)}, z.{sql.name('v_' + label)}, count(*)"
        f" FROM x_{number} x JOIN z_{number} z USING (line)"
        f" WHERE regexp_matches(x.{sql.name('t_' + label)}, '[.,]\\d{{5,}}')"
        f" AND z.{sql.name('v_' + label)} IS NOT NULL GROUP BY 1, 2"
    ).fetchall()
    count, difference = 0, Decimal(0)
    for raw, stored, times in rows:
        exact = exact_number(raw, ".", power)
        if exact is not None:
            if spreadsheet:
                exact = Context(prec=15).plus(exact)
            change = Decimal(stored).scaleb(-4) - exact
            if change:
                count += times
                difference += change * times
    if count:
        result.rounding[label] = {"count": count, "difference": format(difference, "f")}
