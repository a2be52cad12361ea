"""Writing a checked import, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from jishi.facts.services import facts_written
from jishi.foundation.enums import BatchKind
from jishi.foundation.locks import IMPORT, lock_for_transaction
from jishi.foundation.models import Batch, Company, User
from jishi.foundation.queries import company
from jishi.foundation.versions import save_version
from jishi.foundation.writing import write
from jishi.ingest.access import import_for_edit, import_for_view
from jishi.ingest.applying import Applier
from jishi.ingest.enums import ImportStatus
from jishi.ingest.existing import newest_rows
from jishi.ingest.folders import (
    ask_to_stop,
    drop_working_files,
    folder_of,
    forget_stop,
    progress_write,
    stop_wanted,
)
from jishi.ingest.models import ImportJob
from jishi.ingest.parsing.children import CancelledError
from jishi.ingest.queries import import_summary
from jishi.ingest.row_writer import RowWriter, StaleComparisonError
from jishi.ingest.services.checking import RowsGoneError, compare_again, counts_of
from jishi.ingest.services.currencies import may_adopt
from jishi.ingest.services.uploading import ImportStateError, telling_a_full_disk


_TRIES = 3


class ComparisonOutdatedError(ImportStateError):
    """Stored rows changed so that the import would now do something else than was shown."""


def import_apply(*, by: User | None, job_id: int, now: datetime) -> ImportJob:
    """Write a staged import in one transaction under one batch.

    Rows that changed since the comparison are compared again; when that alters what the import does,
    nothing is written and the new counts are shown instead.

    Raises:
        NotAllowedError, Http404.
        ImportStateError: not staged, or the disk is full.
        RowsGoneError: check again.
        ComparisonOutdatedError: look at the new counts and apply again.
        CancelledError: somebody asked to stop; nothing was written.
    """
    forget_stop(job_id)
    for _try in range(_TRIES):
        try:
            with telling_a_full_disk():
                job = _write(by, job_id, now)
        except CancelledError:
            _leave_cancelled(by, job_id)
            raise
        except (StaleComparisonError, IntegrityError):
            _compare_anew(by, job_id)
            continue
        drop_working_files(job_id)
        progress_write(job_id, "done", 1, 1)
        return job
    raise ComparisonOutdatedError(
        _("The archive keeps changing under this import. Try again in a moment.")
    )


def _write(by: User | None, job_id: int, now: datetime) -> ImportJob:
    with write(by=by, data_changes=True):
        job = import_for_edit(by, job_id)
        if job.status != ImportStatus.STAGED:
            raise ImportStateError(_("Only a checked import can be written."))
        lock_for_transaction(IMPORT)
        summary = import_summary(job)
        _need_streams(job_id, summary)
        if summary.get("newest_rows") != newest_rows():
            raise StaleComparisonError
        batch = Batch.objects.create(
            kind=BatchKind.IMPORT, label=job.title[:200], by=by, created_at=now
        )
        _adopt_currency(summary["currency"], wanted=bool(summary["adopts_currency"]))
        total = sum(e["new"] + e["changed"] for e in summary["entities"].values())
        progress_write(job_id, "writing", 0, total)
        out = RowWriter(
            batch,
            now=now,
            cancelled=stop_wanted(job_id),
            report=lambda done: progress_write(job_id, "writing", done, total),
        )
        Applier(folder_of(job_id), out).apply(list(summary["entities"]))
        facts_written(batch=batch, now=now)
        job.status = ImportStatus.APPLIED
        job.batch = batch
        job.finished_at = now
        job.version += 1
        job.save()
    return job


def _need_streams(job_id: int, summary: Mapping[str, Any]) -> None:
    """Without the rows that were checked there is nothing to write: that must not pass for success."""
    for name, found in summary["entities"].items():
        path = folder_of(job_id) / f"apply_{name}.arrow"
        if found["new"] + found["changed"] and not path.exists():
            raise RowsGoneError


def _adopt_currency(currency: str, *, wanted: bool) -> None:
    """The first amounts settle the company's currency."""
    base = company()
    if base.base_currency_is_set:
        return
    if wanted and not may_adopt(base):
        raise StaleComparisonError
    if base._state.adding:
        Company.objects.create(
            pk=1, name=base.name, base_currency=currency, base_currency_is_set=True
        )
    elif wanted or base.base_currency == currency:
        save_version(
            base,
            seen=base.version,
            changes={"base_currency": currency, "base_currency_is_set": True},
        )


def _compare_anew(by: User | None, job_id: int) -> None:
    job = import_for_view(by, job_id)
    before = job.counts
    summary = compare_again(job)
    after = counts_of(summary)
    with write(by=by):
        job = import_for_edit(by, job_id)
        job.counts = after
        job.version += 1
        job.save()
    if after != before:
        raise ComparisonOutdatedError(
            _("The archive has changed since the import was checked. Look at the new numbers.")
        )


def import_cancel(*, by: User | None, job_id: int) -> ImportJob:
    """Stop an import that is being read, checked or written. What runs notices within a moment.

    Raises:
        NotAllowedError, Http404.
        ImportStateError: it has been written already.
    """
    job = import_for_view(by, job_id)
    if job.batch is not None:
        raise ImportStateError(_("This import has been written. Take it back instead."))
    ask_to_stop(job.pk)
    return job


def _leave_cancelled(by: User | None, job_id: int) -> None:
    with write(by=by):
        job = import_for_edit(by, job_id)
        job.status = ImportStatus.CANCELLED
        job.version += 1
        job.save()
