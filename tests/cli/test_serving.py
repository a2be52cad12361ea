"""Starting, stopping and starting again: `jishi serve` and `jishi up` as a person uses them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from jishi.cli.serving import refuse_taken_port
from tests.cli.conftest import Command


pytestmark = pytest.mark.slow

_PATIENCE_S = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """A running `jishi serve` or `jishi up` in a process group of its own, as in a terminal."""

    def __init__(self, data_dir: Path, command: str) -> None:
        self.port = free_port()
        self.log = data_dir.with_name(f"{data_dir.name}-{command}-{self.port}.log")
        env = {**os.environ, "JISHI_DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1"}
        env.pop("DATABASE_URL", None)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jishi.cli.main", command, "--port", str(self.port),
                 "--workers", "1"],
                env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
            )  # fmt: skip

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def answers(self) -> str:
        """What the page of the door says, once it does."""
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            assert self.process.poll() is None, self.said
            with contextlib.suppress(OSError):
                url = f"http://127.0.0.1:{self.port}/accounts/login/"
                with urllib.request.urlopen(url, timeout=10) as page:
                    return page.read().decode()
            time.sleep(0.1)
        raise AssertionError(f"nothing answered at {self.port}: {self.said}")

    def children(self) -> set[int]:
        """All processes below this one."""
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        found: set[int] = set()
        level = {self.process.pid}
        while level:
            level = {pid for pid, parent in parents.items() if parent in level}
            found |= level
        return found

    def interrupted(self) -> int:
        """Ctrl-C: the whole foreground group hears it. Returns the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=30)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)


@pytest.fixture
def start() -> Iterator:
    running: list[Served] = []

    def begin(data_dir: Path, command: str) -> Served:
        running.append(Served(data_dir, command))
        return running[-1]

    yield begin
    for served in running:
        served.end()


def alive(pids: set[int]) -> set[int]:
    """Those that still run; one that only waits for its parent to notice does not."""
    found = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                found.add(pid)
    return found


def gone(pids: set[int]) -> bool:
    until = time.monotonic() + 15
    while alive(pids) and time.monotonic() < until:
        time.sleep(0.1)
    return not alive(pids)


def name_of(pid: int) -> str:
    """How the process calls itself; "" when it has ended meanwhile."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


def is_worker(pid: int) -> bool:
    return "jishi.jobs.worker" in name_of(pid) or "jishi-jobs" in name_of(pid)


def test_control_c_stops_server_and_worker_and_is_no_error(fresh, start):
    served = start(fresh.data_dir, "serve")
    assert 'name="login"' in served.answers()
    children = served.children()
    assert any(is_worker(pid) for pid in children)
    assert served.interrupted() == 0
    assert gone(children), "no process is left behind"
    assert "Traceback" not in served.said
    refuse_taken_port("127.0.0.1", served.port)  # it is free again


def test_web_processes_hear_of_control_c_once(fresh, start):
    """From the server, which stops them; two signals at a time could make one wait for itself."""
    served = start(fresh.data_dir, "serve")
    served.answers()
    web = {pid for pid in served.children() if "jishi-web worker" in name_of(pid)}
    assert web
    assert served.process.pid not in {os.getpgid(pid) for pid in web}
    assert served.interrupted() == 0


def test_a_killed_server_takes_its_worker_along(fresh, start):
    served = start(fresh.data_dir, "serve")
    served.answers()
    children = served.children()
    served.process.kill()
    served.process.wait(timeout=30)
    workers = {pid for pid in alive(children) if is_worker(pid)}
    assert gone(workers)
    for pid in alive(children):
        os.kill(pid, signal.SIGTERM)


@pytest.mark.parametrize("command", ["serve", "up"])
def test_a_taken_port_is_refused_before_anything_starts(fresh, command):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = fresh(command, "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in done.stderr
    assert f"make run PORT={port + 1}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not people(fresh.data_dir), "and no demo company was loaded for nothing"


def people(data_dir: Path) -> int:
    with contextlib.closing(sqlite3.connect(data_dir / "jishi.sqlite3")) as db:
        return int(db.execute("SELECT count(*) FROM foundation_user").fetchone()[0])


def rows(data_dir: Path) -> tuple[int, int, int]:
    with contextlib.closing(sqlite3.connect(data_dir / "jishi.sqlite3")) as db:
        return tuple(
            int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
            for table in ("foundation_batch", "customers_customer", "facts_orderline")
        )


def test_up_makes_everything_once_and_starts_again_without(start, tmp_path):
    data_dir = tmp_path / "data"
    first = start(data_dir, "up")
    assert 'name="login"' in first.answers()
    assert "Loading the demo company" in first.said
    assert "Demo logins:" in first.said
    assert first.interrupted() == 0
    loaded = rows(data_dir)
    assert loaded[1] == 2000

    second = start(data_dir, "up")
    second.answers()
    assert "Loading the demo company" not in second.said
    assert "Demo logins:" in second.said
    assert second.interrupted() == 0
    assert rows(data_dir) == loaded, "nothing was loaded a second time"


def test_up_leaves_a_company_of_ones_own_alone(start, tmp_path):
    command = Command(tmp_path / "data")
    command.ok("init", "--company", "华岳")
    served = start(command.data_dir, "up")
    served.answers()
    assert served.interrupted() == 0
    assert "Loading the demo company" not in served.said
    assert rows(command.data_dir)[1] == 0
