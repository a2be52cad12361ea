"""Headings that mean one thing beside goods and another in a list of customers, and what they say of money."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.ingest.conftest import write_csv

from jishi.customers.models import Customer
from jishi.facts.models import Order, OrderLine
from jishi.foundation.models import ExchangeRate
from jishi.ingest.mapping.matching import recipe_for
from jishi.ingest.queries import import_issues


pytestmark = pytest.mark.django_db


def names() -> list[str]:
    return sorted(Customer.objects.unscoped("a test looks").values_list("name", flat=True))


def lines() -> list[tuple[str, int]]:
    current = OrderLine.objects.unscoped("a test looks").current()
    return sorted((code, e4 // 10_000) for code, e4 in current.values_list("currency", "amount_e4"))


def codes(job: Any) -> list[str]:
    return sorted({issue.code for issue in import_issues(job)})


def customers_name(*columns: str) -> object:
    """The column that a recipe for these headings takes the customer's name from."""
    sheet = {"source": "a", "file": "a.csv", "sheet": "", "columns": list(columns)}
    steps = {step["entity"]: step["fields"] for step in recipe_for([sheet])["steps"]}
    return steps["customers"]["name"].get("column"), steps["customers"].get("code", {}).get(
        "column"
    )


def test_what_goods_are_counted_in_is_no_customer(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    goods = ("日期", "单据编号", "产品名称", "单位", "数量", "销售单价", "销售金额")
    for buyer in (
        "客户",
        "往来单位",
        "单位名称",
        "购买单位",
        "企业名称",
        "客户全称",
        "购方名称",
        "公司名称",
    ):
        assert customers_name(buyer, *goods) == (buyer, None)
    rows = ("甲公司,2026-03-01,D1,螺丝,个,2,50,100", "乙公司,2026-03-02,D2,机床,台,1,300,300")
    bring_in(write_csv(tmp_path / "a.csv", ",".join(("购货单位", *goods)), *rows))
    assert names() == ["乙公司", "甲公司"]
    assert lines() == [("CNY", 100), ("CNY", 300)]


def test_in_a_list_of_customers_it_is_one(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    bring_in(write_csv(tmp_path / "a.csv", "编码,单位,电话", "K1,甲公司,0731-88888888"))
    assert names() == ["甲公司"]
    assert Customer.objects.unscoped("a test looks").get().code == "K1"


def test_a_bare_code_beside_goods_is_not_the_customers() -> None:
    for bare in ("编码", "代码", "code"):
        columns = ("客户名称", "日期", "单据编号", bare, "产品名称", "数量", "金额")
        assert customers_name(*columns) == ("客户名称", None)


def test_without_customers_it_is_the_goods() -> None:
    sheet = {"source": "a", "file": "a.csv", "sheet": "", "columns": ["编码", "产品名称", "类别"]}
    [step] = recipe_for([sheet])["steps"]
    assert step["entity"] == "products"
    assert step["fields"]["sku"] == {"column": "编码"}


@pytest.mark.parametrize(
    ("head", "cell", "stored"),
    [
        ("金额(美元)", "200", [("USD", 200)]),
        ("Amount (USD)", "200", [("USD", 200)]),
        ("金额", "￥200", [("CNY", 200)]),
        ("金额,币别", "200,美元", [("USD", 200)]),
        ("金额,币别", "$200,USD", [("USD", 200)]),
        ("金额", "€200", []),
        ("金额(美元)", "€200", []),
        ("金额", "200美元", []),
    ],
)
def test_the_currency_that_a_file_names_is_kept(
    bring_in: Callable[..., Any], tmp_path: Path, head: str, cell: str, stored: list[Any]
) -> None:
    ExchangeRate.objects.create(currency="USD", valid_from="2020-01-01", rate_e8=720_000_000)
    row = f"甲公司,2026-03-01,D1,螺丝,2,{cell}"
    job = bring_in(
        write_csv(tmp_path / "a.csv", f"客户名称,日期,单据编号,产品名称,数量,{head}", row)
    )
    assert lines() == stored
    assert ("other_currency" in codes(job)) is not bool(stored)


def test_void_documents_and_those_that_take_goods_back_are_no_sales(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    head = "客户名称,日期,单据编号,单据状态,单据类型,产品名称,数量,金额"
    job = bring_in(
        write_csv(
            tmp_path / "a.csv", head,
            "甲公司,2026-03-01,D1,作废,销售出库,螺丝,2,200",
            "甲公司,2026-03-01,D2,已审核,销售退货,螺丝,2,150",
            "甲公司,2026-03-01,D3,已审核,销售退货,螺丝,-1,-50",
            "甲公司,2026-03-01,D4,已审核,标准销售,螺丝,2,300",
        )
    )  # fmt: skip
    status = dict(
        Order.objects.unscoped("a test looks").current().values_list("order_no", "status")
    )
    assert (status["D1"], status["D4"]) == ("cancelled", "confirmed")
    assert lines() == [("CNY", -50), ("CNY", 200), ("CNY", 300)]
    assert "is_return" in codes(job)


def test_the_total_of_an_order_is_not_counted_in_each_of_its_lines(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    head = "客户名称,日期,订单号,产品名称,数量,订单金额"
    rows = ("甲公司,2026-03-01,D1,螺丝,1,300", "甲公司,2026-03-01,D1,机床,1,300",
            "甲公司,2026-03-01,D2,机床,1,500")  # fmt: skip
    job = bring_in(write_csv(tmp_path / "a.csv", head, *rows))
    assert lines() == [("CNY", 500)]
    assert "order_total_repeated" in codes(job)
    priced = ("甲公司,2026-03-01,D1,螺丝,1,100,300", "甲公司,2026-03-01,D1,机床,1,200,300")
    bring_in(write_csv(tmp_path / "b.csv", head.replace("订单金额", "单价,订单金额"), *priced))
    assert lines() == [("CNY", 100), ("CNY", 200), ("CNY", 500)]
