"""The same few rows in every kind of file end as the same archive; odd cells end right or as a clear error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from tests.conftest import NOW
from tests.ingest.conftest import write_csv
from tests.support import shared_data

from jishi.customers.models import Contact, Customer
from jishi.facts.models import OrderLine
from jishi.ingest.queries import import_issues, import_summary
from jishi.ingest.services import (
    Upload,
    import_answer,
    import_apply,
    import_check,
    import_create,
    import_map,
)


pytestmark = pytest.mark.django_db

WHY = "a test looks"
HEAD = ("客户编码", "公司名", "联系人", "订单号", "下单日期", "产品", "数量", "金额", "成本")
ROWS = (
    ("310110199001011234", "湘江重工𠮷", "王磊", "SO-1", "2026-03-05", "轴承", "2", "1200.50", "900"),
    ("K2", "😀 Ünïcode شركة", "李娜", "SO-2", "2026-04-01", "齿轮", "1", "3", ""),
)  # fmt: skip


def text(delimiter: str) -> str:
    return "\n".join(delimiter.join(row) for row in (HEAD, *ROWS)) + "\n"


def as_workbook(path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEAD, *ROWS):
        sheet.append(row)
    book.save(path)
    return path


def as_text(delimiter: str, encoding: str) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_bytes(text(delimiter).encode(encoding))
        return path

    return write


def amounts() -> dict[str, int]:
    return dict(OrderLine.objects.unscoped(WHY).current().values_list("key", "amount_e4"))


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.csv", as_text(",", "utf-8")),
        ("a.tsv", as_text("\t", "utf-8-sig")),
        ("a.txt", as_text(";", "utf-16")),
        ("a.csv", as_text("|", "utf-16-le")),
        ("a.tsv", as_text("\t", "gb18030")),
        ("a.xls", as_text("\t", "utf-8")),  # many systems call their text files so
        ("a.xlsx", as_workbook),
    ],
    ids=["csv", "tsv", "utf-16", "utf-16 without mark", "gb18030", "text called xls", "xlsx"],
)
def test_every_kind_of_file(
    name: str, make: Callable[[Path], Path], bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    job = bring_in(make(tmp_path / name))
    assert {what: (c["new"], c["rejected"]) for what, c in job.counts.items()} == {
        "customers": (2, 0), "products": (2, 0), "contacts": (2, 0), "orders": (2, 0),
        "order_lines": (2, 0),
    }  # fmt: skip
    found = dict(Customer.objects.unscoped(WHY).values_list("code", "name"))
    assert found == {row[0]: row[1] for row in ROWS}
    assert amounts() == {"SO-1/轴承#1": 12_005_000, "SO-2/齿轮#1": 30_000}
    again = bring_in(make(tmp_path / name))
    assert all(c["new"] == c["changed"] == 0 for c in again.counts.values())


def test_a_real_xls(tmp_path: Path) -> None:
    path = shared_data("csv_edge_cases/csvkit_examples/test.xls")
    with path.open("rb") as content:
        job = import_create(by=None, uploads=[Upload("test.xls", content)], now=NOW)
    import_check(by=None, job_id=job.pk)
    job.refresh_from_db()
    recipe = {
        "key": "m", "title": {"en": "m"}, "sources": {"t0": {"file": "test.xls"}},
        "steps": [{
            "entity": "customers", "source": "t0",
            "where": [{"column": "text", "is_blank": False}],
            "fields": {"name": "text", "cooperation_since": "date", "annual_revenue": "float"},
        }],
    }  # fmt: skip
    import_map(by=None, job_id=job.pk, version=job.version, recipe=recipe)
    job = import_check(by=None, job_id=job.pk)
    import_apply(by=None, job_id=job.pk, now=NOW)
    found = Customer.objects.unscoped(WHY).order_by("pk")
    assert [(c.name, c.cooperation_since_on) for c in found][:1] == [
        ("Chicago Reader", date(1971, 1, 1))
    ]


def test_encoding_chosen_by_the_person(tmp_path: Path) -> None:
    """A file that reads as two encodings is asked about, and comes in as the answer says."""
    path = tmp_path / "a.csv"
    path.write_bytes("name,city\n臺灣積體電路,新竹\n".encode("big5"))
    with path.open("rb") as content:
        job = import_create(by=None, uploads=[Upload("a.csv", content)], now=NOW)
    job = import_check(by=None, job_id=job.pk)
    assert job.status == "unclear"
    job = import_answer(by=None, job_id=job.pk, version=job.version, answers={0: "big5"})
    job = import_check(by=None, job_id=job.pk)
    import_apply(by=None, job_id=job.pk, now=NOW)
    assert Customer.objects.unscoped(WHY).get().name == "臺灣積體電路"


def test_merged_cells_repeated_headings_and_a_title(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "2026 年订单"
    sheet.merge_cells("A1:F1")
    sheet.append([])
    sheet.append(["公司名", "订单号", "下单日期", "产品", "金额", "金额"])
    sheet.append(["甲公司", "S1", date(2026, 3, 1), "轴承", 100, 7])
    sheet.append([None, "S2", date(2026, 3, 2), "齿轮", 50, 7])
    sheet.merge_cells("A4:A5")
    path = tmp_path / "m.xlsx"
    book.save(path)
    job = bring_in(path)
    (source,) = import_summary(job)["sources"].values()
    assert source["columns"][-2:] == ["金额", "金额 (2)"]
    assert Customer.objects.unscoped(WHY).get().name == "甲公司"
    assert amounts() == {"S1/轴承#1": 1_000_000, "S2/齿轮#1": 500_000}
    lines = OrderLine.objects.unscoped(WHY).current()
    assert lines.values("customer").distinct().count() == 1


def test_an_amount_in_a_merged_cell_is_not_multiplied(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["公司名", "订单号", "下单日期", "产品", "金额"])
    sheet.append(["甲公司", "S1", date(2026, 3, 1), "轴承", 100])
    sheet.append(["甲公司", "S2", date(2026, 3, 2), "齿轮", None])
    sheet.append(["甲公司", "S3", date(2026, 3, 2), "齿轮", 5])
    sheet.merge_cells("E2:E3")
    path = tmp_path / "m.xlsx"
    book.save(path)
    job = bring_in(path)
    codes = {(i.line, i.code) for i in import_issues(job, severity="error") if i.field == "amount"}
    assert codes == {(2, "merged_number"), (3, "merged_number")}
    assert amounts() == {"S3/齿轮#1": 50_000}


def test_cells_that_tempt_to_guess(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    """Each money cell is exactly read or rejected with its line; text cells stay as they are."""
    rows = [
        "NA,NA,S1,2026-03-01,NULL,１２,１２３４．５０,",
        "123456789012345678,None,S2,2026-03-01,轴承,1,10,NULL",
        "007,-,S3,2026-03-01,轴承,1,NA,1",
        "1e5,nan,S4,2026-03-01,轴承,1,1\x000,1",
        "K5,TRUE,S5,2026-03-01,轴承,1,1.2.3,1",
        "K6,乙,S6,2026-03-01,轴承,1,-,1",
    ]
    path = write_csv(
        tmp_path / "a.csv", "客户编码,公司名,订单号,下单日期,产品,数量,金额,成本", *rows
    )
    job = bring_in(path)
    errors = {
        (i.line, i.heading, i.value) for i in import_issues(job, severity="error") if i.heading
    }
    assert {(3, "成本", "NULL"), (4, "金额", "NA"), (5, "金额", "1␀0"), (6, "金额", "1.2.3"),
            (7, "金额", "-")} <= errors  # fmt: skip
    assert amounts() == {"S1/NULL#1": 12_345_000}
    line = OrderLine.objects.unscoped(WHY).get()
    assert (line.quantity_milli, line.cost_e4) == (12_000, None)
    found = dict(Customer.objects.unscoped(WHY).values_list("code", "name"))
    assert found == {
        "NA": "NA", "123456789012345678": "None", "007": "-", "1e5": "nan", "K5": "TRUE", "K6": "乙",
    }  # fmt: skip


def test_a_value_preview_and_what_will_change(
    bring_in: Callable[..., Any], check: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(write_csv(tmp_path / "a.csv", "客户编码,公司名,城市", "K1,甲公司,长沙"))
    late = check(
        write_csv(tmp_path / "b.csv", "客户编码,公司名,城市,联系人", "K1,甲公司,北京,王磊", "K2,乙公司,,")
    )  # fmt: skip
    entities = import_summary(late)["entities"]
    (change,) = entities["customers"]["changes"]
    assert {"field": "city", "old": "长沙", "new": "北京"} in change["fields"]
    assert [row["name"] for row in entities["customers"]["sample"]] == ["乙公司"]
    assert [row["name"] for row in entities["contacts"]["sample"]] == ["王磊"]
    assert Customer.objects.unscoped(WHY).count() == 1
    assert not Contact.objects.unscoped(WHY).exists()


def test_headings_of_two_rows_and_numbers_shown_with_zeros(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["销售明细"],
        ["日期", "单据编号", "客户", None, "产品", None, "销售", None],
        [None, None, "代码", "名称", "编码", "名称", "数量", "金额（万元）"],
        ["2026-03-05", "D1", 7, "甲公司", 12, "阀", 3, 0.5],
    ):
        sheet.append(row)
    for place in ("A1:H1", "C2:D2", "E2:F2", "G2:H2", "A2:A3", "B2:B3"):
        sheet.merge_cells(place)
    sheet["C4"].number_format = "00000"
    sheet["H4"].number_format = "000"
    path = tmp_path / "a.xlsx"
    book.save(path)
    job = bring_in(path)
    assert list(import_issues(job)) == []
    assert amounts() == {"D1/12#1": 50_000_000}
    assert list(Customer.objects.unscoped(WHY).values_list("code", "name")) == [("00007", "甲公司")]
