"""Where the expressions run. DuckDB is the default; heavy libraries load when an engine is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from jishi.analytics.indicators.registry import indicator_for, indicator_table
from jishi.analytics.recording import unrecorded
from jishi.analytics.tables import SPECS, Tables
from jishi.analytics.windows import Window


if TYPE_CHECKING:
    import pyarrow as pa

    from jishi.analytics.normalise import Floats
    from jishi.analytics.scoring import Matrix


@dataclass(frozen=True, slots=True)
class Limits:
    """What an engine may use."""

    memory_mb: int = 1_000
    threads: int = 2
    temp_directory: str = ""


def duckdb_engine(database: str = ":memory:", *, limits: Limits, read_only: bool = False) -> Any:
    """An Ibis backend on DuckDB with bounded memory, bounded threads and no way out to files or the network."""
    import ibis

    settings: dict[str, Any] = {
        "memory_limit": f"{limits.memory_mb}MB",
        "threads": limits.threads,
        "preserve_insertion_order": False,
    }
    if limits.temp_directory:
        settings["temp_directory"] = limits.temp_directory
    backend = ibis.duckdb.connect(database, read_only=read_only, **settings)
    backend.raw_sql("SET enable_external_access = false")
    backend.raw_sql("SET lock_configuration = true")
    return backend


def stored_tables(backend: Any) -> Tables:
    """The twelve tables kept in an engine's database, checked against the contract."""
    import ibis
    import ibis.expr.operations as ops
    from ibis.backends.sql.datatypes import DuckDBType

    columns: dict[str, dict[str, Any]] = {name: {} for name in SPECS}
    listed = backend.con.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() ORDER BY column_index"
    ).fetchall()
    for table, column, kind in listed:
        if table in columns:
            columns[table][column] = DuckDBType.from_string(kind)
    nodes: dict[str, Any] = {
        name: ops.DatabaseTable(name=name, schema=ibis.schema(kinds), source=backend)
        for name, kinds in columns.items()
        if kinds
    }
    return Tables.of({name: node.to_expr() for name, node in nodes.items()})


def run(backend: Any, expression: Any) -> pa.Table:
    """Execute an expression and return the rows as an Arrow table."""
    return backend.to_pyarrow(expression)


def indicator_matrix(
    backend: Any, tables: Tables, keys: Sequence[str], *, as_of: date, window: Window
) -> Matrix:
    """All indicators of all customers, rows ordered by customer code.

    Where a kind of fact was never recorded, the indicators that count it are missing for everybody, and the
    matrix names the kind (`recording.KINDS`).
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    from jishi.analytics.scoring import base_keys, build_matrix

    base = base_keys(keys)
    answer = run(backend, indicator_table(tables, base, as_of=as_of, window=window))
    names = run(backend, tables.customers.select("customer_id", "code"))
    names = names.sort_by([("code", "ascending"), ("customer_id", "ascending")])
    customer_ids = names.column("customer_id").to_numpy()
    answered_ids = answer.column("customer_id").to_numpy()
    by_id = np.argsort(answered_ids, kind="stable")
    rows = by_id[np.searchsorted(answered_ids, customer_ids, sorter=by_id)]
    columns = {}
    for key in base:
        column = pc.cast(answer.column(key), pa.float64(), safe=False)
        columns[key] = column.to_numpy()[rows]
    silent = _unrecorded(backend, tables, columns, as_of)
    for key in base:
        if set(indicator_for(key).records) & set(silent):
            columns[key] = np.full(len(customer_ids), np.nan)
    return build_matrix(
        np.asarray(customer_ids, dtype=np.int64),
        names.column("code").to_pylist(),
        columns,
        keys,
        unrecorded=silent,
    )


def _unrecorded(
    backend: Any, tables: Tables, columns: Mapping[str, Floats], as_of: date
) -> tuple[str, ...]:
    """The kinds of facts behind some indicators that nobody ever recorded.

    A single value other than 0 proves that they were, so that tables are looked at only for the others.
    """
    import numpy as np

    kinds: dict[str, bool] = {}
    for key, column in columns.items():
        has_values = bool(np.any(np.nan_to_num(column)))
        for kind in indicator_for(key).records:
            kinds[kind] = kinds.get(kind, False) or has_values
    doubtful = [kind for kind, is_proven in kinds.items() if not is_proven]
    return unrecorded(lambda rows: run(backend, rows), tables, doubtful, as_of=as_of)
