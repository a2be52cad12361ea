"""Encodings, dialects, headings and special cells of text files and workbooks."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from tests.ingest.reading import read, rows_of
from tests.support import shared_data


_RARE = "镕喆䶮堃昇垚犇骉𠮷"


def chinese_names(count: int, seed: int) -> list[str]:
    """Company names of the reference list, some with rare characters."""
    import gzip

    path = shared_data("zh_company_names/Company-Shorter-Form_28W.txt.gz")
    names = gzip.decompress(path.read_bytes()).decode("utf-8-sig").split("\r\n")[10:]
    chance = random.Random(seed)
    found = chance.sample([name for name in names if name.strip() and "," not in name], count)
    for position in range(0, count, 10):
        found[position] += chance.choice(_RARE)
    return found


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_five_hundred_names_in_every_encoding(encoding: str, tmp_path: Path) -> None:
    names = chinese_names(500, seed=9)
    path = tmp_path / "names.csv"
    path.write_bytes(
        ("客户名称,序号\n" + "\n".join(f"{n},{i}" for i, n in enumerate(names))).encode(encoding)
    )
    assert [row["客户名称"] for row in rows_of(path)] == list(names)


def test_single_names_in_gb18030_are_right_or_asked(tmp_path: Path) -> None:
    """The short files that detectors get wrong: one row each."""
    wrong = []
    path = tmp_path / "one.csv"
    for name in chinese_names(25, seed=3):
        path.write_bytes(f"客户名称\n{name}\n".encode("gb18030"))
        answer = read(path)
        if answer["status"] == "parsed" and answer["sheets"][0]["first_rows"][1][1] != [name]:
            wrong.append(name)
    assert wrong == []


@pytest.mark.parametrize("encoding", ["big5", "cp1252", "shift_jis"])
def test_other_encodings_are_asked_not_guessed(encoding: str, tmp_path: Path) -> None:
    text = {"big5": "客戶名稱,城市\n臺灣積體電路,新竹\n", "cp1252": "naïve,café\nÅngström,Müller\n",
            "shift_jis": "会社名,市\nソニー株式会社,東京\n"}[encoding]  # fmt: skip
    path = tmp_path / "f.csv"
    path.write_bytes(text.encode(encoding))
    answer = read(path)
    assert (answer["status"], answer["code"]) == ("unclear", "encoding_unclear")
    assert encoding in {choice["value"] for choice in answer["choices"]}
    first = text.split("\n")[1].split(",")[0]
    assert next(iter(rows_of(path, encoding=encoding)[0].values())) == first


def test_a_chosen_encoding_that_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes("a\n甲\n乙\n".encode("gb18030"))
    answer = read(path, encoding="utf-8")
    assert answer["code"] == "encoding_does_not_fit"
    assert answer["params"]["line"] == 2
    for no_text in ("rot13", "zlib_codec", "utf-9"):
        assert read(path, encoding=no_text)["code"] == "unknown_encoding"


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "^"])
def test_delimiters_are_found(delimiter: str, tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    rows = [["客户名称", "金额", "备注"], ["甲", "1 200", '说 "好"'], ["乙", "3", "a"]]
    path.write_text("\n".join(delimiter.join(row) for row in rows), encoding="utf-8")
    assert rows_of(path)[0] == {"客户名称": "甲", "金额": "1 200", "备注": '说 "好"'}
    assert read(path)["dialect"]["delimiter"] == delimiter


def test_headings_below_a_title(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("2026年客户订单,,\n,,\n客户名称,订单号,金额\n甲,S1,5\n", encoding="utf-8")
    assert read(path)["sheets"][0]["header_row"] == 3
    assert rows_of(path) == [{"客户名称": "甲", "订单号": "S1", "金额": "5"}]


def test_repeated_and_missing_headings(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("客户名称,电话,电话,,备注\n甲,1,2,3,4\n", encoding="utf-8")
    assert rows_of(path) == [
        {"客户名称": "甲", "电话": "1", "电话 (2)": "2", "[D]": "3", "备注": "4"}
    ]
    notes = read(path)["sheets"][0]["notes"]
    assert {"code": "repeated_headings", "params": {"names": ["电话"]}} in notes


def workbook(path: Path) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("订单")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.merge_range("B1:G1", "二季度订单")
    for column, heading in enumerate(["客户名称", "编号", "金额", "日期", "备注", "公式"], 1):
        sheet.write_string(2, column, heading)
    sheet.merge_range("B4:B5", "甲公司")
    sheet.merge_range("D4:D5", 100)
    sheet.write_string("C4", "123456789012345678")
    sheet.write_number("C5", 123456789012345678)
    sheet.write_datetime("E4", date(2026, 4, 1), day)
    sheet.write_number("E5", 46113)
    sheet.write_string("F4", "NA")
    sheet.write_formula("G4", "=1/0", None, "#DIV/0!")
    book.add_worksheet("空")
    book.close()
    return path


def test_a_workbook_as_people_make_them(tmp_path: Path) -> None:
    path = workbook(tmp_path / "w.xlsx")
    answer = read(path)
    sheet = answer["sheets"][0]
    assert (sheet["header_row"], sheet["first_column"], sheet["columns"][0]["letter"]) == (
        3,
        1,
        "B",
    )
    assert [4, 0, 2, 1] in sheet["merges"]
    assert [4, 2, 2, 1] in sheet["merges"]
    assert sheet["rounded"] == [[5, 1]]
    assert answer["sheets"][1]["file"] is None
    rows = rows_of(path)
    assert rows[0]["编号"] == "123456789012345678"
    assert rows[0]["日期"] == "2026-04-01 00:00:00"
    assert rows[0]["备注"] == "NA"
    assert rows[0]["公式"] == "#DIV/0!"


def test_day_zero_of_1904(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    book = xlsxwriter.Workbook(str(path), {"date_1904": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["客户名称", "日期"])
    sheet.write_row(1, 0, ["甲", 40000])
    book.close()
    assert read(path)["date_1904"] is True
