"""Wrong use is answered in plain words, with exit codes that scripts can read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cli.conftest import Command


def test_before_init_it_says_so(tmp_path):
    done = Command(tmp_path)("customers", "list")
    assert (done.returncode, done.stdout) == (1, "")
    assert "jishi init" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["score", "--as-of", "23.11.2026"], 1, "2026-11-23"),
        (["score", "--scheme", "nonsense"], 1, "jishi schemes"),
        (["score", "--months", "²"], 1, "all"),
        (["export", "customers", "--out", "/no/such/folder/a.xlsx"], 1, "/no/such/folder"),
        (["score", "--as-of", "2999-01-01"], 1, "lies ahead"),
        (["score", "--tiers", "platinum"], 1, "vip_gold"),
        (["schemes", "show", "nonsense"], 1, "jishi schemes"),
        (["schemes", "save", "/no/such/file.yaml"], 1, "file.yaml"),
        (["receipt", "NOBODY"], 1, "NOBODY"),
        (["batches", "undo", "99"], 1, "no batch 99"),
        (["import", "--recipe", "nonsense", __file__], 1, "nonsense"),
        (["import", "/no/such/file.csv"], 2, "file.csv"),
        (["import", "--as", "nonsense", __file__], 1, "order_lines"),
        (["init", "--currency", "12"], 1, "base_currency: A currency is three letters"),
        (["customers", "list", "--sort", "colour"], 2, "colour"),
        (["frobnicate"], 2, "frobnicate"),
    ],
)
def test_wrong_use_is_explained(fresh, arguments, code, words):
    done = fresh(*arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("url", "words"),
    [("mysql://a/b", "DATABASE_URL starts with 'mysql'"),
     ("postgres://a:b@127.0.0.1:1/none", "Connection refused")],
)  # fmt: skip
def test_a_database_that_is_not_there_is_explained(tmp_path, url, words):
    done = Command(tmp_path, url)("customers", "list")
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_the_data_folder_can_be_named_on_the_command_line(fresh, tmp_path):
    other = Command(tmp_path)
    assert (
        other("--data-dir", str(fresh.data_dir), "customers", "list", "--json").stdout.strip()
        == "[]"
    )


def test_a_newer_database_is_refused(fresh, tmp_path):
    import shutil
    import sqlite3

    shutil.copytree(fresh.data_dir, tmp_path / "copy")
    with sqlite3.connect(tmp_path / "copy/jishi.sqlite3") as db:
        db.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('facts', '9999_from_the_future', '2030-01-01')"
        )
    done = Command(tmp_path / "copy")("customers", "list")
    assert done.returncode == 1
    assert "newer version" in done.stderr


def test_an_encoding_without_every_character_stops_nothing(fresh):
    narrow = replace(fresh, encoding="ascii")
    assert narrow.json("schemes", "list") == fresh.json("schemes", "list")
    assert "annual_spend" in narrow.ok("schemes", "list")
