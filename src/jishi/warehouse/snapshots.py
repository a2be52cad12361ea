"""The snapshot files of this installation: find, refresh, open, prune."""

from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from jishi.analytics.engines import Limits, duckdb_engine, stored_tables
from jishi.analytics.tables import Tables
from jishi.foundation.writing import data_version


if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_LIMITS = Limits()
KEPT = 2
TIMEOUT_SECONDS = 3600
_CONNECTION_OPTIONS = (
    "host", "hostaddr", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "passfile",
    "connect_timeout", "options",
)  # fmt: skip
_NAMES_AN_ERROR = re.compile(r"[\w.]+(Error|Exception)\b")


class SnapshotBuildError(RuntimeError):
    """The builder process ended without a snapshot; the message is its last words."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A complete snapshot file; its data version is its name and every cache's key."""

    data_version: int
    path: Path


@dataclass(frozen=True, slots=True)
class Refresh:
    """What a refresh did. `mode` is current, extended or whole; `unconverted` counts the facts that were left out
    because no exchange rate was known."""

    snapshot: Snapshot
    mode: str
    rows: Mapping[str, int]
    unconverted: int


def folder() -> Path:
    return Path(settings.DATA_DIR) / "snapshots"


def snapshots() -> list[Snapshot]:
    """All complete snapshots, newest first."""
    found = [
        Snapshot(int(path.stem), path)
        for path in folder().glob("*.duckdb")
        if path.stem.isdecimal()
    ]
    return sorted(found, key=lambda one: -one.data_version)


def snapshot_latest() -> Snapshot | None:
    """The newest snapshot, whether or not the data has moved on."""
    return next(iter(snapshots()), None)


def snapshot_refresh(*, limits: Limits = DEFAULT_LIMITS) -> Refresh:
    """Bring the snapshot up to the present data version in a process of its own; does nothing when it is there.

    Raises:
        SnapshotBuildError: with the builder's last words.
    """
    folder().mkdir(parents=True, exist_ok=True)
    with _one_at_a_time():
        latest = snapshot_latest()
        if latest is not None and latest.data_version == data_version():
            return Refresh(latest, "current", {}, 0)
        outcome = _run_builder(limits, latest)
        made = Snapshot(outcome["data_version"], Path(outcome["path"]))
        snapshots_prune()
    return Refresh(made, outcome["mode"], outcome["rows"], outcome["unconverted"])


def snapshots_prune(*, keep: int = KEPT) -> int:
    """Remove all but the newest snapshots and the leftovers of builders that were killed; returns how many files.

    Whoever still reads an old file keeps it until he closes it.
    """
    old = [one.path for one in snapshots()[keep:]]
    old += [path for path in folder().glob("building-*") if path.is_file()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


@contextmanager
def snapshot_opened(
    snapshot: Snapshot, *, limits: Limits = DEFAULT_LIMITS
) -> Iterator[tuple[Any, Tables]]:
    """The snapshot as an engine and its checked tables: read-only, without a way to files or the network."""
    if not limits.temp_directory:
        limits = replace(limits, temp_directory=str(folder() / "spill"))
    backend = duckdb_engine(str(snapshot.path), limits=limits, read_only=True)
    try:
        yield backend, stored_tables(backend)
    finally:
        backend.disconnect()


def currencies_left_out(backend: Any) -> list[str]:
    """The currencies of facts that an opened snapshot lacks, because no exchange rate was known for their days."""
    noted = backend.con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = '_unconverted'"
    ).fetchone()
    if noted is None:
        return []
    found = backend.con.execute("SELECT DISTINCT currency FROM _unconverted ORDER BY currency")
    return [currency for (currency,) in found.fetchall()]


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run_builder(limits: Limits, latest: Snapshot | None) -> dict[str, Any]:
    task = {
        "engine": "sqlite" if connection.vendor == "sqlite" else "postgres",
        "attach": _attach_text(),
        "folder": str(folder()),
        "previous": str(latest.path) if latest else "",
        "memory_mb": limits.memory_mb,
        "threads": limits.threads,
    }
    done = subprocess.run(
        [sys.executable, "-m", "jishi.warehouse.build"],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
        # Moments are kept in UTC; both names matter to the library that reads PostgreSQL.
        env={**os.environ, "TZ": "UTC", "PGTZ": "UTC"},
    )
    if done.returncode != 0:
        raise SnapshotBuildError(_last_words(done.stderr) or f"exit code {done.returncode}")
    outcome: dict[str, Any] = json.loads(done.stdout)
    return outcome


def _last_words(stderr: str) -> str:
    """The error a process ended with: from the last line that names an exception."""
    lines = stderr.strip().splitlines()
    named = [n for n, line in enumerate(lines) if _NAMES_AN_ERROR.match(line)]
    return " ".join(" ".join(lines[named[-1] if named else -1 :]).split())[:500]


def _attach_text() -> str:
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(values["NAME"])
    parts = {
        "dbname": values["NAME"],
        "user": values["USER"],
        "password": values["PASSWORD"],
        "host": values["HOST"],
        "port": values["PORT"],
    }
    options = values.get("OPTIONS") or {}
    parts |= {name: options[name] for name in _CONNECTION_OPTIONS if name in options}
    return " ".join(f"{name}={_quoted(str(value))}" for name, value in parts.items() if value)


def _quoted(value: str) -> str:
    """A value of a PostgreSQL connection string, quoted when it needs to be."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
