"""Runs the real command on a data folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.folder import data_folder
from tests.web.conftest import browser_of


__all__ = ["browser_of", "data_folder"]


@dataclass
class Command:
    """`command("score", "--json")` → the finished process; `.json(...)` → what it printed."""

    data_dir: Path
    database_url: str = ""
    encoding: str = "utf-8"

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "JISHI_DATA_DIR": str(self.data_dir)}
        env |= {"DATABASE_URL": self.database_url, "PYTHONIOENCODING": self.encoding}
        return subprocess.run(
            [sys.executable, "-m", "jishi.cli.main", *map(str, arguments)],
            env=env, capture_output=True, text=True, encoding=self.encoding,
            check=False, timeout=280,
        )  # fmt: skip

    def ok(self, *arguments: str) -> str:
        done = self(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.ok(*arguments, "--json"))


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Command]:
    """`installed(folder)` → an installation without data in a folder that is not there yet."""
    master = Command(tmp_path_factory.mktemp("master"))
    master.ok("init", "--no-admin")

    def copy(folder: Path) -> Command:
        shutil.copytree(master.data_dir, folder)
        return Command(folder)

    return copy


@pytest.fixture(scope="module")
def fresh(
    installed: Callable[[Path], Command], tmp_path_factory: pytest.TempPathFactory
) -> Command:
    """An installation without data."""
    return installed(tmp_path_factory.mktemp("fresh") / "data")
