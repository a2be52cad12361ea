"""An import that is killed at any moment leaves all of its rows or none, and importing again gives the same.

`JISHI_TEST_KILLS=100 pytest tests/ingest/test_kill.py` for a longer run.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.databases import asking, database_url, process_environment
from tests.support import ROOT


__all__ = ["database_url"]

SEED = int(os.environ.get("JISHI_TEST_SEED", "20261123"))
KILLS = int(os.environ.get("JISHI_TEST_KILLS", "2"))
ROWS = 3_000

# Imports once, then forks a child per import: it can be killed on its own at once.
FORK_IMPORTS = """
    import os
    from datetime import UTC, datetime
    from pathlib import Path
    from django.core.management import call_command
    import pyarrow.compute, pypinyin
    from jishi.customers import search_tokens
    from jishi.ingest.services import import_apply, import_check, import_create, uploads_of_paths
    call_command("migrate", verbosity=0)
    search_tokens.name_tokens("长沙中联重科")
    from django.db import connection
    connection.close()
    now = datetime(2026, 11, 23, tzinfo=UTC)

    def say(line):  # whole lines, whoever else is writing or killed
        os.write(1, f"{line}\\n".encode())

    say("ready")
    for path in sys.stdin:
        child = os.fork()
        if child == 0:
            uploads = uploads_of_paths([Path(path.strip())])
            job = import_create(by=None, uploads=uploads, now=now)
            say("reading")
            job = import_check(by=None, job_id=job.pk)
            say("writing")
            job = import_apply(by=None, job_id=job.pk, now=now)
            say(f"written {job.counts['order_lines']['new']}")
            os._exit(0)
        say(f"pid {child}")
        os.waitpid(child, 0)
        say("end")
"""


class Importer:
    """Asks the forking process for one import after the other."""

    def __init__(self, data: Path, database_url: str) -> None:
        head = "import sys, django\ndjango.setup()\n"
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", head + textwrap.dedent(FORK_IMPORTS)],
            cwd=ROOT,
            env=process_environment(data, database_url),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._word() == ["ready"]

    def _word(self) -> list[str]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the forking process has gone"
        return line.split()

    def run(self, path: Path, *, kill_in: str = "", after_s: float = 0.0) -> dict[str, float]:
        """When each phase began, in seconds; killed `after_s` into the phase `kill_in`."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        began: dict[str, float] = {}
        start, pid = time.monotonic(), 0
        while (word := self._word()) != ["end"]:
            if word[0] == "pid":
                pid = int(word[1])
            else:
                began[word[0]] = time.monotonic() - start
            if pid and kill_in in began:
                time.sleep(after_s)
                with contextlib.suppress(ProcessLookupError):  # it was quicker
                    os.kill(pid, signal.SIGKILL)
                kill_in = "never again"
        began["end"] = time.monotonic() - start
        return began


@pytest.fixture
def importer(tmp_path: Path, database_url: str) -> Iterator[Importer]:
    made = Importer(tmp_path / "data", database_url)
    yield made
    made.process.communicate(timeout=60)
    assert made.process.returncode == 0


def order_file(folder: Path, number: int) -> Path:
    chance = random.Random(number)
    rows = ["客户编码,客户名称,订单号,行号,下单日期,产品编码,产品名称,数量,金额"]
    for row in range(ROWS):
        customer, product = chance.randrange(60), chance.randrange(40)
        rows.append(
            f"K{number:03d}-{customer},客户{number}号{customer},F{number:03d}-{row // 4},{row % 4},2026-03-0{1 + customer % 9},"
            f"P{product},产品{product},{chance.randint(1, 9)},{chance.randint(1, 99999) / 100:.2f}"
        )
        # Every line of an order has the first line's customer and day.
        if row % 4:
            head = rows[-1 - row % 4].split(",")
            cells = rows[-1].split(",")
            rows[-1] = ",".join([*head[:3], cells[3], head[4], *cells[5:]])
    path = folder / f"orders{number}.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def state(data: Path, database_url: str) -> dict[str, int]:
    """Lines per file, once the books around them are seen to agree."""
    per_file = "SELECT substr(key, 1, 4), count(*) FROM {} GROUP BY 1"
    with asking(data, database_url) as ask:
        lines = dict(ask(per_file.format("facts_orderline")))
        heads = dict(ask(per_file.format("facts_order")))
        per_code = "SELECT substr(code, 2, 3), count(*) FROM customers_customer GROUP BY 1"
        customers = dict(ask(per_code))
        ((applied,),) = ask("SELECT count(*) FROM ingest_importjob WHERE status = 'applied'")
        ((batches,),) = ask("SELECT count(*) FROM foundation_batch")
        ((searched,),) = ask("SELECT count(*) FROM customers_searchentry WHERE kind = 'customer'")
        ((audited,),) = ask(
            "SELECT count(*) FROM foundation_auditentry WHERE table_name = 'customers_customer'"
        )
        ((loose,),) = ask(
            "SELECT count(*) FROM facts_orderline l WHERE NOT EXISTS"
            " (SELECT 1 FROM facts_order o WHERE o.order_ref = l.order_ref)"
        )
    assert applied == batches
    assert audited == searched == sum(customers.values())
    assert loose == 0
    assert set(lines.values()) <= {ROWS}
    assert set(heads.values()) <= {ROWS // 4}
    assert set(heads) == set(lines) == {f"F{number}" for number in customers}
    return lines


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.timeout(3600)
def test_killed_imports_leave_all_or_nothing(
    tmp_path: Path, importer: Importer, database_url: str
) -> None:
    data = tmp_path / "data"
    importer.run(order_file(tmp_path, 0))
    assert state(data, database_url) == {"F000": ROWS}
    usual = importer.run(order_file(tmp_path, 1))
    chance = random.Random(SEED)
    files = [order_file(tmp_path, number) for number in range(2, KILLS + 2)]
    unfinished = {"reading": 0, "writing": 0}
    for number, path in enumerate(files, 2):
        phase = chance.choice(["reading", "writing", "writing"])
        until = usual["writing" if phase == "reading" else "end"]
        importer.run(path, kill_in=phase, after_s=chance.uniform(0, 0.7 * (until - usual[phase])))
        unfinished[phase] += f"F{number:03d}" not in state(data, database_url)
    assert sum(unfinished.values()) > KILLS // 4, (
        "most imports ended before they were killed: nothing was tested"
    )
    print(f"{KILLS} kills; stopped before the end: {unfinished}")  # noqa: T201  (the figure of a long run)

    for path in files:
        importer.run(path)
    whole = state(data, database_url)
    assert whole == {f"F{number:03d}": ROWS for number in range(KILLS + 2)}
    importer.run(files[0])
    assert state(data, database_url) == whole
