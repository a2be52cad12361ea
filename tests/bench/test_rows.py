"""Every benchmark runs on tiny data, checks its answers, and is judged by its targets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bench.__main__ import arguments, conditions, measure
from bench.data import company
from bench.rows import MODULES, Contender, Row, Target, as_json, judge, load

from bench import page_rows, report


pytestmark = pytest.mark.slow

CUSTOMERS = 120


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache folder for the module, so that companies are generated once."""
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(autouse=True)
def small(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiny pages, no peer to install, nothing of the test run's own database."""
    from bench import (
        p12_table_page,
        p13_search,
        p14_customer,
        p18_worker_memory,
        p21_beside_work,
    )

    monkeypatch.setenv("JISHI_BENCH_DIR", str(cache))
    monkeypatch.setattr(page_rows, "main_size", lambda **_: CUSTOMERS)
    for module in (p12_table_page, p13_search, p14_customer, p18_worker_memory):
        monkeypatch.setattr(module, "add_peer", lambda *_: None)
    monkeypatch.setattr(page_rows, "label", lambda customers: f"jishi {customers}")
    monkeypatch.setattr(p21_beside_work, "main_size", lambda **_: CUSTOMERS)


def run(key: str, *, only: int | None = None, **options: int) -> dict[str, Any]:
    """One round of a row, as the command runs it; of its first contenders where `only` says how many."""
    row = load(key, quick=True, options=options)
    row.contenders = row.contenders[:only]
    names = {one.name for one in row.contenders}
    row.targets = [one for one in row.targets if {one.ours, one.peer or one.ours} <= names]
    measured = measure(row, MODULES[key], 1)
    assert row.unavailable == {}, row.unavailable
    return as_json(row, measured, conditions(1))


def medians(result: dict[str, Any], name: str) -> dict[str, float]:
    return next(one["median"] for one in result["contenders"] if one["name"] == name)


@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("P1", {"lines": 20_000}),
        ("P4", {"customers": 2_500}),  # no cut falls among equal scores
        ("P8", {"lines": 2_000, "write_lines": 500, "postgres": False}),
        ("P9", {"rows": 400}),
        ("P10", {"lines": 5_000}),
    ],
)
def test_contenders_give_equal_answers(key: str, options: dict[str, int]) -> None:
    result = run(key, **options)
    assert any(note.startswith("Checked: ") for note in result["notes"])
    for one in result["contenders"]:
        assert one["median"][result["shown"][0]] > 0
    assert all(target["measured"] is not None for target in result["targets"])
    assert result["title"] in report.plain(result)


def test_a_different_answer_is_an_error() -> None:
    from bench.p04_what_if import same_answers

    with pytest.raises(AssertionError, match="differ"):
        same_answers({"jishi": {"digest": "a"}, "Polars": {"digest": "b"}})


def test_a_company_is_the_same_every_time(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow.parquet as pq

    first = company(3_000)
    monkeypatch.setenv("JISHI_BENCH_DIR", str(tmp_path))
    second = company(3_000)
    assert first.folder.parent == cache
    assert second.folder.parent == tmp_path
    for name in ("customers", "products", "orders", "order_lines"):
        assert pq.read_table(first.path(name)).equals(pq.read_table(second.path(name)))
    assert pq.read_metadata(second.path("order_lines")).num_rows == 3_000


@pytest.mark.parametrize("key", ["P14"])
def test_page_rows_visit_the_served_product(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = __import__(MODULES[key], fromlist=["row"])
    for name in ("main_size", "label"):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, getattr(page_rows, name))
    if hasattr(module, "sizes"):
        monkeypatch.setattr(module, "sizes", lambda **_: [CUSTOMERS])
    result = run(key, only=1)
    first = result["contenders"][0]["median"]
    assert any(value for value in first.values()), first


def test_pages_and_saves_go_on_beside_an_import() -> None:
    result = run("P21", only=2, lines=500)
    for one in result["contenders"]:
        [figures] = one["rounds"]
        assert figures["failed"] == 0
        assert figures["requests"] > 0
    assert result["contenders"][1]["rounds"][0]["saves"] > 0


def test_targets_are_judged_round_by_round() -> None:
    ours = [{"cpu_s": 1.0}, {"cpu_s": 4.0}, {"cpu_s": 1.1}]
    theirs = [{"cpu_s": 2.0}, {"cpu_s": 8.0}, {"cpu_s": 2.0}]
    measured = {"jishi": ours, "peer": theirs}
    assert judge(Target("cpu_s", "jishi", 0.5, "peer"), measured).met is True
    assert judge(Target("cpu_s", "jishi", 0.49, "peer"), measured).met is False
    assert judge(Target("cpu_s", "peer", 1.8, "jishi", at_least=True), measured).measured == 2.0
    assert judge(Target("rss_mb", "jishi", 1.0), measured).met is None


def test_the_document_names_what_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = Row(
        "P1", "Scoring", "work", [Contender("jishi", "f"), Contender("peer", "g")],
        [Target("cpu_s", "jishi", 0.5, "peer"), Target("cpu_s", "jishi", 3.0)],
        shown=("cpu_s",),
    )  # fmt: skip
    result = as_json(row, {"jishi": [{"cpu_s": 2.0}], "peer": [{"cpu_s": 2.0}]}, conditions(1))
    (tmp_path / "P1.json").write_text(json.dumps(result), encoding="utf-8")
    target = tmp_path / "performance.md"
    monkeypatch.setattr(report, "DOCUMENT", target)
    report.write(tmp_path)
    text = target.read_text(encoding="utf-8")
    assert "1 of 2 targets met" in text
    assert "- P1: cpu_s: jishi / peer ≤ 0.5×; measured 1.00" in text
    assert "| cpu_s: jishi ≤ 3 | 2.00 | met |" in text


def test_an_unknown_row_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert arguments(["--only", "p1, P9", "--quick"]).keys == ["P1", "P9"]
    with pytest.raises(SystemExit):
        arguments(["--only", "P99"])
    assert "no row P99" in capsys.readouterr().err
    assert arguments([]).keys == list(MODULES)
