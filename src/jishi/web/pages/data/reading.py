"""From files to columns: how files are read, what was asked, which column is what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from jishi.foundation.enums import Permission
from jishi.foundation.queries import company
from jishi.ingest.access import import_for_view
from jishi.ingest.dialects import marks_found
from jishi.ingest.enums import ImportStatus
from jishi.ingest.fitting import recipes_that_fit
from jishi.ingest.mapping.recipe import RecipeError
from jishi.ingest.messages import note_text, recipe_problem_texts, refusal_text
from jishi.ingest.queries import import_parsed
from jishi.ingest.services import ImportStateError, import_answer, import_map, recipe_add
from jishi.ingest.services.options import import_options_set
from jishi.jobs import tasks
from jishi.jobs.tickets import State, ticket_of
from jishi.web import formats
from jishi.web.pages.data.forms import SheetForm, TextFileForm, sheet_options, title_of
from jishi.web.pages.data.mapping import (
    is_editable,
    recipe_from_form,
    sheet_forms,
    step_lines,
    target_groups,
)
from jishi.web.pages.data.mending import corrected_rows
from jishi.web.pages.data.presenters import step_labels
from jishi.web.pages.data.sharing import recipe_of
from jishi.web.pages.data.tables import BindingError, sheets_of
from jishi.web.permissions import PageRequest, requires
from jishi.web.wording import import_title


if TYPE_CHECKING:
    from jishi.ingest.models import ImportJob

Shown = dict[str, Any]

_PREVIEW_ROWS = 8
_PREVIEW_CELLS = 30
# With more columns than these, the list of fields is sent once and the page's script fills it in.
_COLUMNS_WITH_ALL_FIELDS = 40


# --- how files are read ------------------------------------------------------------------------
@requires(Permission.IMPORT_RUN)
def files(request: PageRequest, job_id: int) -> HttpResponseBase:
    """What reading found in each file, and how to read it otherwise."""
    job = import_for_view(request.user, job_id)
    if request.method != "POST":
        return files_page(request, job)
    forms = _file_forms(job, request)
    if not all(form.is_valid() for _file, form, _sheet in forms):
        return files_page(request, job, forms=forms)
    wanted: dict[str, dict[str, Any]] = {}
    for file, form, sheet in forms:
        options = wanted.setdefault(file["name"], {})
        if isinstance(form, TextFileForm):
            options.update(form.options())
            continue
        for name, chosen in sheet_options(form, str(sheet)).items():
            options.setdefault(name, {}).update(chosen)
    try:
        import_options_set(
            by=request.user,
            job_id=job_id,
            version=_version(request),
            files={name: options for name, options in wanted.items() if options},
        )
    except ImportStateError as refusal:
        return files_page(request, job, forms=forms, refusal=str(refusal))
    ask = tasks.ask_import_check if job.recipe_key else tasks.ask_import_read
    ask(job_id, request.user.pk)
    return redirect("web:import", job_id=job_id)


def _version(request: PageRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _file_forms(job: ImportJob, request: PageRequest | None = None) -> list[tuple[Any, Any, int]]:
    """(file, form, sheet index) for everything about reading that can be changed."""
    data = request.POST if request is not None else None
    chosen = job.options.get("files", {})
    parsed = import_parsed(job)
    marks = marks_found(job)
    found: list[tuple[Any, Any, int]] = []
    for file in job.files:
        answer = parsed.get(file["number"])
        if answer is None:
            continue
        options = chosen.get(file["name"], {})
        prefix = f"f{file['number']}"
        if answer.get("kind") == "excel":
            for sheet in answer["sheets"]:
                index = sheet["index"]
                form = SheetForm(
                    data,
                    prefix=f"{prefix}s{index}",
                    initial=SheetForm.initial_of(options, str(index)),
                    marks=marks.get((file["number"], index)),
                    sheet=sheet,
                )
                found.append((file, form, index))
        elif answer["status"] != "refused" or answer["code"] in _ABOUT_TEXT:
            text_form = TextFileForm(
                data,
                prefix=prefix,
                initial=TextFileForm.initial_of(options),
                found=answer,
                marks=marks.get((file["number"], 0)),
            )
            found.append((file, text_form, 0))
    return found


# Refusals that another way of reading may cure.
_ABOUT_TEXT = {"unknown_encoding", "encoding_does_not_fit", "quote_never_closed", "cell_too_long"}


def files_page(
    request: PageRequest,
    job: ImportJob,
    *,
    forms: list[tuple[Any, Any, int]] | None = None,
    refusal: str = "",
) -> HttpResponse:
    """The second step: each file with its first rows as they are read."""
    forms = forms or _file_forms(job)
    parsed = import_parsed(job)
    shown = [_file_shown(file, parsed.get(file["number"]), forms) for file in job.files]
    readable = any(file["sheets"] for file in shown) and job.status != ImportStatus.UNCLEAR
    invalid = bool(refusal or any(form.errors for _file, form, _sheet in forms))
    context = {
        "job": job,
        "title": import_title(job),
        "files": shown,
        "questions": _questions(job),
        "finding": _files_finding(job, shown),
        "problem": {"message": refusal} if refusal else _problem(job),
        "step_labels": step_labels(),
        "step": 2,
        "readable": readable,
    }
    return render(request, "data/files.html", context, status=422 if invalid else 200)


def _file_shown(file: Shown, answer: Shown | None, forms: list[tuple[Any, Any, int]]) -> Shown:
    own = [(form, sheet) for other, form, sheet in forms if other["number"] == file["number"]]
    answer = answer or {"status": "unread"}
    is_text = answer.get("kind") != "excel"
    refused = answer["status"] == "refused"
    return {
        "name": file["name"],
        "size": filesizeformat(file["size"]),
        "form": own[0][0] if is_text and own else None,
        "problem": {"message": refusal_text(answer["code"], answer["params"])} if refused else None,
        "sheets": [
            _sheet_shown(sheet, None if is_text else {i: f for f, i in own}[sheet["index"]])
            for sheet in answer.get("sheets", [])
        ],
    }


def _sheet_shown(sheet: Shown, form: Any) -> Shown:
    header = sheet.get("header_row")
    return {
        "name": sheet["name"] if form is not None else "",
        "rows": sheet["rows"],
        "hidden": not sheet.get("visible", True),
        "form": form,
        "notes": [note_text(note["code"], note["params"]) for note in sheet.get("notes", [])],
        "first_rows": [
            {"number": line, "is_header": line == header, "cells": cells[:_PREVIEW_CELLS]}
            for line, cells in sheet.get("first_rows", [])[:_PREVIEW_ROWS]
        ],
    }


def _files_finding(job: ImportJob, shown: list[Shown]) -> str:
    if job.status == ImportStatus.UNCLEAR:
        return _("One thing has to be decided before the files can be read.")
    rows = sum(sheet["rows"] for file in shown for sheet in file["sheets"])
    return ngettext(
        "%(n)s row was found. Is it read rightly?",
        "%(n)s rows were found. Are they read rightly?",
        rows,
    ) % {"n": formats.number(rows)}


def _problem(job: ImportJob) -> Shown | None:
    """What stopped the import, or its latest piece of work, in words."""
    if job.problem:
        text = refusal_text(job.problem["code"], job.problem.get("params"))
        return {"message": text, "advice": job.problem.get("file", "")}
    ticket = ticket_of(tasks.import_ticket(job.pk))
    if ticket is not None and ticket.state is State.FAILED:
        return {"message": ticket.message}
    if ticket is not None and ticket.is_lost:
        return {"message": _("The program was stopped while it worked on this. Begin again.")}
    if ticket is not None and ticket.state is State.CANCELLED:
        return {"message": _("Cancelled. Nothing was written.")}
    return None


# --- questions ---------------------------------------------------------------------------------
def _questions(job: ImportJob) -> list[Shown]:
    return [
        {
            "name": f"q{number}",
            "text": refusal_text(
                question["code"], {"column": question["column"], "file": question["file"]}
            ),
            "samples": question.get("samples") or [],
            "choices": [
                {"value": choice["value"], "label": _choice_text(choice)}
                for choice in question["choices"]
            ],
        }
        for number, question in enumerate(job.questions)
    ]


def _choice_text(choice: Shown) -> str:
    sample = choice.get("sample")
    words = {
        "dmy": _("day first"),
        "mdy": _("month first"),
        "as_is": _("none: take the amounts as they are"),
        "amount": _("money taken off"),
        "share": _("the share taken off, such as 0.05 or 5 %"),
        "above": _("yes, to the order above"),
        "apart": _("no, reject these rows"),
        "paid": _("the share that is paid, such as 0.95 or 95 %"),
    }
    label = words.get(choice["value"], choice["value"])
    if not sample and choice["value"].isdecimal():
        return f"{label} %"
    return f"{label} → {sample}" if sample else str(label)


@require_POST
@requires(Permission.IMPORT_RUN)
def answer(request: PageRequest, job_id: int) -> HttpResponseBase:
    """Answer what could not be decided by the file alone, and go on."""
    job = import_for_view(request.user, job_id)
    answers = {
        number: request.POST[f"q{number}"]
        for number in range(len(job.questions))
        if f"q{number}" in request.POST
    }
    try:
        job = import_answer(
            by=request.user, job_id=job_id, version=_version(request), answers=answers
        )
    except ImportStateError as refusal:
        return files_page(request, job, refusal=str(refusal))
    ask = tasks.ask_import_read if job.recipe is None else tasks.ask_import_check
    ask(job_id, request.user.pk)
    return redirect("web:import", job_id=job_id)


# --- columns -----------------------------------------------------------------------------------
@requires(Permission.IMPORT_RUN)
def mapping(request: PageRequest, job_id: int) -> HttpResponseBase:
    """Which column is which field; saving it checks every row."""
    job = import_for_view(request.user, job_id)
    if request.method != "POST":
        return mapping_page(request, job)
    try:
        body = posted_mapping(request, job)
        import_map(
            by=request.user,
            job_id=job_id,
            version=_version(request),
            recipe=body,
            options={"currency": request.POST.get("currency", "").strip().upper()},
        )
        _keep_recipe(request, job, body)
    except (BindingError, RecipeError, ImportStateError) as refusal:
        return mapping_page(request, job, errors=refusal_of(refusal), status=422)
    tasks.ask_import_check(job_id, request.user.pk)
    return redirect("web:import", job_id=job_id)


def posted_mapping(request: PageRequest, job: ImportJob) -> Shown:
    """The mapping that the form says; one that the page cannot show whole stays as it is.

    Raises:
        BindingError: the files do not fit the recipe.
        ImportStateError: no column was assigned.
    """
    sheets, base = sheets_of(job)
    editable = is_editable(base)
    body = recipe_from_form(request.POST, sheets, base=base) if editable else dict(job.recipe or {})
    if not body.get("steps"):
        raise ImportStateError(refusal_text("nothing_mapped"))
    return body


def refusal_of(error: Exception) -> list[str]:
    """What stands in the way, in words."""
    if isinstance(error, BindingError):
        return [refusal_text(error.code, error.params)]
    return recipe_problem_texts(error) if isinstance(error, RecipeError) else [str(error)]


def _keep_recipe(request: PageRequest, job: ImportJob, body: Shown) -> None:
    """Save the mapping for next time, for any file with the same headings."""
    title = request.POST.get("save_as", "").strip()
    if title:
        recipe_add(by=request.user, recipe=recipe_of(job, body, title), now=timezone.now())


def mapping_page(
    request: PageRequest, job: ImportJob, *, errors: list[str] | None = None, status: int = 200
) -> HttpResponse:
    """The third step."""
    shown: Shown = {
        "editable": False,
        "sheets": [],
        "lines": [],
        "groups": [],
        "shares_fields": False,
    }
    try:
        sheets, base = sheets_of(job)
        editable = is_editable(base)
        file_names = {sheet.key: sheet.file for sheet in sheets}
        shown = {
            "editable": editable,
            "sheets": sheet_forms(base, sheets) if editable else [],
            "lines": [] if editable else step_lines(base, file_names),
            "groups": target_groups() if editable else [],
        }
        columns = sum(len(sheet.headings) for sheet in sheets)
        shown["shares_fields"] = columns > _COLUMNS_WITH_ALL_FIELDS and not request.GET.get(
            "fields"
        )
        assigned = len({(s.source, v.column) for s in base.steps for v in s.fields.values()})
        finding = _mapping_finding(assigned, columns) if editable else _recipe_finding(job)
        currency = job.options.get("currency") or base.currency or company().base_currency
    except BindingError as error:
        errors = [*(errors or []), refusal_text(error.code, error.params)]
        finding, currency = _("The files do not fit the recipe."), ""
    context = {
        "job": job,
        "title": import_title(job),
        "finding": finding,
        "errors": errors or [],
        "problem": _problem(job),
        "currency": currency,
        "step_labels": step_labels(),
        "step": 3,
        "corrected": corrected_rows(job),
        "fitting": [(one.key, title_of(one.key, one.title)) for one in recipes_that_fit(job)],
        "recipe": title_of(job.recipe_key, (job.recipe or {}).get("title", {}))
        if job.recipe_key
        else "",
        **shown,
    }
    return render(request, "data/mapping.html", context, status=status)


def _mapping_finding(assigned: int, columns: int) -> str:
    return _(
        "%(n)s of %(all)s columns were recognised. Look them through, then all rows are checked."
    ) % {
        "n": min(assigned, columns),
        "all": columns,
    }


def _recipe_finding(job: ImportJob) -> str:
    return _("This recipe joins several files or leaves rows out, so it is used as it is.")


@require_POST
@requires(Permission.IMPORT_RUN)
def check(request: PageRequest, job_id: int) -> HttpResponseBase:
    """Check again as mapped, for instance after an exchange rate was added."""
    import_for_view(request.user, job_id)
    tasks.ask_import_check(job_id, request.user.pk)
    return redirect("web:import", job_id=job_id)
