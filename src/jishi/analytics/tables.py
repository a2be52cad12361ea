"""The input contract: every base table, its columns, types and units, and the two clocks of a fact.

Types checkers cannot see column names inside an expression, so `Tables.checked()` compares what an engine
offers with the contract at run time and names the table, the column, what was expected and what was found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

INTEGER, TEXT, DATE, FLAG, MOMENT = "int64", "string", "date", "boolean", "timestamp"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name (which carries the unit), its type and whether it may be missing."""

    name: str
    kind: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One base table; `happened_on` is its event date and is empty for master data."""

    name: str
    columns: tuple[Column, ...]
    happened_on: str = ""


def _columns(text: str) -> tuple[Column, ...]:
    kinds = {"i": INTEGER, "s": TEXT, "d": DATE, "b": FLAG, "t": MOMENT}
    columns = []
    for word in text.split():
        name, kind = word.split(":")
        columns.append(Column(name, kinds[kind[0]], optional=kind.endswith("?")))
    return tuple(columns)


CLOCKS = " recorded_at:t superseded_at:t?"

SPECS: dict[str, TableSpec] = {
    spec.name: spec
    for spec in (
        TableSpec(
            "customers",
            _columns(
                "customer_id:i code:s name:s customer_type:s? industry:s? size_class:s? region:s? "
                "stage:s? parent_id:i? cooperation_since_on:d?"
            ),
        ),
        TableSpec("products", _columns("product_id:i sku:s name:s category:s? is_custom:b")),
        TableSpec(
            "orders",
            _columns(
                "order_ref:i customer_id:i order_no:s ordered_on:d due_on:d? status:s "
                "payment_method:s? receivable_e4:i?" + CLOCKS
            ),
            "ordered_on",
        ),
        TableSpec(
            "order_lines",
            _columns(
                "line_id:i order_ref:i customer_id:i product_id:i? ordered_on:d quantity_milli:i "
                "amount_e4:i discount_e4:i cost_e4:i? is_custom:b status:s" + CLOCKS
            ),
            "ordered_on",
        ),
        TableSpec(
            "payments",
            _columns("payment_id:i customer_id:i order_ref:i? paid_on:d amount_e4:i" + CLOCKS),
            "paid_on",
        ),
        TableSpec(
            "returns",
            _columns(
                "return_id:i customer_id:i order_ref:i? product_id:i? returned_on:d "
                "quantity_milli:i amount_e4:i" + CLOCKS
            ),
            "returned_on",
        ),
        TableSpec(
            "interactions",
            _columns("interaction_id:i customer_id:i occurred_on:d channel:s" + CLOCKS),
            "occurred_on",
        ),
        TableSpec(
            "complaints",
            _columns("complaint_id:i customer_id:i opened_on:d closed_on:d? severity:i" + CLOCKS),
            "opened_on",
        ),
        TableSpec(
            "satisfaction",
            _columns("answer_id:i customer_id:i answered_on:d instrument:s score_milli:i" + CLOCKS),
            "answered_on",
        ),
        TableSpec(
            "ratings",
            _columns(
                "rating_id:i customer_id:i rated_on:d criterion:s value_pct:i evidence_kind:s? "
                "source:s?" + CLOCKS
            ),
            "rated_on",
        ),
        TableSpec(
            "referrals",
            _columns("referral_id:i referrer_id:i referred_id:i? referred_on:d won:b" + CLOCKS),
            "referred_on",
        ),
        TableSpec(
            "services",
            _columns("service_id:i customer_id:i delivered_on:d kind:s hours_milli:i" + CLOCKS),
            "delivered_on",
        ),
    )
}


class TableMismatchError(Exception):
    """A table does not have the columns the contract promises."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The twelve base tables as expressions of one engine."""

    customers: ibis.Table
    products: ibis.Table
    orders: ibis.Table
    order_lines: ibis.Table
    payments: ibis.Table
    returns: ibis.Table
    interactions: ibis.Table
    complaints: ibis.Table
    satisfaction: ibis.Table
    ratings: ibis.Table
    referrals: ibis.Table
    services: ibis.Table

    @classmethod
    def of(cls, source: Mapping[str, ibis.Table]) -> Tables:
        """Take the tables out of a mapping by name and check them."""
        absent = [name for name in SPECS if name not in source]
        if absent:
            raise TableMismatchError(
                f"Missing tables: {', '.join(absent)}. An empty table is fine; a missing one is not."
            )
        return cls(**{name: source[name] for name in SPECS}).checked()

    def named(self, name: str) -> ibis.Table:
        table: ibis.Table = getattr(self, name)
        return table

    def checked(self) -> Tables:
        """Return self when every column exists with its type; otherwise say exactly which does not."""
        for spec in SPECS.values():
            _check(self.named(spec.name), spec)
        return self


def _check(table: ibis.Table, spec: TableSpec) -> None:
    schema = table.schema()
    for column in spec.columns:
        if column.name not in schema:
            raise TableMismatchError(
                f"Table {spec.name}: column {column.name} is missing "
                f"(expected {column.kind}; found only {', '.join(schema)})."
            )
        found = schema[column.name]
        matches = {
            INTEGER: found.is_integer(),
            TEXT: found.is_string(),
            DATE: found.is_date(),
            FLAG: found.is_boolean(),
            MOMENT: found.is_timestamp(),
        }[column.kind]
        if not matches:
            raise TableMismatchError(
                f"Table {spec.name}: column {column.name} must be {column.kind}, found {found}."
            )


def as_known(tables: Tables, *, known_at: datetime | None) -> Tables:
    """The facts as they were known at a moment: recorded by then and not yet superseded.

    Without a moment: what is known now, that is, every fact that nothing has superseded.
    """

    def keep(table: ibis.Table) -> ibis.Table:
        if known_at is None:
            return table.filter(table.superseded_at.isnull())
        moment = known_at.astimezone(UTC)
        if table.schema()["recorded_at"].timezone is None:
            moment = moment.replace(tzinfo=None)
        return table.filter(
            (table.recorded_at <= moment)
            & (table.superseded_at.isnull() | (table.superseded_at > moment))
        )

    return _with_facts(tables, lambda spec, table: keep(table))


def as_of(tables: Tables, *, on: date) -> Tables:
    """Only what happened up to and including a day; customers and products stay."""
    return _with_facts(tables, lambda spec, table: table.filter(table[spec.happened_on] <= on))


def _with_facts(tables: Tables, change: Any) -> Tables:
    return Tables(
        **{
            spec.name: change(spec, tables.named(spec.name))
            if spec.happened_on
            else tables.named(spec.name)
            for spec in SPECS.values()
        }
    )


def arrow_schema(name: str) -> pa.Schema:
    """The contract of one table as an Arrow schema."""
    import pyarrow as pa

    kinds: dict[str, Any] = {
        INTEGER: pa.int64(),
        TEXT: pa.string(),
        DATE: pa.date32(),
        FLAG: pa.bool_(),
        MOMENT: pa.timestamp("us", tz="UTC"),
    }
    return pa.schema([pa.field(c.name, kinds[c.kind], nullable=True) for c in SPECS[name].columns])


EARLIEST_AT = datetime(2000, 1, 1, tzinfo=UTC)

_DEFAULTS: dict[str, Any] = {INTEGER: 0, TEXT: "", FLAG: False, MOMENT: EARLIEST_AT}


def arrow_table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as an Arrow table of the contract; a required column left out takes a neutral value."""
    import pyarrow as pa

    schema = arrow_schema(name)
    columns = []
    for spec_column, field in zip(SPECS[name].columns, schema, strict=True):
        default = None if spec_column.optional else _DEFAULTS.get(spec_column.kind)
        columns.append(pa.array([r.get(spec_column.name, default) for r in rows], type=field.type))
    return pa.table(columns, schema=schema)


def tables_from_rows(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> Tables:
    """Tables held in memory from plain rows; tables not named are empty.

    >>> made = tables_from_rows({"customers": [{"customer_id": 1, "code": "C1"}]})
    >>> made.customers.code.to_pyarrow().to_pylist()
    ['C1']
    """
    unknown = set(rows) - set(SPECS)
    if unknown:
        raise TableMismatchError(f"Unknown tables: {', '.join(sorted(unknown))}.")
    return tables_from_arrow({name: arrow_table(name, rows.get(name, ())) for name in SPECS})


def tables_from_arrow(source: Mapping[str, pa.Table]) -> Tables:
    """Tables held in memory from Arrow tables that already follow the contract."""
    import ibis

    return Tables.of({name: ibis.memtable(source[name]) for name in SPECS})


def empty_tables() -> Tables:
    """All twelve tables without a single row; every indicator must cope with them."""
    return tables_from_rows({})


TABLE_NAMES: tuple[str, ...] = tuple(field.name for field in fields(Tables))
