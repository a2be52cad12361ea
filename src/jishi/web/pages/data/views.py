"""The list of imports, the upload, and the one address of an import that leads to where it stands."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from jishi.foundation.enums import Permission
from jishi.ingest.access import import_for_view
from jishi.ingest.enums import ImportStatus
from jishi.ingest.mapping.recipe import shipped_recipes
from jishi.ingest.queries import imports_listed
from jishi.ingest.services import (
    ImportStateError,
    Upload,
    import_cancel,
    import_create,
    import_discard,
    recipe_add,
)
from jishi.jobs import tasks
from jishi.jobs.tickets import State, ticket_close, ticket_of
from jishi.web.components.parts import query_with
from jishi.web.formats import is_chinese
from jishi.web.pages.data.forms import UploadForm, title_of
from jishi.web.pages.data.outcome import result_page
from jishi.web.pages.data.presenters import (
    data_tabs,
    job_row,
    may_undo,
    pages_of,
    step_labels,
)
from jishi.web.pages.data.progress import import_progress_part, work_finding
from jishi.web.pages.data.quality import starts
from jishi.web.pages.data.reading import files_page, mapping_page
from jishi.web.permissions import PageRequest, requires
from jishi.web.wording import import_title, listed


IMPORTS_ON_A_PAGE = 50


@require_safe
@requires(Permission.IMPORT_RUN)
def imports(request: PageRequest) -> HttpResponse:
    """What was brought in, newest first."""
    page = Paginator(imports_listed(by=request.user), IMPORTS_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    undo = may_undo(request)
    context = {
        "tabs": data_tabs(request),
        "rows": [job_row(job, may_undo=undo) for job in page.object_list],
        "pages": pages_of(page, lambda n: query_with(request.GET, page=n)),
        "starts": starts(request),
    }
    return render(request, "data/imports.html", context)


@requires(Permission.IMPORT_RUN)
def new(request: PageRequest) -> HttpResponseBase:
    """Upload files; what they hold is read in the background."""
    sent = request.method == "POST"
    asked = {"recipe": request.GET.get("recipe", "")}
    form = UploadForm(request.POST, request.FILES) if sent else UploadForm(initial=asked)
    if sent and form.is_valid():
        now = timezone.now()
        recipe_key = form.cleaned_data["recipe"]
        brought = form.cleaned_data["recipe_file"]
        try:
            if brought is not None:
                recipe_add(by=request.user, recipe=brought, now=now)
                recipe_key = brought.key
            job = import_create(
                by=request.user,
                uploads=[Upload(file.name, file) for file in form.cleaned_data["uploads"]],
                now=now,
                recipe_key=recipe_key,
                options=form.options(),
            )
        except ImportStateError as refusal:
            form.add_error(None, str(refusal))
        else:
            ask = tasks.ask_import_check if recipe_key else tasks.ask_import_read
            ask(job.pk, request.user.pk)
            return redirect("web:import", job_id=job.pk)
    context = {"form": form, "step_labels": step_labels(), "recipes": _ready_recipes()}
    return render(request, "data/new.html", context, status=422 if form.errors else 200)


def _ready_recipes() -> list[dict[str, str]]:
    """The recipes that come with the product, with the files each one knows."""
    lang = "zh-hans" if is_chinese(get_language() or "") else "en"
    return [
        {
            "title": title_of(recipe.key, recipe.title),
            "note": recipe.note.get(lang, ""),
            "files": listed(
                dict.fromkeys(one.file.removesuffix("*") for one in recipe.sources.values())
            ),
        }
        for recipe in shipped_recipes().values()
    ]


@require_safe
@requires(Permission.IMPORT_RUN)
def job(request: PageRequest, job_id: int) -> HttpResponseBase:
    """Where an import stands: at work, waiting for an answer, checked, written."""
    found = import_for_view(request.user, job_id)
    ticket = ticket_of(tasks.import_ticket(job_id))
    if ticket is not None and ticket.is_busy:
        work = import_progress_part(found, ticket)
        context = {
            "job": found,
            "title": import_title(found),
            "work": work,
            "finding": work_finding(ticket),
            "step_labels": step_labels(),
            "step": {tasks.READ: 2, tasks.CHECK: 4}.get(ticket.kind, 5),
        }
        return render(request, "data/progress.html", context)
    if found.status in (ImportStatus.STAGED, ImportStatus.APPLIED, ImportStatus.UNDONE):
        return result_page(request, found)
    if found.status == ImportStatus.UNCLEAR or (
        found.problem and found.recipe is None and found.problem["code"] != "nothing_mapped"
    ):
        return files_page(request, found)
    return mapping_page(request, found)


@require_safe
@requires(Permission.IMPORT_RUN)
def progress(request: PageRequest, job_id: int) -> HttpResponseBase:
    """The moving part of the page, asked for every second; sends on when the work is over."""
    found = import_for_view(request.user, job_id)
    ticket = ticket_of(tasks.import_ticket(job_id))
    if ticket is None or not ticket.is_busy:
        url = reverse("web:import", args=[job_id])
        return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
    return render(
        request, "components/progress.html", {"work": import_progress_part(found, ticket)}
    )


@require_POST
@requires(Permission.IMPORT_RUN)
def cancel(request: PageRequest, job_id: int) -> HttpResponseBase:
    """Stop what is going on; nothing of it stays."""
    found = import_for_view(request.user, job_id)
    name = tasks.import_ticket(job_id)
    ticket = ticket_of(name)
    if ticket is not None and ticket.state is State.QUEUED:
        ticket_close(name, State.CANCELLED)
    elif ticket is not None and ticket.is_open and found.batch_id is None:
        import_cancel(by=request.user, job_id=job_id)
    if request.htmx and ticket is not None and ticket.is_open:
        work = import_progress_part(found, ticket, stopping=ticket.state is State.RUNNING)
        return render(request, "components/progress.html", {"work": work})
    return redirect("web:import", job_id=job_id)


@require_POST
@requires(Permission.IMPORT_RUN)
def discard(request: PageRequest, job_id: int) -> HttpResponseBase:
    """Forget an import that was never written."""
    try:
        import_discard(by=request.user, job_id=job_id)
    except ImportStateError:
        return redirect("web:import", job_id=job_id)
    return redirect("web:imports")


@require_safe
@requires(Permission.IMPORT_RUN)
def template(request: PageRequest) -> HttpResponseBase:
    """The workbook to fill in, with drop-downs and notes."""
    from jishi.ingest.template import TITLE, write_template

    with tempfile.TemporaryDirectory(prefix="jishi-") as folder:
        path = Path(folder) / "template.xlsx"
        write_template(path)
        content = path.read_bytes()
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=f"{TITLE}.xlsx")
