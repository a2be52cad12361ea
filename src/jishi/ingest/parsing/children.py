"""Running a child process that is held to its limits."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jishi.ingest.parsing.limits import Limits
from jishi.ingest.parsing.nursery import BEGUN, ENVIRONMENT


_POLL_S = 0.01
_NURSERY_GONE = -1000  # no signal has this number


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
    errors_path = work / "stderr.txt"
    errors_path.unlink(missing_ok=True)
    order = {
        "module": module,
        "request": str(request_path),
        "work": str(work),
        "errors": str(errors_path),
    }
    deadline = time.monotonic() + limits.wall_s
    for _time in range(2):  # a nursery that died took the child along, whatever that was doing
        with _nursery.child(order) as line:
            ended_by, returncode = _wait(line, deadline, cancelled)
        if ended_by or returncode != _NURSERY_GONE:
            break
    stderr = ""
    with contextlib.suppress(FileNotFoundError):  # it died before it could say anything
        stderr = errors_path.read_bytes()[-4000:].decode("utf-8", "replace")
    if ended_by == "cancel":
        raise CancelledError
    answer: dict[str, Any] | None = None
    with contextlib.suppress(OSError, ValueError):
        answer = json.loads(answer_path.read_text(encoding="utf-8"))
    if returncode != 0:
        answer = None
    return ChildResult(answer, returncode, ended_by or _cause(returncode, stderr), stderr)


def _wait(
    line: socket.socket, deadline: float, cancelled: Callable[[], bool]
) -> tuple[str | None, int]:
    """Wait for the child; returns why we ended it, or None when it ended by itself, and its code."""
    ended_by: str | None = None
    while True:
        if select.select([line], [], [], _POLL_S)[0]:
            code = line.recv(16)
            return ended_by, int(code) if code else _NURSERY_GONE
        if ended_by is not None:
            continue
        if cancelled():
            ended_by = "cancel"
        elif time.monotonic() > deadline:
            ended_by = "wall"
        else:
            continue
        line.shutdown(socket.SHUT_WR)


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


class _Nursery:
    """The nursery of this process, started when the first child is wanted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @contextlib.contextmanager
    def child(self, order: dict[str, str]) -> Iterator[socket.socket]:
        """Have a child begin; gives its line. Leaving the block kills a child that still lives."""
        line = self._begun(order)
        try:
            yield line
        finally:
            line.close()

    def _begun(self, order: dict[str, str]) -> socket.socket:
        with self._lock:  # one order at a time: a stream keeps no bounds between messages
            line = self._asked(order) or self._asked(order)
        if line is None:
            raise OSError("no child process could be started")
        return line

    def _asked(self, order: dict[str, str]) -> socket.socket | None:
        """The line of a new child; None when the nursery has ended, and the next one starts another."""
        control = self._control or self._start()
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(control, [json.dumps(order).encode()], [theirs.fileno()])
            if ours.recv(1) == BEGUN:
                return ours
        except OSError:
            pass
        ours.close()
        self.end()
        return None

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", "jishi.ingest.parsing.nursery", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={"PATH": os.environ.get("PATH", ""), **ENVIRONMENT},
                pass_fds=[theirs.fileno()],
            )
        self._control = ours
        return ours

    def end(self) -> None:
        """Let the nursery end, and with it every child it still has."""
        control, process = self._control, self._process
        self._control = self._process = None
        if control is not None:
            control.close()
        if process is not None:
            process.wait()

    def forget(self) -> None:
        """After a fork: this nursery belongs to the other process."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.returncode = 0  # not ours to wait for
        self.__init__()  # type: ignore[misc]  # the lock may be held by a thread that is not here


_nursery = _Nursery()
atexit.register(_nursery.end)
os.register_at_fork(after_in_child=_nursery.forget)
