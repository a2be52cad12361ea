"""Sales come in however a file gives them, or it is said loudly that they do not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import NOW
from tests.ingest.conftest import write_csv

from jishi.facts.models import Order, OrderLine
from jishi.ingest.mapping.recipe import recipe_from
from jishi.ingest.queries import import_issue_groups, import_issues, import_summary
from jishi.ingest.remarks import import_remarks, import_warnings
from jishi.ingest.services import (
    as_read,
    import_answer,
    import_apply,
    import_check,
    import_map,
    recipe_add,
)


pytestmark = pytest.mark.django_db


def lines() -> Any:
    return OrderLine.objects.unscoped("a test looks").current()


def total_e4() -> int:
    return sum(lines().values_list("amount_e4", flat=True))


CLASSIC = {
    "orders.csv": (
        "orderNumber,orderDate,requiredDate,shippedDate,status,customerNumber",
        "10100,2003-01-06,2003-01-13,2003-01-10,Shipped,363",
        "10101,2003-01-09,2003-01-18,2003-01-11,Shipped,128",
    ),
    "orderdetails.csv": (
        "orderNumber,productCode,quantityOrdered,priceEach,orderLineNumber",
        "10100,S18_1749,30,136.00,3",
        "10100,S18_2248,50,55.09,2",
        "10101,S18_2325,25,108.06,4",
    ),
    "customers.csv": (
        "customerNumber,customerName,phone,city,country",
        "363,Online Diecast Creations,6035558647,Nashua,USA",
        "128,Blauer See Auto,+49 69 66 90,Frankfurt,Germany",
    ),
}
# Headings → one row of them, and the amount that must come in; None: what must be asked first.
HEADS: dict[str, tuple[str, str, int | None]] = {
    "quantity and price": (
        "单据编号,客户名称,日期,商品,数量,单价", "D1,甲公司,2026-03-01,阀,3,12.3456789", 370_370,
    ),
    "amount, quantity and price": (
        "订单编号,下单时间,客户,产品名称,单价,数量,小计", "D1,2026/3/1 10:20,甲公司,阀,10,3,30", 300_000,
    ),
    "before tax": (
        "发货日期,客户名称,存货名称,数量,本币无税金额", "2026-03-01,甲公司,阀,3,30.5", 305_000,
    ),
    "a unit in brackets": (
        "客户全称,订货日期,品名,件数,销售额（元）", "甲公司,2026-03-01,阀,3,30.5", 305_000,
    ),
    "in 万元": (
        "客户全称,订货日期,品名,件数,销售额（万元）", "甲公司,2026-03-01,阀,3,1.23456789", 123_456_789,
    ),
    "English, in one word": (
        "orderNumber,orderDate,customerName,productCode,quantityOrdered,priceEach",
        "1,2026-03-01,A,S1,3,1.5", 45_000,
    ),
    "with tax": (
        "单据编号,往来单位,业务日期,物料名称,实发数量,价税合计", "D1,甲公司,2026-03-01,阀,3,113", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HEADS)
def test_the_amount_comes_in(name: str, check: Callable[..., Any], tmp_path: Path) -> None:
    head, row, e4 = HEADS[name]
    job = check(write_csv(tmp_path / "f.csv", head, row))
    if e4 is None:
        assert [question["code"] for question in job.questions] == ["tax_unclear"]
        return
    assert list(import_issues(job)) == []
    job = import_apply(by=None, job_id=job.pk, now=NOW)
    assert (lines().count(), total_e4()) == (1, e4)
    assert job.counts["order_lines"]["read_e4"] == job.counts["order_lines"]["accepted_e4"] == e4


def test_an_export_of_several_files_has_its_lines(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    job = bring_in(*(write_csv(tmp_path / name, *rows) for name, rows in CLASSIC.items()))
    assert job.counts["orders"]["new"] == 2
    assert lines().count() == 3
    assert total_e4() == 30 * 1_360_000 + 50 * 550_900 + 25 * 1_080_600
    assert list(import_issues(job)) == []


# --- tax ---------------------------------------------------------------------------------------
TAXED = "单据编号,往来单位,业务日期,物料名称,实发数量,价税合计"


@pytest.mark.parametrize(
    ("answer", "e4", "said"),
    [("13", 885_0000 // 10, "tax_taken_out"), ("as_is", 1_000_050, "tax_kept")],
)
def test_amounts_with_tax_are_asked_about(
    answer: str, e4: int, said: str, check: Callable[..., Any], tmp_path: Path
) -> None:
    job = check(write_csv(tmp_path / "f.csv", TAXED, "D1,甲公司,2026-03-01,阀,3,100.005"))
    (question,) = job.questions
    assert (question["code"], question["column"]) == ("tax_unclear", "价税合计")
    job = import_answer(by=None, job_id=job.pk, version=job.version, answers={0: answer})
    job = import_check(by=None, job_id=job.pk)
    import_apply(by=None, job_id=job.pk, now=NOW)
    assert total_e4() == e4
    assert [remark.code for remark in import_remarks(job)] == [said]


@pytest.mark.parametrize(
    ("head", "row", "e4"),
    [
        (f"{TAXED},税额", "D1,甲公司,2026-03-01,阀,3,113,13", 1_000_000),
        (f"{TAXED},无税金额", "D1,甲公司,2026-03-01,阀,3,113,100.01", 1_000_100),
        (f"{TAXED},金额,税额", "D1,甲公司,2026-03-01,阀,3,113,100.02,13", 1_000_200),
        (
            "单号,客户,日期,产品,数量,金额(含税),金额（不含税）",
            "D1,甲,2026-03-01,阀,3,113,99",
            990_000,
        ),
    ],
)
def test_amounts_before_tax_need_no_question(
    head: str, row: str, e4: int, bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(write_csv(tmp_path / "f.csv", head, row))
    assert total_e4() == e4


def test_each_row_may_have_a_rate_of_tax_of_its_own(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    rows = ("D1,甲,2026-03-01,阀,1,113,13%", "D2,甲,2026-03-01,阀,1,106,0.06", "D3,甲,2026-03-01,阀,1,109,9",
            "D4,甲,2026-03-01,阀,1,50,免税", "D5,甲,2026-03-01,阀,1,101,１％", "D6,甲,2026-03-01,阀,1,7,",
            "D7,甲,2026-03-01,阀,1,7,一成")  # fmt: skip
    job = bring_in(write_csv(tmp_path / "f.csv", f"{TAXED},税率（%）", *rows))
    amounts = (
        OrderLine.objects.unscoped("a test looks")
        .order_by("key")
        .values_list("amount_e4", flat=True)
    )
    assert list(amounts) == [1_000_000, 1_000_000, 1_000_000, 500_000, 1_000_000]
    wrong = {(one.line, one.code) for one in import_issues(job, severity="error")}
    assert wrong >= {(7, "required"), (8, "not_rate")}
    assert [remark.code for remark in import_remarks(job)] == ["tax_of_row"]


def test_what_must_be_given_and_is_assigned_to_no_column_is_said(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    head = "订单号,客户,日期,产品,数量,金额"
    job = check(write_csv(tmp_path / "f.csv", head, "S1,甲,2026-03-01,阀,1,4"))
    for entity, field in (("order_lines", "amount"), ("orders", "ordered_on")):
        mapping = {**job.recipe, "steps": [
            {**step, "fields": {k: v for k, v in step["fields"].items()
                                if (step["entity"], k) != (entity, field)}}
            for step in job.recipe["steps"]
        ]}  # fmt: skip
        other = import_map(by=None, job_id=job.pk, version=job.version, recipe=mapping)
        other = import_check(by=None, job_id=other.pk)
        assert (other.counts[entity]["new"], other.counts["order_lines"]["rejected"]) == (0, 1)
        (group,) = (one for one in import_issue_groups(other) if one.issue.code == "field_unmapped")
        assert {"amount": "金额", "ordered_on": "订单日期"}[field] in group.issue.text
        job.version = other.version


def test_a_quantity_never_becomes_nothing(check: Callable[..., Any], tmp_path: Path) -> None:
    head = "订单号,客户,日期,产品,数量,金额"
    rows = (
        "S1,甲,2026-03-01,阀,0.0004,4",
        "S2,甲,2026-03-01,阀,0.0005,5",
        "S3,甲,2026-03-01,阀,0.000,0",
    )
    job = check(write_csv(tmp_path / "f.csv", head, *rows))
    assert [(one.line, one.code) for one in import_issues(job, severity="error")] == [
        (2, "rounds_to_zero")
    ]
    assert (job.counts["order_lines"]["new"], job.counts["order_lines"]["rejected"]) == (2, 1)


def test_a_recipe_keeps_what_was_said_of_tax(check: Callable[..., Any], tmp_path: Path) -> None:
    path = write_csv(tmp_path / "f.csv", TAXED, "D1,甲公司,2026-03-01,阀,3,109")
    job = check(path, options={"tax": "9"})
    assert job.counts["order_lines"]["accepted_e4"] == 1_000_000
    recipe = recipe_from(as_read(job, job.recipe) | {"key": "ours"})
    assert recipe.sources["t0"].dialect.tax == "9"
    recipe_add(by=None, recipe=recipe, now=NOW)
    assert check(path, recipe="ours").counts["order_lines"]["accepted_e4"] == 1_000_000


# --- quantity × unit price ---------------------------------------------------------------------
PRICED = "订单号,客户,日期,产品,数量,单价"


@pytest.mark.parametrize(
    ("head", "row", "e4", "off_e4"),
    [
        (f"{PRICED},折扣金额", "D1,甲,2026-03-01,阀,3,10,1.5", 285_000, 15_000),
        (f"{PRICED},折扣金额", "D1,甲,2026-03-01,阀,3,10,", 300_000, 0),
        (f"{PRICED},折扣", "D1,甲,2026-03-01,阀,3,10,0", 300_000, 0),
        (PRICED, "D1,甲,2026-03-01,阀,0.333,0.00015", 0, 0),
        (PRICED, "D1,甲,2026-03-01,阀,-3,1.00005", -30_002, 0),
        (
            PRICED.replace("数量,单价", "数量(千件),单价(元/千件)"),
            "D1,甲,2026-03-01,阀,2,1.5",
            30_000,
            0,
        ),
        (PRICED.replace("单价", "单价（万元）"), "D1,甲,2026-03-01,阀,2,1.5万元", 300_000_000, 0),
    ],
)
def test_quantity_times_price_is_exact(
    head: str, row: str, e4: int, off_e4: int, bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    job = bring_in(write_csv(tmp_path / "f.csv", head, row))
    assert list(lines().values_list("amount_e4", "discount_e4")) == [(e4, off_e4)]
    assert import_remarks(job)[0].code == "amounts_computed"


@pytest.mark.parametrize(
    ("what", "e4", "off_e4"),
    [("amount", 299_500, 500), ("share", 285_000, 15_000), ("paid", 15_000, 285_000)],
)
def test_a_discount_that_may_be_a_share_is_asked_about(
    what: str, e4: int, off_e4: int, check: Callable[..., Any], tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "f.csv", f"{PRICED},discount", "D1,甲,2026-03-01,阀,3,10,0.05")
    job = check(path)
    assert [question["code"] for question in job.questions] == ["discount_unclear"]
    job = import_answer(by=None, job_id=job.pk, version=job.version, answers={0: what})
    job = import_apply(by=None, job_id=import_check(by=None, job_id=job.pk).pk, now=NOW)
    assert list(lines().values_list("amount_e4", "discount_e4")) == [(e4, off_e4)]


def test_an_amount_wins_and_a_difference_is_said(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    rows = (
        "D1,甲,2026-03-01,阀,3,10,30.2",
        "D2,甲,2026-03-01,阀,3,10,31",
        "D3,甲,2026-03-01,阀,1,0.01,0.02",
    )
    job = bring_in(write_csv(tmp_path / "f.csv", f"{PRICED},金额", *rows))
    assert total_e4() == 612_200
    (issue,) = import_issues(job)
    assert (issue.code, issue.severity, issue.line, issue.value) == (
        "amount_differs", "warning", 3, "31",
    )  # fmt: skip
    assert "30" in issue.text


def test_a_row_without_a_price_is_rejected(check: Callable[..., Any], tmp_path: Path) -> None:
    job = check(
        write_csv(tmp_path / "f.csv", PRICED, "D1,甲,2026-03-01,阀,3,", "D1,甲,2026-03-01,泵,3,x")
    )
    assert [(one.code, one.field) for one in import_issues(job, severity="error")] == [
        ("required", "unit_price"), ("not_money", "unit_price"),
    ]  # fmt: skip


# --- what does not come in ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("head", "row", "lacking"),
    [
        ("订单编号,下单时间,客户,产品名称,数量", "D1,2026-03-01,甲公司,阀,3", "金额或单价"),
        ("订单编号,下单时间,客户,产品名称,含税单价", "D1,2026-03-01,甲公司,阀,3", "数量和单价"),
        ("订单编号,下单时间,客户,产品名称,单价", "D1,2026-03-01,甲公司,阀,3", "数量"),
    ],
)
def test_orders_without_lines_are_said_loudly(
    head: str, row: str, lacking: str, bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "f.csv", head, row, row.replace("D1", "D2"))
    for _time in range(2):
        job = bring_in(path)
        assert (lines().count(), Order.objects.unscoped("a test looks").count()) == (0, 2)
        (issue,) = import_warnings(job)
        assert (issue.code, issue.severity, issue.line) == ("orders_without_lines", "warning", 2)
        assert "2 张订单" in issue.text
        assert lacking in issue.text


def test_orders_that_have_their_lines_are_no_matter(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(write_csv(tmp_path / "f.csv", PRICED, "D1,甲,2026-03-01,阀,3,10"))
    job = bring_in(
        write_csv(tmp_path / "g.csv", "订单号,客户,日期,订单状态", "D1,甲,2026-03-01,作废")
    )
    assert import_warnings(job) == []


def test_columns_and_files_that_do_not_come_in_are_named(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    job = check(
        write_csv(tmp_path / "f.csv", "客户,产品,数量,金额,仓库", "甲公司,阀,3,30,一号仓"),
        write_csv(tmp_path / "g.csv", "仓库,库位", "一号仓,A1"),
    )
    summary = import_summary(job)
    assert summary["unmapped_columns"] == [
        {"file": "f.csv", "sheet": "", "columns": ["产品", "数量", "金额", "仓库"]}
    ]
    assert summary["unused_files"] == ["g.csv"]
    (issue,) = import_warnings(job)
    assert (issue.code, issue.file) == ("money_left_out", "f.csv")
    assert "数量, 金额" in issue.text
