"""Bulk inserts at the speed of the database: `executemany` on SQLite, COPY on PostgreSQL.

`bulk_create` builds an object per row and is 20 to 40 times slower. Callers run inside their
service's transaction (`foundation.writing.write`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from django.db import connection, models


def next_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """Reserve `count` primary keys of `model`, ascending.

    On SQLite the caller's transaction holds the write lock, so the range is safe; on PostgreSQL
    they come from the sequence.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [f'"{table}"', count],
            )
            return [value for (value,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        first = (row[0] if row else 0) + 1
        return range(first, first + count)


def statistics_refresh(written: Iterable[type[models.Model]]) -> None:
    """Let PostgreSQL count the tables that a transaction has filled, so that what follows is planned
    by their size; its own round comes a minute after the commit. SQLite plans by its indexes."""
    if connection.vendor != "postgresql":
        return
    names = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in written)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")


def insert_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Insert plain tuples into the table of `model`. Returns how many.

    Args:
        model: the table's model.
        columns: database column names (`customer_id`, not `customer`), in the order of the tuples.
            Columns left out that must not be null get their field's default.
        rows: tuples of int, str, bool, date, aware datetime or None.
    """
    fields = {f.column: f for f in model._meta.concrete_fields}
    unknown = [name for name in columns if name not in fields]
    if unknown:
        raise ValueError(f"{model.__name__} has no column {', '.join(unknown)}")
    chosen = [fields[name] for name in columns]
    absent = [f for c, f in fields.items() if c not in set(columns) and not f.null]
    filled = [f for f in absent if not isinstance(f, models.AutoField)]
    if filled:
        chosen += filled
        defaults = tuple(_plain(field.get_default()) for field in filled)
        rows = ((*row, *defaults) for row in rows)
    if connection.vendor == "postgresql":
        return _copy(model._meta.db_table, chosen, rows)
    return _execute_many(model._meta.db_table, chosen, rows)


def _plain(value: Any) -> Any:
    """A choice's own value: COPY takes no enum members, though they are strings."""
    return value.value if isinstance(value, Enum) else value


def _quoted_list(chosen: Sequence[models.Field[Any, Any]]) -> str:
    return ", ".join(connection.ops.quote_name(str(field.column)) for field in chosen)


# --- SQLite ------------------------------------------------------------------------------------
# SQLite's driver asks its table of adapters for every value that is not of its own types; texts and
# numbers pass it untouched. Days and moments repeat, so they are spelled once.
@lru_cache(maxsize=64)  # a batch of facts carries one and the same moment
def _moment_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


@lru_cache(maxsize=4096)
def _day_text(value: date | str | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value


def _number(value: bool | None) -> int | None:
    return None if value is None else int(value)


_OWN_SPELLING: dict[str, Callable[[Any], Any]] = {
    "DateTimeField": _moment_text,
    "DateField": _day_text,
    "BooleanField": _number,
}


def _converted(
    rows: Iterable[Sequence[Any]], at: dict[int, Callable[[Any], Any]]
) -> Iterator[Sequence[Any]]:
    for row in rows:
        values = list(row)
        for index, convert in at.items():
            values[index] = convert(values[index])
        yield values


def _execute_many(table: str, chosen: Sequence[models.Field[Any, Any]], rows: Any) -> int:
    spelled = {
        index: _OWN_SPELLING[kind]
        for index, field in enumerate(chosen)
        if (kind := field.get_internal_type()) in _OWN_SPELLING
    }
    if spelled:
        rows = _converted(rows, spelled)
    marks = ", ".join(["%s"] * len(chosen))
    with connection.cursor() as cursor:
        before = connection.connection.total_changes
        cursor.executemany(
            f"INSERT INTO {connection.ops.quote_name(table)} ({_quoted_list(chosen)})"  # noqa: S608  (names come from the model)
            f" VALUES ({marks})",
            rows,
        )
        if cursor.rowcount >= 0:
            return int(cursor.rowcount)
        return int(connection.connection.total_changes - before)


# --- PostgreSQL --------------------------------------------------------------------------------
_POSTGRES_TYPES = {
    "BigAutoField": "int8",
    "BigIntegerField": "int8",
    "ForeignKey": "int8",
    "OneToOneField": "int8",
    "IntegerField": "int4",
    "PositiveIntegerField": "int4",
    "SmallIntegerField": "int2",
    "PositiveSmallIntegerField": "int2",
    "BooleanField": "bool",
    "DateField": "date",
    "DateTimeField": "timestamptz",
    "FloatField": "float8",
}


def _postgres_type(field: models.Field[Any, Any]) -> str:
    kind = field.get_internal_type()
    if kind in {"ForeignKey", "OneToOneField"} and field.target_field.get_internal_type() not in {  # type: ignore[attr-defined]  # only these two kinds reach it
        "BigAutoField",
        "BigIntegerField",
    }:
        return "varchar"
    return _POSTGRES_TYPES.get(kind, "varchar")


def _copy(
    table: str, chosen: Sequence[models.Field[Any, Any]], rows: Iterable[Sequence[Any]]
) -> int:
    if any(isinstance(field, models.JSONField) for field in chosen):
        raise ValueError("COPY of a JSON column is not supported: write it through the ORM")
    count = 0
    statement = (
        f"COPY {connection.ops.quote_name(table)} ({_quoted_list(chosen)})"
        " FROM STDIN (FORMAT BINARY)"
    )
    # COPY goes past Django's cursor: its errors are made Django's here.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        copy.set_types([_postgres_type(field) for field in chosen])
        for row in rows:
            copy.write_row(row)
            count += 1
    return count
