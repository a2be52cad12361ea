"""One flat Chinese file: customer, contact and order line per row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import NOW
from tests.ingest.conftest import write_csv

from jishi.customers.models import Contact, ContactPosition, Customer
from jishi.facts.models import Order, OrderLine, Product
from jishi.foundation.models import AuditEntry, Company
from jishi.ingest.queries import import_issues, import_summary
from jishi.ingest.services import batch_undo


pytestmark = pytest.mark.django_db

WHY = "a test looks"
HEAD = "公司名,行业,联系人,手机,订单号,下单日期,产品,数量,销售额,成本,订单状态"
ROWS = (
    "湘江重工,通用设备制造业,王磊,138-1234-5678,SO-1,2026年3月5日,轴承,2,￥1,200.50,900,已完成",
    "湘江重工,通用设备制造业,王磊,138-1234-5678,SO-1,2026年3月5日,联轴器,10,300,,已完成",
    "大江贸易,贸易,李娜,13900001111,SO-2,2026/4/1,轴承,１２,1.2万,9600,已发货",
)


def flat(path: Path, *rows: str, head: str = HEAD, encoding: str = "gb18030") -> Path:
    quoted = [row.replace("￥1,200.50", '"￥1,200.50"') for row in rows]
    return write_csv(path, head, *quoted, encoding=encoding)


def customers() -> Any:
    return Customer.objects.unscoped(WHY).filter(is_archived=False)


def lines() -> Any:
    return OrderLine.objects.unscoped(WHY).current()


def test_everything_in_one_row(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    job = bring_in(flat(tmp_path / "订单.csv", *ROWS))
    assert {name: found["new"] for name, found in job.counts.items()} == {
        "customers": 2, "products": 2, "contacts": 2, "orders": 2, "order_lines": 3,
    }  # fmt: skip
    heavy = customers().get(name="湘江重工")
    assert (heavy.industry, heavy.business) == ("C34", "通用设备制造业")
    assert heavy.code.startswith("C0000")
    assert Contact.objects.unscoped(WHY).get(name="王磊").mobile == "13812345678"
    assert ContactPosition.objects.unscoped(WHY).filter(customer=heavy).count() == 1
    found = {
        (line.key, line.quantity_milli, line.amount_e4, line.cost_e4, line.status)
        for line in lines()
    }
    assert found == {
        ("SO-1/轴承#1", 2000, 12_005_000, 9_000_000, "completed"),
        ("SO-1/联轴器#1", 10_000, 3_000_000, None, "completed"),
        ("SO-2/轴承#1", 12_000, 120_000_000, 96_000_000, "shipped"),
    }
    assert {line.occurred_on for line in lines()} == {date(2026, 3, 5), date(2026, 4, 1)}
    assert Company.objects.get(pk=1).base_currency == "CNY"
    assert AuditEntry.objects.filter(table_name="customers_customer", action="insert").count() == 2


def test_the_same_file_twice_and_shuffled(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    bring_in(flat(tmp_path / "a.csv", *ROWS))
    audit = AuditEntry.objects.filter(table_name__startswith="customers_").count()
    for rows in (ROWS, ROWS[::-1]):
        again = bring_in(flat(tmp_path / "b.csv", *rows))
        assert all(
            found["new"] == found["changed"] == found["rejected"] == 0
            for found in again.counts.values()
        ), again.counts
    assert lines().count() == 3
    assert AuditEntry.objects.filter(table_name__startswith="customers_").count() == audit


def test_a_correction_supersedes_and_undo_brings_everything_back(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(flat(tmp_path / "a.csv", *ROWS))
    before = sorted(lines().values_list("key", "amount_e4", "status", "order_ref"))
    names = dict(customers().values_list("name", "business"))
    changed = (
        ROWS[0].replace("￥1,200.50", "1300").replace("通用设备制造业", "专用设备制造业"),
        ROWS[2].replace("已发货", "已取消"),
        "新客户,贸易,赵一,,SO-3,2026-05-01,轴承,1,10,5,已完成",
    )
    job = bring_in(flat(tmp_path / "b.csv", *changed))
    assert job.counts["customers"] == {"new": 1, "changed": 1, "unchanged": 1, "rejected": 0}
    assert job.counts["order_lines"]["new"] == 1
    assert job.counts["order_lines"]["changed"] == 2
    assert lines().get(key="SO-1/轴承#1").amount_e4 == 13_000_000
    assert lines().get(key="SO-2/轴承#1").status == "cancelled"
    assert customers().get(name="湘江重工").industry == "C35"
    (told,) = import_summary(job)["entities"]["customers"]["changes"]
    assert told["key"].split() == [customers().get(name="湘江重工").code, "湘江重工"]
    changes = import_summary(job)["entities"]["order_lines"]["changes"]
    assert {"field": "amount_e4", "old": "12005000", "new": "13000000"} in [
        field for change in changes for field in change["fields"]
    ]

    report = batch_undo(by=None, batch_id=job.batch_id, now=NOW)
    assert report.kept == {}
    assert sorted(lines().values_list("key", "amount_e4", "status", "order_ref")) == before
    assert dict(customers().values_list("name", "business")) == names
    assert customers().get(name="湘江重工").industry == "C34"
    job.refresh_from_db()
    assert job.status == "undone"

    once_more = bring_in(flat(tmp_path / "c.csv", *changed))
    assert once_more.counts["customers"]["new"] == 1
    assert lines().count() == 4
    assert customers().count() == 3


def test_undo_of_the_first_import_leaves_nothing_in_force(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    job = bring_in(flat(tmp_path / "a.csv", *ROWS))
    batch_undo(by=None, batch_id=job.batch_id, now=NOW)
    assert not customers().exists()
    assert not lines().exists()
    assert not Order.objects.unscoped(WHY).current().exists()
    bring_in(flat(tmp_path / "a.csv", *ROWS))
    assert customers().count() == 2
    assert lines().count() == 3


def test_taking_back_one_import_after_the_other_ends_at_the_beginning(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    corrected = tuple(
        row.replace("￥1,200.50", "1300").replace("通用设备", "专用设备").replace("5678", "5679")
        for row in ROWS[:2]
    )
    last = ROWS[0].replace("￥1,200.50", "1400").replace("通用设备制造业", "汽车制造业")
    batches = [
        bring_in(flat(tmp_path / name, *rows)).batch_id
        for name, rows in (("a.csv", ROWS), ("b.csv", corrected), ("c.csv", (last,)))
    ]
    for batch, amount, industry in zip(
        reversed(batches[1:]), (13_000_000, 12_005_000), ("C35", "C34"), strict=True
    ):
        assert batch_undo(by=None, batch_id=batch, now=NOW).kept == {}
        assert lines().get(key="SO-1/轴承#1").amount_e4 == amount
        assert customers().get(name="湘江重工").industry == industry
    report = batch_undo(by=None, batch_id=batches[0], now=NOW)
    assert report.kept == {}
    assert not lines().exists()
    assert not Order.objects.unscoped(WHY).current().exists()
    assert not customers().exists()
    assert not Contact.objects.unscoped(WHY).exists()


def test_taking_back_the_older_import_first_leaves_no_fact_of_either(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    first = bring_in(flat(tmp_path / "a.csv", *ROWS[:1])).batch_id
    corrected = ROWS[0].replace("￥1,200.50", "1300")
    second = bring_in(flat(tmp_path / "b.csv", corrected)).batch_id
    batch_undo(by=None, batch_id=first, now=NOW)
    assert lines().get().amount_e4 == 13_000_000
    batch_undo(by=None, batch_id=second, now=NOW)
    assert not lines().exists()


def test_what_somebody_changed_since_is_kept_and_reported(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    from jishi.customers.services import customer_update

    bring_in(flat(tmp_path / "a.csv", *ROWS))
    job = bring_in(flat(tmp_path / "b.csv", ROWS[0].replace("通用设备制造业", "专用设备制造业")))
    heavy = customers().get(name="湘江重工")
    customer_update(
        by=None, customer_id=heavy.pk, version=heavy.version, now=NOW, changes={"city": "长沙"}
    )
    report = batch_undo(by=None, batch_id=job.batch_id, now=NOW)
    assert report.kept == {"customers_customer": [heavy.pk]}
    assert customers().get(pk=heavy.pk).industry == "C35"


def test_an_order_whose_head_changes_takes_its_other_lines_along(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(flat(tmp_path / "a.csv", *ROWS))
    bring_in(flat(tmp_path / "b.csv", ROWS[0].replace("已完成", "已取消")))
    assert set(lines().filter(key__startswith="SO-1/").values_list("status", flat=True)) == {
        "cancelled"
    }
    assert lines().count() == 3


def test_wrong_cells_become_issues_and_the_rest_comes_in(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    rows = (
        *ROWS,
        "湘江重工,,王磊,,SO-4,2026-02-30,轴承,1,10,5,已完成",
        "湘江重工,,王磊,,SO-5,2026-02-03,轴承,一个,10,5,已完成",
        "湘江重工,,王磊,,SO-6,2026-02-03,轴承,1,十元,NULL,已完成",
        "合计,,,,,,,27,13500.5,,",
    )
    job = bring_in(flat(tmp_path / "a.csv", *rows))
    found = [
        (issue.line, issue.heading, issue.code, issue.value)
        for issue in import_issues(job, severity="error")
    ]
    assert (5, "下单日期", "not_date", "2026-02-30") in found
    assert (6, "数量", "not_quantity", "一个") in found
    assert (7, "销售额", "not_money", "十元") in found
    assert (7, "成本", "not_money", "NULL") in found
    warned = [issue.code for issue in import_issues(job, severity="warning")]
    assert "total_row" in warned
    assert lines().count() == 3
    assert job.counts["order_lines"]["rejected"] == 3


def test_products_are_found_by_name(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    bring_in(flat(tmp_path / "a.csv", *ROWS))
    assert set(Product.objects.values_list("sku", "name")) == {
        ("轴承", "轴承"),
        ("联轴器", "联轴器"),
    }


def test_the_source_column_of_the_file_is_the_customers_source(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(write_csv(tmp_path / "c.csv", "客户名称,客户来源", "湘江重工,展会"))
    assert customers().get().source == "展会"


def test_numbers_of_workbooks_are_not_said_to_be_rounded(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(tmp_path / "o.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["客户名称", "订单号", "下单日期", "产品", "数量", "金额"])
    sheet.write_row(1, 0, ["甲", "S1", "2026-03-05", "轴承", 1.5, 80450596.9823])
    sheet.write_row(2, 0, ["甲", "S1", "2026-03-05", "齿轮", 2, 10.12345])
    book.close()
    job = bring_in(tmp_path / "o.xlsx")
    assert set(lines().values_list("amount_e4", flat=True)) == {804_505_969_823, 101_235}
    (step,) = (s for s in import_summary(job)["steps"] if s["entity"] == "order_lines")
    assert step["rounding"] == {"amount": {"count": 1, "difference": "0.00005"}}


def test_a_stage_that_the_file_does_not_say_stays_blank(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(flat(tmp_path / "a.csv", *ROWS))
    assert {customer.stage for customer in customers()} == {""}
    bring_in(write_csv(tmp_path / "b.csv", "客户,合作阶段", "湘江重工,长期", "大江贸易,"))
    bring_in(write_csv(tmp_path / "c.csv", "客户,城市", "湘江重工,株洲"))
    assert dict(customers().values_list("name", "stage")) == {
        "湘江重工": "long_term",
        "大江贸易": "",
    }
