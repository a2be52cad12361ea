"""Bombs, lies and damage: refused quickly, in the child; the parent lives and stays small."""

from __future__ import annotations

import gzip
import io
import resource
import struct
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from tests.ingest.reading import read, rows_of

from jishi.ingest.parsing.limits import Limits


_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"'
    ' Target="{target}"/></Relationships>'
)
_WORKBOOK = (
    '<?xml version="1.0"?>{dtd}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="S{entity}" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>{rows}</sheetData></worksheet>"
)


def package(
    path: Path, rows: str, *, dtd: str = "", entity: str = "", extra: int = 0, level: int = 6
) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as book:
        book.writestr("[Content_Types].xml", _TYPES)
        book.writestr("_rels/.rels", _RELS.format(kind="officeDocument", target="xl/workbook.xml"))
        book.writestr("xl/workbook.xml", _WORKBOOK.format(dtd=dtd, entity=entity))
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            _RELS.format(kind="worksheet", target="worksheets/sheet1.xml"),
        )
        book.writestr("xl/worksheets/sheet1.xml", _SHEET.format(rows=rows))
        for number in range(extra):
            book.writestr(f"xl/junk{number}.xml", "")
    return path


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_a_plain_package_is_read(tmp_path: Path) -> None:
    rows = f'<row r="1">{cell("A1", "名称")}</row><row r="2">{cell("A2", "甲")}</row>'
    assert rows_of(package(tmp_path / "ok.xlsx", rows)) == [{"名称": "甲"}]


def refused(path: Path, *codes: str, within_s: float = 5.0) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.monotonic()
    answer = read(path)
    taken = time.monotonic() - start
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    if answer["status"] == "died":
        assert answer["by"] in {"memory", "cpu", "crash"}
        assert "died" in codes, answer
    else:
        assert answer["status"] == "refused"
        assert answer["code"] in codes, answer
    assert taken < within_s
    assert grown_kb < 50 * 1024


def test_two_cells_at_the_far_corners(tmp_path: Path) -> None:
    rows = f'<row r="1">{cell("A1", "a")}</row><row r="1048576">{cell("XFD1048576", "b")}</row>'
    refused(package(tmp_path / "sparse.xlsx", rows), "died", "damaged_workbook")


def test_half_a_gigabyte_of_one_letter(tmp_path: Path) -> None:
    path = tmp_path / "text.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", "x")
        with book.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(512):
                part.write(b"A" * 1024 * 1024)
    refused(path, "unpacks_too_large")


def test_a_hundred_thousand_parts(tmp_path: Path) -> None:
    refused(package(tmp_path / "parts.xlsx", "", extra=20_000, level=0), "too_many_parts")


def test_entities_and_outside_references(tmp_path: Path) -> None:
    dtd = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    refused(package(tmp_path / "xxe.xlsx", "", dtd=dtd, entity="&e;"), "document_type_in_workbook")


def test_a_size_that_lies(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}">{cell(f"A{n}", "lie " * 50)}</row>' for n in range(1, 2000))
    path = package(tmp_path / "lie.xlsx", rows)
    content = bytearray(path.read_bytes())
    at = content.rfind(b"xl/worksheets/sheet1.xml") - 46  # its entry in the central directory
    assert content[at : at + 4] == b"PK\x01\x02"
    content[at + 24 : at + 28] = struct.pack("<I", 1000)
    path.write_bytes(content)
    refused(path, "damaged_workbook")


def test_a_truncated_workbook(tmp_path: Path) -> None:
    whole = package(tmp_path / "whole.xlsx", f'<row r="1">{cell("A1", "x")}</row>').read_bytes()
    path = tmp_path / "half.xlsx"
    path.write_bytes(whole[: len(whole) // 2])
    refused(path, "damaged_workbook")


def test_a_million_blank_rows(tmp_path: Path) -> None:
    path = tmp_path / "blank.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["客户名称", "城市"])
    sheet.write_row(1, 0, ["甲", "长沙"])
    sheet.write_row(1_048_575, 0, ["乙", "北京"])
    book.close()
    start = time.monotonic()
    assert rows_of(path) == [
        {"客户名称": "甲", "城市": "长沙"},
        {"客户名称": "乙", "城市": "北京"},
    ]
    assert time.monotonic() - start < 20


def test_a_packed_text_that_grows_without_measure(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb") as file:
        for _ in range(300):
            file.write(b"a,b\n" * 262_144)
    refused(path, "unpacks_too_large")


def test_a_package_in_a_package(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as book:
        book.writestr("a.csv", "a,b\n1,2\n")
    path = tmp_path / "nested.xlsx"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("inner.zip", inner.getvalue())
    refused(path, "not_a_workbook")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.csv", b"", "empty_file"),
        ("blank.csv", b" \n\n \n", "no_rows"),
        ("page.xls", "<html><table><tr><td>客户</td></tr></table></html>".encode(), "web_page_as_table"),
        ("open.csv", b'a,b\n1,"never closed\n2,3\n' * 2 + b'"x', "quote_never_closed"),
        ("long.csv", b"a,b\n" + b"x" * 1_100_000 + b",1\n", "cell_too_long"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n", "unsupported_type"),
        ("short.xlsx", b"PK\x03\x04", "damaged_workbook"),
        ("cut.csv.gz", gzip.compress(b"a,b\n1,2\n" * 1000, mtime=0)[:-9], "damaged_gzip"),
    ],
)  # fmt: skip
def test_refusals(name: str, content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refused(path, code)


def test_a_child_is_ended_at_its_time(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n" + "1,2\n" * 8_000_000, encoding="utf-8")
    answer = read(path, limits=Limits(wall_s=0.3))
    assert (answer["status"], answer["by"]) == ("died", "wall")
    answer = read(path, limits=Limits(cpu_s=1))
    assert (answer["status"], answer["by"]) == ("died", "cpu")


def test_a_child_is_held_to_its_memory(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n" + ("x" * 900_000 + ",1\n") * 200, encoding="utf-8")
    answer = read(path, limits=Limits(memory_mb=400))
    assert (answer["status"], answer["by"]) == ("died", "memory"), answer


def test_refusals_have_words() -> None:
    from jishi.ingest.messages import REFUSALS, refusal_text

    params = {
        "limit_mb": 1, "kind": "x", "limit": 1, "unpacked_mb": 1, "encoding": "x", "line": 1,
        "column": "x", "file": "x", "names": "x", "sheet": "x", "currency": "x", "base": "x",
    }  # fmt: skip
    for code in REFUSALS:
        assert "%(" not in refusal_text(code, params)
