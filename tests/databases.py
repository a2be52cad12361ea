"""A database that only one test uses, for processes that are killed, and reads of it from outside."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.conftest import ON_POSTGRES
from tests.support import ROOT


@pytest.fixture
def database_url() -> Iterator[str]:
    """A database of its own on the server of the run; "" on SQLite, where the folder is enough."""
    if not ON_POSTGRES:
        yield ""
        return
    import psycopg

    server = urlsplit(os.environ["DATABASE_URL"])
    name = f"own_{os.getpid()}"
    with psycopg.connect(server.geturl(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield urlunsplit(server._replace(path=f"/{name}"))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def process_environment(data: Path, database_url: str) -> dict[str, str]:
    """What a process needs that works on that database with that data folder."""
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    if database_url:
        environment["DATABASE_URL"] = database_url
    return environment | {
        "JISHI_DATA_DIR": str(data),
        "DJANGO_SETTINGS_MODULE": "jishi.config.settings",
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def asking(data: Path, database_url: str) -> Iterator[Callable[[str], list[Any]]]:
    """`ask(select)` → rows, all of one moment, of a database that is whole."""
    if database_url:
        import psycopg

        with psycopg.connect(database_url) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            yield lambda select: connection.execute(select).fetchall()
        return
    db = sqlite3.connect(data / "jishi.sqlite3")
    try:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        db.execute("BEGIN")
        yield lambda select: db.execute(select).fetchall()
    finally:
        db.close()
