"""A backup restores to the same rows, and a damaged one replaces nothing."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from tests.conftest import ON_POSTGRES


if ON_POSTGRES:
    pytest.skip("the command runs on its own SQLite here", allow_module_level=True)


def jishi(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "JISHI_DATA_DIR": str(data_dir)}
    env.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-m", "jishi.cli.main", *arguments],
        env=env, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = tmp_path_factory.mktemp("company")
    done = jishi(folder, "init", "--company", "华岳", "--currency", "CNY")
    assert done.returncode == 0, done.stderr
    assert "password:" in done.stdout
    (folder / "files").mkdir()
    (folder / "files/合同.txt").write_text("甲方乙方")
    return folder


@pytest.fixture(scope="module")
def backup(company, tmp_path_factory):
    path = tmp_path_factory.mktemp("backup") / "jishi.tar"
    done = jishi(company, "backup", str(path))
    assert done.returncode == 0, done.stderr
    assert "verified" in done.stdout
    return path


def test_a_backup_restores_elsewhere(backup, tmp_path):
    done = jishi(tmp_path, "restore", str(backup))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "files/合同.txt").read_text() == "甲方乙方"
    again = tmp_path / "again.tar"
    assert jishi(tmp_path, "backup", str(again)).returncode == 0
    assert _tables(again) == _tables(backup)
    assert _tables(backup)["foundation_user"] == 1


def _tables(path: Path) -> dict[str, int]:
    with tarfile.open(path) as tar:
        return json.load(tar.extractfile("manifest.json"))["tables"]


def test_the_secret_key_stays_at_home(company, backup):
    assert (company / "secret_key").exists()
    with tarfile.open(backup) as tar:
        assert "secret_key" not in tar.getnames()


def test_restore_refuses_to_replace_data_unasked(company, backup):
    done = jishi(company, "restore", str(backup))
    assert done.returncode == 1
    assert "--force" in done.stderr
    assert jishi(company, "restore", "--force", str(backup)).returncode == 0


def test_a_damaged_backup_is_refused_and_changes_nothing(backup, tmp_path):
    damaged = tmp_path / "damaged.tar"
    with tarfile.open(backup) as source, tarfile.open(damaged, "w") as target:
        for member in source.getmembers():
            data = source.extractfile(member).read() if member.isfile() else b""
            if member.name == "database.sqlite3":
                data = data[:5000] + bytes([data[5000] ^ 1]) + data[5001:]
            member.size = len(data)
            target.addfile(member, io.BytesIO(data))
    place = tmp_path / "place"
    done = jishi(place, "restore", str(damaged))
    assert done.returncode == 1
    assert "checksum" in done.stderr
    assert not (place / "jishi.sqlite3").exists()


def test_a_file_that_is_no_backup_is_refused(tmp_path):
    wrong = tmp_path / "table.csv"
    wrong.write_text("客户,金额\n甲,1\n")
    done = jishi(tmp_path / "place", "restore", str(wrong))
    assert done.returncode == 1
    assert "not a complete Jishi backup" in done.stderr
