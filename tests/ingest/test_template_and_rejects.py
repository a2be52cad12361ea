"""The template is read back by its recipe; rejected rows come back in the same workbook."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from jishi.customers.models import Contact, Customer
from jishi.facts.models import ExpertRating, Interaction, OrderLine, Payment, Return
from jishi.ingest import rejects
from jishi.ingest.mapping.recipe import recipe_from, shipped_recipes
from jishi.ingest.parsing.children import ChildResult
from jishi.ingest.rejects import NothingRejectedError, files_with_rejects, rejected_file
from jishi.ingest.services import import_check
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


def test_drop_downs_and_notes_help_to_fill_it_in(tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx")
    book = load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["填写说明", *SHEETS]
    for name in SHEETS:
        sheet = book[name]
        assert sheet.freeze_panes == "B2"
        offered = {
            sheet.cell(1, area.min_col).value: rule.formula1
            for rule in sheet.data_validations.dataValidation
            for area in rule.sqref.ranges
        }
        for heading, item in headings(name):
            if item.choices:
                words = [found[0] for found in item.choices.values()]
                assert offered[heading] == f'"{",".join(words)}"', heading
        notes = {cell.value: cell.comment.text for cell in sheet[1] if cell.comment}
        for heading, item in headings(name):
            if item.required:
                assert "必填" in notes[heading], heading


def test_a_template_filled_in_by_a_person(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    """Typed into the sheets below the example: real dates and numbers, words of the drop-downs, gaps."""
    path = tmp_path / "大客户关系管理表.xlsx"
    write_template(path)
    book = load_workbook(path)

    def fill(name: str, row: int, **cells: Any) -> None:
        places = {cell.value: cell.column for cell in book[name][1]}
        for heading, value in cells.items():
            book[name].cell(row, places[heading]).value = value

    fill("客户", 3, 客户编码="H1", 客户名称="湘江重工集团", 客户类型="企业", 行业="通用设备制造业",
         城市="长沙", 合作开始日期=date(2021, 5, 18), 信用额度=1_500_000.5, 员工人数=2300)  # fmt: skip
    fill("客户", 5, 客户编码="H2", 客户名称="湘江液压", 所属集团="湘江重工集团", 信用额度="1.2万")
    fill(
        "联系人", 3, 客户编码="H1", 联系人="王磊", 手机=13812345678, 生日="8月15日", 生日历法="农历"
    )
    fill("产品", 3, 产品编码="P1", 产品名称="油缸", 标准成本=230)
    fill("产品", 4, 产品编码="P2", 产品名称="阀")
    fill("订单", 3, 客户名称="湘江液压", 订单号="D-7", 订单日期=date(2026, 3, 5), 产品名称="油缸",
         数量=3, 金额=900.25, 成本="￥700")  # fmt: skip
    fill("订单", 4, 客户名称="湘江液压", 订单号="D-7", 订单日期=date(2026, 3, 5), 产品名称="阀",
         数量=1, 金额=99.75)  # fmt: skip
    fill("回款", 3, 客户编码="H2", 订单号="D-7", 回款日期=date(2026, 4, 1), 回款金额=500)
    fill("专家评分", 3, 客户编码="H1", 评价维度="示范作用", 评定日期=date(2026, 1, 2), 评定分值=85)
    book.save(path)

    job = bring_in(path, recipe="template")
    assert {name: c["new"] for name, c in job.counts.items() if c["new"]} == {
        "customers": 2, "products": 2, "contacts": 1, "orders": 1, "order_lines": 2, "payments": 1,
        "ratings": 1,
    }  # fmt: skip
    assert sum(c["rejected"] for c in job.counts.values()) == 0
    found = {c.code: c for c in Customer.objects.unscoped(WHY)}
    assert set(found) == {"H1", "H2"}
    assert found["H2"].parent_id == found["H1"].pk
    assert (found["H1"].credit_limit_e4, found["H2"].credit_limit_e4) == (
        15_000_005_000,
        120_000_000,
    )
    assert (found["H1"].cooperation_since_on, found["H1"].employees) == (date(2021, 5, 18), 2300)
    contact = Contact.objects.unscoped(WHY).get()
    assert (contact.mobile, contact.birth_calendar, contact.birth_month, contact.birth_day) == (
        "13812345678", "lunar", 8, 15,
    )  # fmt: skip
    lines = OrderLine.objects.unscoped(WHY).order_by("pk")
    assert sorted((line.amount_e4, line.cost_e4) for line in lines if line.cost_e4) == [
        (9_002_500, 7_000_000)
    ]
    assert sum(line.amount_e4 for line in lines) == 10_000_000
    assert {line.customer_id for line in lines} == {found["H2"].pk}
    assert Payment.objects.unscoped(WHY).get().order_ref == lines[0].order_ref
    assert ExpertRating.objects.unscoped(WHY).get().criterion == "demonstration"
    again = bring_in(path, recipe="template")
    assert all(c["new"] == c["changed"] == 0 for c in again.counts.values()), again.counts


def test_an_empty_template_is_refused_kindly(check: Callable[..., Any], tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx")
    job = check(tmp_path / "t.xlsx", recipe="template")
    assert all(sum(c.values()) == 0 for c in job.counts.values())


def test_every_heading_stands_once(tmp_path: Path) -> None:
    for sheet in SHEETS:
        names = [name for name, _ in headings(sheet)]
        assert len(names) == len(set(names)), sheet


def test_a_template_from_before_a_column_was_added_is_read(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    path = filled_template(tmp_path / "大客户.xlsx")
    book = load_workbook(path)
    for name, heading in (("客户", "标签"), ("联系人", "所属方"), ("投诉", "处理结果")):
        columns = [cell.column for cell in book[name][1] if cell.value == heading]
        assert columns, (name, heading)
        book[name].delete_cols(columns[0])
    book.save(path)
    job = bring_in(path, recipe="template")
    assert [job.counts[name]["new"] for name in ("customers", "contacts", "complaints")] == [
        1,
        1,
        1,
    ]


def test_a_template_without_a_column_of_its_own_is_refused(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    path = filled_template(tmp_path / "大客户.xlsx")
    book = load_workbook(path)
    place = next(cell for cell in book["订单"][1] if cell.value == "成本")
    place.value = "成本价"
    book.save(path)
    job = check(path, recipe="template")
    assert job.problem is not None
    assert job.problem["code"] == "no_such_column"


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


def test_marks_tell_of_the_latest_check(
    check: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = check(
        filled_template(tmp_path / "大客户.xlsx", 订单={"金额": "三万六"}), recipe="template"
    )
    real, half = rejects.run_child, []

    def killed_half_way(module: str, request: Any, work: Path, **limits: Any) -> Any:
        if half:
            return real(module, request, work, **limits)
        half.append(work / request["name"])
        half[0].write_bytes(b"PK")
        return ChildResult(None, -9, "memory", "")

    monkeypatch.setattr(rejects, "run_child", killed_half_way)
    for _time in range(2):
        assert rejected_file(job, 0).suffix == ".csv"
        assert not half[0].exists()
    import_check(by=None, job_id=job.pk)
    made = rejected_file(job, 0)
    assert made.suffix == ".xlsx"
    assert load_workbook(made)["订单"].cell(3, 1).value


def test_nothing_rejected(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("客户编码,客户名称\nA1,甲\n", encoding="utf-8")
    job = bring_in(path)
    assert files_with_rejects(job) == []
    with pytest.raises(NothingRejectedError):
        rejected_file(job, 0)
