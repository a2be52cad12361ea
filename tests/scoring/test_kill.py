"""A run that is killed at any moment leaves the standings of the run before, and running again gives the same result."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.databases import asking, database_url, process_environment
from tests.support import ROOT


__all__ = ["database_url"]


SEED = int(os.environ.get("JISHI_TEST_SEED", "20261123"))
KILLS = int(os.environ.get("JISHI_TEST_KILLS", "2"))
CUSTOMERS = 3_000
STANDING_INDEXES = 9

PREPARE = """
    from django.core.management import call_command
    call_command("migrate", verbosity=0)
    from tests.warehouse import company
    from jishi.scoring.services import schemes_setup
    company.many_customers(int(sys.argv[1]))
    schemes_setup(by=None, now=company.CLOCK)
"""

# Imports once, then forks a child per run: a run starts in milliseconds and can be killed on its own.
FORK_RUNS = """
    import os
    from datetime import date
    import duckdb, ibis, numpy, pyarrow.parquet
    from tests.warehouse import company
    from jishi.scoring.models import SchemeVersion
    from jishi.scoring.services import run_score

    def say(line):  # whole lines, whoever else is writing or killed
        os.write(1, f"{line}\\n".encode())

    for key in sys.stdin:
        child = os.fork()
        if child == 0:
            scheme = SchemeVersion.objects.filter(key=key.strip()).order_by("-number")[0]
            run = run_score(
                by=None, as_of=date(2025, 12, 31), now=company.CLOCK, scheme=scheme,
                progress=say,
            )
            say(run.digest)
            os._exit(0)
        say(f"pid {child}")
        os.waitpid(child, 0)
        say("end")
"""


def start(code: str, data: Path, database_url: str, *arguments: str) -> subprocess.Popen[str]:
    head = "import sys, django\ndjango.setup()\n"
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", head + textwrap.dedent(code), *arguments],
        cwd=ROOT,
        env=process_environment(data, database_url),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def runner(tmp_path: Path, database_url: str) -> Iterator[Runner]:
    preparing = start(PREPARE, tmp_path, database_url, str(CUSTOMERS))
    preparing.communicate(timeout=120)
    assert preparing.returncode == 0
    made = Runner(start(FORK_RUNS, tmp_path, database_url))
    yield made
    made.process.communicate(timeout=60)
    assert made.process.returncode == 0


@dataclass
class Runner:
    """Asks the forking process for one run after the other."""

    process: subprocess.Popen[str]

    def run(self, key: str, *, kill_in: str = "", after_seconds: float = 0.0) -> list[str]:
        """The words the run said; killed `after_seconds` into the phase `kill_in`."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(key + "\n")
        self.process.stdin.flush()
        words: list[str] = []
        pid = 0
        while (word := self.process.stdout.readline().strip()) != "end":
            assert word, "the forking process has gone"
            if word.startswith("pid "):
                pid = int(word.split()[1])
            else:
                words.append(word)
            if kill_in in words and pid:
                time.sleep(after_seconds)
                os.kill(pid, signal.SIGKILL)
                kill_in = "never again"
        return words


def stored(data: Path, database_url: str) -> tuple[Any, ...]:
    """The published runs and whose standings there are, seen from outside."""
    indexes = (
        "SELECT count(*) FROM pg_indexes WHERE tablename = 'scoring_standing'"
        if database_url
        else "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        " AND tbl_name = 'scoring_standing'"
    )
    with asking(data, database_url) as ask:
        ((found,),) = ask(indexes)
        (runs,) = ask("SELECT count(*), max(id) FROM scoring_run")
        (rows,) = ask(
            "SELECT count(*), min(run_id), max(run_id), sum(score_micro), sum(rank)"
            " FROM scoring_standing"
        )
    assert found >= STANDING_INDEXES
    return runs, rows


@pytest.mark.slow
@pytest.mark.django_db
def test_a_killed_run_changes_nothing_and_the_next_one_is_right(tmp_path, runner, database_url):
    digests = {key: runner.run(key)[-1] for key in ("rfm", "value_depth_growth")}
    runner.run("rfm")
    chance = random.Random(SEED)
    unfinished = 0
    for _ in range(KILLS):
        (runs, newest), rows = stored(tmp_path, database_url)
        assert rows[:3] == (CUSTOMERS, newest, newest)
        phase = chance.choice(("indicators", "files", "standings", "standings", "standings"))
        runner.run("value_depth_growth", kill_in=phase, after_seconds=chance.random() * 0.15)
        (runs_after, newest_after), rows_after = stored(tmp_path, database_url)
        assert rows_after[:3] == (CUSTOMERS, newest_after, newest_after)
        if runs_after == runs:
            unfinished += 1
            assert rows_after == rows
    assert unfinished > 0
    for key, digest in digests.items():
        assert runner.run(key)[-1] == digest
    leftovers = [path for path in (tmp_path / "runs").iterdir() if path.name.endswith(".part")]
    assert leftovers == []
