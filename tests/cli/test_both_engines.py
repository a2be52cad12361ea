"""Commands run inside the test, so that they meet SQLite and PostgreSQL alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation
from typer.testing import CliRunner

from jishi.cli import main
from jishi.cli.common import RefusedError
from jishi.customers.models import Customer
from jishi.facts.models import OrderLine
from jishi.foundation.models import Batch
from jishi.scoring.models import Standing
from tests.ingest.conftest import write_csv
from tests.oracles.receipt_checker import check
from tests.support import shared_data
from tests.warehouse import company


pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("data_folder")]

HEAD = "客户编码,客户名称,订单号,行号,下单日期,数量,金额"


@pytest.fixture
def jishi() -> Any:
    """`jishi("score", "--json")` → what the command printed; a refusal is raised."""
    if not main.app.registered_commands:
        main._register()

    def run(*arguments: object) -> str:
        done = CliRunner().invoke(main.app, [str(one) for one in arguments])
        if done.exception is not None:
            raise done.exception
        return done.stdout

    with translation.override("en"):
        yield run


@pytest.fixture
def read(jishi: Callable[..., str]) -> Callable[..., Any]:
    return lambda *arguments: json.loads(jishi(*arguments, "--json"))


@pytest.fixture
def traded(data_folder: Path) -> list[Customer]:
    """Twelve customers, ten of whom buy; half of the lines have no cost."""
    who, what = company.customers(12), company.products(4)
    company.sell(who[:10], what, orders=40, minute=1)
    company.other_facts(who[:6], minute=2)
    return who


# --- taking an import back -----------------------------------------------------------------------
def test_who_came_with_an_import_leaves_with_it(
    jishi: Any, read: Any, tmp_path: Path, browser_of: Any, make_user: Any
) -> None:
    stays = write_csv(tmp_path / "a.csv", HEAD, "A1,甲,S1,1,2026-02-03,1,100.00")
    goes = write_csv(tmp_path / "b.csv", HEAD, "B1,乙,S2,1,2026-02-04,1,50.00")
    jishi("import", stays)
    batch = read("import", goes)["batch"]
    jishi("score", "--as-of", "2026-03-01")
    assert {row["code"] for row in read("customers", "list")} == {"A1", "B1"}
    assert read("batches", "undo", batch)["archived"] == {"customers_customer": 1}
    [left] = read("customers", "list")
    assert (left["code"], left["spend"], left["orders"]) == ("A1", "100.0000", 1)
    assert "B1" not in jishi("customers", "list")
    assert list(Standing.objects.unscoped("test").values_list("customer__code", flat=True)) == [
        "A1"
    ]
    for file_format in ("csv", "xlsx", "parquet"):
        out = tmp_path / f"out.{file_format}"
        assert "1 customers" in jishi("export", "customers", "--format", file_format, "--out", out)
    assert "B1" not in (tmp_path / "out.csv").read_text("utf-8-sig")
    browser = browser_of(make_user("admin"))
    page = browser.get("/customers/?view=all").content.decode()
    assert "甲" in page
    assert "乙" not in page.split("<tbody")[1].split("</tbody>")[0]
    sheet = browser.get("/customers/export/?view=all&format=csv")
    text = b"".join(sheet.streaming_content if sheet.streaming else [sheet.content]).decode()
    assert "A1" in text
    assert "B1" not in text
    jishi("score", "--as-of", "2026-03-01")
    assert [row["rank"] for row in read("customers", "list")] == [1]


def test_contacts_of_an_import_are_seen_before_the_next_grading_and_leave_with_it(
    jishi: Any, read: Any, tmp_path: Path
) -> None:
    orders = write_csv(
        tmp_path / "a.csv", HEAD, "A1,甲,S1,1,2025-02-03,1,100.00", "B1,乙,S2,1,2025-02-04,1,50.00"
    )
    head = "跟进编号,客户编码,跟进日期,沟通方式,跟进内容"
    rows = (
        "V1,A1,2025-02-10,电话,报价",
        "V2,A1,2025-02-07,拜访,选型",
        "V3,B1,2025-03-01,微信,催款",
    )
    contacts = write_csv(tmp_path / "v.csv", head, *rows)
    jishi("import", orders)
    jishi("score", "--as-of", "2025-02-28")

    def latest() -> list[date | None]:
        rows = Standing.objects.unscoped("test").order_by("customer__code")
        return list(rows.values_list("latest_interaction_on", flat=True))

    assert latest() == [None, None]
    batch = read("import", contacts)["batch"]
    known = [date(2025, 2, 10), date(2025, 3, 1)]
    assert latest() == known
    jishi("score", "--as-of", "2025-02-28")
    assert latest() == known, "a grading as of another day does not forget what is known by now"
    corrected = write_csv(tmp_path / "w.csv", head, "V1,A1,2025-02-05,电话,报价")
    later = read("import", corrected)["batch"]
    assert latest() == [date(2025, 2, 7), known[1]]
    read("batches", "undo", later)
    assert latest() == known
    read("batches", "undo", batch)
    assert latest() == [None, None]


# --- exact figures -------------------------------------------------------------------------------
def test_exact_sales_add_up_to_the_published_total(jishi: Any, read: Any) -> None:
    jishi("import", "--recipe", "northwind", shared_data("northwind"))
    run = read("score", "--months", "all")
    rows = read("customers", "list")
    exact = sum(Decimal(row["spend"]) for row in rows)
    assert round(exact, 2) == Decimal("1265793.04")
    stored = OrderLine.objects.unscoped("test").current().values_list("amount_e4", flat=True)
    assert exact == Decimal(sum(stored)).scaleb(-4)
    assert sum(row["spend_minor"] for row in rows) == 126_579_308, "each rounded by itself"
    assert run["spend_minor"] == 126_579_304
    assert run["margin_minor"] is None, "Northwind tells no cost"
    sold = [row for row in rows if row["orders"]]
    assert {(row["margin"], row["margin_minor"]) for row in sold} == {(None, None)}


def test_margin_is_exact_where_costs_are_known(jishi: Any, read: Any, tmp_path: Path) -> None:
    head = f"{HEAD},成本"
    file = write_csv(
        tmp_path / "a.csv", head, "A1,甲,S1,1,2026-02-03,1,10.0049,9.0001",
        "B1,乙,S2,1,2026-02-03,1,5,",
    )  # fmt: skip
    jishi("import", file)
    run = read("score", "--as-of", "2026-03-01")
    rows = {row["code"]: row for row in read("customers", "list")}
    assert (rows["A1"]["margin"], rows["A1"]["margin_minor"]) == ("1.0048", 100)
    assert (rows["B1"]["margin"], rows["B1"]["margin_minor"]) == (None, None)
    assert run["margin_minor"] == 100, "of the customers whose costs are known"


# --- tables for people ---------------------------------------------------------------------------
def test_names_and_amounts_are_shown_as_they_are(jishi: Any, read: Any, tmp_path: Path) -> None:
    name = f"[/red] [vip] :smile: {'甲' * 60}公司"
    file = write_csv(tmp_path / "a.csv", HEAD, f"A1,{name},S1,1,2026-02-03,1,1234567")
    jishi("import", file, "--currency", "JPY")
    assert [read("customers", "list")[0][key] for key in ("tier_label", "is_key_account")] == [
        None,
        None,
    ]
    jishi("score", "--as-of", "0001-06-01")
    jishi("score", "--as-of", "2026-03-01")
    shown = jishi("customers", "list")
    assert name in shown
    assert shown.count("1,234,567") == 2
    assert "1,234,567." not in shown
    made = timezone.localtime(Batch.objects.get().created_at)
    assert f"{made:%Y-%m-%d %H:%M}" in jishi("batches", "list"), "on the product's clock"


# --- receipts ------------------------------------------------------------------------------------
def test_a_receipt_leads_down_to_its_facts(jishi: Any, read: Any, traded: list[Customer]) -> None:
    jishi("score", "--as-of", "2025-12-31")
    code = read("customers", "list")[0]["code"]
    paper = read("receipt", code)
    assert check(paper) == []
    lines = {one["key"]: one for part in paper["dimensions"] for one in part["indicators"]}
    assert all(one["facts"] for one in lines.values())
    [behind] = lines["spend_e4"]["facts"]
    mine = OrderLine.objects.unscoped("test").filter(
        customer__code=code, occurred_on__gt=date(2024, 12, 31), occurred_on__lte=date(2025, 12, 31)
    )
    assert (behind["start_on"], behind["end_on"]) == ("2025-01-01", "2025-12-31")
    assert set(behind["keys"]) == set(mine.values_list("key", flat=True))
    assert (behind["table"], behind["count"], behind["keys_left_out"]) == (
        "order_lines", mine.count(), 0,
    )  # fmt: skip
    assert sum(mine.values_list("amount_e4", flat=True)) == int(lines["spend_e4"]["raw"])


def test_many_facts_are_counted_and_the_newest_named(
    jishi: Any, read: Any, data_folder: Path
) -> None:
    who = company.customers(1)
    company.sell(who, company.products(2), orders=60, minute=1)
    jishi("score", "--as-of", "2025-12-31", "--months", "all")
    paper = read("receipt", who[0].code)
    assert check(paper) == []
    lines = {one["key"]: one for part in paper["dimensions"] for one in part["indicators"]}
    [behind] = lines["spend_e4"]["facts"]
    assert (behind["count"], len(behind["keys"]), behind["keys_left_out"]) == (120, 50, 70)
    newest = OrderLine.objects.unscoped("test").order_by("-occurred_on", "-pk")[:50]
    assert behind["keys"] == [line.key for line in newest]


def test_a_receipt_for_people_speaks_in_words(jishi: Any, read: Any, traded: Any) -> None:
    jishi("score", "--as-of", "2025-12-31")
    first = read("customers", "list")[0]
    text = jishi("receipt", first["code"])
    exact = Decimal(first["period_spend_minor"]).scaleb(-2)
    assert f"{exact:,.2f} CNY" in text
    assert "12 months up to 2025-12-31" in text
    assert first["score"] in text
    assert "_e4" not in text
    for key in ("spend", "margin_pct", "active_months"):
        assert f" {key}" not in text


def test_a_receipt_of_somebody_who_came_later_is_refused(jishi: Any, traded: Any) -> None:
    jishi("score", "--as-of", "2025-12-31")
    late = company.customers(1, prefix="L")[0]
    with pytest.raises(RefusedError, match="was not there when"):
        jishi("receipt", late.code)


# --- what was known ------------------------------------------------------------------------------
def test_scores_of_what_was_known_at_a_moment(jishi: Any, read: Any, traded: Any) -> None:
    first = read("score", "--as-of", "2025-12-31", "--months", "all")
    company.sell(traded[:2], company.Product.objects.all()[:2], orders=4, minute=60 * 24 * 3)
    told = company.CLOCK + timedelta(days=1)
    then = read("score", "--as-of", "2025-12-31", "--months", "all", "--known-at", told.isoformat())
    assert (then["digest"], then["spend_minor"]) == (first["digest"], first["spend_minor"])
    assert then["known_at"] == told.isoformat()
    day = timezone.localdate(told)
    assert (
        read("score", "--as-of", "2025-12-31", "--months", "all", "--known-at", day)["digest"]
        == (first["digest"])
    )
    now = read("score", "--as-of", "2025-12-31", "--months", "all")
    assert now["spend_minor"] > first["spend_minor"]
    assert now["known_at"] is None
    with pytest.raises(RefusedError, match="neither a day nor a moment"):
        jishi("score", "--known-at", "yesterday")


# --- nobody by the alphabet ----------------------------------------------------------------------
def test_customers_without_orders_are_no_key_accounts(
    jishi: Any, read: Any, tmp_path: Path
) -> None:
    rows = [f"A{n:02d},客户{n}" for n in range(20)]
    jishi("import", write_csv(tmp_path / "a.csv", "客户编码,客户名称", *rows))
    for scheme in ("value_depth_growth", "revenue_only", "rfm"):
        run = read("score", "--scheme", scheme)
        listed = read("customers", "list")
        assert not any(row["is_key_account"] for row in listed), scheme
        assert sum(run["tiers"].values()) == run["tiers"][listed[0]["tier"]] == 20
    # An order without amounts says too little.
    bare = write_csv(tmp_path / "0.csv", "客户编码,订单号,下单日期", "A18,S0,2026-02-04")
    batch = read("import", bare)["batch"]
    jishi("score", "--scheme", "value_depth_growth", "--as-of", "2026-03-01")
    assert not any(row["is_key_account"] for row in read("customers", "list"))
    jishi("batches", "undo", batch)
    jishi("import", write_csv(tmp_path / "b.csv", HEAD, "A19,客户19,S1,1,2026-02-03,1,100"))
    jishi("score", "--scheme", "value_depth_growth", "--as-of", "2026-03-01")
    assert [row["code"] for row in read("customers", "list") if row["is_key_account"]] == ["A19"]
