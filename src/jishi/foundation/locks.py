"""Locks for rules that span rows, such as "a tree has no circle"."""

from __future__ import annotations

from django.db import connection


# Arbitrary, but each its own: PostgreSQL locks numbers.
TEAM_TREE = 7_001
CUSTOMER_TREE = 7_002
IMPORT = 7_003
SCHEMES = 7_004


def lock_for_transaction(number: int) -> None:
    """Wait until no other transaction holds `number`; held until this one ends.

    On SQLite a writing transaction already holds the database's only write lock.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
