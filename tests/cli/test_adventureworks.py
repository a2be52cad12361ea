"""The main job from the command line, on the published figures of AdventureWorks."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests.oracles.receipt_checker import check as check_receipt
from tests.support import shared_data


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def company(fresh):
    report = fresh.json("import", "--recipe", "adventureworks", shared_data("adventureworks/dw"))
    fresh.report = report
    return fresh


@pytest.fixture(scope="module")
def by_revenue(company):
    run = company.json("score", "--scheme", "revenue_only", "--months", "all")
    return run, company.json("customers", "list", "--limit", "0")


@pytest.fixture(scope="module")
def with_margin(company, by_revenue):
    run = company.json("score", "--scheme", "value_with_margin", "--months", "all")
    return run, company.json("customers", "list", "--limit", "0")


def test_everything_arrives(company):
    entities = company.report["entities"]
    assert {name: entities[name]["new"] for name in ("customers", "products", "orders", "order_lines")} == {
        "customers": 701, "products": 606, "orders": 3796, "order_lines": 60855,
    }  # fmt: skip
    assert all(counts["rejected"] == 0 for counts in entities.values())
    assert entities["order_lines"]["amount_accepted"] == "80450596.9823"
    assert company.report["adopted_currency"] == "USD"


def test_published_totals_are_reproduced(by_revenue):
    run, customers = by_revenue
    assert run["ordering_customers"] == 635
    assert run["spend_minor"] == 8_045_059_698
    assert run["as_of"] == "2013-11-29"
    assert round(100 * run["margin_minor"] / run["spend_minor"], 2) == 0.58
    assert sum(c["orders"] > 0 for c in customers) == 635


def test_ranking_by_revenue_alone_picks_customers_that_lose_money(by_revenue, with_margin):
    top = by_revenue[1][:10]
    assert [c["name"] for c in top[:2]] == ["Brakes and Gears", "Excellent Riding Supplies"]
    assert sum(c["margin_minor"] < 0 for c in top) == 8
    better = with_margin[1][:10]
    assert sum(c["margin_minor"] < 0 for c in better) == 0
    assert {c["code"] for c in top} != {c["code"] for c in better}


def test_customers_list_keeps_its_contract(with_margin, company):
    first = with_margin[1][0]
    assert {"code", "name", "tier", "score", "rank", "spend_minor", "currency"} <= set(first)
    assert isinstance(first["score"], str)
    assert isinstance(first["spend_minor"], int)
    assert (first["rank"], first["currency"]) == (1, "USD")
    scores = [Decimal(c["score"]) for c in with_margin[1]]
    assert scores == sorted(scores, reverse=True)
    by_spend = company.json("customers", "list", "--sort", "spend", "--limit", "5")
    assert [c["spend_minor"] for c in by_spend] == sorted(
        (c["spend_minor"] for c in with_margin[1]), reverse=True
    )[:5]


def test_a_receipt_sums_exactly_and_passes_the_independent_checker(with_margin, company):
    for customer in (with_margin[1][0], with_margin[1][350], with_margin[1][-1]):
        paper = company.json("receipt", customer["code"])
        parts = [
            Decimal(one["contribution"])
            for dimension in paper["dimensions"]
            for one in dimension["indicators"]
        ]
        assert sum(parts) == Decimal(paper["score"]) == Decimal(customer["score"])
        assert check_receipt(json.loads(json.dumps(paper))) == []


def test_the_same_files_twice_change_nothing(company, with_margin):
    again = company.json("import", "--recipe", "adventureworks", shared_data("adventureworks/dw"))
    for name, counts in again["entities"].items():
        assert (counts["new"], counts["changed"]) == (0, 0), name
        assert counts["unchanged"] == company.report["entities"][name]["new"]
    rerun = company.json("score", "--scheme", "value_with_margin", "--months", "all")
    assert rerun["digest"] == with_margin[0]["digest"]


def test_a_dry_run_writes_nothing(company, tmp_path):
    before = company.json("batches", "list")
    path = tmp_path / "more.csv"
    path.write_text("客户编码,客户名称\nDRY-1,试导入有限公司\n", encoding="utf-8")
    report = company.json("import", "--dry-run", path)
    assert (report["dry_run"], report["entities"]["customers"]["new"]) == (True, 1)
    assert company.json("batches", "list") == before


@pytest.mark.parametrize(
    ("file_format", "reader"),
    [("xlsx", "read_excel"), ("csv", "read_csv"), ("parquet", "read_parquet")],
)
def test_the_table_goes_out_to_a_file(with_margin, company, tmp_path, file_format, reader):
    import pandas as pd

    target = tmp_path / f"customers.{file_format}"
    said = company.ok("export", "customers", "--format", file_format, "--out", str(target))
    assert "701 customers" in said
    table = getattr(pd, reader)(target)
    assert len(table) == 701
    assert list(table.columns[:2]) == ["_id", "_rev"]
    assert list(table["名次"][:3]) == [1, 2, 3]
    sales = next(name for name in table.columns if "USD" in name and "销售" in name)
    assert round(sum(float(value) for value in table[sales]), 2) == 80_450_596.98


def test_sales_of_the_whole_history_do_not_depend_on_the_scheme(with_margin, company):
    rows = company.json("customers", "list", "--sort", "spend")
    assert sum(row["spend_minor"] for row in rows) == pytest.approx(8_045_059_698, abs=701)
    assert sum(row["orders"] > 0 for row in rows) == 635
    assert len(company.json("customers", "list", "--limit", "3")) == 3
