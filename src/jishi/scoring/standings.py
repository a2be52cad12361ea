"""Turning a scored population into rows of the standings table, all of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import repeat
from typing import TYPE_CHECKING, Any

from django.db import connection

from jishi.customers.models import Customer
from jishi.foundation.bulk import insert_rows
from jishi.scoring.models import Run, Standing


if TYPE_CHECKING:
    import pyarrow as pa

    from jishi.analytics.scoring import Matrix, Scored

_WHOLE = ("margin_e4", "overdue_e4", "purchase_frequency", "abc_class")
_FLOATS = (
    "margin_pct",
    "growth_yoy_pct",
    "contribution_pct",
    "return_rate_pct",
    "satisfaction_pct",
    "silence_ratio",
)
_COUNTS = ("spend_e4", "spend_year_ago_e4", "orders")
_WAITING = "standing_waiting"


@dataclass(frozen=True, slots=True)
class Prepared:
    """Standings that wait to be put in force: database column → one value per customer."""

    columns: Mapping[str, Sequence[Any]]
    is_waiting_in_table: bool


def standings_prepare(columns: Mapping[str, Sequence[Any]]) -> Prepared:
    """Bring standings as near to their table as possible; call before the run's transaction.

    SQLite has one writer: what is laid into a temporary table beforehand is copied in a third of the
    time, and everybody else's saves wait that much less.

    Args:
        columns: from `standing_columns`.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return Prepared(columns, is_waiting_in_table=False)
    table = connection.ops.quote_name(Standing._meta.db_table)
    marks = ", ".join(["%s"] * len(columns))
    rows: Any = zip(*columns.values(), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS temp.{_WAITING}")
        cursor.execute(
            f"CREATE TEMP TABLE {_WAITING} AS SELECT {', '.join(columns)} FROM {table} LIMIT 0"  # noqa: S608  (names come from the model)
        )
        cursor.executemany(
            f"INSERT INTO temp.{_WAITING} VALUES ({marks})",  # noqa: S608  (a constant)
            rows,
        )
    return Prepared(columns, is_waiting_in_table=True)


def standings_replace(*, run: Run, prepared: Prepared) -> int:
    """Replace everybody's standing; call inside the run's transaction. Returns how many."""
    with _indexes_made_afterwards():
        Standing.objects.unscoped("a run replaces the standings of everybody").delete()
        if not prepared.is_waiting_in_table:
            rows = zip(repeat(run.pk), *prepared.columns.values(), strict=False)
            return insert_rows(Standing, ("run_id", *prepared.columns), rows)
        names = ", ".join(prepared.columns)
        table = connection.ops.quote_name(Standing._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (run_id, {names}) SELECT %s, {names} FROM temp.{_WAITING}",  # noqa: S608  (names come from the model)
                [run.pk],
            )
            count = cursor.rowcount
            cursor.execute(f"DROP TABLE temp.{_WAITING}")
            return int(count)


def standings_of_gone_remove() -> int:
    """Take customers that are archived or removed out of the standings; call inside the transaction that
    archives them, or that writes standings worked out before.

    The others keep their ranks until the next run. Returns how many.
    """
    here = Customer.objects.unscoped("who is gone stands nowhere").filter(is_archived=False)
    rows = Standing.objects.unscoped("who is gone stands nowhere")
    return int(rows.exclude(pk__in=here.values("pk")).delete()[0])


@contextmanager
def _indexes_made_afterwards() -> Iterator[None]:
    """On SQLite, building the indexes once is half the work of keeping ten of them row by row.

    Part of the transaction like everything else. PostgreSQL would lock readers out for as long, so there they stay.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master"
            " WHERE type = 'index' AND tbl_name = %s AND sql IS NOT NULL",
            [Standing._meta.db_table],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
        yield
        for _, statement in indexes:
            cursor.execute(statement)


def standing_columns(
    *, scored: Scored, quarters: pa.Table, as_of: date, present: Matrix, today: date
) -> dict[str, Sequence[Any]]:
    """Database column → one plain value per customer.

    Args:
        scored: everybody as of a day.
        quarters: their sales of the last two years, by quarter.
        as_of: that day.
        present: the indicators that the standings show as of today (`following.LIVE_KEYS`).
        today: the day of `present`.
    """
    import numpy as np

    from jishi.analytics.scheme import WEIGHT_UNITS

    matrix, tiers = scored.matrix, scored.scheme.tiers
    keys = np.array([tier.key for tier in tiers], dtype=object)
    flags = np.array([tier.is_key for tier in tiers])
    columns: dict[str, Sequence[Any]] = {
        "customer_id": matrix.customer_ids.tolist(),
        "score_micro": scored.score_micro.tolist(),
        "rank": scored.rank.tolist(),
        "tier_key": keys[scored.tier].tolist(),
        "tier_position": scored.tier.tolist(),
        "computed_tier_key": keys[scored.tier_computed].tolist(),
        "is_key": flags[scored.tier].tolist(),
        "is_designated": scored.designated.tolist(),
        "coverage_pct": (scored.coverage_units * (100 / WEIGHT_UNITS)).tolist(),
    }
    for key in _COUNTS:
        columns[key] = np.nan_to_num(matrix.column(key)).astype(np.int64).tolist()
    for key in _WHOLE:
        columns[key] = _or_none(matrix.column(key), int)
    for key in _FLOATS:
        columns[key] = _or_none(matrix.column(key), float)
    columns["complaints_open"] = (
        np.nan_to_num(present.column("complaints_open")).astype(np.int64).tolist()
    )
    columns["latest_order_on"] = _days(matrix.column("days_since_latest_order"), as_of)
    columns["latest_interaction_on"] = _days(present.column("days_since_interaction"), today)
    columns["quarters_text"] = list(_quarter_texts(matrix.customer_ids.tolist(), quarters))
    return columns


def _days(ago: Any, today: date) -> list[date | None]:
    return _or_none(ago, lambda days: date.fromordinal(today.toordinal() - int(days)))


def _or_none(values: Any, convert: Any) -> list[Any]:
    return [None if value != value else convert(value) for value in values.tolist()]


def _quarter_texts(customer_ids: list[int], quarters: pa.Table) -> Iterator[str]:
    rows = zip(*(column.to_pylist() for column in quarters.columns), strict=True)
    texts = {customer: ",".join(map(str, sums)) for customer, *sums in rows}
    nothing = ",".join(["0"] * (quarters.num_columns - 1))
    return (texts.get(customer, nothing) for customer in customer_ids)
