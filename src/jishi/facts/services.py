"""Writing facts: append, supersede, take a batch back. Never change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from jishi.facts.models import FACT_MODELS, Fact
from jishi.foundation.bulk import insert_rows, next_ids
from jishi.foundation.models import Batch


_CHUNK = 500


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
    """Take back every fact of `batch`: its rows are superseded, and the rows it had superseded are
    appended again, unless a later batch has corrected them since. Nothing is deleted, so what we
    knew in between stays answerable.

    Returns:
        Fact kind → number of facts taken back.
    """
    counts: dict[str, int] = {}
    for model in FACT_MODELS:
        everything = model.objects.unscoped("the caller has authorised the write")
        taken = everything.filter(batch=batch, superseded_at__isnull=True).update(
            superseded_at=now, superseded_by=undo
        )
        restored = _restore_superseded(model, batch=batch, undo=undo, now=now)
        if taken or restored:
            counts[model._meta.model_name or ""] = taken
    return counts


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
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}, recorded_at, batch_id)"  # noqa: S608  (names come from the model)
            f" SELECT {names}, %s, %s FROM {table} AS old"
            " WHERE old.superseded_by_id = %s AND old.batch_id <> %s"
            f" AND NOT EXISTS (SELECT 1 FROM {table} AS cur"
            " WHERE cur.key = old.key AND cur.superseded_at IS NULL)",
            [moment, undo.pk, batch.pk, batch.pk],
        )
        return int(cursor.rowcount)
