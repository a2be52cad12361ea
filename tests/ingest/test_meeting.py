"""Imports that meet each other, or somebody's hands, between being checked and being written."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import NOW
from tests.ingest.conftest import write_csv

from jishi.customers.models import Contact, Customer
from jishi.customers.services import contact_create, customer_create
from jishi.facts.models import OrderLine
from jishi.foundation.models import Batch
from jishi.ingest.folders import drop_working_files, folder_of
from jishi.ingest.models import ImportJob
from jishi.ingest.services import (
    ComparisonOutdatedError,
    ImportStateError,
    Upload,
    import_apply,
    import_check,
    import_create,
)


pytestmark = pytest.mark.django_db

WHY = "a test looks"
ORDERS = "客户编码,客户名称,订单号,行号,下单日期,数量,金额"
PEOPLE = "客户编码,客户名称,联系人,手机"


def names() -> list[str]:
    return sorted(Customer.objects.unscoped(WHY).values_list("name", flat=True))


def test_a_customer_without_code_who_came_by_another_import(
    bring_in: Callable[..., Any], check: Callable[..., Any], tmp_path: Path
) -> None:
    late = check(write_csv(tmp_path / "a.csv", "客户名称,城市", "甲公司,长沙"))
    bring_in(write_csv(tmp_path / "b.csv", "客户编码,客户名称", "K7,甲公司"))
    with pytest.raises(ComparisonOutdatedError):
        import_apply(by=None, job_id=late.pk, now=NOW)
    late.refresh_from_db()
    assert late.counts["customers"]["changed"] == 1
    import_apply(by=None, job_id=late.pk, now=NOW)
    assert names() == ["甲公司"]
    assert Customer.objects.unscoped(WHY).get().city == "长沙"


def test_a_customer_whom_somebody_added_by_hand(check: Callable[..., Any], tmp_path: Path) -> None:
    late = check(write_csv(tmp_path / "a.csv", "客户名称", "甲公司"))
    customer_create(by=None, now=NOW, name="甲公司", code="H1")
    with pytest.raises(ComparisonOutdatedError):
        import_apply(by=None, job_id=late.pk, now=NOW)
    assert names() == ["甲公司"]


def test_a_contact_who_came_by_another_import_or_by_hand(
    bring_in: Callable[..., Any], check: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(write_csv(tmp_path / "a.csv", "客户编码,客户名称", "K7,甲公司"))
    rows = ("K7,甲公司,王磊,13800001111", "K7,甲公司,李娜,13800002222")
    late = check(write_csv(tmp_path / "b.csv", PEOPLE, *rows))
    bring_in(write_csv(tmp_path / "c.csv", PEOPLE, rows[0]))
    customer = Customer.objects.unscoped(WHY).get()
    contact_create(by=None, now=NOW, customer_id=customer.pk, name="李娜")
    with pytest.raises(ComparisonOutdatedError):
        import_apply(by=None, job_id=late.pk, now=NOW)
    import_apply(by=None, job_id=late.pk, now=NOW)
    found = Contact.objects.unscoped(WHY).order_by("name").values_list("name", "mobile")
    assert sorted(found) == [("李娜", "13800002222"), ("王磊", "13800001111")]


def test_what_did_not_concern_the_import_does_not_stop_it(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    late = check(write_csv(tmp_path / "a.csv", "客户名称", "甲公司"))
    customer_create(by=None, now=NOW, name="乙公司", code="H1")
    import_apply(by=None, job_id=late.pk, now=NOW)
    assert names() == ["乙公司", "甲公司"]


def test_the_same_import_applied_by_two(
    check: Callable[..., Any], tmp_path: Path, make_user: Callable[..., Any]
) -> None:
    job = check(write_csv(tmp_path / "a.csv", ORDERS, "A1,甲,S1,1,2026-02-03,1,10"))
    first, second = make_user("admin"), make_user("analyst")
    import_apply(by=first, job_id=job.pk, now=NOW)
    with pytest.raises(ImportStateError):
        import_apply(by=second, job_id=job.pk, now=NOW)
    assert OrderLine.objects.unscoped(WHY).count() == 1
    assert Batch.objects.get().by == first


class FullDisk:
    """Gives some bytes; what is written of them finds no room."""

    def read(self, size: int = -1, /) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_while_uploading_leaves_nothing(db: None) -> None:
    with pytest.raises(ImportStateError, match="磁盘"):
        import_create(by=None, uploads=[Upload("a.csv", FullDisk())], now=NOW)
    assert not ImportJob.objects.exists()


@pytest.mark.parametrize("file", ["file0/sheet0.arrow", "apply_customers.part"])
def test_a_full_disk_while_reading_or_comparing_is_said(file: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", "客户名称", *(f"客户{n}" for n in range(500)))
    with path.open("rb") as content:
        job = import_create(by=None, uploads=[Upload("a.csv", content)], now=NOW)
    (folder_of(job.pk) / file).symlink_to("/dev/full")
    job = import_check(by=None, job_id=job.pk)
    assert job.status == "failed"
    assert job.problem is not None
    assert job.problem["code"] == "disk_full"
    (folder_of(job.pk) / file).unlink(missing_ok=True)
    assert import_check(by=None, job_id=job.pk).status == "staged"


def test_a_full_disk_while_writing_leaves_nothing(
    check: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jishi.ingest.services import applying

    job = check(write_csv(tmp_path / "a.csv", ORDERS, "A1,甲,S1,1,2026-02-03,1,10"))

    def no_room(*ignored: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(applying, "progress_write", no_room)
        with pytest.raises(ImportStateError, match="磁盘"):
            import_apply(by=None, job_id=job.pk, now=NOW)
    assert not Batch.objects.exists()
    assert names() == []
    import_apply(by=None, job_id=job.pk, now=NOW)
    assert names() == ["甲"]


def test_a_process_that_died_between_upload_and_reading(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", "客户名称", "甲公司")
    with path.open("rb") as content:
        job = import_create(by=None, uploads=[Upload("a.csv", content)], now=NOW)
    # What a reading that was killed leaves behind: half a table and no answer.
    (folder_of(job.pk) / "file0" / "sheet0.arrow").write_bytes(b"half")
    (folder_of(job.pk) / "file0" / "answer.json.part").write_text("{")
    job = import_check(by=None, job_id=job.pk)
    import_apply(by=None, job_id=job.pk, now=NOW)
    assert names() == ["甲公司"]


def test_rows_that_are_gone_do_not_pass_for_written(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    job = check(write_csv(tmp_path / "a.csv", ORDERS, "A1,甲,S1,1,2026-02-03,1,10"))
    (folder_of(job.pk) / "stage.tmp").mkdir()
    drop_working_files(job.pk)
    with pytest.raises(ImportStateError, match="校验"):
        import_apply(by=None, job_id=job.pk, now=NOW)
    job = import_check(by=None, job_id=job.pk)
    import_apply(by=None, job_id=job.pk, now=NOW)
    assert names() == ["甲"]
