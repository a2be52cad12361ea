"""Taking corrections of an import in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jishi.foundation.enums import Permission
from jishi.ingest.access import import_for_view
from jishi.ingest.enums import ImportStatus
from jishi.ingest.services import ImportStateError, import_mend
from jishi.jobs import tasks
from jishi.jobs.tickets import ticket_of
from jishi.web.pages.data.mending import Typed, typed_cells, typed_rows
from jishi.web.pages.data.outcome import posted_version, result_page
from jishi.web.pages.data.presenters import step_labels
from jishi.web.permissions import PageRequest, requires
from jishi.web.wording import import_title


if TYPE_CHECKING:
    from jishi.ingest.models import ImportJob


@require_POST
@requires(Permission.IMPORT_RUN)
def mend(request: PageRequest, job_id: int) -> HttpResponseBase:
    """Keep what was typed in place of wrong cells, and check again. What cannot be taken is shown back."""
    typed = typed_cells(request.POST)
    ticket = ticket_of(tasks.import_ticket(job_id))
    if ticket is not None and ticket.is_busy:
        busy = _("This import is being worked on. Wait until that is over.")
        return _kept_page(request, import_for_view(request.user, job_id), busy, typed)
    try:
        import_mend(
            by=request.user,
            job_id=job_id,
            version=posted_version(request),
            texts=typed,
            now=timezone.now(),
        )
    except ImportStateError as refusal:
        job = import_for_view(request.user, job_id)
        if job.status == ImportStatus.STAGED:
            return result_page(request, job, refusal=str(refusal), typed=typed)
        return _kept_page(request, job, str(refusal), typed)
    tasks.ask_import_check(job_id, request.user.pk)
    return redirect("web:import", job_id=job_id)


def _kept_page(request: PageRequest, job: ImportJob, refusal: str, typed: Typed) -> HttpResponse:
    """What somebody typed for an import that cannot take it now, so that it is not lost."""
    context = {
        "job": job,
        "title": import_title(job),
        "step_labels": step_labels(),
        "step": 4,
        "problem": {"message": refusal},
        "left": typed_rows(job, typed),
    }
    return render(request, "data/kept.html", context, status=409)
