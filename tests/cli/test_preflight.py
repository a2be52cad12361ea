"""What `make run` says before it installs anything on a machine that cannot carry it."""

from __future__ import annotations

import builtins
import importlib.util
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts/preflight.py"


@pytest.fixture
def preflight():
    spec = importlib.util.spec_from_file_location("preflight", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_machine_that_fits_passes_in_silence():
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_old_python_is_refused_by_its_number(preflight, monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    assert preflight.main() == 1
    said = capsys.readouterr().err
    assert "needs Python 3.11" in said
    assert "3.9.2" in said
    assert "make run PYTHON=python3.11" in said


def test_the_script_is_understood_by_an_old_python():
    """Otherwise it could not say so: no word in it is younger than Python 3.6."""
    import ast

    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_python_without_venv_is_refused_with_the_package_to_install(
    preflight, monkeypatch, capsys, missing
):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == missing:
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    assert preflight.main() == 1
    assert "apt-get install python3-venv" in capsys.readouterr().err


def test_a_full_disk_is_refused_with_what_is_free_and_what_is_needed(
    preflight, monkeypatch, capsys
):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda path: usage(9e9, 8.6e9, 4e8))
    assert preflight.main() == 1
    said = capsys.readouterr().err
    assert "0.4 GB" in said
    assert f"about {preflight.NEEDED_GB} GB" in said
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda path: usage(9e9, 1e9, 8e9))
    assert preflight.main() == 0


def test_make_stops_at_a_refusal(tmp_path):
    """`make run` with a Python that is too old installs nothing and says why."""
    old = tmp_path / "python"
    old.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c 'import sys; sys.version_info = (3, 8, 1);"
        ' sys.argv = sys.argv[1:]; exec(compile(open(sys.argv[0]).read(), sys.argv[0], "exec"),'
        ' {"__name__": "__main__"})\' "$@"\n'
    )
    old.chmod(0o755)
    for name in ("Makefile", "pyproject.toml", "requirements/run.txt", "scripts/preflight.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    done = subprocess.run(
        ["make", "-C", str(tmp_path), "run", f"PYTHON={old}"],
        capture_output=True, text=True, check=False, env={**os.environ, "MAKEFLAGS": ""},
    )  # fmt: skip
    assert done.returncode != 0
    assert "needs Python 3.11" in done.stderr
    assert not (tmp_path / ".venv").exists()
