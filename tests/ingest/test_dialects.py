"""How a file is written: found, shown, and read otherwise when a person says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from tests.conftest import NOW
from tests.ingest.conftest import write_csv
from tests.ingest.reading import read, rows_of

from jishi.facts.models import OrderLine
from jishi.ingest.dialects import FoundMarks, marks_found
from jishi.ingest.mapping.recipe import recipe_from
from jishi.ingest.models import ImportJob
from jishi.ingest.queries import recipe_by_key
from jishi.ingest.services import as_read, import_apply, import_check, import_create, recipe_add
from jishi.ingest.services.options import import_options_set
from jishi.ingest.services.uploading import import_read, uploads_of_paths


HEAD = "客户编码,客户名称,订单号,行号,下单日期,数量,金额"
ROW = "A1,甲,S1,1,{day},1,{amount}"


def line() -> OrderLine:
    return OrderLine.objects.unscoped("a test looks").current().get()


# --- quotation marks ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "quote", "first"),
    [
        ('name,note\n"A, B",x\n"C",y\n', '"', {"name": "A, B", "note": "x"}),
        ("name,note\n'A, B','it''s'\n'C','y'\n", "'", {"name": "A, B", "note": "it's"}),
        ("name;note\n'A; B';'two\nlines'\n", "'", {"name": "A; B", "note": "two\nlines"}),
        ("name,note\n'0001,x\n'0002,y\n", '"', {"name": "'0001", "note": "x"}),
        ("name,note\n'tHooft',x\nB,y\n", '"', {"name": "'tHooft'", "note": "x"}),
        ("name,note\n'A','x'\n\"B, C\",'y'\n", '"', {"name": "'A'", "note": "'x'"}),
        ("name|note\nA|x\n", '"', {"name": "A", "note": "x"}),
        ("name+|note&|\nA+|x&|\n", None, {"name": "A", "note": "x"}),
    ],
)
def test_the_mark_around_cells_is_found(
    text: str, quote: str | None, first: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "f.csv"
    path.write_text(text, encoding="utf-8")
    assert read(path)["dialect"]["quote"] == quote
    assert rows_of(path)[0] == first


def test_a_chosen_mark_wins(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("name,note\n'A, B',\"x\"\n", encoding="utf-8")
    assert rows_of(path, quote="'")[0] == {"name": "A, B", "note": '"x"'}
    assert rows_of(path, quote=None)[0]["name"] == "'A"
    assert read(path, quote=None)["dialect"]["quote"] is None


# --- decimals and days: chosen -----------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(("mark", "e4"), [(None, 12_340_000), (".", 12_340_000), (",", 12_340)])
def test_a_chosen_decimal_mark_changes_amounts(
    mark: str | None, e4: int, bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    """`1,234` is one thousand two hundred and thirty-four unless somebody says otherwise."""
    path = tmp_path / "o.tsv"
    rows = (HEAD.replace(",", "\t"), "A1\t甲\tS1\t1\t2026-02-03\t1\t1,234")
    path.write_text("\n".join(rows), encoding="utf-8")
    bring_in(path, options={"files": {"o.tsv": {"decimal": mark}}} if mark else None)
    assert line().amount_e4 == e4


@pytest.mark.django_db
@pytest.mark.parametrize(("order", "day"), [("dmy", date(2026, 3, 2)), ("mdy", date(2026, 2, 3))])
@pytest.mark.parametrize("whole_import", [False, True])
def test_a_chosen_order_of_day_and_month_changes_dates(
    order: str, day: date, whole_import: bool, bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "o.csv", HEAD, ROW.format(day="02/03/2026", amount="10"))
    own = {"files": {"o.csv": {"date_orders": {"0": order}}}}
    bring_in(path, options={"date_order": order} if whole_import else own)
    assert line().occurred_on == day


@pytest.mark.django_db
def test_a_choice_that_does_not_fit_rejects_the_row(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "o.csv", HEAD, ROW.format(day="28/02/2026", amount="10"))
    job = check(path, options={"date_order": "mdy"})
    assert job.counts["orders"]["rejected"] == 1
    assert "order_lines" not in job.counts or job.counts["order_lines"]["new"] == 0


@pytest.mark.django_db
def test_the_numbers_of_a_workbook_are_numbers(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    book = xlsxwriter.Workbook(tmp_path / "o.xlsx")
    sheet = book.add_worksheet("订单")
    sheet.write_row(0, 0, HEAD.split(","))
    sheet.write_row(1, 0, ["A1", "甲", "S1", 1, "02/03/2026", 1, 1234.5])
    book.close()
    bring_in(
        tmp_path / "o.xlsx",
        options={"decimal": ",", "files": {"o.xlsx": {"date_orders": {"0": "dmy"}}}},
    )
    assert (line().amount_e4, line().occurred_on) == (12_345_000, date(2026, 3, 2))


# --- decimals and days: found ------------------------------------------------------------------
def opened(path: Path, **options: Any) -> ImportJob:
    job = import_create(by=None, uploads=uploads_of_paths([path]), now=NOW, options=options)
    return import_read(by=None, job_id=job.pk)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "amount", "found"),
    [
        ("2026-02-03", "1,5", FoundMarks(",", None)),
        ("31/12/2026", "1,234.5", FoundMarks(".", "dmy")),
        ("12/31/2026", "1.234", FoundMarks("", "mdy")),
        ("02/03/2026", "7", FoundMarks(".", "")),
    ],
)
def test_what_the_first_rows_show(day: str, amount: str, found: FoundMarks, tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    rows = (HEAD, ROW.format(day=day, amount="AMOUNT"))
    path.write_text("\n".join(rows).replace(",", ";").replace("AMOUNT", amount), encoding="utf-8")
    assert marks_found(opened(path)) == {(0, 0): found}


@pytest.mark.django_db
def test_after_the_check_it_is_what_all_rows_showed(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    rows = [ROW.format(day="2026-02-03", amount="7").replace("S1", f"S{n}") for n in range(2100)]
    rows.append(ROW.format(day="28/02/2026", amount='"7,5"').replace("S1", "last"))
    path = write_csv(tmp_path / "o.csv", HEAD, *rows)
    job = opened(path)
    assert marks_found(job) == {(0, 0): FoundMarks(".", None)}
    assert marks_found(check(path)) == {(0, 0): FoundMarks(",", "dmy")}


@pytest.mark.django_db
def test_a_choice_hides_nothing_of_what_was_found(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "o.csv", HEAD, ROW.format(day="28/02/2026", amount="10"))
    job = opened(path, date_order="mdy")
    job = import_check(by=None, job_id=job.pk)
    assert marks_found(job) == {(0, 0): FoundMarks(".", "dmy")}


# --- choosing, and what becomes of the mapping -------------------------------------------------
@pytest.mark.django_db
def test_a_choice_about_values_keeps_the_mapping_and_one_about_cells_does_not(
    tmp_path: Path,
) -> None:
    path = write_csv(tmp_path / "o.csv", HEAD, ROW.format(day="02/03/2026", amount="10"))
    job = opened(path)
    assert job.recipe is not None
    chosen: dict[str, Any] = {"date_orders": {"0": "dmy"}}
    job = import_options_set(by=None, job_id=job.pk, version=job.version, files={"o.csv": chosen})
    assert job.recipe is not None
    job = import_check(by=None, job_id=job.pk)
    assert (job.status, job.questions) == ("staged", [])
    job = import_options_set(
        by=None, job_id=job.pk, version=job.version, files={"o.csv": {**chosen, "delimiter": ";"}}
    )
    assert job.recipe is None


@pytest.mark.django_db
def test_a_kept_recipe_remembers_how_the_file_was_read(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "o.csv", HEAD, ROW.format(day="02/03/2026", amount="'1,5'"))
    read_so = {"quote": "'", "decimal": ",", "date_orders": {"0": "dmy"}}
    job = check(path, options={"files": {"o.csv": read_so}})
    assert job.status == "staged"
    body = as_read(job, job.recipe)
    (source,) = recipe_from(body).sources.values()
    assert (source.dialect.quote, source.dialect.decimal, source.dialect.date_order) == (
        "'", ",", "dmy",
    )  # fmt: skip
    recipe_add(by=None, recipe=recipe_from({**body, "key": "monthly"}), now=NOW)
    assert recipe_by_key("monthly") is not None
    again = check(path, recipe="monthly")
    assert (again.status, again.problem, again.questions) == ("staged", None, [])
    import_apply(by=None, job_id=again.pk, now=NOW)
    assert (line().amount_e4, line().occurred_on) == (15_000, date(2026, 3, 2))
