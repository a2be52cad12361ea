"""How much a file may cost, and how a child process is held to it."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
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


@dataclass(frozen=True)
class Limits:
    """What one child process may use."""

    memory_mb: int = 3072
    cpu_s: int = 300
    wall_s: float = 600.0
    file_mb: int = 4096


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


def answer(work: Path, data: dict[str, Any]) -> None:
    """Called in the child: leave `data` for the parent, whole or not at all."""
    temporary = work / "answer.json.part"
    temporary.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    temporary.rename(work / "answer.json")
