"""Children are forked from a nursery: quick, many at a time, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jishi.ingest.parsing import children
from jishi.ingest.parsing.children import ChildResult, run_child
from jishi.ingest.parsing.limits import Limits


linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc")


def read(folder: Path, text: str) -> ChildResult:
    folder.mkdir(exist_ok=True)
    path = folder / "a.csv"
    path.write_text(text, encoding="utf-8")
    request = {"path": str(path), "name": "a.csv", "options": {}}
    return run_child("jishi.ingest.parsing.child", request, folder, limits=Limits())


def names(result: ChildResult) -> list[str]:
    assert result.answer, result
    return [column["name"] for column in result.answer["sheets"][0]["columns"]]


def nursery() -> int:
    process = children._nursery._process
    assert process is not None
    return process.pid


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 20
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not is_alive(pid)


def test_many_at_a_time_each_get_their_own_answer(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(read, tmp_path / str(n), f"列{n},b\n1,2\n") for n in range(24)]
        found = [names(job.result())[0] for job in jobs]
    assert found == [f"列{n}" for n in range(24)]


@linux
def test_the_nursery_has_one_thread_and_knows_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children._nursery.end()
    monkeypatch.setenv("JISHI_SECRET_KEY", "told-to-nobody")
    read(tmp_path, "a,b\n1,2\n")
    assert len(list(Path(f"/proc/{nursery()}/task").iterdir())) == 1
    assert b"told-to-nobody" not in Path(f"/proc/{nursery()}/environ").read_bytes()


def test_the_next_child_comes_from_another_nursery_when_one_has_died(tmp_path: Path) -> None:
    read(tmp_path, "a,b\n1,2\n")
    first = nursery()
    os.kill(first, signal.SIGKILL)
    assert names(read(tmp_path, "c,d\n1,2\n")) == ["c", "d"]
    assert nursery() != first


def test_a_child_that_its_nursery_took_along_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "1,2\n" * 500_000, encoding="utf-8")
    killed: list[int] = []

    def cancelled() -> bool:
        if not killed:
            killed.append(nursery())
            os.kill(killed[0], signal.SIGKILL)
        return False

    request = {"path": str(path), "name": "a.csv", "options": {}}
    result = run_child(
        "jishi.ingest.parsing.child", request, tmp_path, limits=Limits(), cancelled=cancelled
    )
    assert names(result) == ["a", "b"]
    assert nursery() != killed[0]


ASKER = """
import sys, threading
from pathlib import Path
from jishi.ingest.parsing import children
from jishi.ingest.parsing.limits import Limits
folder = Path(sys.argv[1])
def told():
    if not (folder / "pids").exists():
        (folder / "pids").write_text(str(children._nursery._process.pid))
    return False
children.run_child(
    "jishi.ingest.parsing.child",
    {"path": str(folder / "a.csv"), "name": "a.csv", "options": {}},
    folder, limits=Limits(), cancelled=told,
)
"""


@linux
def test_nothing_outlives_whoever_asked(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n" + "1,2\n" * 3_000_000, encoding="utf-8")
    asker = subprocess.Popen([sys.executable, "-c", ASKER, str(tmp_path)])
    deadline = time.monotonic() + 60
    while not (tmp_path / "pids").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    home = int((tmp_path / "pids").read_text())
    child = int(Path(f"/proc/{home}/task/{home}/children").read_text().split()[0])
    assert is_alive(child)
    asker.kill()
    asker.wait()
    assert gone(home)
    assert gone(child)
    assert not (tmp_path / "answer.json").exists()
