"""The same facts, once with codes and once with names, are the same facts: nothing is counted twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import NOW
from tests.ingest.conftest import write_csv

from jishi.customers.models import Customer
from jishi.customers.services import customer_create
from jishi.facts.models import Order, OrderLine, Payment, Product, Return
from jishi.ingest.services import batch_undo


pytestmark = pytest.mark.django_db

WHY = "a test looks"
LINES = (
    "{},2026-02-03,{},1,10", "{},2026-02-03,{},1,30", "{},2026-02-03,{},2,20", "{},2026-02-04,{},1,5",
)  # fmt: skip


def now(model: Any) -> list[tuple[Any, ...]]:
    return sorted(
        model.objects.unscoped(WHY).current().values_list("customer__name", "occurred_on", "pk")
    )


def sales(path: Path, whose: str, what: str, *names: str, days: str = "-") -> Path:
    """Two lines of one product for 甲, one for 乙 and one of another day, in any order."""
    first, second, other = names
    rows = [
        LINES[0].format(first, other), LINES[1].format(first, other), LINES[2].format(second, other),
        LINES[3].format(first, other),
    ]  # fmt: skip
    head = f"{whose},下单日期,{what},数量,金额"
    return write_csv(path, head, *(row.replace("2026-0", f"2026{days}0").replace("-0", f"{days}0")
                                   for row in rows))  # fmt: skip


@pytest.fixture
def archive(db: None) -> None:
    for code, name in (("A1", "甲"), ("A2", "乙")):
        customer_create(by=None, now=NOW, code=code, name=name)
    for sku, name in (("P1", "阀"), ("P2", "泵")):
        Product.objects.create(sku=sku, name=name)


def unchanged(job: Any, *names: str) -> None:
    for name in names:
        counts = job.counts[name]
        assert (counts["new"], counts["changed"], counts["rejected"]) == (0, 0, 0), (name, counts)


@pytest.mark.usefixtures("archive")
def test_orders_without_a_number(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    Customer.objects.unscoped(WHY).filter(code="A2").delete()  # he comes with his orders
    first = bring_in(sales(tmp_path / "a.csv", "客户名称", "产品名称", "甲", "乙", "阀", days="/"))
    code = Customer.objects.unscoped(WHY).get(name="乙").code
    assert first.counts["order_lines"]["accepted_e4"] == 650_000
    before = now(Order), now(OrderLine)
    assert [len(rows) for rows in before] == [3, 4]
    again = bring_in(sales(tmp_path / "b.csv", "客户编码", "产品编码", "A1", code, "P1"))
    unchanged(again, "orders", "order_lines")
    assert (now(Order), now(OrderLine)) == before

    mixed = write_csv(
        tmp_path / "m.csv", "客户名称,下单日期,产品名称,数量,金额", "甲,2026-02-03,阀,1,11",
        "甲,2026/2/3,阀,1,30", "甲,2026-02-03,泵,1,7",
    )  # fmt: skip
    job = bring_in(mixed)
    counts = job.counts["order_lines"]
    assert (counts["new"], counts["changed"], counts["unchanged"]) == (1, 1, 1)
    assert Order.objects.unscoped(WHY).current().count() == 3, "one order for a customer and a day"
    batch_undo(by=None, batch_id=job.batch_id, now=NOW)
    current = OrderLine.objects.unscoped(WHY).current()
    assert sorted(current.values_list("amount_e4", flat=True)) == [
        50_000,
        100_000,
        200_000,
        300_000,
    ]


@pytest.mark.usefixtures("archive")
def test_orders_named_by_an_earlier_version(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    """Their numbers hold the customer's name and the day as the file wrote it."""
    bring_in(write_csv(
        tmp_path / "a.csv", "客户名称,订单号,下单日期,产品名称,数量,金额",
        "甲,2026/2/3/甲,2026/2/3,阀,1,10", "乙,SO/1,2026-02-03,阀,1,9",
    ))  # fmt: skip
    before = now(OrderLine)
    job = bring_in(write_csv(
        tmp_path / "b.csv", "客户编码,下单日期,产品编码,数量,金额", "A1,2026-02-03,P1,1,10",
        "A2,2026-02-03,P1,1,9",
    ))  # fmt: skip
    assert (job.counts["orders"]["new"], job.counts["order_lines"]["new"]) == (1, 1)
    assert job.counts["order_lines"]["unchanged"] == 1
    assert set(before) <= set(now(OrderLine)), "an order with a number of its own is another one"


@pytest.mark.usefixtures("archive")
def test_payments_and_returns(
    bring_in: Callable[..., Any], check: Callable[..., Any], tmp_path: Path
) -> None:
    pays = ("{},2026-03-01,100", "{},2026-03-01,100", "{},2026-03-02,100")
    back = ("{},{},2026-03-05,1,10,破损", "{},{},2026-03-05,1,10,", "{},{},2026-03-06,1,10,")

    def both(whose: str, what: str, customer: str, product: str) -> Any:
        paid = write_csv(
            tmp_path / "pay.csv",
            f"{whose},回款日期,回款金额",
            *(row.format(customer) for row in pays),
        )
        returned = write_csv(
            tmp_path / "ret.csv", f"{whose},{what},退货日期,退货数量,退货金额,退货原因",
            *(row.format(customer, product) for row in back),
        )  # fmt: skip
        return bring_in(paid, returned)

    first = both("客户名称", "产品编码", "甲", "P1")
    assert (first.counts["payments"]["new"], first.counts["returns"]["new"]) == (3, 3)
    before = now(Payment), now(Return)
    unchanged(both("客户编码", "产品名称", "A1", "阀"), "payments", "returns")
    assert (now(Payment), now(Return)) == before
    others = check(
        write_csv(tmp_path / "pay.csv", "客户编码,回款日期,回款金额", "A2,2026-03-01,100")
    )
    assert others.counts["payments"]["new"] == 1, "somebody else's is another one"
