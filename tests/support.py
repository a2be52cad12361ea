"""Where tests find real data and how they say that it is not here; what several of them compute."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest


ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


def shared_data(path: str) -> Path:
    """A file or folder of the public reference data beside the checkout; skips without it."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"needs the reference data {path}, which is not beside this checkout")
    return found


def database_digest(*, leave_out: frozenset[str] = frozenset()) -> dict[str, str]:
    """Table → SHA-256 of its rows in key order: equal before and after means unchanged."""
    import hashlib

    from django.db import connection

    digests = {}
    with connection.cursor() as cursor:
        for name in sorted(connection.introspection.table_names(cursor)):
            if name in leave_out or "_searchfts" in name:
                continue
            cursor.execute(f'SELECT * FROM "{name}" ORDER BY 1')
            digest = hashlib.sha256()
            for row in cursor.fetchall():
                digest.update(repr(row).encode())
            digests[name] = digest.hexdigest()
    return digests


@lru_cache
def hashed(password: str) -> str:
    """Hashing is slow on purpose: once per run is enough."""
    from django.contrib.auth.hashers import make_password

    return make_password(password)
