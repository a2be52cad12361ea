"""Writing facts: append, supersede, take a batch back. Never change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from jishi.facts.models import FACT_MODELS, Fact
from jishi.foundation.bulk import insert_rows, next_ids
from jishi.foundation.models import Batch


FOLLOWERS: list[Callable[[Batch, datetime], None]] = []
"""What rooms above do when facts change, so that what they conclude from them keeps up; each enters its
own at the start."""

_CHUNK = 500


def facts_written(*, batch: Batch, now: datetime) -> None:
    """Tell those who follow the facts; call inside the transaction, once all that `batch` writes or takes
    back is done."""
    for follow in FOLLOWERS:
        follow(batch, now)


def facts_append(
    *,
    model: type[Fact],
    batch: Batch,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    now: datetime,
) -> Sequence[int]:
    """Append facts under `batch`; call inside `write(data_changes=True)`.

    Args:
        model: which kind of fact.
        batch: where the rows came from.
        columns: database columns of `rows`; `id`, `recorded_at` and `batch_id` are added here.
        rows: one tuple per fact.
        now: when we learned it.

    Returns:
        The new ids, in the order of `rows`.
    """
    ids = next_ids(model, len(rows))
    tail = (now, batch.pk)
    insert_rows(
        model,
        ["id", *columns, "recorded_at", "batch_id"],
        ((pk, *row, *tail) for pk, row in zip(ids, rows, strict=True)),
    )
    return ids


def facts_supersede(*, model: type[Fact], keys: Iterable[str], batch: Batch, now: datetime) -> int:
    """Mark the current facts with these keys as superseded by `batch`. Returns how many."""
    todo = list(keys)
    done = 0
    everything = model.objects.unscoped("the caller has authorised the write")
    for start in range(0, len(todo), _CHUNK):
        done += everything.filter(
            key__in=todo[start : start + _CHUNK], superseded_at__isnull=True
        ).update(superseded_at=now, superseded_by=batch)
    return done


def batch_facts_undo(*, batch: Batch, undo: Batch, now: datetime) -> dict[str, int]:
    """Take back every fact of `batch`, whose rows are superseded; what they had replaced is appended
    again, unless a later batch has corrected it since. Nothing is deleted, so what we knew in between
    stays answerable.

    Batches may be taken back in any order: what is appended again is the newest row of a batch that has
    not been taken back, and of a row that an earlier undo brought back, this one takes the copy.

    Returns:
        Fact kind → number of facts taken back.
    """
    counts: dict[str, int] = {}
    for model in FACT_MODELS:
        everything = model.objects.unscoped("the caller has authorised the write")
        taken = everything.filter(batch=batch, superseded_at__isnull=True).update(
            superseded_at=now, superseded_by=undo
        )
        taken += _copies_supersede(model, batch=batch, undo=undo, now=now)
        restored = _restore_superseded(model, batch=batch, undo=undo, now=now)
        if taken or restored:
            counts[model._meta.model_name or ""] = taken
    return counts


# --- what is in force once a batch is taken back -------------------------------------------------
_TAKEN_BACK = "SELECT id FROM foundation_batch WHERE undone_at IS NOT NULL"
_UNDOES = "SELECT undone_by_id FROM foundation_batch WHERE undone_at IS NOT NULL"


def _copies_supersede(model: type[Fact], *, batch: Batch, undo: Batch, now: datetime) -> int:
    """Rows of `batch` that were corrected, and brought back when the correction was taken back, are in
    force as copies under that undo."""
    table = connection.ops.quote_name(model._meta.db_table)
    newest = _newest_written(table, replaced_by=_TAKEN_BACK)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET superseded_at = %s, superseded_by_id = %s"  # noqa: S608  (names come from the model)
            f" WHERE superseded_at IS NULL AND batch_id IN ({_UNDOES}) AND key IN"
            f" (SELECT key FROM ({newest}) newest WHERE place = 1 AND batch_id = %s)",
            [connection.ops.adapt_datetimefield_value(now), undo.pk, batch.pk],
        )
        return int(cursor.rowcount)


def _restore_superseded(model: type[Fact], *, batch: Batch, undo: Batch, now: datetime) -> int:
    table = connection.ops.quote_name(model._meta.db_table)
    carried = [
        str(field.column)
        for field in model._meta.concrete_fields
        if field.column
        not in {"id", "recorded_at", "superseded_at", "batch_id", "superseded_by_id"}
    ]
    names = ", ".join(connection.ops.quote_name(name) for name in carried)
    moment = connection.ops.adapt_datetimefield_value(now)
    newest = _newest_written(table, replaced_by=f"{_TAKEN_BACK} UNION ALL SELECT {int(batch.pk)}")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}, recorded_at, batch_id)"  # noqa: S608  (names come from the model)
            f" SELECT {names}, %s, %s FROM ({newest} AND batch_id <> %s AND key IN"
            f" (SELECT key FROM {table} WHERE superseded_at IS NOT NULL"
            " AND superseded_by_id IN (%s, %s))) AS old"
            f" WHERE old.place = 1 AND NOT EXISTS (SELECT 1 FROM {table} AS cur"
            " WHERE cur.key = old.key AND cur.superseded_at IS NULL)",
            [moment, undo.pk, batch.pk, undo.pk, batch.pk],
        )
        return int(cursor.rowcount)


def _newest_written(table: str, *, replaced_by: str) -> str:
    """SQL for the rows that batches in force have written and others have replaced, each with its
    `place` among those of its key, the newest first. What an undo brought back is a copy."""
    return (
        f"SELECT *, row_number() OVER (PARTITION BY key ORDER BY id DESC) AS place FROM {table}"  # noqa: S608  (names come from the model)
        f" WHERE superseded_at IS NOT NULL AND superseded_by_id IN ({replaced_by})"
        f" AND batch_id NOT IN ({_TAKEN_BACK}) AND batch_id NOT IN ({_UNDOES})"
    )
