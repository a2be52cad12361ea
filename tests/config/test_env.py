"""Settings are typed, safe by default, and wrong ones are explained."""

from __future__ import annotations

import os
import stat

import pytest
from pydantic import ValidationError

from jishi.config.env import Env, database, secret_key
from jishi.foundation.checks import has_wal_reset_bug, pragma_problems, sqlite_is_safe


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


@pytest.mark.django_db
def test_an_affected_library_is_refused(monkeypatch):
    import sqlite3

    from django.db import connection

    if connection.vendor != "sqlite":
        assert sqlite_is_safe(None) == []
        return
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    assert [problem.id for problem in sqlite_is_safe(None)] == ["jishi.E001"]
