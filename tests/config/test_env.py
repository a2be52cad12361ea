"""Settings are typed, safe by default, and wrong ones are explained."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest
from pydantic import ValidationError

from jishi.config.env import Env, database, secret_key
from jishi.foundation.checks import (
    has_wal_reset_bug,
    pragma_problems,
    sqlite_is_safe,
    sqlite_keeps_its_promises,
)


@pytest.fixture
def clean(monkeypatch):
    for name in list(os.environ):
        if name.startswith("JISHI_") or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    return monkeypatch


def test_defaults_are_the_safe_ones(clean):
    env = Env()
    assert env.debug is False
    assert env.tls is False
    assert env.hosts == "127.0.0.1,localhost,[::1]"
    options = database(env)["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in options["init_command"]
    assert "mmap" not in options["init_command"]


def test_behind_tls_nothing_travels_in_the_clear(tmp_path):
    environment = {**os.environ, "JISHI_TLS": "true", "JISHI_DATA_DIR": str(tmp_path)}
    asked = "from jishi.config import settings as s; print(s.SECURE_SSL_REDIRECT, "
    asked += "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, s.DEBUG, "
    asked += "s.SESSION_COOKIE_NAME)"
    told = subprocess.run(
        [sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["True", "True", "True", "True", "False", "__Host-sessionid"]


def test_a_postgres_url_is_read_with_its_escapes(clean):
    clean.setenv("DATABASE_URL", "postgres://li%40x:p%2Fw@db:6432/jishi?sslmode=require")
    chosen = database(Env())
    assert (chosen["USER"], chosen["PASSWORD"]) == ("li@x", "p/w")
    assert (chosen["HOST"], chosen["PORT"], chosen["NAME"]) == ("db", "6432", "jishi")
    assert chosen["OPTIONS"] == {"sslmode": "require"}
    assert chosen["CONN_HEALTH_CHECKS"] is True


def test_another_kind_of_database_is_refused_with_a_hint(clean):
    clean.setenv("DATABASE_URL", "mysql://root@localhost/x")
    with pytest.raises(ValueError, match="postgres://"):
        database(Env())


def test_a_wrong_setting_names_itself(clean):
    clean.setenv("JISHI_SQLITE_SYNCHRONOUS", "OFF")
    with pytest.raises(ValidationError, match="sqlite_synchronous"):
        Env()


def test_the_key_is_made_once_and_readable_by_its_owner_only(tmp_path):
    key = secret_key(tmp_path / "data")
    assert len(key) > 60
    assert secret_key(tmp_path / "data") == key
    mode = stat.S_IMODE((tmp_path / "data/secret_key").stat().st_mode)
    assert mode == 0o600


@pytest.mark.parametrize(
    ("version", "bug"),
    [
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 4), False),
    ],
)
def test_the_affected_sqlite_versions_are_known(version, bug):
    assert has_wal_reset_bug(version) is bug


@pytest.mark.django_db
def test_the_database_of_this_run_passes_its_checks():
    assert sqlite_is_safe(None) == []
    assert pragma_problems() == []
    assert sqlite_keeps_its_promises(None) == []


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("wrong", "right", "words"),
    [
        ("foreign_keys=OFF", "foreign_keys=ON", "foreign_keys is 0"),
        ("synchronous=OFF", "synchronous=FULL", "synchronous is 0"),
    ],
)
def test_pragmas_that_lose_rows_are_refused_by_the_system_check(wrong, right, words):
    """As `migrate` asks, so that neither `make run` nor `jishi init` works on such a database."""
    from django.core import checks
    from django.core.management import CommandError, call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {wrong}")
    try:
        found = checks.run_checks(tags=["database"], databases=["default"])
        assert [(one.id, words in one.msg) for one in found] == [("jishi.E004", True)]
        with pytest.raises(CommandError, match=words):
            call_command("check", "--database", "default", verbosity=0)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA {right}")
    assert checks.run_checks(tags=["database"], databases=["default"]) == []


@pytest.mark.sqlite
@pytest.mark.django_db
def test_mapped_memory_and_other_journals_are_refused(monkeypatch):
    """A connection in a run of tests cannot be brought into these states: the answers are stood in."""
    from contextlib import contextmanager

    from jishi.foundation import checks

    class Cursor:
        def execute(self, statement):
            self.asked = statement.removeprefix("PRAGMA ")

        def fetchone(self):
            return {"journal_mode": ("delete",), "mmap_size": (1 << 20,)}.get(self.asked, (1,))

    class Connection:
        vendor = "sqlite"

        @contextmanager
        def cursor(self):
            yield Cursor()

    monkeypatch.setattr(checks, "connection", Connection())
    messages = [problem.msg for problem in sqlite_keeps_its_promises(None)]
    assert ["journal_mode is 'delete'" in messages[0], "mmap_size" in messages[1]] == [True, True]


@pytest.mark.django_db
def test_an_affected_library_is_refused(monkeypatch):
    import sqlite3

    from django.db import connection

    if connection.vendor != "sqlite":
        assert sqlite_is_safe(None) == []
        return
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    assert [problem.id for problem in sqlite_is_safe(None)] == ["jishi.E001"]
