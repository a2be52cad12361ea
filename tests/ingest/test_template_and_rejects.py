"""The template is read back by its recipe; rejected rows come back in the same workbook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from jishi.customers.models import Contact, Customer
from jishi.facts.models import ExpertRating, Interaction, OrderLine, Payment, Return
from jishi.ingest.mapping.recipe import recipe_from, shipped_recipes
from jishi.ingest.rejects import NothingRejectedError, files_with_rejects, rejected_file
from jishi.ingest.template import SHEETS, headings, template_recipe, write_template


pytestmark = pytest.mark.django_db

WHY = "a test looks"


def filled_template(path: Path, **extra: dict[str, str]) -> Path:
    """The template with one row below the example in each sheet: the example made real."""
    write_template(path)
    book = load_workbook(path)
    for name in SHEETS:
        sheet = book[name]
        for column in range(1, sheet.max_column + 1):
            value = sheet.cell(2, column).value
            heading = sheet.cell(1, column).value
            if isinstance(value, str):
                value = value.replace("示例：", "").replace("示例-", "").replace("示例", "K")
            sheet.cell(3, column).value = extra.get(name, {}).get(heading, value)
        if name == "转介绍":
            for column in range(1, sheet.max_column + 1):
                if sheet.cell(1, column).value == "被推荐客户编码":
                    sheet.cell(3, column).value = None
    book.save(path)
    return path


def test_the_recipe_is_the_workbook() -> None:
    assert shipped_recipes()["template"] == recipe_from(template_recipe())


def test_template_round_trip(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    job = bring_in(filled_template(tmp_path / "大客户关系管理表.xlsx"), recipe="template")
    assert {name: (c["new"], c["rejected"]) for name, c in job.counts.items()} == dict.fromkeys(
        job.counts, (1, 0)
    )
    assert set(job.counts) == {
        "customers", "products", "contacts", "orders", "order_lines", "payments", "returns",
        "interactions", "complaints", "satisfaction", "ratings", "referrals", "services",
    }  # fmt: skip
    customer = Customer.objects.unscoped(WHY).get()
    assert (customer.code, customer.industry, customer.region) == ("K001", "C34", "430100")
    assert (customer.credit_limit_e4, customer.customer_type_id) == (50_000_000_000, "enterprise")
    contact = Contact.objects.unscoped(WHY).get()
    assert (contact.birth_calendar, contact.birth_year, contact.birth_month, contact.birth_day) == (
        "lunar", 1980, 8, 15,
    )  # fmt: skip
    line = OrderLine.objects.unscoped(WHY).get()
    assert (line.quantity_milli, line.amount_e4, line.discount_e4, line.cost_e4) == (
        200_000, 360_000_000, 18_000_000, 252_000_000,
    )  # fmt: skip
    assert Payment.objects.unscoped(WHY).get().order_ref == line.order_ref
    assert Return.objects.unscoped(WHY).get().product_id == line.product_id
    assert ExpertRating.objects.unscoped(WHY).get().value_pct == 85
    assert Interaction.objects.unscoped(WHY).get().channel == "meeting"
    again = bring_in(filled_template(tmp_path / "again.xlsx"), recipe="template")
    assert all(c["new"] == c["changed"] == 0 for c in again.counts.values()), again.counts


def test_an_empty_template_is_refused_kindly(check: Callable[..., Any], tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx")
    job = check(tmp_path / "t.xlsx", recipe="template")
    assert all(sum(c.values()) == 0 for c in job.counts.values())


def test_every_heading_stands_once(tmp_path: Path) -> None:
    for sheet in SHEETS:
        names = [name for name, _ in headings(sheet)]
        assert len(names) == len(set(names)), sheet


def test_rejected_rows_come_back_red_in_the_same_workbook(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    path = filled_template(
        tmp_path / "大客户.xlsx", 订单={"金额": "三万六", "订单日期": "2026-13-01"}
    )
    job = bring_in(path, recipe="template")
    assert job.counts["order_lines"]["rejected"] == 1
    assert files_with_rejects(job) == [(0, "大客户.xlsx")]
    made = rejected_file(job, 0)
    book = load_workbook(made)
    assert book.sheetnames == load_workbook(path).sheetnames
    sheet = book["订单"]
    place = {sheet.cell(1, c).value: c for c in range(1, sheet.max_column + 1)}
    for heading in ("金额", "订单日期"):
        cell = sheet.cell(3, place[heading])
        assert cell.fill.start_color.rgb.endswith("F4B6AE")
        assert cell.comment is not None
    assert sheet.cell(3, place["数量"]).comment is None
    assert book["客户"].cell(3, 1).value == "K001"


def test_rejected_rows_of_text_come_back_as_csv_with_reasons(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "客户.csv"
    path.write_bytes("客户编码;客户名称;邮编\nA1;甲;1\n;;2\nA2;=乙;3\n".encode("gb18030"))
    job = bring_in(path)
    content = rejected_file(job, 0).read_text(encoding="utf-8-sig").splitlines()
    assert len(content) == 2
    assert content[1].startswith(",,2,")


def test_nothing_rejected(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("客户编码,客户名称\nA1,甲\n", encoding="utf-8")
    job = bring_in(path)
    assert files_with_rejects(job) == []
    with pytest.raises(NothingRejectedError):
        rejected_file(job, 0)
