"""Where tests find real data, and how they say that it is not here."""

from __future__ import annotations

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
