"""What a contender costs: CPU seconds of its process tree, wall seconds, peak resident memory.

Every contender runs in a process of its own (`python -m bench.contender`), with the others taking
turns, so that a change of load on the machine falls on all of them.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil


MB = 1024 * 1024
ROOT = Path(__file__).resolve().parent.parent
SAMPLE_EVERY_S = 0.05


def tree(pid: int) -> list[psutil.Process]:
    """A process and all its living descendants."""
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def tree_cpu_s(pid: int) -> float:
    """CPU seconds of a process, of its living descendants and of those that have ended.

    What has ended is in the `children_*` times of whoever waited for it, so nothing counts twice.
    """
    total = 0.0
    for process in tree(pid):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            t = process.cpu_times()
            total += t.user + t.system
            total += getattr(t, "children_user", 0.0) + getattr(t, "children_system", 0.0)
    return total


def tree_running_ms(pid: int) -> float | None:
    """Time that the living threads of a tree have run, to the microsecond; None where Linux is not.

    `cpu_times` counts in hundredths of a second: too coarse for one request.
    """
    total_ns = 0
    for process in tree(pid):
        for told in Path(f"/proc/{process.pid}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError, IndexError):
                total_ns += int(told.read_text(encoding="ascii").split()[0])
    return total_ns / 1e6 or None


def tree_rss_mb(pid: int) -> float:
    """Resident memory of a process and its living descendants."""
    total = 0
    for process in tree(pid):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            total += process.memory_info().rss
    return total / MB


def own_cpu_s() -> float:
    """CPU seconds of this process and of the children it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def own_peak_rss_mb() -> float:
    """Peak resident memory of this process alone (`ru_maxrss` would include the parent's at fork)."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MB if sys.platform == "darwin" else peak / 1024


@dataclass(slots=True)
class Meter:
    """Handed to a contender, which marks the work that counts with `with meter.work():`.

    Imports and the making of inputs stay outside; `watch` adds servers that work on its behalf.
    """

    watched: list[int] = field(default_factory=list)
    cpu_s: float = 0.0
    wall_s: float = 0.0

    def watch(self, pid: int) -> None:
        self.watched.append(pid)

    def _cpu_now_s(self) -> float:
        return own_cpu_s() + sum(tree_cpu_s(pid) for pid in self.watched)

    @contextlib.contextmanager
    def work(self) -> Iterator[None]:
        cpu_s, wall_s = self._cpu_now_s(), time.perf_counter()
        try:
            yield
        finally:
            self.wall_s += time.perf_counter() - wall_s
            self.cpu_s += self._cpu_now_s() - cpu_s


class PeakSampler:
    """The highest memory of a process tree while it lives, looked at every 50 ms."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.peak_mb = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self._stop.wait(SAMPLE_EVERY_S):
            self.peak_mb = max(self.peak_mb, tree_rss_mb(self.pid))

    def __enter__(self) -> PeakSampler:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


class ContenderFailedError(Exception):
    """A contender ended without a result; the message carries what it said."""


def run_contender(
    module: str, function: str, options: dict[str, Any], *, time_limit_s: float = 1800.0
) -> dict[str, Any]:
    """Run one contender once in a process of its own and return its figures."""
    with tempfile.TemporaryDirectory(prefix="jishi-bench-") as folder:
        answer = Path(folder) / "answer.json"
        request = {"module": module, "function": function, "options": options}
        command = [sys.executable, "-m", "bench.contender", json.dumps(request), str(answer)]
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        ) as child:  # fmt: skip
            try:
                with PeakSampler(child.pid) as sampler:
                    said, _ = child.communicate(timeout=time_limit_s)
            except subprocess.TimeoutExpired:
                child.kill()
                raise ContenderFailedError(f"{function} took over {time_limit_s:.0f} s") from None
        if child.returncode or not answer.exists():
            text = said.decode(errors="replace").strip()[-2000:]
            raise ContenderFailedError(f"{function} ended with {child.returncode}: {text}")
        figures: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        figures["rss_mb"] = max(figures["rss_mb"], sampler.peak_mb)
        return figures
