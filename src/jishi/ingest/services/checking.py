"""Checking every row and comparing it with what is stored, before anything is written."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from jishi.customers.models import Customer
from jishi.foundation.models import ExchangeRate, User
from jishi.foundation.queries import company
from jishi.foundation.writing import write
from jishi.ingest.access import import_for_edit, import_for_view
from jishi.ingest.binding import (
    ABOUT_AMOUNTS,
    BindingError,
    bind,
    unmapped_columns,
    unused_tables,
)
from jishi.ingest.enums import CHOICES, ImportStatus
from jishi.ingest.existing import (
    customer_type_words,
    leave_existing,
    newest_rows,
)
from jishi.ingest.folders import (
    drop_working_files,
    folder_of,
    forget_rejects,
    progress_write,
    stop_wanted,
    write_json,
)
from jishi.ingest.mapping.recipe import Recipe, RecipeError, recipe_from
from jishi.ingest.mending import corrections_to_lay_over
from jishi.ingest.models import ImportJob
from jishi.ingest.parsing.children import run_child
from jishi.ingest.parsing.limits import Limits
from jishi.ingest.queries import import_parsed, import_summary
from jishi.ingest.services.currencies import first_rates, may_adopt, usual_currency
from jishi.ingest.services.uploading import (
    ImportStateError,
    OvertakenError,
    import_read,
    recipe_of_key,
    telling_a_full_disk,
    unchanged_import,
)


_log = logging.getLogger(__name__)
_OPEN = (ImportStatus.UPLOADED, ImportStatus.UNCLEAR, ImportStatus.MAPPED, ImportStatus.STAGED,
         ImportStatus.FAILED, ImportStatus.CANCELLED)  # fmt: skip
_LIMITS = Limits(memory_mb=6144, cpu_s=3600, wall_s=3600.0, file_mb=65536)


class RowsGoneError(ImportStateError):
    """What was checked is not there any more."""

    def __init__(self) -> None:
        super().__init__(_("The checked rows are gone. Check the import again."))


class _StoppedError(Exception):
    """Checking ended before its end; `problem` says why."""

    def __init__(self, code: str, **params: Any) -> None:
        self.problem = {"code": code, "params": params}
        super().__init__(code)


def import_map(
    *,
    by: User | None,
    job_id: int,
    version: int,
    recipe: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
) -> ImportJob:
    """Assign columns to fields: replace the import's recipe (and options).

    Raises:
        NotAllowedError, Http404.
        ImportStateError: written already, or somebody else changed it meanwhile.
        RecipeError: the mapping does not make sense; the message says where.
    """
    checked = recipe_from(dict(recipe), where="mapping")
    with write(by=by):
        job = _open_job(by, job_id, version)
        job.recipe = checked.model_dump(mode="json")
        job.options = {**job.options, **(options or {}), "files": _without_answers(job)}
        job.status = ImportStatus.MAPPED
        job.questions, job.problem, job.counts = [], None, {}
        job.version += 1
        job.save()
    return job


def import_use_recipe(*, by: User | None, job_id: int, version: int, key: str) -> ImportJob:
    """Read the import by another recipe; "" to have its headings recognised.

    Raises:
        NotAllowedError, Http404.
        ImportStateError: written already, changed meanwhile, or no such recipe.
    """
    recipe = recipe_of_key(key)
    with write(by=by):
        job = _open_job(by, job_id, version)
        job.recipe_key = key
        job.recipe = recipe.model_dump(mode="json") if recipe else None
        job.options = {**job.options, "files": _without_answers(job)}
        job.status = ImportStatus.UPLOADED
        job.questions, job.problem, job.counts = [], None, {}
        job.version += 1
        job.save()
    return job


def _without_answers(job: ImportJob) -> dict[str, Any]:
    """How the files are read; what was said of their amounts is asked anew of other columns."""
    return {
        name: {key: value for key, value in one.items() if key not in ABOUT_AMOUNTS}
        for name, one in job.options.get("files", {}).items()
    }


def _open_job(by: User | None, job_id: int, version: int | None) -> ImportJob:
    job = import_for_edit(by, job_id)
    if job.status not in _OPEN:
        raise ImportStateError(_("This import has been written already."))
    if version is not None and job.version != version:
        raise ImportStateError(_("Somebody else changed this import in the meantime. Reload it."))
    return job


def import_answer(
    *, by: User | None, job_id: int, version: int, answers: Mapping[int, str]
) -> ImportJob:
    """Answer the import's questions: position of the question → chosen value. Then read it again.

    Raises:
        NotAllowedError, Http404.
        ImportStateError: no such question, or the value is not one of its choices.
    """
    with write(by=by):
        job = _open_job(by, job_id, version)
        options = dict(job.options)
        for position, value in answers.items():
            if not 0 <= position < len(job.questions):
                raise ImportStateError(_("There is no such question."))
            question = job.questions[position]
            if value not in {choice["value"] for choice in question["choices"]}:
                raise ImportStateError(_("Choose one of the offered answers."))
            files = {**options.get("files", {})}
            own = dict(files.get(question["file"], {}))
            if question["option"] == "date_order":
                sheet = str(question["sheet_index"])
                own["date_orders"] = {**own.get("date_orders", {}), sheet: value}
            else:
                own[question["option"]] = value
            options["files"] = {**files, question["file"]: own}
        job.options = options
        job.questions = []
        job.status = ImportStatus.MAPPED if job.recipe else ImportStatus.UPLOADED
        job.version += 1
        job.save()
    return job


def import_check(*, by: User | None, job_id: int) -> ImportJob:
    """Read (where needed), check all rows and compare them. Nothing is written to the archive.

    Leaves the import `staged` with counts, `unclear` with questions, or `failed` with its problem.

    Raises:
        NotAllowedError, Http404, ImportStateError.
        CancelledError: somebody asked to stop.
    """
    while True:
        job = import_for_view(by, job_id)
        if job.status not in _OPEN:
            raise ImportStateError(_("This import has been written already."))
        job = import_read(by=by, job_id=job_id)
        if job.status != ImportStatus.MAPPED:
            return job
        with telling_a_full_disk(dropping=job_id), suppress(OvertakenError):
            return _check_and_compare(by, job)


def _check_and_compare(by: User | None, job: ImportJob) -> ImportJob:
    try:
        summary = _check(job)
        if "questions" in summary:
            return _leave(by, job, ImportStatus.UNCLEAR, questions=summary["questions"])
        summary.update(_compare(job, summary))
    except _StoppedError as stopped:
        return _leave(by, job, ImportStatus.FAILED, problem=stopped.problem)
    write_json(folder_of(job.pk) / "summary.json", summary)
    return _leave(
        by, job, ImportStatus.STAGED, counts=counts_of(summary), currency=summary["currency"]
    )


def _check(job: ImportJob) -> dict[str, Any]:
    """The checking child's findings, with what it was given."""
    try:
        recipe = Recipe.model_validate(job.recipe)
        parsed = import_parsed(job)
        sources = bind(job.pk, recipe, job.files, parsed, job.options)
    except BindingError as error:
        raise _StoppedError(error.code, **error.params) from None
    except (ValueError, RecipeError):
        raise _StoppedError("nothing_mapped") from None
    progress_write(job.pk, "checking", 0, 1)
    answer = _child(
        job,
        {
            "phase": "check",
            "recipe": job.recipe,
            "sources": sources,
            "customer_types": customer_type_words(),
            "today": job.started_on.isoformat(),
            "currency": usual_currency(job.options, recipe.currency),
            "corrections": corrections_to_lay_over(job),
        },
    )
    if answer["status"] == "unclear":
        return {"questions": answer["questions"]}
    progress_write(job.pk, "checking", 1, 1)
    return {
        **answer,
        "sources": {
            key: {name: source[name] for name in ("file", "number", "sheet", "sheet_index",
                                                  "columns", "letters", "is_text")}
            | {"rows": answer["sources"].get(key, 0), "tax": source["dialect"]["tax"]}
            for key, source in sources.items()
        },
        "unused_files": unused_tables(job.files, parsed, sources),
        "unmapped_columns": unmapped_columns(recipe, sources),
        **_currency(job, recipe, answer),
    }  # fmt: skip


def _child(job: ImportJob, request: dict[str, Any]) -> dict[str, Any]:
    result = run_child(
        "jishi.ingest.staging.child",
        request,
        folder_of(job.pk),
        limits=_LIMITS,
        cancelled=stop_wanted(job.pk),
    )
    if result.ended_by == "disk":
        drop_working_files(job.pk)
        raise _StoppedError(result.refusal)
    if result.answer is None:
        _log.error(
            "import %s: %s ended by %s\n%s",
            job.pk,
            request["phase"],
            result.ended_by,
            result.stderr,
        )
        raise _StoppedError(result.refusal)
    if result.answer["status"] == "refused":
        raise _StoppedError(result.answer["code"], **result.answer["params"])
    return result.answer


def _currency(job: ImportJob, recipe: Recipe, answer: dict[str, Any]) -> dict[str, Any]:
    """In which currency the amounts are, and whether the company takes it as its own."""
    base = company()
    chosen = usual_currency(job.options, recipe.currency)
    every = sorted({chosen, *answer["currencies"]})
    foreign = [code for code in every if code != base.base_currency]
    known = set(
        ExchangeRate.objects.filter(currency__in=foreign).values_list("currency", flat=True)
    )
    unknown = [code for code in foreign if code not in known]
    adopts = ""
    if unknown:
        if len(every) == 1 and may_adopt(base):
            adopts = chosen
        else:
            raise _StoppedError("currency_needs_rate", currency=unknown[0], base=base.base_currency)
    return {"currency": chosen, "adopts_currency": adopts}


def compare_again(job: ImportJob) -> dict[str, Any]:
    """Compare the checked rows once more, after stored rows have changed.

    Raises:
        RowsGoneError.
    """
    summary = import_summary(job)
    try:
        summary.update(_compare(job, summary))
    except _StoppedError:
        raise RowsGoneError from None
    write_json(folder_of(job.pk) / "summary.json", summary)
    return summary


def _compare(job: ImportJob, summary: dict[str, Any]) -> dict[str, Any]:
    progress_write(job.pk, "comparing", 0, 2)
    work = folder_of(job.pk)
    newest = newest_rows()
    tables = leave_existing(work, list(summary["filled"]))
    progress_write(job.pk, "comparing", 1, 2)
    answer = _child(
        job,
        {
            "phase": "compare",
            "existing": tables,
            "currency": summary["currency"],
            "currency_is_said": summary["currency"] != company().base_currency,
            "next_number": _next_number(),
            "first_rates": first_rates(summary),
            "choices": job.options.get(CHOICES, []),
        },
    )
    forget_rejects(job.pk)
    progress_write(job.pk, "comparing", 2, 2)
    return {
        "entities": answer["entities"],
        "issue_counts": answer["issue_counts"],
        "rejected_rows": answer["rejected_rows"],
        "newest_rows": newest,
    }


def _next_number() -> int:
    """The highest number among generated customer codes (C and six digits, then seven)."""
    highest = _highest_number(6)
    return highest if highest < 999_999 else max(highest, _highest_number(7))


def _highest_number(digits: int) -> int:
    codes = Customer.objects.unscoped("codes are unique over all customers").filter(
        code__regex=rf"^C[0-9]{{{digits}}}$"
    )
    highest = codes.aggregate(highest=Max("code"))["highest"]
    return int(highest[1:]) if highest else 0


def counts_of(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Entity → new, changed, unchanged, rejected; the cells that nobody has decided; and the totals of
    amounts."""
    counts: dict[str, Any] = {}
    for name, found in summary["entities"].items():
        counts[name] = {key: found[key] for key in ("new", "changed", "unchanged", "rejected")}
        read = [s["read_e4"] for s in summary["steps"] if s["entity"] == name]
        if undecided := found.get("conflicts", {}).get("undecided"):
            counts[name]["undecided"] = undecided
        known = [value for value in read if value is not None]
        if known:
            counts[name]["read_e4"] = sum(known)
            counts[name]["accepted_e4"] = found["accepted_e4"] or 0
            if len(found["accepted_by_currency"]) > 1:
                counts[name]["accepted_by_currency"] = found["accepted_by_currency"]
    return counts


def _leave(by: User | None, seen: ImportJob, status: ImportStatus, **fields: Any) -> ImportJob:
    """What came of checking, for the import as it was `seen` before.

    Raises:
        OvertakenError: it is to be mapped or read otherwise since; what was found is about the old way.
    """
    with write(by=by):
        job = unchanged_import(by, seen)
        job.status = status
        job.questions = fields.get("questions", [])
        job.problem = fields.get("problem")
        job.counts = fields.get("counts", {})
        job.currency = fields.get("currency", "")
        job.version += 1
        job.save()
    return job
