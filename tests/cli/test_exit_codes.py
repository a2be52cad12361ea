"""Every documented command once as it should be used, and what scripts get to see when it is not."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Command


pytestmark = pytest.mark.slow

DOCUMENT = Path(__file__).parents[2] / "docs/cli.md"
SALES = (
    "客户编码,客户名称,订单号,行号,下单日期,数量,金额\n"
    "K1,甲公司,S1,1,2026-03-01,2,1000.50\n"
    "K2,乙公司,S2,1,2026-03-02,1,2500\n"
)
WRONG_ROW = "K3,丙公司,S3,1,昨天,1,很多钱\n"

# Command → arguments that make it do its work; in this order, on one installation.
# `serve` and `up` run until they are stopped: see test_serving.py.
DONE = [
    ("init", ["--company", "华岳", "--currency", "CNY"]),
    ("recipes list", ["--json"]),
    ("recipes show", ["northwind"]),
    ("import", ["SALES", "--dry-run", "--json"]),
    ("import", ["SALES", "--json"]),
    ("batches list", ["--json"]),
    ("schemes list", ["--json"]),
    ("schemes show", ["annual_spend", "--yaml"]),
    ("schemes save", ["SCHEME"]),
    ("schemes activate", ["annual_spend"]),
    ("score", ["--json"]),
    ("receipt", ["K1", "--json"]),
    ("customers list", ["--json"]),
    ("export customers", ["--out", "OUT.csv", "--format", "csv"]),
    ("audit seal", []),
    ("audit verify", []),
    ("backup", ["BACKUP"]),
    ("batches undo", ["1", "--json"]),
    ("restore", ["BACKUP", "--force"]),
    ("demo", ["--remove"]),
]  # fmt: skip
RUN_UNTIL_STOPPED = {"serve", "up"}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    (folder / "SALES").with_suffix(".csv").write_text(SALES, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def tried(tmp_path_factory, files):
    """(command, finished process) of each command in DONE."""
    command = Command(tmp_path_factory.mktemp("data"))
    found = []
    for name, arguments in DONE:
        given = [
            {"SALES": files / "SALES.csv", "SCHEME": files / "scheme.yaml",
             "BACKUP": files / "b.tar", "OUT.csv": files / "out.csv"}.get(one, one)
            for one in arguments
        ]  # fmt: skip
        done = command(*name.split(), *given)
        if name == "schemes show":
            (files / "scheme.yaml").write_text(done.stdout, encoding="utf-8")
        found.append((name, arguments, done))
    return found


def test_each_documented_command_does_its_work_and_says_0(tried):
    refused = [
        (name, done.returncode, done.stderr) for name, _arguments, done in tried if done.returncode
    ]
    assert refused == []
    unreadable = []
    for name, arguments, done in tried:
        if "--json" in arguments:
            try:
                json.loads(done.stdout)
            except ValueError:
                unreadable.append(name)
    assert unreadable == [], "with --json standard output is JSON and nothing else"


def test_the_document_names_the_commands_that_there_are(fresh):
    """What is documented was tried above, and everything there is is documented."""
    text = DOCUMENT.read_text(encoding="utf-8")
    groups = {name.split()[0] for name, _arguments in DONE if " " in name}
    documented = set()
    for first, second in re.findall(r"jishi ([a-z]+)(?: \[?([a-z]+)\b)?", text):
        documented.add(f"{first} {second}" if first in groups and second else first)
    known = {name for name, _arguments in DONE} | RUN_UNTIL_STOPPED
    assert known - documented == set()
    assert documented - known - groups == set()
    helped = fresh.ok("--help").split("Commands", 1)[1]
    listed = re.findall(r"^\W+([a-z]+)  ", helped, re.MULTILINE)
    assert set(listed) == {name.split()[0] for name in known}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["batches", "undo", "99"], 1, "jishi batches list"),
        (["receipt", "K9"], 1, "K9"),
        (["recipes", "show", "nonsense"], 1, "jishi recipes list"),
        (["schemes", "show", "nonsense"], 1, "jishi schemes"),
        (["schemes", "activate", "nonsense"], 1, "jishi schemes"),
        (["restore", __file__], 1, "not a complete Jishi backup"),
        (["backup", "/proc/nothing/b.tar"], 1, "/proc/nothing"),
        (["export", "customers", "--out", "/proc/nothing/a.csv", "--format", "csv"], 1, "/proc"),
        (["import", __file__], 1, "cannot be read"),
        (["batches", "undo", "one"], 2, "integer"),
        (["batches", "undo"], 2, "batch"),
        (["import"], 2, "paths"),
        (["receipt"], 2, "code"),
        (["score", "--nonsense"], 2, "--nonsense"),
        (["serve", "--port", "0"], 2, "port"),
        (["restore", "/no/such/file"], 2, "/no/such/file"),
        (["export", "customers", "--out", "x", "--format", "pdf"], 2, "pdf"),
    ],
)
def test_refusals_say_1_and_wrong_usage_2_with_the_reason_on_standard_error(
    fresh, arguments, code, words
):
    done = fresh(*arguments)
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def company(installed, tmp_path):
    command = installed(tmp_path / "data")
    (tmp_path / "sales.csv").write_text(SALES + WRONG_ROW, encoding="utf-8")
    return command


def test_undoing_takes_back_once(company, tmp_path):
    batch = company.json("import", tmp_path / "sales.csv")["batch"]
    report = company.json("batches", "undo", str(batch))
    assert report["facts"]
    assert company.json("customers", "list") == []
    again = company("batches", "undo", str(batch))
    assert (again.returncode, again.stdout) == (1, "")
    assert "Traceback" not in again.stderr
    assert again.stderr.strip()


def test_rejected_rows_are_no_failure_but_are_counted(company, tmp_path):
    """One bad row does not hold up the others; a script reads `rejected` and decides."""
    report = company.json("import", tmp_path / "sales.csv")
    assert report["entities"]["orders"] == {"new": 2, "changed": 0, "unchanged": 0, "rejected": 1}
    assert {issue["severity"] for issue in report["issues"]} == {"error"}
    assert all(issue["lines"] == [issue["line"]] for issue in report["issues"])
    human = company("import", tmp_path / "sales.csv")
    assert human.returncode == 0
    assert "很多钱" in human.stdout


def test_a_broken_audit_trail_is_said_with_1(company, tmp_path):
    company.ok("import", tmp_path / "sales.csv")
    company.ok("audit", "seal")
    with sqlite3.connect(company.data_dir / "jishi.sqlite3") as db:
        triggers = db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'foundation_auditentry'"
        ).fetchall()
        for (name,) in triggers:
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute("DELETE FROM foundation_auditentry WHERE id = 3")
    done = company("audit", "verify")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_an_interrupted_command_says_130_and_leaves_nothing(company):
    env = {**os.environ, "JISHI_DATA_DIR": str(company.data_dir)}
    env.pop("DATABASE_URL", None)
    running = subprocess.Popen(
        [sys.executable, "-m", "jishi.cli.main", "demo"],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    wal = company.data_dir / "jishi.sqlite3-wal"
    until = time.monotonic() + 60
    while not (wal.exists() and wal.stat().st_size) and time.monotonic() < until:
        time.sleep(0.05)  # until it has begun to write
    running.send_signal(signal.SIGINT)
    _out, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in said
    assert company.json("customers", "list") == []
    assert company.json("batches", "list") == []
