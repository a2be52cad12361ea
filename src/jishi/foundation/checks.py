"""System checks: the database underneath is one that keeps what it says it kept."""

from __future__ import annotations

import sqlite3
from typing import Any

from django.core.checks import Error, register
from django.db import connection


def has_wal_reset_bug(version: tuple[int, int, int]) -> bool:
    """Whether a SQLite version may corrupt a WAL database (fixed in 3.51.3, 3.50.7, 3.44.6).

    >>> has_wal_reset_bug((3, 40, 1)), has_wal_reset_bug((3, 44, 6)), has_wal_reset_bug((3, 53, 4))
    (True, False, False)
    """
    if version >= (3, 51, 3):
        return False
    fixed = {(3, 50): 7, (3, 44): 6}
    return version[2] < fixed.get(version[:2], 10_000)


@register("database")
def sqlite_is_safe(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Refuse a SQLite library with the WAL-reset bug, and options that lose writes."""
    if connection.vendor != "sqlite":
        return []
    problems: list[Error] = []
    if has_wal_reset_bug(sqlite3.sqlite_version_info[:3]):
        problems.append(
            Error(
                f"SQLite {sqlite3.sqlite_version} can corrupt the database in WAL mode.",
                hint="Install the pysqlite3 package, or SQLite 3.51.3 or newer, or set DATABASE_URL"
                " to a PostgreSQL server.",
                id="jishi.E001",
            )
        )
    options = connection.settings_dict.get("OPTIONS", {})
    if options.get("transaction_mode") != "IMMEDIATE":
        problems.append(
            Error(
                "SQLite transactions must start IMMEDIATE, or concurrent writers lose updates.",
                hint='Set OPTIONS["transaction_mode"] = "IMMEDIATE".',
                id="jishi.E002",
            )
        )
    if connection.settings_dict.get("ATOMIC_REQUESTS"):
        problems.append(
            Error(
                "ATOMIC_REQUESTS would take the write lock for every page that is only read.",
                hint="Leave ATOMIC_REQUESTS off.",
                id="jishi.E003",
            )
        )
    return problems


@register("database")
def sqlite_keeps_its_promises(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Refuse a connection that could lose committed rows or leave references dangling."""
    return [
        Error(
            f"{problem}, which the product does not work with.",
            hint="Leave OPTIONS and init_command of the database as they are set.",
            id="jishi.E004",
        )
        for problem in pragma_problems()
    ]


def pragma_problems() -> list[str]:
    """Settings of the open SQLite connection that differ from what the product promises."""
    if connection.vendor != "sqlite":
        return []
    wanted: dict[str, set[Any]] = {
        "journal_mode": {"wal", "memory"},
        "foreign_keys": {1},
        "synchronous": {1, 2},
    }
    found = []
    with connection.cursor() as cursor:
        for name, allowed in wanted.items():
            cursor.execute(f"PRAGMA {name}")
            value = cursor.fetchone()[0]
            if value not in allowed:
                found.append(f"PRAGMA {name} is {value!r}")
        cursor.execute("PRAGMA mmap_size")
        row = cursor.fetchone()
        if row and row[0]:
            found.append(f"PRAGMA mmap_size is {row[0]}, and must be 0")
    return found
