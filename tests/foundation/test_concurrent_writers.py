"""Sixteen processes write at once through the services: nobody is refused, nothing is lost.

Each is a process of its own on one SQLite file, as web processes and the job runner are. Shared rows are
read and saved again with the version that was seen, as a form does; who comes too late reads anew.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tests.support import ROOT


pytestmark = pytest.mark.slow

WRITERS = 16
ACTS = 50
SHARED = 8

# One start of Django, then a fork per writer; nothing is open when it forks.
FORK_WRITERS = """
    import json, os, sys
    from datetime import UTC, date, datetime
    import django
    django.setup()
    from django.core.management import call_command
    from django.db import OperationalError, connection
    from jishi.customers.models import Customer
    from jishi.customers.search_tokens import name_tokens
    from jishi.customers.services import contact_create, customer_create, customer_update
    from jishi.facts.models import Payment
    from jishi.facts.services import facts_append
    from jishi.foundation.models import Batch
    from jishi.foundation.versions import StaleVersionError
    from jishi.foundation.writing import write

    writers, acts, shared = map(int, sys.argv[1:])
    now = datetime(2026, 11, 23, tzinfo=UTC)
    call_command("migrate", verbosity=0)
    for number in range(shared):
        customer_create(by=None, now=now, name=f"公用客户{number}", credit_limit_e4=0)
    connection.close()

    def raise_limit(pk):
        late = 0
        while True:
            seen = Customer.objects.unscoped("a writer of the test reads").get(pk=pk)
            changes = {"credit_limit_e4": seen.credit_limit_e4 + 1}
            try:
                customer_update(
                    by=None, customer_id=pk, version=seen.version, now=now, changes=changes
                )
                return late
            except StaleVersionError:
                late += 1

    def pay(writer, act):
        with write(by=None, data_changes=True):
            batch = Batch.objects.create(kind="import", label=f"{writer} {act}", created_at=now)
            row = (f"{writer}:{act}", 1 + act % shared, date(2026, 11, 1), 1, "CNY")
            columns = ("key", "customer_id", "occurred_on", "amount_e4", "currency")
            facts_append(model=Payment, batch=batch, columns=columns, rows=[row], now=now)

    def work(writer):
        done = {"raised": 0, "late": 0, "made": 0, "met": 0, "paid": 0, "locked": 0}
        for act in range(acts):
            try:
                if act % 5 < 2:
                    done["late"] += raise_limit(1 + (writer + act) % shared)
                    done["raised"] += 1
                elif act % 5 == 2:
                    customer_create(by=None, now=now, name=f"客户{writer}号{act}")
                    done["made"] += 1
                elif act % 5 == 3:
                    pk = 1 + act % shared
                    contact_create(by=None, customer_id=pk, now=now, name=f"联系人{writer}{act}")
                    done["met"] += 1
                else:
                    pay(writer, act)
                    done["paid"] += 1
            except OperationalError as error:
                if "locked" not in str(error):
                    raise
                done["locked"] += 1
        return done

    gate_out, gate_in = os.pipe()
    children, answers = [], []
    for writer in range(writers):
        answer_out, answer_in = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(gate_in)
            os.read(gate_out, 1)  # all begin when the parent closes the gate
            os.write(answer_in, json.dumps(work(writer)).encode())
            os._exit(0)
        os.close(answer_in)
        children.append(child)
        answers.append(answer_out)
    os.close(gate_in)
    for child, answer in zip(children, answers):
        if os.waitpid(child, 0)[1] == 0:
            print(os.read(answer, 4096).decode())
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, int]]]:
    """The database after the run and what every writer says it did."""
    folder = tmp_path_factory.mktemp("writers")
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {
        "JISHI_DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "jishi.config.settings",
        "PYTHONPATH": str(ROOT),
    }
    code = "import jishi.config\n" + textwrap.dedent(FORK_WRITERS)
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *map(str, (WRITERS, ACTS, SHARED))],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    writers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(writers) == WRITERS, ran.stderr
    return folder / "jishi.sqlite3", writers


def _total(writers: list[dict[str, int]], what: str) -> int:
    return sum(one[what] for one in writers)


def _number(database: Path, query: str) -> int:
    with sqlite3.connect(database) as db:
        return int(db.execute(query).fetchone()[0])


def test_nobody_is_told_that_the_database_is_locked(
    told: tuple[Path, list[dict[str, int]]],
) -> None:
    _database, writers = told
    assert _total(writers, "locked") == 0
    done = sum(_total(writers, what) for what in ("raised", "made", "met", "paid"))
    assert done == WRITERS * ACTS


def test_no_update_of_a_shared_row_is_lost(told: tuple[Path, list[dict[str, int]]]) -> None:
    database, writers = told
    raised = _total(writers, "raised")
    shared = f"FROM customers_customer WHERE id <= {SHARED}"
    assert _number(database, f"SELECT sum(credit_limit_e4) {shared}") == raised
    assert _number(database, f"SELECT sum(version - 1) {shared}") == raised
    assert _total(writers, "late") > 0, "the writers never met: the test proves nothing"


def test_everything_written_is_there_once_and_in_the_trail(
    told: tuple[Path, list[dict[str, int]]],
) -> None:
    database, writers = told
    made, met, paid = (_total(writers, what) for what in ("made", "met", "paid"))
    assert _number(database, "SELECT count(DISTINCT code) FROM customers_customer") == SHARED + made
    assert _number(database, "SELECT count(*) FROM customers_contact") == met
    assert _number(database, "SELECT count(DISTINCT key) FROM facts_payment") == paid
    trail = "SELECT count(*) FROM foundation_auditentry WHERE table_name = 'customers_customer'"
    assert _number(database, f"{trail} AND action = 'insert'") == SHARED + made
    assert _number(database, f"{trail} AND action = 'update'") == _total(writers, "raised")
    counted = SHARED + made + _total(writers, "raised") + paid
    assert _number(database, "SELECT number FROM foundation_dataversion") == counted
    assert _number(database, "SELECT integrity_check = 'ok' FROM pragma_integrity_check") == 1
