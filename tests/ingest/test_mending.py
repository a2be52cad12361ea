"""Rejected rows are corrected in place, checked again and written; the file stays as it came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from tests.conftest import NOW
from tests.ingest.conftest import write_csv

from jishi.customers.models import Customer
from jishi.facts.models import OrderLine
from jishi.foundation.enums import Role
from jishi.foundation.models import AuditEntry, User
from jishi.foundation.writing import NotAllowedError
from jishi.ingest import mending
from jishi.ingest.folders import file_folder
from jishi.ingest.mending import Cell, MendableRow, mendable
from jishi.ingest.models import Correction, ImportJob
from jishi.ingest.rejects import rejected_file
from jishi.ingest.services import (
    ImportStateError,
    batch_undo,
    import_apply,
    import_check,
    import_discard,
    import_mend,
)


pytestmark = pytest.mark.django_db

WHY = "a test looks"
HEAD = "客户编码,客户名称,订单号,行号,下单日期,数量,金额"
RIGHT = "A1,甲,S1,1,2026-02-03,1,10"


def lines() -> Any:
    return OrderLine.objects.unscoped(WHY).current()


def days() -> list[str]:
    return sorted(str(day) for day in lines().values_list("occurred_on", flat=True))


def wrong(job: ImportJob) -> dict[int, MendableRow]:
    return {row.line: row for row in mendable(job).rows}


def offered(job: ImportJob) -> dict[int, list[int]]:
    return {line: sorted(row.offered) for line, row in wrong(job).items()}


def mend(job: ImportJob, texts: dict[tuple[int, int], str], *, by: Any = None) -> ImportJob:
    """(line, column) → text, in the only file; then check again."""
    cells = {Cell(0, 0, line, column): text for (line, column), text in texts.items()}
    import_mend(by=by, job_id=job.pk, version=job.version, texts=cells, now=NOW)
    return import_check(by=by, job_id=job.pk)


def totals(job: ImportJob, name: str) -> tuple[int, int]:
    return job.counts[name]["new"], job.counts[name]["rejected"]


def test_two_cells_of_a_row_and_one_of_another(
    check: Callable[..., Any], tmp_path: Path, admin: User
) -> None:
    path = write_csv(
        tmp_path / "o.csv", HEAD, RIGHT,
        "A2,乙,S2,1,昨天,1,很多钱", "A3,丙,S3,1,2026-02-05,一箱,30",
    )  # fmt: skip
    job = check(path, by=admin)
    assert offered(job) == {3: [4, 6], 4: [5]}, "the row that is right is not among them"
    assert wrong(job)[3].texts == ["A2", "乙", "S2", "1", "昨天", "1", "很多钱"]
    assert all(wrong(job)[3].reasons[column] for column in (4, 6))
    stored = file_folder(job.pk, 0) / "original"
    content = stored.read_bytes()

    job = mend(job, {(3, 4): "2026-02-04", (3, 6): "二十", (4, 5): "3"}, by=admin)
    assert (job.status, totals(job, "order_lines")) == ("staged", (2, 1))
    (row, right) = mendable(job).rows
    assert (row.line, row.text(6), sorted(row.reasons)) == (3, "二十", [6])
    assert (right.line, right.rejected, right.text(5)) == (4, False, "3")

    job = mend(job, {(3, 6): "２０.50", (4, 5): "3"}, by=admin)
    assert totals(job, "order_lines") == (3, 0)
    job = import_apply(by=admin, job_id=job.pk, now=NOW)
    assert days() == ["2026-02-03", "2026-02-04", "2026-02-05"]
    assert sorted(lines().values_list("amount_e4", flat=True)) == [100_000, 205_000, 300_000]
    kept = {
        (one.line, one.column_index, one.before, one.after, one.by_id)
        for one in mending.corrections_of(job)
    }
    assert kept == {
        (3, 4, "昨天", "2026-02-04", admin.pk), (3, 6, "很多钱", "２０.50", admin.pk),
        (4, 5, "一箱", "3", admin.pk),
    }  # fmt: skip
    trail = AuditEntry.objects.filter(table_name="ingest_correction").order_by("pk")
    assert list(trail.values_list("action", flat=True)) == ["insert"] * 3 + ["update"]
    assert stored.read_bytes() == content

    again = check(path)
    assert totals(again, "order_lines") == (0, 2), "a correction belongs to its import"
    assert again.counts["order_lines"]["changed"] == 0
    batch_undo(by=admin, batch_id=job.batch_id, now=NOW)
    assert lines().count() == 0


def test_an_order_of_several_rows_is_corrected_once(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    job = check(write_csv(
        tmp_path / "o.csv", HEAD, RIGHT,
        "A2,乙,S2,1,2026-13-04,1,20", "A2,乙,S2,2,2026-13-04,2,40", "A3,丙,S3,1,2026-13-04,1,5",
    ))  # fmt: skip
    assert offered(job) == {3: [4], 5: [4]}
    assert mendable(job).following == 1
    job = mend(job, {(3, 4): "2026-12-04", (5, 4): "2026-12-05"})
    assert totals(job, "order_lines") == (4, 0)
    assert totals(job, "orders") == (3, 0)
    assert mending.rows_mended(job) == {Cell(0, 0, 3, 4): 2, Cell(0, 0, 5, 4): 1}
    import_apply(by=None, job_id=job.pk, now=NOW)
    assert days() == ["2026-02-03", "2026-12-04", "2026-12-04", "2026-12-05"]


def test_headings_that_stand_twice_are_told_apart(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path / "o.csv", HEAD + ",金额", RIGHT + ",1", "A2,乙,S2,1,2026-02-04,1,x,x"
    )
    job = check(path)
    assert offered(job) == {3: [6]}
    job = mend(job, {(3, 6): "7"})
    import_apply(by=None, job_id=job.pk, now=NOW)
    assert sorted(lines().values_list("amount_e4", flat=True)) == [70_000, 100_000]


def workbook(path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["华东大区"])
    for row in (HEAD.split(","), ["A1", "甲", "S1", 1, date(2026, 2, 3), 1, 10],
                ["A2", "乙", "S2", 1, "昨天", 1, "很多"], ["A3", "丙", "S3", 1, "去年", 1, 30]):  # fmt: skip
        sheet.append(["", *row])
    book.save(path)
    return path


def test_a_workbook_comes_back_with_what_was_corrected(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    job = check(workbook(tmp_path / "o.xlsx"))
    places = {line: {row.texts[c] for c in row.offered} for line, row in wrong(job).items()}
    assert places == {4: {"昨天", "很多"}, 5: {"去年"}}
    columns = {text: i for row in wrong(job).values() for i, text in enumerate(row.texts)}
    job = mend(job, {
        (4, columns["昨天"]): "2026/2/4", (4, columns["很多"]): "=1+1", (5, columns["去年"]): "",
    })  # fmt: skip
    assert totals(job, "order_lines") == (1, 2)
    sheet = load_workbook(rejected_file(job, 0)).active
    assert sheet is not None
    assert [sheet.cell(4, column).value for column in (6, 8)] == ["2026/2/4", "=1+1"]
    assert sheet.cell(4, 8).data_type == "s", "no formula is made of what somebody typed"
    assert [bool(sheet.cell(4, column).comment) for column in (6, 8)] == [False, True]
    assert sheet.cell(5, 6).value is None
    job = mend(job, {(4, columns["很多"]): "20", (5, columns["去年"]): "2026-02-05"})
    import_apply(by=None, job_id=job.pk, now=NOW)
    assert days() == ["2026-02-03", "2026-02-04", "2026-02-05"]


def test_text_comes_back_as_csv_with_what_was_corrected(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    job = check(write_csv(tmp_path / "o.csv", HEAD, RIGHT, "A2,乙,S2,1,昨天,1,很多"))
    job = mend(job, {(3, 4): "2026-02-04"})
    content = rejected_file(job, 0).read_text(encoding="utf-8-sig").splitlines()
    assert content[1].startswith("A2,乙,S2,1,2026-02-04,1,很多,")


def test_a_value_that_was_left_blank_and_a_customer_nobody_knows(
    bring_in: Callable[..., Any], check: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(write_csv(tmp_path / "c.csv", "客户编码,客户名称", "A1,甲"))
    job = check(write_csv(tmp_path / "c2.csv", "客户编码,客户名称,合作开始日期", "A7,庚,去年春天"))
    row = wrong(job)[2]
    assert (row.rejected, sorted(row.offered)) == (False, [2])
    job = mend(job, {(2, 2): "2025-04-01"})
    import_apply(by=None, job_id=job.pk, now=NOW)
    since = Customer.objects.unscoped(WHY).get(code="A7").cooperation_since_on
    assert since == date(2025, 4, 1)

    visits = write_csv(tmp_path / "v.csv", "客户名称,拜访日期,方式", "甲公司,2026-01-05,电话")
    job = check(visits, options={"entity": "interactions"})
    assert totals(job, "interactions") == (0, 1)
    assert offered(job) == {2: [0]}, "the row names its customer in that column"
    job = mend(job, {(2, 0): "甲"})
    assert totals(job, "interactions") == (1, 0)


def test_a_correction_does_not_change_how_other_rows_are_read(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    rows = ("A1,甲,S1,1,02/28/2026,1,10", "A2,乙,S2,1,02/03/2026,1,20", "A3,丙,S3,1,?,1,30")
    job = check(write_csv(tmp_path / "o.csv", HEAD, *rows))
    job = mend(job, {(4, 4): "28/02/2026"})
    assert (job.status, totals(job, "order_lines")) == ("staged", (2, 1))
    job = mend(job, {(4, 4): "03/04/2026"})
    import_apply(by=None, job_id=job.pk, now=NOW)
    assert days() == ["2026-02-03", "2026-02-28", "2026-03-04"]


def test_typing_what_the_file_holds_takes_a_correction_back(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    job = check(write_csv(tmp_path / "o.csv", HEAD, RIGHT, "A2,乙,S2,1,2026-02-04,1,很多"))
    job = mend(job, {(3, 6): "200"})
    assert totals(job, "order_lines") == (2, 0)
    job = mend(job, {(3, 6): "很多"})
    assert totals(job, "order_lines") == (1, 1)
    assert Correction.objects.count() == 0


def test_what_is_refused_changes_nothing(
    check: Callable[..., Any], tmp_path: Path, admin: User, monkeypatch: pytest.MonkeyPatch,
    make_user: Callable[..., User],
) -> None:  # fmt: skip
    rows = (RIGHT, "A2,乙,S2,1,昨天,1,20", "A3,丙,S3,1,前天,1,30")
    job = check(write_csv(tmp_path / "o.csv", HEAD, *rows))
    monkeypatch.setattr("jishi.ingest.services.mending.MAX_CORRECTIONS", 1)

    def refused(texts: dict[Cell, str], version: int = job.version) -> None:
        with pytest.raises(ImportStateError):
            import_mend(by=admin, job_id=job.pk, version=version, texts=texts, now=NOW)
        assert ImportJob.objects.get(pk=job.pk).version == job.version
        assert Correction.objects.count() == 0

    good = {Cell(0, 0, 3, 4): "2026-02-04"}
    refused({Cell(0, 0, 2, 6): "1"})  # a row that is right
    refused({Cell(0, 0, 3, 7): "1"})  # no such column
    refused({Cell(0, 1, 3, 4): "1"})  # no such sheet
    refused({Cell(0, 0, 3, 4): "x" * (mending.MAX_CHARS + 1)})
    refused({Cell(0, 0, 3, 4): "昨天"})  # nothing was changed
    refused({**good, Cell(0, 0, 4, 4): "2026-02-05"})  # one too many
    refused(good, version=job.version - 1)
    reader = make_user(role=Role.AUDITOR)
    with pytest.raises(NotAllowedError):
        import_mend(by=reader, job_id=job.pk, version=job.version, texts=good, now=NOW)

    job = import_apply(by=admin, job_id=job.pk, now=NOW)
    with pytest.raises(ImportStateError):
        import_mend(by=admin, job_id=job.pk, version=job.version, texts=good, now=NOW)


def test_a_file_that_is_read_otherwise_keeps_its_own_texts(
    check: Callable[..., Any], tmp_path: Path, admin: User
) -> None:
    from jishi.ingest.services.options import import_options_set

    job = check(write_csv(tmp_path / "o.csv", HEAD, RIGHT, "A2,乙,S2,1,昨天,1,20"))
    job = mend(job, {(3, 4): "2026-02-04"})
    assert totals(job, "order_lines") == (2, 0)
    Correction.objects.filter(job=job).update(before="前天")  # as if the cell had held that then
    files = {"o.csv": {"decimal": "."}}
    job = import_options_set(by=admin, job_id=job.pk, version=job.version, files=files)
    job = import_check(by=admin, job_id=job.pk)
    assert totals(job, "order_lines") == (1, 1)
    assert mending.mended_texts(job) == {}
    import_discard(by=admin, job_id=job.pk)
    assert Correction.objects.count() == 0


def test_rows_that_name_nobody_are_not_alike(check: Callable[..., Any], tmp_path: Path) -> None:
    rows = (",,S2,1,2026-02-04,1,20", ",,S3,1,2026-02-05,1,30", ",,S2,2,2026-02-04,1,40")
    job = check(write_csv(tmp_path / "o.csv", HEAD, *rows))
    job = mend(job, {(2, 1): "甲"})
    assert totals(job, "orders") == (1, 1), "the order of somebody else stays without a customer"
    assert job.counts["order_lines"]["accepted_e4"] == 600_000, "its other line goes with it"
    assert {row.line for row in mendable(job).rows if row.rejected} == {3}


def test_a_corrected_row_is_right_only_when_it_counts(
    check: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = check(write_csv(
        tmp_path / "o.csv", HEAD, RIGHT, "A1,甲,S1,1,2026-02-03,一,10", "A2,乙,S2,1,昨天,1,20",
        "A2,乙,S2,2,昨天,一箱,40", "A3,丙,S3,1,2026-02-05,两,30", "A3,丙,S3,2,2026-02-05,两,30",
    ))  # fmt: skip
    monkeypatch.setattr(mending, "MAX_CORRECTIONS", 2)
    first = mendable(job)
    assert (len(first.rows), first.rejected, first.is_cut) == (4, 5, True)
    job = mend(job, {(3, 5): "1", (5, 5): "2"})
    repeated, follows = wrong(job)[3], wrong(job)[5]
    assert (repeated.rejected, bool(repeated.reasons[None])) == (False, True), "counted once"
    assert (follows.rejected, bool(follows.reasons[None])) == (True, True), "its order is not right"
    assert mendable(job).following == 0
    monkeypatch.setattr(mending, "MAX_CORRECTIONS", 1)
    assert set(wrong(job)) == {3, 5}, "what was corrected can be taken back"
