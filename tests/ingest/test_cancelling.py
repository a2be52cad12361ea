"""An import can be stopped in every phase; nothing of it stays, and it can be begun again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import NOW
from tests.ingest.conftest import write_csv

from jishi.customers.models import Customer
from jishi.facts.models import OrderLine
from jishi.foundation.models import Batch
from jishi.ingest.parsing.children import CancelledError
from jishi.ingest.queries import import_progress
from jishi.ingest.services import Upload, import_apply, import_cancel, import_check, import_create


pytestmark = pytest.mark.django_db

WHY = "a test looks"
HEAD = "客户编码,客户名称,订单号,行号,下单日期,数量,金额"


def lines() -> Any:
    return OrderLine.objects.unscoped(WHY).current()


def test_cancelling_while_writing_leaves_nothing(
    check: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jishi.ingest import applying, row_writer

    monkeypatch.setattr(applying, "ROWS_AT_ONCE", 10)
    monkeypatch.setattr(row_writer, "ROWS_AT_ONCE", 10)
    rows = [f"A{n % 7},客户{n % 7},S{n},1,2026-02-03,1,10" for n in range(200)]
    job = check(write_csv(tmp_path / "a.csv", HEAD, *rows))
    step = row_writer.RowWriter.step

    def stop_half_way(self: Any, count: int) -> None:
        if self.written > 200:
            import_cancel(by=None, job_id=job.pk)
        step(self, count)

    monkeypatch.setattr(row_writer.RowWriter, "step", stop_half_way)
    with pytest.raises(CancelledError):
        import_apply(by=None, job_id=job.pk, now=NOW)
    assert not lines().exists()
    assert not Customer.objects.unscoped(WHY).exists()
    assert not Batch.objects.exists()
    job.refresh_from_db()
    assert job.status == "cancelled"
    monkeypatch.setattr(row_writer.RowWriter, "step", step)
    job = import_check(by=None, job_id=job.pk)
    import_apply(by=None, job_id=job.pk, now=NOW)
    assert lines().count() == 200
    assert import_progress(job)["percent"] == 100


def test_cancelling_while_reading(tmp_path: Path) -> None:
    from jishi.ingest.parsing.children import run_child
    from jishi.ingest.parsing.limits import Limits

    path = write_csv(tmp_path / "a.csv", "a,b", *["1,2"] * 400_000)
    asked = iter([False, False, True])
    with pytest.raises(CancelledError):
        run_child(
            "jishi.ingest.parsing.child",
            {"path": str(path), "name": "a.csv", "options": {}},
            tmp_path,
            limits=Limits(),
            cancelled=lambda: next(asked, True),
        )
    assert not (tmp_path / "answer.json").exists()


@pytest.mark.parametrize("phase", ["reading", "checking", "comparing"])
def test_cancelling_before_writing_leaves_nothing(
    phase: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jishi.ingest.services import checking, uploading

    path = write_csv(tmp_path / "a.csv", HEAD, "A1,甲,S1,1,2026-02-03,1,10")
    with path.open("rb") as content:
        job = import_create(by=None, uploads=[Upload("a.csv", content)], now=NOW)

    def stop_in(write: Any) -> Any:
        def told(job_id: int, reached: str, done: int, total: int) -> None:
            write(job_id, reached, done, total)
            if reached == phase:
                import_cancel(by=None, job_id=job_id)

        return told

    with monkeypatch.context() as patched:
        for module in (uploading, checking):
            patched.setattr(module, "progress_write", stop_in(module.progress_write))
        with pytest.raises(CancelledError):
            import_check(by=None, job_id=job.pk)
    assert not Customer.objects.unscoped(WHY).exists()
    assert not Batch.objects.exists()
    job = import_check(by=None, job_id=job.pk)
    assert job.status == "staged"
