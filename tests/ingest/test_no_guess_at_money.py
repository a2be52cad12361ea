"""What decides whether, in which currency and how often a sale counts is never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import NOW
from tests.ingest.conftest import write_csv

from jishi.customers.models import Customer
from jishi.facts.models import Order, OrderLine, Return
from jishi.foundation.models import ExchangeRate
from jishi.ingest.queries import import_issues
from jishi.ingest.services import import_answer, import_apply, import_check


pytestmark = pytest.mark.django_db

HEAD = "订单号,客户,日期,产品,数量,金额"


def current(model: Any) -> Any:
    return model.objects.unscoped("a test looks").current()


@pytest.fixture
def dollars(db: None) -> None:
    ExchangeRate.objects.create(currency="USD", valid_from="2020-01-01", rate_e8=720_000_000)


def sums() -> dict[str, int]:
    found: Counter[str] = Counter()
    for currency, e4 in current(OrderLine).values_list("currency", "amount_e4"):
        found[currency] += e4 // 10_000
    return dict(found)


# --- currency ----------------------------------------------------------------------------------
def test_what_says_nothing_of_the_currency_leaves_it(
    dollars: None, bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(write_csv(tmp_path / "a.csv", f"{HEAD},币种", "D1,甲,2026-03-01,阀,1,100,美金"))
    assert sums() == {"USD": 100}
    for later in (
        write_csv(tmp_path / "b.csv", "订单号,客户,日期,订单状态", "D1,甲,2026-03-02,已发货"),
        write_csv(tmp_path / "c.csv", HEAD, "D1,甲,2026-03-02,阀,1,110"),
    ):
        bring_in(later, options={"currency": "CNY"})
        assert set(current(Order).values_list("currency", flat=True)) == {"USD"}
    assert sums() == {"USD": 110}


def test_a_currency_that_was_chosen_counts_for_the_lines_too(
    dollars: None, bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "a.csv", HEAD, "D1,甲,2026-03-01,阀,1,100")
    bring_in(path)
    bring_in(path, options={"currency": "USD"})
    assert sums() == {"USD": 100}
    bring_in(write_csv(tmp_path / "b.csv", "订单号,客户,日期,币种", "D1,甲,2026-03-01,人民币"))
    assert sums() == {"CNY": 100}


def test_returns_may_have_a_currency_of_their_own(
    dollars: None, bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(write_csv(tmp_path / "a.csv", "客户名称", "甲"))
    bring_in(
        write_csv(tmp_path / "b.csv", "退货单号,客户,退货日期,退货数量,退货金额,币种",
                  "R1,甲,2026-03-01,1,100,USD", "R2,甲,2026-03-01,1,100,")
    )  # fmt: skip
    found = dict(current(Return).values_list("key", "currency"))
    assert found == {"R1": "USD", "R2": "CNY"}


@pytest.mark.parametrize(
    ("head", "first", "second", "code"),
    [
        (f"{HEAD},币种", "D1,甲,2026-03-01,阀,1,100,CNY", "D1,甲,2026-03-01,泵,1,100,USD",
         "order_of_two_currencies"),
        ("客户,日期,产品,数量,金额,币种", "甲,2026-03-01,阀,1,100,CNY", "甲,2026-03-01,泵,1,100,USD",
         "order_of_two_currencies"),
        (f"{HEAD},状态", "D1,甲,2026-03-01,阀,1,100,已作废", "D1,甲,2026-03-01,泵,1,100,已完成",
         "order_partly_cancelled"),
    ],
)  # fmt: skip
def test_an_order_whose_rows_disagree_on_what_it_is_worth(
    dollars: None, head: str, first: str, second: str, code: str,
    bring_in: Callable[..., Any], tmp_path: Path,
) -> None:  # fmt: skip
    other = second.replace("D1", "D2").replace("甲", "乙")
    job = bring_in(write_csv(tmp_path / "a.csv", head, first, second, other))
    assert sum(sums().values()) == 100
    assert job.counts["order_lines"]["rejected"] == 2
    assert [one.line for one in import_issues(job, code=code)] == [2, 3]
    assert [one.line for one in import_issues(job, code="order_rejected")] == [2, 3]


# --- rows --------------------------------------------------------------------------------------
def test_the_number_of_a_row_in_a_report_is_not_that_of_a_line(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    """The next report counts its rows from one again."""
    bring_in(
        write_csv(tmp_path / "a.csv", f"序号,{HEAD}", "1,D1,甲,2026-02-03,阀,1,100",
                  "2,D2,甲,2026-03-01,阀,2,200")
    )  # fmt: skip
    job = bring_in(write_csv(tmp_path / "b.csv", f"序号,{HEAD}", "1,D2,甲,2026-03-01,阀,2,200"))
    assert job.counts["order_lines"]["unchanged"] == 1
    assert sums() == {"CNY": 300}


def test_rows_of_totals_however_they_are_spelt(check: Callable[..., Any], tmp_path: Path) -> None:
    totals = ("合 计", "总　计", "本月合计", "本年累计：", "客户小计", "合计数", "Grand  Total")
    rows = [f"{word},,,,1,100" for word in totals]
    job = check(write_csv(tmp_path / "a.csv", HEAD, "D1,甲,2026-03-01,阀,1,100", *rows))
    assert len(list(import_issues(job, code="total_row"))) == len(totals)
    assert list(import_issues(job, severity="error")) == []
    assert job.counts["order_lines"]["read_e4"] == 1_000_000


def test_days_that_have_not_come_are_said(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    job = bring_in(
        write_csv(
            tmp_path / "a.csv", HEAD, "D1,甲,2026-11-23,阀,1,100", "D2,甲,2062-03-01,阀,1,100"
        )
    )
    (issue,) = import_issues(job)
    assert (issue.code, issue.severity, issue.line, issue.value) == (
        "in_future", "warning", 3, "2062-03-01",
    )  # fmt: skip
    assert sums() == {"CNY": 200}


def test_codes_that_a_spreadsheet_has_shortened_do_not_name_anybody(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    job = check(
        write_csv(tmp_path / "a.csv", "客户编码,客户名称,手机,联系人", "1.02023E+11,甲,13800138000,王一",
                  "1.02023E+11,乙,,", "0123,丙,1.38E+10,李二")
    )  # fmt: skip
    assert job.counts["customers"]["new"] == 1
    found = {
        (i.line, i.field) for i in import_issues(job, code="shortened_number", severity="error")
    }
    assert {(2, "code"), (3, "code")} <= found
    assert "mobile" in {i.field for i in import_issues(job, code="shortened_number")}


@pytest.mark.parametrize(("answer", "total", "rejected"), [("above", 1000, 0), ("apart", 500, 2)])
def test_rows_below_the_head_of_their_order_are_asked_about(
    answer: str, total: int, rejected: int, check: Callable[..., Any], tmp_path: Path
) -> None:
    rows = ("D1,甲,2026-03-01,阀,1,100", ",,,泵,1,200", "小计,,,,,300", "D2,乙,2026-03-02,阀,1,400",
            ",,,泵,1,300", ",,,,,700")  # fmt: skip
    job = check(write_csv(tmp_path / "a.csv", HEAD, *rows))
    (question,) = job.questions
    assert (question["code"], question["column"], question["samples"]) == (
        "heads_unclear", "订单号", ["泵", "泵"],
    )  # fmt: skip
    job = import_answer(by=None, job_id=job.pk, version=job.version, answers={0: answer})
    job = import_apply(by=None, job_id=import_check(by=None, job_id=job.pk).pk, now=NOW)
    assert sums() == {"CNY": total}
    # The row of totals without a word is rejected in any case.
    assert job.counts["order_lines"]["rejected"] == rejected + 1
    again = check(tmp_path / "a.csv", options={"heads": answer})
    assert again.counts["order_lines"]["unchanged"] == job.counts["order_lines"]["new"]


def test_days_and_codes_as_chinese_programs_write_them(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    head = "客户编码,客户名称,订单号,下单时间,产品,数量,金额"
    rows = ('="00123",甲,="0001",2024/1/5 下午 3:20:00,阀,1,="100"',
            "\t00124\t,乙,2,2024-01-06 星期六,阀,1,200",
            '00125,丙,3,2024年1月7日（周日） 上午 9:05,阀,1,300')  # fmt: skip
    job = bring_in(write_csv(tmp_path / "a.csv", head, *rows))
    assert list(import_issues(job)) == []
    found = (
        current(Order).order_by("occurred_on").values_list("key", "customer__code", "occurred_on")
    )
    assert [(key, code, str(day)) for key, code, day in found] == [
        ("0001", "00123", "2024-01-05"), ("2", "00124", "2024-01-06"), ("3", "00125", "2024-01-07"),
    ]  # fmt: skip
    assert sums() == {"CNY": 600}


# --- customers ---------------------------------------------------------------------------------
def test_a_customer_who_may_be_here_already_is_pointed_out(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(
        write_csv(tmp_path / "a.csv", "客户编码,客户名称,简称", "K1,上海华东（集团）公司,华东",
                  "K2,甲公司,甲")
    )  # fmt: skip
    job = bring_in(
        write_csv(tmp_path / "b.csv", HEAD, "D1,上海华东(集团)公司,2026-03-01,阀,1,1",
                  "D2,华东,2026-03-01,阀,1,1", "D3,甲 公司,2026-03-01,阀,1,1",
                  "D4,乙(北京)公司,2026-03-01,阀,1,1", "D5,乙（北京）公司,2026-03-01,阀,1,1",
                  "D6,甲公司,2026-03-01,阀,1,1")
    )  # fmt: skip
    alike = {one.line: one.text for one in import_issues(job, code="customer_alike")}
    assert sorted(alike) == [2, 3, 4, 6]
    assert "K1 上海华东（集团）公司" in alike[2]
    assert "K1" in alike[3]
    assert "乙(北京)公司" in alike[6]
    assert list(import_issues(job, severity="error")) == []


def test_a_new_customer_is_called_by_the_short_name_where_there_is_no_other(
    bring_in: Callable[..., Any], check: Callable[..., Any], tmp_path: Path
) -> None:
    head = "客户编码,客户简称,单据号,单据日期,存货名称,数量,无税金额"
    bring_in(write_csv(tmp_path / "a.csv", "客户编码,客户名称", "K1,甲有限公司"))
    bring_in(
        write_csv(
            tmp_path / "b.csv", head, "K1,甲,D1,2026-03-01,阀,1,1", "K2,乙,D2,2026-03-01,阀,1,1"
        )
    )
    names = Customer.objects.unscoped("a test looks").values_list("code", "name", "short_name")
    assert set(names) == {("K1", "甲有限公司", "甲"), ("K2", "乙", "乙")}
    assert sums() == {"CNY": 2}
    bare = head.replace("客户简称", "仓库")
    (first, *_rest) = import_issues(
        check(write_csv(tmp_path / "c.csv", bare, "K3,甲,D3,2026-03-01,阀,1,1"))
    )
    assert (first.code, first.heading) == ("field_unmapped", "客户")
