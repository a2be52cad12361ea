"""What we write is opened by LibreOffice as we meant it: types, widths, hidden ids, choices, colours."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from tests.ingest.conftest import write_csv
from tests.ingest.test_export import COLUMNS, row
from tests.ingest.test_template_and_rejects import filled_template

from jishi.ingest.export import export_table
from jishi.ingest.rejects import rejected_file
from jishi.ingest.template import SHEETS, write_template


pytestmark = [
    pytest.mark.slow,
    pytest.mark.sqlite,  # what an office program reads and writes is the same file on both
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here"),
]


@pytest.fixture
def saved_again(tmp_path: Path) -> Callable[[Path], Workbook]:
    """`saved_again(path)` → the workbook as LibreOffice understood it and wrote it."""

    def convert(path: Path) -> Workbook:
        out = tmp_path / "again"
        home = (tmp_path / "profile").as_uri()
        subprocess.run(
            ["soffice", f"-env:UserInstallation={home}", "--headless", "--convert-to", "xlsx",
             "--outdir", str(out), str(path)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        return load_workbook(out / path.name, data_only=True)

    return convert


def test_an_export(saved_again: Callable[[Path], Workbook], tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    export_table(COLUMNS, [row(1, "=1+1"), row(2, "长沙中联重科")], path, "xlsx")
    sheet = saved_again(path).active
    headings = [cell.value for cell in sheet[1]]
    first = dict(zip(headings, sheet[2], strict=True))
    assert (first["客户编码"].value, first["客户名称"].value) == ("001", "=1+1")
    assert first["客户名称"].data_type == "s"  # words, not a formula
    assert first["销售额"].value == 80450596.9823
    assert first["订单数"].value == 42
    assert first["合作开始日期"].value.date() == date(2021, 5, 18)
    assert first["大客户"].value == 1
    letters = {name: cell.column_letter for name, cell in first.items()}
    assert sheet.column_dimensions[letters["客户名称"]].width == pytest.approx(30, abs=1.5)
    hidden = {key for key, one in sheet.column_dimensions.items() if one.hidden}
    assert letters["客户编码"] not in hidden
    assert hidden


def test_the_template(saved_again: Callable[[Path], Workbook], tmp_path: Path) -> None:
    path = tmp_path / "大客户.xlsx"
    write_template(path)
    book = saved_again(path)
    assert set(SHEETS) <= set(book.sheetnames)
    offered = [one for name in SHEETS for one in book[name].data_validations.dataValidation]
    assert any(one.type == "list" for one in offered)


@pytest.mark.django_db
def test_a_workbook_with_rejected_rows(
    bring_in: Callable[..., Any], saved_again: Callable[[Path], Workbook], tmp_path: Path
) -> None:
    path = filled_template(tmp_path / "大客户.xlsx", 订单={"金额": "三万六"})
    job = bring_in(path, recipe="template")
    sheet = saved_again(rejected_file(job, 0))["订单"]
    place = {cell.value: cell.column for cell in sheet[1]}
    marked = sheet.cell(3, place["金额"])
    assert (marked.value, marked.fill.start_color.rgb) == ("三万六", "FFF4B6AE")
    assert marked.comment is not None
    assert sheet.cell(3, place["数量"]).comment is None


@pytest.mark.django_db
def test_an_export_that_it_saved_brings_no_change_but_what_was_typed(
    bring_in: Callable[..., Any],
    check: Callable[..., Any],
    saved_again: Callable[[Path], Workbook],
    tmp_path: Path,
) -> None:
    from jishi.jobs.exporting import customers_export

    head = "客户编码,客户名称,统一社会信用代码,客户类型,行业,城市,电话,账期（天）,标签"
    first = (
        "00123,长沙中联重科,91430000MA4L0000XB,企业,专用设备制造业,长沙,0731-84000001,60,试点、续签"
    )
    bring_in(write_csv(tmp_path / "客户.csv", head, first, "K2,=甲,,零售,,,13800000000,,"))
    path = tmp_path / "大客户表.xlsx"
    customers_export(path, file_format="xlsx")
    book = saved_again(path)
    again = tmp_path / "again" / path.name
    same = check(again).counts["customers"]
    assert (same["unchanged"], same["changed"], same["new"], same["rejected"]) == (2, 0, 0, 0)
    sheet = book.active
    place = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, place["主要需求"]).value = "整线改造"
    book.save(again)
    edited = check(again).counts["customers"]
    assert (edited["unchanged"], edited["changed"], edited["new"], edited["rejected"]) == (
        1,
        1,
        0,
        0,
    )
