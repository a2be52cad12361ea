"""One file that holds everything, and putting it back.

A backup is a tar of the database (a `VACUUM INTO` copy on SQLite, `pg_dump` on PostgreSQL), the
kept files and score runs, and a manifest with a row count per table and the database's SHA-256.
It is checked before it is called a backup, and checked again before it replaces anything. The
secret key stays out: a stolen backup must not sign sessions.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from jishi import __version__


FORMAT = 1
KEPT_FOLDERS = ("files", "runs")
_MANIFEST = "manifest.json"


class BackupRefusedError(Exception):
    """The backup or restore was not done; the message says why and what to do."""


@dataclass(frozen=True)
class BackupMade:
    rows: int
    bytes_written: int


@dataclass(frozen=True)
class BackupRestored:
    rows: int
    made_at: datetime


def backup_write(path: Path, *, now: datetime) -> BackupMade:
    """Write a verified backup to `path`, replacing a file there only when it is complete.

    Raises:
        BackupRefusedError: the copy failed its check, or a tool is missing.
        OSError: no room or no right to write there.
    """
    path = path.expanduser().resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    with _work_folder(path.parent) as work:
        dump = _dump_sqlite if connection.vendor == "sqlite" else _dump_postgres
        name, tables = dump(work)
        manifest = {
            "format": FORMAT,
            "jishi": __version__,
            "engine": connection.vendor,
            "made_at": now.isoformat(),
            "database": name,
            "sha256": _sha256(work / name),
            "tables": tables,
        }
        (work / _MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True))
        whole = work / "whole.tar"
        with tarfile.open(whole, "w") as tar:
            tar.add(work / _MANIFEST, _MANIFEST)
            tar.add(work / name, name)
            for folder in KEPT_FOLDERS:
                if (settings.DATA_DIR / folder).is_dir():
                    tar.add(settings.DATA_DIR / folder, folder)
        _to_disk(whole)
        os.replace(whole, path)
    return BackupMade(rows=sum(tables.values()), bytes_written=path.stat().st_size)


def backup_restore(path: Path, *, force: bool = False) -> BackupRestored:
    """Put the backup at `path` back; everything is checked before anything is replaced.

    Raises:
        BackupRefusedError: not a backup, damaged, of another engine, or data is here already.
    """
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with _work_folder(settings.DATA_DIR) as work:
        try:
            with tarfile.open(path) as tar:
                tar.extractall(work, filter="data")
            manifest = json.loads((work / _MANIFEST).read_text())
        except (tarfile.TarError, OSError, ValueError) as error:
            raise BackupRefusedError(f"{path} is not a complete Jishi backup: {error}") from error
        _check_manifest(manifest, work)
        if connection.vendor == "sqlite":
            _restore_sqlite(work / manifest["database"], manifest["tables"], force=force)
        else:
            _restore_postgres(work / manifest["database"], manifest["tables"], force=force)
        for folder in KEPT_FOLDERS:
            if (work / folder).is_dir():
                shutil.rmtree(settings.DATA_DIR / folder, ignore_errors=True)
                os.replace(work / folder, settings.DATA_DIR / folder)
    shutil.rmtree(settings.DATA_DIR / "snapshots", ignore_errors=True)  # rebuilt when asked for
    return BackupRestored(
        rows=sum(manifest["tables"].values()),
        made_at=datetime.fromisoformat(manifest["made_at"]),
    )


@contextlib.contextmanager
def _work_folder(beside: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=".jishi-backup-", dir=beside) as folder:
        yield Path(folder)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _check_manifest(manifest: dict[str, Any], work: Path) -> None:
    if manifest.get("format") != FORMAT:
        raise BackupRefusedError(
            f"This backup has format {manifest.get('format')}; this program reads {FORMAT}. "
            f"It was written by Jishi {manifest.get('jishi')}: use that version to restore it."
        )
    if manifest["engine"] != connection.vendor:
        raise BackupRefusedError(
            f"This backup is of a {manifest['engine']} database, but DATABASE_URL points to "
            f"{connection.vendor}. Restore it where the engine is the same."
        )
    if _sha256(work / manifest["database"]) != manifest["sha256"]:
        raise BackupRefusedError("The database in this backup is damaged: its checksum differs.")


# --- SQLite ------------------------------------------------------------------------------------
def _dump_sqlite(work: Path) -> tuple[str, dict[str, int]]:
    """A copy of the database: its file in `work`, and how many rows each table has."""
    copy = work / "database.sqlite3"
    with contextlib.closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as db:
        db.execute("VACUUM INTO ?", [str(copy)])
    problem = _sqlite_problem(copy)
    if problem:
        raise BackupRefusedError(f"The copy failed its check and was not kept: {problem}")
    _to_disk(copy)
    return copy.name, _sqlite_counts(copy)


def _sqlite_problem(path: Path) -> str:
    with contextlib.closing(sqlite3.connect(path)) as db:
        try:
            verdict = db.execute("PRAGMA integrity_check").fetchone()[0]
            orphan = db.execute("PRAGMA foreign_key_check").fetchone()
        except sqlite3.DatabaseError as error:
            return str(error)
    if verdict != "ok":
        return str(verdict)
    return f"a row of {orphan[0]} points to a missing row of {orphan[2]}" if orphan else ""


def _sqlite_counts(path: Path) -> dict[str, int]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        names = db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%'"
            " AND name NOT LIKE '%\\_searchfts\\_%' ESCAPE '\\' ORDER BY name"
        ).fetchall()
        return {
            name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  (names from the schema)
            for (name,) in names
        }


def _restore_sqlite(found: Path, tables: dict[str, int], *, force: bool) -> None:
    problem = _sqlite_problem(found)
    if problem:
        raise BackupRefusedError(f"The database in this backup fails its check: {problem}")
    if _sqlite_counts(found) != tables:
        raise BackupRefusedError("The database in this backup has other rows than its manifest.")
    target = Path(settings.DATABASES["default"]["NAME"])
    if target.exists() and not force:
        raise BackupRefusedError(
            f"There is data in {target.parent} already. Restore into another --data-dir, or add "
            "--force to replace it."
        )
    connection.close()
    if target.exists():
        with contextlib.closing(sqlite3.connect(target)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        os.replace(target, target.with_name(target.name + ".before-restore"))
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    _to_disk(found)
    os.replace(found, target)
    with contextlib.closing(sqlite3.connect(target)) as db:
        db.execute("PRAGMA journal_mode=WAL")


# --- PostgreSQL --------------------------------------------------------------------------------
def _postgres_tool(name: str, *arguments: str, connected: bool = True) -> None:
    if not shutil.which(name):
        raise BackupRefusedError(
            f"{name} is not on PATH. Install the PostgreSQL client tools "
            "(Debian: apt-get install postgresql-client) and try again."
        )
    env = {**os.environ, "PGPASSWORD": settings.DATABASES["default"]["PASSWORD"]}
    where = ["--dbname", _postgres_address()] if connected else []
    done = subprocess.run(
        [name, *where, *arguments], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupRefusedError(f"{name} failed: {done.stderr.strip()}")


def _postgres_address() -> str:
    """The server as the client tools want it named, with everything but the password."""
    from psycopg.conninfo import make_conninfo
    from psycopg.pq import Conninfo

    known = {option.keyword.decode() for option in Conninfo.get_defaults()} - {"password"}
    given = connection.get_connection_params()
    return make_conninfo(**{name: value for name, value in given.items() if name in known})


def _dump_postgres(work: Path) -> tuple[str, dict[str, int]]:
    """A copy as of one moment, read back once; the rows are counted at that same moment."""
    copy = work / "database.pgdump"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        moment = str(cursor.fetchone()[0])
        _postgres_tool(
            "pg_dump", "--format=custom", "--no-owner", f"--snapshot={moment}", "--file", str(copy)
        )
        counts = _postgres_counts()
    _postgres_tool("pg_restore", "--file", os.devnull, str(copy), connected=False)
    _to_disk(copy)
    return copy.name, counts


def _postgres_counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        return {
            name: _count(cursor, name)
            for name in sorted(connection.introspection.table_names(cursor))
        }


def _count(cursor: Any, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608  (names from the schema)
    return int(cursor.fetchone()[0])


def _restore_postgres(found: Path, tables: dict[str, int], *, force: bool) -> None:
    if connection.introspection.table_names() and not force:
        raise BackupRefusedError(
            "The database already has tables. Point DATABASE_URL to an empty one, or add --force "
            "to replace what is there."
        )
    connection.close()
    _postgres_tool(
        "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", str(found)
    )
    restored = _postgres_counts()
    differing = {name for name, rows in tables.items() if restored.get(name) != rows}
    if differing:
        raise BackupRefusedError(
            "After the restore these tables have other row counts than the backup: "
            + ", ".join(sorted(differing))
        )
