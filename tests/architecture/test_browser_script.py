"""The script that finds a browser for the tests: it is there, it is installed, or a person is told what to type."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path
from types import ModuleType

import pytest


SCRIPT = Path(__file__).resolve().parents[2] / "scripts/browser.py"


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("browser_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Machine:
    """A machine on which some programs are installed; apt-get brings what it is asked for."""

    def __init__(self, monkeypatch, script: ModuleType, *, has: set[str], is_root: bool) -> None:
        self.has, self.ran = has, []
        monkeypatch.setattr(script.shutil, "which", lambda name: name if name in self.has else None)
        monkeypatch.setattr(script.os, "geteuid", lambda: 0 if is_root else 1000)
        monkeypatch.setattr(script.subprocess, "run", self.run)
        monkeypatch.setattr(
            script, "chromium", lambda: "chromium" if "chromium" in self.has else None
        )

    def run(self, command: list[str], **_how: object) -> subprocess.CompletedProcess[str]:
        listed = ""
        if command[0] == "fc-list":
            listed = "Noto Sans CJK SC" if "fonts-noto-cjk" in self.has else ""
        else:
            self.ran.append(command)
            if command[:2] == ["apt-get", "install"]:
                self.has |= {*command, "fc-list"}
        return subprocess.CompletedProcess(command, 0, listed, "")


def test_what_is_there_is_used_and_nothing_is_installed(monkeypatch, script, capsys):
    machine = Machine(
        monkeypatch, script, has={"chromium", "fc-list", "fonts-noto-cjk", "apt-get"}, is_root=True
    )
    assert script.main() == 0
    assert machine.ran == []
    assert capsys.readouterr() == ("", "")


def test_root_of_a_debian_has_it_installed(monkeypatch, script, capsys):
    machine = Machine(monkeypatch, script, has={"apt-get"}, is_root=True)
    assert script.main() == 0
    assert [command[:2] for command in machine.ran] == [
        ["apt-get", "update"], ["apt-get", "install"],
    ]  # fmt: skip
    assert "Installing Chromium" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("has", "words"),
    [({"apt-get"}, "need a Chromium"), ({"apt-get", "chromium"}, "need a Chinese font")],
)
def test_whoever_may_install_nothing_is_told_what_to_type(monkeypatch, script, capsys, has, words):
    machine = Machine(monkeypatch, script, has=has, is_root=False)
    assert script.main() == 1
    assert not any(command[0] == "apt-get" for command in machine.ran)
    told = capsys.readouterr().err
    assert words in told
    assert "sudo apt-get install" in told


def test_a_chromium_is_looked_for_on_the_path_under_its_names(monkeypatch, script):
    monkeypatch.setattr(
        script.shutil, "which", lambda name: f"/usr/bin/{name}" if name == "google-chrome" else None
    )
    assert script.chromium() == "/usr/bin/google-chrome"
