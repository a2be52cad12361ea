"""Rows into tables: chunk by chunk, under one batch, keeping what changed rows were before."""

# ruff: noqa: S608  (names come from the models)
from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, models

from jishi.facts.models import Fact
from jishi.foundation.bulk import insert_rows
from jishi.foundation.models import Batch
from jishi.ingest.models import BeforeImage
from jishi.ingest.parsing.children import CancelledError
from jishi.ingest.row_values import kept_values


ROWS_AT_ONCE = 20_000
IMAGE_COLUMNS = ("batch_id", "table_name", "row_pk", "before", "after_version")


def as_image(values: Mapping[str, Any]) -> str:
    """What a row was, column → value, as a `BeforeImage` keeps it."""
    return json.dumps(values, default=str)


class StaleComparisonError(Exception):
    """Stored rows changed after they were compared; nothing was written."""


class RowWriter:
    """Inserts and updates within the caller's transaction.

    Args:
        batch: the batch that everything is written under.
        now: when we learned it.
        cancelled: asked between chunks.
        report: told how many rows are written.
    """

    def __init__(
        self,
        batch: Batch,
        *,
        now: datetime,
        cancelled: Callable[[], bool],
        report: Callable[[int], None],
    ) -> None:
        self.batch = batch
        self.now = now
        self.cancelled = cancelled
        self.report = report
        self.written = 0

    def step(self, rows: int) -> None:
        """Count rows as written, and stop here when somebody asked for it."""
        self.written += rows
        self.report(self.written)
        if self.cancelled():
            raise CancelledError

    def insert(
        self, model: type[models.Model], columns: list[str], rows: list[tuple[Any, ...]]
    ) -> None:
        for start in range(0, len(rows), ROWS_AT_ONCE):
            chunk = rows[start : start + ROWS_AT_ONCE]
            insert_rows(model, columns, chunk)
            self.step(len(chunk))

    def append_facts(
        self, model: type[Fact], columns: list[str], rows: Iterator[tuple[Any, ...]]
    ) -> None:
        """Insert facts with this batch and moment, which on SQLite stand in the statement itself:
        converting them again for each of a million rows takes longer than inserting."""
        if connection.vendor != "sqlite":
            tail = (self.now, self.batch.pk)
            names = [*columns, "recorded_at", "batch_id"]
            insert_rows(model, names, ((*row, *tail) for row in rows))
            return
        moment = connection.ops.adapt_datetimefield_value(self.now)
        listed = ", ".join(connection.ops.quote_name(name) for name in columns)
        marks = ", ".join(["%s"] * len(columns))
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {model._meta.db_table} ({listed}, recorded_at, batch_id)"
                f" VALUES ({marks}, '{moment}', {int(self.batch.pk)})",
                list(rows),
            )

    def update(
        self, model: type[models.Model], columns: list[str], rows: list[dict[str, Any]]
    ) -> None:
        """Change rows that still have the version they were compared at; keep what they were."""
        for start in range(0, len(rows), ROWS_AT_ONCE):
            chunk = rows[start : start + ROWS_AT_ONCE]
            self._keep_before(model, columns, chunk)
            stamped = any(f.column == "updated_at" for f in model._meta.concrete_fields)
            sets = [f"{connection.ops.quote_name(c)} = %s" for c in columns]
            sets += ["updated_at = %s"] if stamped else []
            moment = [connection.ops.adapt_datetimefield_value(self.now)] if stamped else []
            with connection.cursor() as cursor:
                cursor.executemany(
                    f"UPDATE {model._meta.db_table} SET {', '.join(sets)}, version = version + 1"
                    " WHERE id = %s AND version = %s",
                    [
                        [
                            *kept_values(row, columns, model),
                            *moment,
                            row["existing_id"],
                            row["version"],
                        ]
                        for row in chunk
                    ],
                )
                if cursor.rowcount != len(chunk):
                    raise StaleComparisonError
            self.step(len(chunk))

    def _keep_before(
        self, model: type[models.Model], columns: list[str], rows: list[dict[str, Any]]
    ) -> None:
        names = {f.column: f.attname for f in model._meta.concrete_fields}
        manager: Any = model._base_manager
        wanted = [row["existing_id"] for row in rows]
        images = []
        for start in range(0, len(wanted), 500):
            found = manager.filter(pk__in=wanted[start : start + 500]).values_list(
                "pk", "version", *(names[c] for c in columns)
            )
            images += [
                (
                    self.batch.pk,
                    model._meta.db_table,
                    pk,
                    as_image(dict(zip(columns, values, strict=True))),
                    version + 1,
                )
                for pk, version, *values in found
            ]
        insert_rows(BeforeImage, IMAGE_COLUMNS, images)
