"""客户报告: what stands on the paper, and the same in a workbook."""

from __future__ import annotations

import io
from datetime import timedelta

import docx
import pytest
from docx.oxml.ns import qn
from openpyxl import load_workbook
from tests.conftest import NOW, TODAY

from jishi.customers.models import Customer
from jishi.facts.models import Complaint, Interaction, OrderLine, Payment, Product
from jishi.scoring.models import Standing


pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(make_customer, admin, stand, batch):
    """A graded customer that bought twice, to whom something is promised, and that complains."""
    found = make_customer(name="=甲公司", code="JX-1", owner=admin)
    stand(found, rank=1, spend_e4=124_863_250_100)
    fact = {"customer": found, "recorded_at": NOW, "batch": batch}
    for number, (name, days, amount) in enumerate(
        [("控制柜", 3, 100_005_000), ("机器人", 40, 25_000_000), ("机器人", 500, 77_000_000)]
    ):
        product, _made = Product.objects.get_or_create(
            sku=name, defaults={"name": name, "batch": batch}
        )
        OrderLine._base_manager.create(
            **fact, key=f"l{number}", occurred_on=TODAY - timedelta(days=days), order_ref=number + 1,
            product=product, quantity_milli=1_000, amount_e4=amount, currency="CNY",
            status="completed",
        )  # fmt: skip
    Payment._base_manager.create(
        **fact, key="p1", occurred_on=TODAY, amount_e4=30_000_000, currency="CNY"
    )
    for days, step in ((30, "旧承诺"), (4, "本周给报价")):
        Interaction._base_manager.create(
            **fact, key=f"i{days}", occurred_on=TODAY - timedelta(days=days), channel="phone",
            summary="谈了", next_step=step, next_step_on=TODAY - timedelta(days=2),
        )  # fmt: skip
    for key, closed, text in (("c1", None, "<b>漏油"), ("c2", TODAY, "已经修好")):
        Complaint._base_manager.create(
            **fact, key=key, occurred_on=TODAY - timedelta(days=9), severity=2, summary=text,
            closed_on=closed,
        )  # fmt: skip
    return found


def test_the_report_says_what_stands_open_and_how_figures_are_computed(browser_of, admin, customer):
    browser = browser_of(admin)
    page = browser.get(f"/customers/{customer.pk}/report/")
    text = page.content.decode()
    for shown in ("=甲公司", "控制柜", "机器人", "本周给报价", "&lt;b&gt;漏油", TODAY.isoformat()):
        assert shown in text
    for hidden in ("旧承诺", "已经修好", "<b>漏油", "watermark"):
        assert hidden not in text
    report = page.context["report"]
    assert len(report.head.figures) == 6
    assert len(report.notes) == 6
    assert all(label and formula for label, formula in report.notes)
    sums = [sum(row[at].exact for row in report.months.rows) for at in (1, 2)]
    assert sums == [125_005_000, 30_000_000], "the months of a year, exactly"
    products = {row[0].text: row[1].exact for row in report.blocks[0].rows}
    assert products == {"控制柜": 100_005_000, "机器人": 25_000_000}

    marked = browser.get(f"/customers/{customer.pk}/report/?mark=1").content.decode()
    assert f"{admin.name} {TODAY.isoformat()}</text>" in marked


def test_the_workbook_holds_the_same_as_numbers(browser_of, admin, customer):
    answer = browser_of(admin).get(f"/customers/{customer.pk}/report.xlsx")
    assert "JX-1.xlsx" in answer["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    flat = [value for row in rows for value in row if value is not None]
    assert rows[0][0] == "=甲公司"
    assert sheet["A1"].data_type == "s", "no formula"
    assert ["控制柜", 10000.5] in [row[:2] for row in rows]
    assert "¥12,486,325.01" in flat
    assert {"本周给报价", "<b>漏油"} <= set(flat)
    assert "旧承诺" not in flat
    assert any(str(value).startswith("同比 ") for value in flat)


def test_files_cut_nothing_and_say_what_the_page_says_above_the_figures(
    browser_of, admin, customer, batch
):
    Standing._base_manager.filter(pk=customer.pk).update(is_designated=True)
    Customer._base_manager.filter(pk=customer.pk).update(is_archived=True)
    Complaint._base_manager.create(
        customer=customer, recorded_at=NOW, batch=batch, key="c3", occurred_on=TODAY, severity=2,
        summary="很长的投诉，" * 12,
    )  # fmt: skip
    browser = browser_of(admin)
    book = browser.get(f"/customers/{customer.pk}/report.xlsx")
    sheet = load_workbook(io.BytesIO(book.content)).active
    document = docx.Document(
        io.BytesIO(browser.get(f"/customers/{customer.pk}/report.docx").content)
    )
    for told in ("该客户已归档。", "级别由人工指定"):
        assert any(told in str(cell.value) for cell in sheet["A"])
        assert any(told in paragraph.text for paragraph in document.paragraphs)
    height = {str(cell.value): sheet.row_dimensions[cell.row].height for cell in sheet["A"]}
    assert height["很长的投诉，" * 12] == 5 * 15
    notes = [row[1] for row in sheet.iter_rows() if str(row[0].value).startswith("销售额")]
    assert notes, "how sales are computed, over the empty cells beside it"
    assert not notes[-1].alignment.wrap_text


def test_the_document_holds_the_same_in_words(browser_of, admin, customer):
    answer = browser_of(admin).get(f"/customers/{customer.pk}/report.docx")
    assert "JX-1.docx" in answer["Content-Disposition"]
    document = docx.Document(io.BytesIO(answer.content))
    assert document.paragraphs[0].text == "=甲公司"
    titles = [one.text for one in document.paragraphs if one.style.name == "Heading 2"]
    assert titles[0] == "指标"
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert {"¥12,486,325.01", "控制柜", "10,000.50", "本周给报价", "<b>漏油"} <= set(cells)
    assert not {"旧承诺", "已经修好"} & set(cells)
    assert TODAY.isoformat() in document.sections[0].footer.paragraphs[0].text
    fonts = document.styles["Normal"].element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "Microsoft YaHei"


def test_a_customer_without_anything_has_a_report(browser_of, admin, make_customer):
    bare = make_customer(name="空")
    browser = browser_of(admin)
    page = browser.get(f"/customers/{bare.pk}/report/")
    assert page.status_code == 200
    assert not page.context["report"].head.figures
    assert all(block.empty in page.content.decode() for block in page.context["report"].blocks)
    for ending in ("xlsx", "docx"):
        assert browser.get(f"/customers/{bare.pk}/report.{ending}").status_code == 200
