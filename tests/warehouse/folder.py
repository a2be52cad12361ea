"""A data folder of its own for each test, and a database file that another process can read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def data_folder(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Tests on SQLite run in memory, where the builder's process cannot look, so it gets a copy in a file."""
    import sqlite3

    from django.db import connection

    from jishi.facts.models import FACT_MODELS
    from jishi.foundation.audit.context import acting_as
    from jishi.warehouse import snapshots

    settings.DATA_DIR = tmp_path
    attach_text = snapshots._attach_text

    def copied() -> str:
        if connection.vendor != "sqlite":
            return attach_text()
        path = tmp_path / "copy.sqlite3"
        path.unlink(missing_ok=True)
        connection.ensure_connection()
        target = sqlite3.connect(path)
        try:
            connection.connection.backup(target)
        finally:
            target.close()
        return str(path)

    monkeypatch.setattr(snapshots, "_attach_text", copied)
    yield tmp_path
    with acting_as(None, may_erase=True):
        for model in FACT_MODELS:
            everything = model.objects.unscoped("emptying the test database")
            everything._raw_delete(everything.db)
