"""Exports are inert and exact, and come back through the import as they went out."""

from __future__ import annotations

import csv
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ingest.reading import rows_of

from jishi.ingest.export import (
    DATE,
    FLAG,
    IDENTITY,
    INTEGER,
    MOMENT,
    MONEY,
    PERCENT,
    Column,
    export_table,
    inert,
)
from jishi.ingest.staging.values import parse_number, scaled


COLUMNS = (
    *IDENTITY,
    Column("code", "客户编码"),
    Column("name", "客户名称", width=30),
    Column("stage", "合作阶段", choices={"first": "初次", "long_term": "长期"}),
    Column("spend_e4", "销售额", MONEY),
    Column("share_pct", "贡献率", PERCENT),
    Column("orders", "订单数", INTEGER),
    Column("since_on", "合作开始日期", DATE),
    Column("seen_at", "上次互动", MOMENT),
    Column("is_key", "大客户", FLAG),
)
PAYLOADS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠A",
    '=HYPERLINK("http://x","y")', "=cmd|'/c calc'!A0", "http://example.com", "001234", "1e5", "-5",
    "+5.50", "TRUE", "123456789012345678", "甲'乙", "'=x", "{=1}", "普通", '引"号', "a,b", "多\n行",
)  # fmt: skip


def row(number: int, name: str) -> dict[str, Any]:
    return {
        "id": number, "version": 3, "code": f"00{number}", "name": name, "stage": "long_term",
        "spend_e4": 804_505_969_823, "share_pct": Decimal("12.5"), "orders": 42,
        "since_on": date(2021, 5, 18), "seen_at": datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
        "is_key": True,
    }  # fmt: skip


def amount_e4(text: str | None) -> int:
    """What importing the cell would store."""
    value = parse_number(text or "")
    assert value is not None
    return scaled(value, 4)


ROWS = [row(number, name) for number, name in enumerate(PAYLOADS, 1)]


def test_xlsx_is_inert_and_typed(tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"
    assert export_table(COLUMNS, iter(ROWS), path, "xlsx", title="大客户表") == len(ROWS)
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "xl/worksheets/_rels/sheet1.xml.rels" not in book.namelist()  # no links
    assert "<f>" not in sheet
    assert 'state="frozen"' in sheet
    assert "<dataValidation " in sheet
    assert sheet.count('hidden="1"') == 1  # one range: both identity columns
    found = rows_of(path)
    assert [r["客户编码"] for r in found] == [r["code"] for r in ROWS]
    got = [(r["客户名称"] or "").replace("\r\n", "\n").replace("\r", "\n") for r in found]
    assert got == [name.replace("\r", "\n") for name in PAYLOADS]
    assert amount_e4(found[0]["销售额"]) == 804_505_969_823
    assert found[0]["合作阶段"] == "长期"
    assert found[0]["合作开始日期"] == "2021-05-18 00:00:00"
    assert (found[0]["_id"], found[0]["_rev"]) == ("1", "3")


def test_csv_is_inert(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    export_table(COLUMNS, ROWS, path, "csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    for written, name in zip(found, PAYLOADS, strict=True):
        cell = written["客户名称"]
        assert cell.removeprefix("'") == name.removeprefix("'") or cell == name
        assert cell in {"-5", "+5.50"} or not cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert found[0]["销售额"] == "80450596.9823"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20))
def test_no_text_starts_a_formula(text: str) -> None:
    guarded = inert(text)
    assert guarded in {text, "'" + text}
    if guarded.startswith(tuple("=+-@\t\r\n\x00＝＋－＠")):
        assert float(guarded) == float(text)


def test_parquet_is_exact(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    path = tmp_path / "c.parquet"
    export_table(COLUMNS, ROWS, path, "parquet")
    table = pq.read_table(path)
    assert table.column("销售额")[0].as_py() == Decimal("80450596.9823")
    assert table.column("客户名称").to_pylist() == list(PAYLOADS)
    assert table.column("合作开始日期")[0].as_py() == date(2021, 5, 18)


AMOUNTS = st.integers(min_value=-(10**15) + 1, max_value=10**15 - 1)


@settings(max_examples=4, deadline=None)
@given(st.lists(AMOUNTS, min_size=50, max_size=200))
def test_amounts_survive_a_spreadsheet(amounts: list[int]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        columns = (Column("name", "客户名称"), Column("amount_e4", "金额", MONEY))
        export_table(columns, [{"name": "甲", "amount_e4": a} for a in amounts], path, "xlsx")
        found = [amount_e4(r["金额"]) for r in rows_of(path)]
    assert found == amounts


def test_amounts_beyond_fifteen_digits_go_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    big = 9_223_372_036_854_775_807
    columns = (Column("name", "客户名称"), Column("amount_e4", "金额", MONEY))
    export_table(columns, [{"name": "甲", "amount_e4": big}], path, "xlsx")
    assert rows_of(path)[0]["金额"] == "922337203685477.5807"


def test_an_unknown_format_or_a_failure_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown format"):
        export_table(COLUMNS, ROWS, tmp_path / "c.pdf", "pdf")

    def failing() -> Any:
        yield ROWS[0]
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        export_table(COLUMNS, failing(), tmp_path / "c.csv", "csv")
    assert list(tmp_path.iterdir()) == []
