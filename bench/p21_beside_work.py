"""P21 · The customer table while a million lines are imported, and while everybody is graded.

The work runs in a process of its own on the same SQLite file, as the job runner's does. Somebody reads
the table all the time, and somebody else saves a customer twice a second.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.application import NOW, grade, use
from bench.data import ROOT, cache_folder
from bench.measure import Meter
from bench.p08_import import csv_file, import_lines
from bench.page_rows import label, main_size, ours, shop
from bench.pages import Client, jishi_cookie, jishi_served, percentile
from bench.rows import Figures, Row, Target


PATHS = ("/customers/?view=all&rows=100", "/customers/?view=all&rows=100&sort=-spend",
         "/customers/?view=key&rows=100")  # fmt: skip
ALONE, IMPORT, SCORING = "nothing else", "during an import", "during a grading"
QUIET_S = 20.0
WARM_ROUNDS = 4
SAVE_EVERY_S = 0.5


def row(*, quick: bool = False, lines: int = 0) -> Row:
    main = main_size(quick=quick)
    lines = lines or (20_000 if quick else 1_000_000)
    path = csv_file(lines, min(20_000, main))
    more = {"path": str(path), "quiet_s": 2.0 if quick else QUIET_S}
    return Row(
        key="P21",
        title="Pages beside work",
        work=f"the table of {label(main)} and a save twice a second, while other work goes on",
        contenders=[
            ours("visited", main, name=ALONE, note="", **more),
            ours("visited", main, name=IMPORT, note=f"{lines:,} order lines from CSV",
                 work="import", **more),
            ours("visited", main, name=SCORING, note="snapshot, indicators, standings",
                 work="score", **more),
        ],
        targets=[
            Target("p95_ms", IMPORT, 2.0, ALONE, what="p95 of the table"),
            Target("p95_ms", SCORING, 2.0, ALONE, what="p95 of the table"),
            Target("failed", IMPORT, 0, what="pages or saves refused"),
            Target("failed", SCORING, 0, what="pages or saves refused"),
            Target("save_max_ms", SCORING, 3_000, what="longest save, ms"),
        ],
        shown=("p50_ms", "p95_ms", "save_max_ms", "failed", "work_s"),
        notes=["An import is one transaction: on SQLite a save waits until it is written, a page never."],
    )  # fmt: skip


@dataclass(slots=True)
class Saver:
    """Somebody who saves a customer twice a second, and how long each save took."""

    waits_ms: list[float] = field(default_factory=list)
    failed: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        from django.db import DatabaseError, connection

        from jishi.customers.models import Customer
        from jishi.customers.services import customer_update

        while not self._stop.wait(SAVE_EVERY_S):
            begun = time.perf_counter()
            try:
                seen = Customer.objects.unscoped("a benchmark reads").get(pk=2)
                customer_update(
                    by=None, customer_id=2, version=seen.version, now=NOW,
                    changes={"needs": f"需求 {len(self.waits_ms)}"},
                )  # fmt: skip
            except DatabaseError:
                self.failed += 1
            self.waits_ms.append((time.perf_counter() - begun) * 1_000)
        connection.close()

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()


def visited(meter: Meter, options: Figures) -> Figures:
    """Read and save while the work lasts, or for a while when there is none."""
    with tempfile.TemporaryDirectory(prefix="jishi-bench-", dir=cache_folder()) as copy:
        shutil.copytree(shop(options["customers"]).folder, copy, dirs_exist_ok=True)
        cookie = jishi_cookie(copy)
        with jishi_served(copy) as server:
            client = Client(server.port, cookie)
            for _ in range(WARM_ROUNDS):
                for path in PATHS:
                    client.page(path)
            with meter.work():
                return _beside(client, copy, options)


def _beside(client: Client, folder: str, options: Figures) -> Figures:
    waits_ms: list[float] = []
    failed = 0
    saver = Saver()
    begun = time.perf_counter()
    with saver.working(), _work(folder, options) as work:
        while work.poll() is None if work else time.perf_counter() - begun < options["quiet_s"]:
            for path in PATHS:
                answer = client.get(path)
                waits_ms.append(answer.seconds * 1_000)
                failed += answer.status != 200
            time.sleep(0.05)
    if work and work.returncode:
        raise RuntimeError(f"the work ended with {work.returncode}")
    return {
        "p50_ms": statistics.median(waits_ms),
        "p95_ms": percentile(waits_ms, 95),
        "save_max_ms": max(saver.waits_ms, default=0.0),
        "failed": failed + saver.failed,
        "work_s": time.perf_counter() - begun,
        "requests": len(waits_ms),
        "saves": len(saver.waits_ms),
    }


@contextlib.contextmanager
def _work(folder: str, options: Figures) -> Iterator[subprocess.Popen[bytes] | None]:
    if "work" not in options:
        yield None
        return
    request = json.dumps({**options, "folder": folder})
    with subprocess.Popen(
        [sys.executable, "-m", "bench.p21_beside_work", request], cwd=ROOT
    ) as child:
        yield child


def main(request: str) -> None:
    """The work itself, in its own process."""
    options = json.loads(request)
    use(options["folder"])
    if options["work"] == "import":
        import_lines(Path(options["path"]))
    else:
        grade()


if __name__ == "__main__":
    main(sys.argv[1])
