"""What an import would change or has changed; writing it, taking it back, the rows to correct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from jishi.foundation.enums import Permission
from jishi.ingest.access import import_for_view
from jishi.ingest.enums import ImportStatus
from jishi.ingest.queries import import_summary
from jishi.ingest.rejects import NothingRejectedError, files_with_rejects, rejected_file
from jishi.ingest.services import ImportStateError, import_choose
from jishi.jobs import tasks
from jishi.jobs.tickets import State, ticket_of
from jishi.web import formats
from jishi.web.pages.data.conflicts import Cells, chosen_cells, conflict_part, decides_anew
from jishi.web.pages.data.findings import issue_list
from jishi.web.pages.data.mending import Typed, mend_part
from jishi.web.pages.data.notes import file_rows, notes, unmapped, warnings
from jishi.web.pages.data.presenters import (
    CountRow,
    change_blocks,
    count_rows,
    counts_sentence,
    may_undo,
    sample_blocks,
    step_labels,
)
from jishi.web.pages.data.running import scoring_part
from jishi.web.permissions import PageRequest, requires
from jishi.web.wording import import_title


if TYPE_CHECKING:
    from jishi.ingest.models import ImportJob

# With more errors than this, every file read is offered instead of searching for those with errors.
ISSUES_SEARCHED = 20_000


def result_page(
    request: PageRequest,
    job: ImportJob,
    *,
    refusal: str = "",
    typed: Typed | None = None,
    chosen: Cells | None = None,
) -> HttpResponse:
    """The fourth and fifth step: the counts, what changes, and the rows that need a look."""
    summary = import_summary(job)
    entities = summary.get("entities", {})
    counts = count_rows(job)
    written = job.status == ImportStatus.APPLIED
    undone = job.status == ImportStatus.UNDONE
    rows = sum(row.new + row.changed for row in counts)
    context = {
        "job": job,
        "title": import_title(job),
        "step_labels": step_labels(),
        "step": 5 if written or undone else 4,
        "problem": _problem(job),
        "finding": _finding(job, counts),
        "refusal": refusal,
        "is_written": written or undone,
        "can_apply": job.status == ImportStatus.STAGED,
        "apply_label": ngettext("Write %(n)s record", "Write %(n)s records", rows)
        % {"n": formats.number(rows)}
        if rows
        else _("Write nothing, and keep the report"),
        "counts": counts,
        "file_rows": "" if undone else file_rows(summary),
        "warnings": [] if undone else warnings(job),
        "notes": [] if undone else notes(job, summary),
        "unmapped": [] if undone else unmapped(summary),
        "changes": [] if undone else change_blocks(entities),
        "samples": [] if undone else sample_blocks(entities),
        "undo_url": reverse("web:import_undo", args=[job.pk])
        if written and may_undo(request)
        else "",
        "work": scoring_part() if written else None,
        "conflicts": conflict_part(job, chosen or {}),
        **mend_part(job, request.GET, typed or {}),
        **issue_list(request, job, summary),
        "downloads": _downloads(job, summary),
    }
    return render(request, "data/result.html", context, status=409 if refusal else 200)


def _finding(job: ImportJob, counts: list[CountRow]) -> str:
    if job.status == ImportStatus.UNDONE:
        return _undone_sentence(job)
    sentence = counts_sentence(counts)
    if job.status == ImportStatus.APPLIED:
        return _("Written: %(what)s") % {"what": sentence}
    return _("Checked, nothing written yet: %(what)s") % {"what": sentence}


def _undone_sentence(job: ImportJob) -> str:
    ticket = ticket_of(tasks.import_ticket(job.pk))
    if ticket is None or ticket.kind != tasks.UNDO or not ticket.result:
        return _("This import was taken back.")
    done = ticket.result
    text = _(
        "This import was taken back: %(facts)s facts, %(gone)s new rows, %(restored)s changed rows."
    ) % {
        "facts": formats.number(done["facts"]),
        "gone": formats.number(done["removed"] + done["archived"]),
        "restored": formats.number(done["restored"]),
    }
    if done["kept_count"]:
        text += " " + ngettext(
            "%(n)s row was changed by somebody since and stays as it is.",
            "%(n)s rows were changed by somebody since and stay as they are.",
            done["kept_count"],
        ) % {"n": formats.number(done["kept_count"])}
    return text


def _problem(job: ImportJob) -> dict[str, str] | None:
    """How the latest piece of work on a checked import ended, when not well."""
    ticket = ticket_of(tasks.import_ticket(job.pk))
    if ticket is None:
        return None
    if ticket.state is State.FAILED:
        return {"message": ticket.message}
    if ticket.is_lost:
        return {"message": _("The program was stopped while it worked on this. Begin again.")}
    if ticket.state is State.CANCELLED:
        return {"message": _("Cancelled. Nothing was written.")}
    return None


@require_safe
@requires(Permission.IMPORT_RUN)
def rejected(request: PageRequest, job_id: int) -> HttpResponseBase:
    """The rejected rows marked with their reasons, in the same workbook that was uploaded."""
    job = import_for_view(request.user, job_id)
    wanted = request.GET.get("file", "")
    numbers = {str(file["number"]) for file in job.files}
    if wanted not in numbers:
        raise Http404
    try:
        path = rejected_file(job, int(wanted))
    except NothingRejectedError as nothing:
        raise Http404 from nothing
    except OSError as fault:
        return result_page(request, job, refusal=str(fault))
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)


def _downloads(job: ImportJob, summary: dict[str, Any]) -> list[dict[str, str]]:
    """The files whose rejected rows can be fetched."""
    errors = sum(
        int(one["count"]) for one in summary.get("issue_counts", []) if one["severity"] == "error"
    )
    if not errors:
        return []
    if errors <= ISSUES_SEARCHED:
        files = files_with_rejects(job)
    else:
        files = sorted(
            {(int(one["number"]), str(one["file"])) for one in summary["sources"].values()}
        )
    url = reverse("web:import_rejected", args=[job.pk])
    return [{"name": name, "url": f"{url}?file={number}"} for number, name in files]


# --- writing and taking back -------------------------------------------------------------------
def posted_version(request: PageRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


@require_POST
@requires(Permission.IMPORT_RUN)
def apply(request: PageRequest, job_id: int) -> HttpResponseBase:
    """Write what was shown, in the background. Choices that came along are looked at first."""
    job = import_for_view(request.user, job_id)
    if job.status != ImportStatus.STAGED:
        return redirect("web:import", job_id=job_id)
    if decides_anew(job, chosen_cells(request.POST)):
        return choose(request, job_id=job_id)
    if job.version != posted_version(request):
        return result_page(
            request,
            job,
            refusal=_("This import was checked anew in the meantime. Look at the numbers again."),
        )
    tasks.ask_import_apply(job_id, request.user.pk)
    return redirect("web:import", job_id=job_id)


@require_POST
@requires(Permission.IMPORT_RUN)
def choose(request: PageRequest, job_id: int) -> HttpResponseBase:
    """Keep which of two changes counts, cell by cell, and check again."""
    cells = chosen_cells(request.POST)
    ticket = ticket_of(tasks.import_ticket(job_id))
    if ticket is not None and ticket.is_busy:
        return redirect("web:import", job_id=job_id)
    try:
        import_choose(
            by=request.user, job_id=job_id, version=posted_version(request), takes_mine=cells
        )
    except ImportStateError as refusal:
        job = import_for_view(request.user, job_id)
        if job.status != ImportStatus.STAGED:
            return redirect("web:import", job_id=job_id)
        return result_page(request, job, refusal=str(refusal), chosen=cells)
    tasks.ask_import_check(job_id, request.user.pk)
    return redirect("web:import", job_id=job_id)


@requires(Permission.IMPORT_UNDO)
def undo(request: PageRequest, job_id: int) -> HttpResponseBase:
    """Ask, showing the counts; then take the whole import back."""
    job = import_for_view(request.user, job_id)
    if job.status != ImportStatus.APPLIED:
        if request.method == "POST":
            messages.info(
                request, _("This import is not in force, so there is nothing to take back.")
            )
        return redirect("web:import", job_id=job_id)
    if request.method == "POST":
        tasks.ask_import_undo(job_id, request.user.pk)
        return redirect("web:import", job_id=job_id)
    counts = [row for row in count_rows(job) if row.new or row.changed]
    context = {
        "job": job,
        "title": import_title(job),
        "step_labels": step_labels(),
        "step": 5,
        "problem": None,
        "finding": counts_sentence(counts),
        "counts": counts,
        "refusal": "",
    }
    return render(request, "data/undo.html", context)
