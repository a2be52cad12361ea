"""Deciding, cell by cell, where a file and somebody else changed the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from jishi.foundation.models import User
from jishi.foundation.writing import write
from jishi.ingest.access import import_for_edit
from jishi.ingest.enums import CHOICES, ImportStatus
from jishi.ingest.models import ImportJob
from jishi.ingest.queries import conflicts_of
from jishi.ingest.services.uploading import ImportStateError


def import_choose(
    *, by: User | None, job_id: int, version: int, takes_mine: Mapping[tuple[int, str], bool]
) -> ImportJob:
    """Keep which cells are to be as in the file and which stay as they are here. Then check it again.

    A choice holds for the two values it was made between: when either changes, it is asked again.

    Args:
        by: who decides.
        job_id, version: the import as it was seen.
        takes_mine: (customer, column) → whether the file's value is taken; False keeps what is here.

    Raises:
        NotAllowedError, Http404.
        ImportStateError: it was written or checked anew meanwhile, or a cell is not one to decide.
    """
    with write(by=by):
        job = import_for_edit(by, job_id)
        if job.status != ImportStatus.STAGED or job.version != version:
            raise ImportStateError(
                _(
                    "This import was changed or checked anew meanwhile. Look at it, and choose again."
                )
            )
        offered = {(one["customer"], one["column"]): one for one in conflicts_of(job)["shown"]}
        if not takes_mine or set(takes_mine) - set(offered):
            raise ImportStateError(_("There is no such cell to choose for."))
        kept = {(one["customer"], one["column"]): one for one in job.options.get(CHOICES, [])}
        for cell, mine in takes_mine.items():
            kept[cell] = _choice(offered[cell], mine)
        job.options = {**job.options, CHOICES: list(kept.values())}
        job.status = ImportStatus.MAPPED
        job.questions, job.problem, job.counts = [], None, {}
        job.version += 1
        job.save()
    return job


def _choice(conflict: Mapping[str, Any], mine: bool) -> dict[str, Any]:
    names = ("customer", "column", "mine", "theirs")
    return {name: conflict[name] for name in names} | {"takes_mine": mine}
