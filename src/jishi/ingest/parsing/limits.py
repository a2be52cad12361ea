"""How much a file may cost, and the child process that is held to it."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


MB = 1024 * 1024

MAX_FILE_BYTES = 512 * MB
MAX_UNPACKED_BYTES = 2048 * MB
MAX_ZIP_ENTRIES = 10_000
MAX_ZIP_RATIO = 150  # worksheets full of one repeated row reach about 60
RATIO_MATTERS_FROM = 16 * MB
MAX_COLUMNS = 2_000
MAX_CELL_CHARS = 1_000_000

_PR_SET_PDEATHSIG = 1
_POLL_S = 0.01


@dataclass(frozen=True)
class Limits:
    """What one child process may use."""

    memory_mb: int = 3072
    cpu_s: int = 300
    wall_s: float = 600.0
    file_mb: int = 4096


@dataclass(frozen=True)
class ChildResult:
    """How a child ended. `answer` is what it wrote; None when it died before answering."""

    answer: dict[str, Any] | None
    returncode: int
    ended_by: str  # "itself", "memory", "cpu", "wall", "disk", "cancel", "crash"
    stderr: str

    @property
    def refusal(self) -> str:
        """The code of what to say about a child that died."""
        return {"crash": "crashed", "disk": "disk_full"}.get(self.ended_by, "too_costly")


class CancelledError(Exception):
    """The person asked to stop."""


def submit_to(limits: Limits) -> None:
    """Called first thing inside the child: hold this process to `limits` until it ends."""
    memory = limits.memory_mb * MB
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_mb * MB, limits.file_mb * MB))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    die_with_parent()


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent dies. Elsewhere the limits must do."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == 1:
            os._exit(1)


def run_child(
    module: str,
    request: dict[str, Any],
    work: Path,
    *,
    limits: Limits,
    cancelled: Callable[[], bool] = lambda: False,
) -> ChildResult:
    """Run `python -m module work/request.json` under `limits` and read `work/answer.json`.

    Args:
        module: a module whose `main` reads the request, submits to the limits and answers.
        request: plain JSON data.
        work: an existing folder that the child may write to.
        cancelled: asked about a hundred times a second; True ends the child.

    Raises:
        CancelledError: `cancelled` said so; the child is dead.
    """
    answer_path = work / "answer.json"
    answer_path.unlink(missing_ok=True)
    request_path = work / "request.json"
    request_path.write_text(
        json.dumps({"limits": vars(limits), "work": str(work), **request}, ensure_ascii=False),
        encoding="utf-8",
    )
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": "1",
        "TMPDIR": str(work),
    }
    errors_path = work / "stderr.txt"
    with errors_path.open("wb") as errors:
        child = subprocess.Popen(
            [sys.executable, "-I", "-m", module, str(request_path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=environment,
            cwd=work,
            close_fds=True,
        )
        ended_by = _wait(child, time.monotonic() + limits.wall_s, cancelled)
    stderr = errors_path.read_bytes()[-4000:].decode("utf-8", "replace")
    if ended_by == "cancel":
        raise CancelledError
    answer: dict[str, Any] | None = None
    with contextlib.suppress(OSError, ValueError):
        answer = json.loads(answer_path.read_text(encoding="utf-8"))
    if child.returncode != 0:
        answer = None
    return ChildResult(
        answer, child.returncode, ended_by or _cause(child.returncode, stderr), stderr
    )


def _wait(
    child: subprocess.Popen[bytes], deadline: float, cancelled: Callable[[], bool]
) -> str | None:
    """Wait for the child; returns why we ended it, or None when it ended by itself."""
    ended_by: str | None = None
    try:
        while True:
            try:
                child.wait(_POLL_S)
                return ended_by
            except subprocess.TimeoutExpired:
                if ended_by is not None:
                    continue
                if cancelled():
                    ended_by = "cancel"
                elif time.monotonic() > deadline:
                    ended_by = "wall"
                else:
                    continue
                child.kill()
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


def _cause(returncode: int, stderr: str) -> str:
    if returncode == 0:
        return "itself"
    if returncode == -signal.SIGXCPU:
        return "cpu"
    if "No space left on device" in stderr:
        return "disk"
    if "memory allocation" in stderr or "MemoryError" in stderr or "capacity overflow" in stderr:
        return "memory"
    if returncode in (-signal.SIGKILL, -signal.SIGABRT, -signal.SIGSEGV):
        return "memory" if returncode != -signal.SIGKILL else "cpu"
    return "crash"


def answer(work: Path, data: dict[str, Any]) -> None:
    """Called in the child: leave `data` for the parent, whole or not at all."""
    temporary = work / "answer.json.part"
    temporary.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    temporary.rename(work / "answer.json")
