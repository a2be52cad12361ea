"""The corpora of difficult files: read, asked or refused, never a crash, and as documented."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from django.utils.translation import override
from tests.ingest.nasty_files import FOLDERS, documented, imported, outcomes
from tests.ingest.reading import read, rows_of
from tests.support import SHARED, shared_data

from jishi.customers.models import Customer


SPECTRUM = (
    "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "location_coordinates",
    "newlines", "newlines_crlf", "quotes_and_newlines", "simple", "simple_crlf", "utf8",
)  # fmt: skip


@pytest.mark.parametrize("name", SPECTRUM)
def test_csv_spectrum(name: str, tmp_path: Path) -> None:
    folder = shared_data("csv_edge_cases/csv_spectrum")
    expected = json.loads((folder / "json" / f"{name}.json").read_text(encoding="utf-8"))
    file = folder / "csvs" / f"{name}.csv"
    if name.endswith("_crlf"):  # the corpus has lost its carriage returns on the way through git
        content = file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        file = tmp_path / file.name
        file.write_bytes(content)
    if name == "location_coordinates":  # its JSON is one object, and names another phone number
        expected = [{**expected, "Contact Phone Number": "2095257564"}]
    assert rows_of(file) == expected


AGAIN = "look at them, then run `python -m tests.ingest.nasty_files`"


@pytest.mark.slow
def test_every_difficult_file_is_read_as_documented() -> None:
    shared_data("csv_edge_cases")
    shared_data("excel_edge_cases")
    lines = documented()
    with override("en"):
        for title, folder in FOLDERS.items():
            for path, what, _answer in outcomes(SHARED / folder):
                assert not what.startswith("died"), path.name
                line = lines.pop(f"{title}/{path.name}", "")
                assert line.startswith(f"| {path.name} | {what} |"), f"{path.name}: {AGAIN}"
    assert not lines, f"{set(lines)} are documented and gone"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        "csvkit examples/test_utf16_big.csv", "csvkit examples/null_byte.csv",
        "csvkit examples/test_empty_columns.csv", "calamine tests/malformed_format.xls",
        "calamine tests/merged_cells.ods", "tablib tests/errors.xls",
    ],
)  # fmt: skip
def test_difficult_files_are_imported_as_documented(name: str) -> None:
    title, file = name.split("/")
    path = shared_data(FOLDERS[title]) / file
    with override("en"):
        assert documented()[name].endswith(f"| {imported(path, read(path))} |"), AGAIN
    assert not Customer.objects.unscoped("test").filter(is_archived=False).exists(), "taken back"


@pytest.mark.parametrize(
    ("file", "converted"),
    [
        ("test_utf16_big.csv", [{"a": "1", "b": "2", "c": "3"}, {"a": "4", "b": "5", "c": "ʤ"}]),
        ("test_utf16_little.csv", [{"a": "1", "b": "2", "c": "3"}, {"a": "4", "b": "5", "c": "ʤ"}]),
        ("test_utf8_bom.csv", [{"foo": "1", "bar": "2", "baz": "3"}, {"foo": "4", "bar": "5", "baz": "ʤ"}]),
        ("mac_newlines.csv", [{"a": "1", "b": "2", "c": "3"}, {"a": "Once upon\ra time", "b": "5", "c": "6"}]),
        ("sniff_limit.csv", [{"a": "1", "b": "2", "c": "3"}]),
        ("test_skip_lines.csv", [{"a": "1", "b": "2", "c": "3"}]),
        ("null_byte.csv", [{"a": "␀", "b": "2", "c": "3"}]),
        ("blanks.csv", [{"a": "", "b": "NA", "c": "N/A", "d": "NONE", "e": "NULL", "f": "."}]),
    ],
)  # fmt: skip
def test_csvkit_contents(file: str, converted: list[dict[str, str]]) -> None:
    assert rows_of(shared_data("csv_edge_cases/csvkit_examples") / file) == converted


def test_two_character_ends_of_cells_and_rows() -> None:
    rows = rows_of(shared_data("adventureworks/oltp_raw") / "BusinessEntityContact.csv")
    assert len(rows) == 909
    assert list(rows[0].values())[:3] == ["292", "291", "11"]


def test_the_workbook_equals_its_csv() -> None:
    folder = shared_data("csv_edge_cases/csvkit_examples")
    with (folder / "testxlsx_converted.csv").open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    found = rows_of(folder / "test.xlsx")
    assert [row["text"] for row in found] == [row["text"] or None for row in expected]
    assert [(row["date"] or "")[:10] for row in found] == [row["date"] for row in expected]
    assert [row["integer"] or "" for row in found] == [row["integer"] for row in expected]
