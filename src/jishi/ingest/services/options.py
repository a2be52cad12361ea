"""Reading an import's files in another way than was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from jishi.foundation.models import User
from jishi.foundation.writing import write
from jishi.ingest.access import import_for_edit
from jishi.ingest.enums import ImportStatus
from jishi.ingest.models import ImportJob
from jishi.ingest.services.uploading import ImportStateError, cutting


def import_options_set(
    *, by: User | None, job_id: int, version: int, files: Mapping[str, Mapping[str, Any]]
) -> ImportJob:
    """Say how files are to be read: file name → encoding, delimiter, quote, row_end,
    header_rows, decimal, date_orders (sheet → "dmy" or "mdy").

    When cells are cut otherwise, a mapping guessed from the headings is forgotten, since they may be
    others now; a recipe stays.

    Raises:
        NotAllowedError, Http404, ImportStateError.
    """
    with write(by=by):
        job = import_for_edit(by, job_id)
        if job.batch_id is not None:
            raise ImportStateError(_("This import has been written already."))
        if job.version != version:
            raise ImportStateError(
                _("Somebody else changed this import in the meantime. Reload it.")
            )
        if not job.recipe_key and _cuts(files) != _cuts(job.options.get("files", {})):
            job.recipe = None
        job.options = {**job.options, "files": {name: dict(one) for name, one in files.items()}}
        job.status = ImportStatus.UPLOADED
        job.questions, job.problem, job.counts = [], None, {}
        job.version += 1
        job.save()
    return job


def _cuts(files: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """File name → how it is cut into cells, as far as that is not left to be found."""
    cuts = {name: cutting(options) for name, options in files.items()}
    return {name: options for name, options in cuts.items() if options}
