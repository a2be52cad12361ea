"""The state of the whole database as one number, to show that a refused write left no trace."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection


def database_digest() -> str:
    """A hash over every row of every table of ours."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for model in sorted(
            apps.get_models(include_auto_created=True), key=lambda m: m._meta.db_table
        ):
            table = connection.ops.quote_name(model._meta.db_table)
            columns = ", ".join(
                connection.ops.quote_name(str(f.column)) for f in model._meta.concrete_fields
            )
            cursor.execute(f"SELECT {columns} FROM {table} ORDER BY 1")
            digest.update(f"{table}{cursor.fetchall()!r}".encode())
    return digest.hexdigest()


@contextmanager
def unchanged() -> Iterator[None]:
    """The block leaves every table as it was, whether it raises or not."""
    before = database_digest()
    try:
        yield
    finally:
        assert database_digest() == before, "a refused write left a trace"
