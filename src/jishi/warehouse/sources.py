"""How the tables of the application database become the tables of the analytics.

Plain SQL text for both engines, without Django: the builder runs in its own process, because two SQLite
libraries in one process on one file can break POSIX locks.
"""

from __future__ import annotations

from dataclasses import dataclass

from jishi.analytics.tables import SPECS


LAYOUT = 2
"""Counts up when the columns below change, so that an older snapshot is rebuilt instead of extended."""

_FACT = (
    "recorded_at:recorded_at superseded_at:superseded_at id:fact_id batch_id:batch_id"
    " superseded_by_id:superseded_by_id"
)


@dataclass(frozen=True, slots=True)
class Source:
    """One table: where it comes from, its columns, and which of them are amounts of money."""

    name: str
    table: str
    pairs: tuple[tuple[str, str], ...]
    amounts: tuple[str, ...] = ()
    happened_on: str = ""
    only: str = ""

    @property
    def is_fact(self) -> bool:
        return bool(SPECS[self.name].happened_on)

    @property
    def key(self) -> str:
        """The column that holds the row's id in the application database."""
        return "fact_id" if self.is_fact else self.pairs[0][1]

    def ddl(self) -> str:
        """CREATE TABLE for the snapshot; moments are kept in UTC without a zone."""
        types = {"int64": "BIGINT", "string": "VARCHAR", "date": "DATE", "boolean": "BOOLEAN"}
        types["timestamp"] = "TIMESTAMP"
        kinds = {column.name: types[column.kind] for column in SPECS[self.name].columns}
        columns = [
            f"{mine} {kinds.get(mine, 'VARCHAR' if mine == 'currency' else 'BIGINT')}"
            for _, mine in self.pairs
        ]
        return f"CREATE TABLE {self.name} ({', '.join(columns)})"

    def select(self, where: str = "", *, engine: str) -> str:
        """The columns under their own names, to be run by the application database's engine."""
        columns = ", ".join(f"{theirs} AS {mine}" for theirs, mine in self.pairs)
        conditions = " AND ".join(f"({one})" for one in (self.only_on(engine), where) if one)
        return f"SELECT {columns} FROM {self.table}" + (  # noqa: S608 (names are constants)
            f" WHERE {conditions}" if conditions else ""
        )

    def only_on(self, engine: str) -> str:
        """The condition that rows must meet at all, in the engine's dialect of truth."""
        if not self.only:
            return ""
        return f"{self.only} = 0" if engine == "sqlite" else f"NOT {self.only}"

    def cast(self) -> str:
        """The same columns with the types of the contract, for DuckDB."""
        made = []
        kinds = {column.name: column.kind for column in SPECS[self.name].columns}
        for _, mine in self.pairs:
            kind = kinds.get(mine, "string" if mine == "currency" else "int64")
            if kind == "timestamp":
                made.append(f"CAST({mine} AS TIMESTAMP) AS {mine}")
            elif kind == "date":
                made.append(f"CAST({mine} AS DATE) AS {mine}")
            elif kind == "boolean":
                made.append(f"CAST({mine} AS BOOLEAN) AS {mine}")
            elif kind == "int64":
                made.append(f"CAST({mine} AS BIGINT) AS {mine}")
            else:
                made.append(f"CAST({mine} AS VARCHAR) AS {mine}")
        return ", ".join(made)


def _source(
    name: str, table: str, pairs: str, *, amounts: str = "", happened_on: str = "", only: str = ""
) -> Source:
    text = f"{pairs} {_FACT}" if SPECS[name].happened_on else pairs
    split = []
    for word in text.split():
        theirs, mine = word.split(":")
        split.append((theirs, mine))
    return Source(name, table, tuple(split), tuple(amounts.split()), happened_on, only)


SOURCES: tuple[Source, ...] = (
    _source(
        "customers",
        "customers_customer",
        "id:customer_id code:code name:name customer_type_id:customer_type industry:industry"
        " size_class:size_class region:region stage:stage parent_id:parent_id"
        " cooperation_since_on:cooperation_since_on",
        only="is_archived",
    ),
    _source(
        "products",
        "facts_product",
        "id:product_id sku:sku name:name category:category is_custom:is_custom",
    ),
    _source(
        "orders",
        "facts_order",
        "order_ref:order_ref customer_id:customer_id order_no:order_no occurred_on:ordered_on"
        " due_on:due_on status:status payment_method:payment_method receivable_e4:receivable_e4"
        " receivable_e4:receivable_own_e4 currency:currency",
        amounts="receivable_e4",
        happened_on="ordered_on",
    ),
    _source(
        "order_lines",
        "facts_orderline",
        "id:line_id order_ref:order_ref customer_id:customer_id product_id:product_id"
        " occurred_on:ordered_on quantity_milli:quantity_milli amount_e4:amount_e4"
        " discount_e4:discount_e4 cost_e4:cost_e4 is_custom:is_custom status:status"
        " currency:currency",
        amounts="amount_e4 discount_e4 cost_e4",
        happened_on="ordered_on",
    ),
    _source(
        "payments",
        "facts_payment",
        "id:payment_id customer_id:customer_id order_ref:order_ref occurred_on:paid_on"
        " amount_e4:amount_e4 amount_e4:amount_own_e4 currency:currency",
        amounts="amount_e4",
        happened_on="paid_on",
    ),
    _source(
        "returns",
        "facts_return",
        "id:return_id customer_id:customer_id order_ref:order_ref product_id:product_id"
        " occurred_on:returned_on quantity_milli:quantity_milli amount_e4:amount_e4"
        " currency:currency",
        amounts="amount_e4",
        happened_on="returned_on",
    ),
    _source(
        "interactions",
        "facts_interaction",
        "id:interaction_id customer_id:customer_id occurred_on:occurred_on channel:channel",
    ),
    _source(
        "complaints",
        "facts_complaint",
        "id:complaint_id customer_id:customer_id occurred_on:opened_on closed_on:closed_on"
        " severity:severity",
    ),
    _source(
        "satisfaction",
        "facts_satisfactionanswer",
        "id:answer_id customer_id:customer_id occurred_on:answered_on instrument:instrument"
        " score_milli:score_milli",
    ),
    _source(
        "ratings",
        "facts_expertrating",
        "id:rating_id customer_id:customer_id occurred_on:rated_on criterion:criterion"
        " value_pct:value_pct evidence_kind:evidence_kind source:source",
    ),
    _source(
        "referrals",
        "facts_referral",
        "id:referral_id customer_id:referrer_id referred_id:referred_id occurred_on:referred_on"
        " won:won",
    ),
    _source(
        "services",
        "facts_servicedelivery",
        "id:service_id customer_id:customer_id occurred_on:delivered_on kind:kind"
        " hours_milli:hours_milli",
    ),
)
