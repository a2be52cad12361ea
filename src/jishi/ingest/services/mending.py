"""Correcting cells of an import before it is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from jishi.foundation.models import User
from jishi.foundation.writing import write
from jishi.ingest.access import import_for_edit, import_for_view
from jishi.ingest.enums import ImportStatus
from jishi.ingest.mending import (
    MAX_CHARS,
    MAX_CORRECTIONS,
    Cell,
    MendableRow,
    cell_of,
    corrections_of,
    mendable,
)
from jishi.ingest.models import Correction, ImportJob
from jishi.ingest.parsing.delimited import NUL_SHOWN
from jishi.ingest.services.uploading import ImportStateError


def import_mend(
    *, by: User | None, job_id: int, version: int, texts: Mapping[Cell, str], now: datetime
) -> ImportJob:
    """Keep what somebody typed in place of cells of rows that are not right. Then check it again.

    The file stays as it came. A text equal to the file's takes a correction back.

    Args:
        by: who corrects.
        job_id, version: the import as it was seen.
        texts: cell → text; cells whose text is as it was may be among them.
        now: the moment of the act.

    Raises:
        NotAllowedError, Http404.
        ImportStateError: it was written or checked anew meanwhile, a cell is not one of those to be
            corrected, a text is too long, there are too many, or nothing is other than before.
    """
    job = import_for_view(by, job_id)
    _need_seen(job, version)
    typed = {cell: as_typed(text) for cell, text in texts.items()}
    rows = {(row.file, row.sheet, row.line): row for row in mendable(job).rows}
    changed: dict[Cell, tuple[MendableRow, str]] = {}
    for cell, text in typed.items():
        row = rows.get((cell.file, cell.sheet, cell.line))
        if row is None or not 0 <= cell.column < len(row.texts):
            raise ImportStateError(
                _("Line %(line)s is none of the rows that can be corrected here.")
                % {"line": cell.line}
            )
        if len(text) > MAX_CHARS:
            raise ImportStateError(
                _("Line %(line)s: longer than %(limit)s characters. Shorten it.")
                % {"line": cell.line, "limit": MAX_CHARS}
            )
        if text != as_typed(row.text(cell.column)):
            changed[cell] = (row, text)
    if not changed:
        raise ImportStateError(_("Nothing was changed. Type what is right into a cell first."))
    with write(by=by):
        job = import_for_edit(by, job_id)
        _need_seen(job, version)
        _keep(by, job, changed, now)
        job.status = ImportStatus.MAPPED
        job.questions, job.problem, job.counts = [], None, {}
        job.version += 1
        job.save()
    return job


def as_typed(text: str) -> str:
    """A text as a form sends it back; a NUL is shown as in the cells of files."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", NUL_SHOWN)


def _need_seen(job: ImportJob, version: int) -> None:
    if job.batch_id is not None:
        raise ImportStateError(
            _("This import has been written meanwhile, so nothing in it can be corrected any more.")
        )
    if job.status != ImportStatus.STAGED or job.version != version:
        raise ImportStateError(
            _(
                "This import was changed or checked anew meanwhile. What you typed was not taken yet."
            )
        )


def _keep(
    by: User | None, job: ImportJob, changed: Mapping[Cell, tuple[MendableRow, str]], now: datetime
) -> None:
    kept = {cell_of(one): one for one in corrections_of(job)}
    for cell, (row, text) in changed.items():
        before = row.texts[cell.column]
        one = kept.pop(cell, None)
        if text == as_typed(before):
            if one is not None:
                one.delete()
            continue
        one = one or Correction(
            job=job, file_number=cell.file, sheet_index=cell.sheet, line=cell.line,
            column_index=cell.column,
        )  # fmt: skip
        one.alike = row.alike.get(cell.column, [])
        one.before, one.after, one.by, one.at = before, text, by, now
        one.save()
    if Correction.objects.filter(job=job).count() > MAX_CORRECTIONS:
        raise ImportStateError(
            _(
                "At most %(limit)s cells of an import can be corrected here. Correct the rest in the file."
            )
            % {"limit": MAX_CORRECTIONS}
        )
