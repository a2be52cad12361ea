"""Taking files in and reading them."""

from __future__ import annotations

import errno
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from django.db import OperationalError
from django.utils.translation import gettext as _

from jishi.foundation.enums import Permission
from jishi.foundation.models import User
from jishi.foundation.writing import authorise, write
from jishi.ingest.access import import_for_edit, import_for_view
from jishi.ingest.binding import ABOUT_AMOUNTS, files_of
from jishi.ingest.enums import ImportStatus
from jishi.ingest.folders import (
    delete_folder,
    drop_working_files,
    file_folder,
    forget_stop,
    progress_write,
    read_json,
    stop_wanted,
    write_json,
)
from jishi.ingest.mapping.matching import recipe_for
from jishi.ingest.mapping.recipe import Recipe, RecipeError
from jishi.ingest.messages import NO_ROOM, recipe_problem_texts
from jishi.ingest.models import ImportJob
from jishi.ingest.parsing.children import run_child
from jishi.ingest.parsing.limits import MAX_FILE_BYTES, MB, Limits
from jishi.ingest.queries import import_parsed, recipe_by_key


READABLE_SUFFIXES = (
    ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv", ".tab", ".txt", ".psv", ".dat", ".gz",
)  # fmt: skip
_CHUNK = 1024 * 1024
_MAX_NAME_BYTES = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class ImportStateError(Exception):
    """The import is not where this action needs it to be."""


class OvertakenError(Exception):
    """Somebody wants the import read or mapped otherwise than the work that has just ended did."""


@contextmanager
def telling_a_full_disk(*, dropping: int | None = None) -> Iterator[None]:
    """A full disk is nobody's fault who reads the page: say what it is.

    Args:
        dropping: the import whose working files, which can be made again, make room.

    Raises:
        ImportStateError: there was no room for a file or a row.
    """
    try:
        yield
    except (OSError, OperationalError) as error:
        full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
        if full or "disk is full" in str(error) or "No space left" in str(error):
            if dropping is not None:
                drop_working_files(dropping)
            raise ImportStateError(str(NO_ROOM)) from error
        raise


class Chunked(Protocol):
    """An open file, or what Django hands out for an uploaded one."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Upload:
    """A file to be imported: its own name, and its content."""

    name: str
    content: Chunked | BinaryIO


def uploads_of_paths(paths: Sequence[Path]) -> Iterator[Upload]:
    """Open the files among `paths`, and the readable ones in the folders among them.

    The caller must have consumed each before taking the next.
    """
    for path in paths:
        found = [path]
        if path.is_dir():
            found = sorted(
                p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in READABLE_SUFFIXES
            )
        for file in found:
            with file.open("rb") as content:
                yield Upload(file.name, content)


def import_create(
    *,
    by: User | None,
    uploads: Iterator[Upload] | Sequence[Upload],
    now: datetime,
    recipe_key: str = "",
    options: Mapping[str, Any] | None = None,
) -> ImportJob:
    """Keep the files in a folder of their own and open an import for them.

    Args:
        by: who imports.
        uploads: the files.
        now: the moment of the act.
        recipe_key: read them by this recipe; "" to map the columns.
        options: `currency`, `entity`, `decimal`, `date_order`, `tax`, `discount` and `heads` of all files, and
            `files`: file name → encoding, delimiter, quote, row_end, header_rows, decimal,
            date_orders (by sheet), tax, discount, heads.

    Raises:
        NotAllowedError.
        ImportStateError: no file, no such recipe, or a file is too large.
    """
    authorise(by, Permission.IMPORT_RUN)
    recipe = recipe_of_key(recipe_key)
    with write(by=by):
        job = ImportJob.objects.create(
            title="…",
            recipe_key=recipe_key,
            recipe=recipe.model_dump(mode="json") if recipe else None,
            options=dict(options or {}),
            by=by,
            created_at=now,
        )
    try:
        with telling_a_full_disk(dropping=job.pk):
            files = [_keep(job.pk, number, upload) for number, upload in enumerate(uploads)]
        if not files:
            raise ImportStateError(_("There is no file to read."))
    except Exception:
        delete_folder(job.pk)  # first: there may be no room for the row to be deleted
        import_discard(by=by, job_id=job.pk)
        raise
    with write(by=by):
        job.files = files
        job.title = _title([file["name"] for file in files])
        job.save(update_fields=["files", "title"])
    return job


def recipe_of_key(key: str) -> Recipe | None:
    """The recipe; None for "".

    Raises:
        ImportStateError: there is none of that key, or this version does not understand it.
    """
    if not key:
        return None
    try:
        recipe = recipe_by_key(key)
    except RecipeError as error:
        raise ImportStateError("\n".join(recipe_problem_texts(error))) from None
    if recipe is None:
        raise ImportStateError(_("There is no recipe named “%(key)s”.") % {"key": key})
    return recipe


def _title(names: list[str]) -> str:
    title = "、".join(names)
    return title if len(title) <= 300 else f"{title[:280]}… ({len(names)})"


def _plain_name(name: str) -> str:
    """The file's own name, without folders and control characters, short enough for any disk."""
    plain = Path(_CONTROL.sub(" ", name).replace("\\", "/")).name.strip()
    return plain.encode()[-_MAX_NAME_BYTES:].decode(errors="ignore")


def _keep(job_id: int, number: int, upload: Upload) -> dict[str, Any]:
    name = _plain_name(upload.name) or f"file{number}"
    target = file_folder(job_id, number) / "original"
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as file:
        while chunk := upload.content.read(_CHUNK):
            size += len(chunk)
            if size > MAX_FILE_BYTES:
                raise ImportStateError(
                    _("%(name)s is larger than %(limit)s MB.")
                    % {"name": name, "limit": MAX_FILE_BYTES // MB}
                )
            digest.update(chunk)
            file.write(chunk)
    return {"name": name, "number": number, "sha256": digest.hexdigest(), "size": size}


def import_read(*, by: User | None, job_id: int) -> ImportJob:
    """Read the files in limited child processes; without a recipe, propose a mapping.

    Leaves the import `unclear` with questions, `failed` with its problem, or ready to be mapped.

    Raises:
        NotAllowedError, Http404.
        CancelledError: somebody asked to stop.
    """
    while True:
        with suppress(OvertakenError):
            return _read(by, import_for_view(by, job_id))


def unchanged_import(by: User | None, seen: ImportJob) -> ImportJob:
    """The import, locked until the surrounding transaction ends, if it still is as it was `seen`.

    Raises:
        NotAllowedError, Http404, OvertakenError.
    """
    job = import_for_edit(by, seen.pk)
    if job.version != seen.version:
        raise OvertakenError
    return job


def _read(by: User | None, job: ImportJob) -> ImportJob:
    forget_stop(job.pk)
    wanted = _files_to_read(job)
    questions: list[dict[str, Any]] = []
    problem: dict[str, Any] | None = None
    for done, file in enumerate(wanted):
        with telling_a_full_disk(dropping=job.pk):
            progress_write(job.pk, "reading", done, len(wanted))
            answer = _parse(job, file)
        if answer["status"] == "unclear":
            questions.append(
                {
                    "code": answer["code"], "option": "encoding", "number": file["number"],
                    "file": file["name"], "column": "", "samples": [], "choices": answer["choices"],
                }
            )  # fmt: skip
        elif answer["status"] == "refused" and problem is None:
            problem = {"code": answer["code"], "params": answer["params"], "file": file["name"]}
    with telling_a_full_disk(dropping=job.pk):
        progress_write(job.pk, "reading", len(wanted), len(wanted))
        return _note_reading(by, job, questions, problem)


def _files_to_read(job: ImportJob) -> list[dict[str, Any]]:
    """With a recipe, only the files it speaks of."""
    if job.recipe is None:
        return list(job.files)
    recipe = Recipe.model_validate(job.recipe)
    named = {
        file["number"] for source in recipe.sources.values() for file in files_of(source, job.files)
    }
    return [file for file in job.files if file["number"] in named]


def _parse_options(job: ImportJob, file: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if job.recipe is not None:
        recipe = Recipe.model_validate(job.recipe)
        for source in recipe.sources.values():
            if file in files_of(source, [file]):
                given = source.dialect.model_dump(
                    exclude={"decimal", "date_order", *ABOUT_AMOUNTS}, exclude_defaults=True
                )
                options.update(given)
                if source.columns:
                    options["header_rows"] = {"0": None}
    return options | cutting(job.options.get("files", {}).get(file["name"], {}))


def cutting(options: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a file's options by which it is cut into cells; the rest says what they mean."""
    return {
        name: value
        for name, value in options.items()
        if name not in ("decimal", "date_orders", *ABOUT_AMOUNTS)
    }


def _parse(job: ImportJob, file: dict[str, Any]) -> dict[str, Any]:
    """The parsing child's answer, kept in the file's folder for as long as the options stay."""
    work = file_folder(job.pk, file["number"])
    options = _parse_options(job, file)
    kept = read_json(work / "parsed.json")
    if kept is not None and kept["options"] == options and _tables_present(work, kept):
        return dict(kept)
    result = run_child(
        "jishi.ingest.parsing.child",
        {"path": str(work / "original"), "name": file["name"], "options": options},
        work,
        limits=Limits(),
        cancelled=stop_wanted(job.pk),
    )
    answer = result.answer
    if result.ended_by == "disk":
        drop_working_files(job.pk)
    if answer is None:
        answer = {"status": "refused", "code": result.refusal, "params": {}}
    answer["options"] = options
    write_json(work / "parsed.json", answer)
    return answer


def _tables_present(work: Path, answer: dict[str, Any]) -> bool:
    files = [sheet["file"] for sheet in answer.get("sheets", []) if sheet["file"]]
    return answer["status"] == "parsed" and all((work / name).exists() for name in files)


def _note_reading(
    by: User | None,
    seen: ImportJob,
    questions: list[dict[str, Any]],
    problem: dict[str, Any] | None,
) -> ImportJob:
    with write(by=by):
        job = unchanged_import(by, seen)
        job.questions, job.problem = questions, problem
        if problem:
            job.status = ImportStatus.FAILED
        elif questions:
            job.status = ImportStatus.UNCLEAR
        else:
            job.status = ImportStatus.UPLOADED
            if job.recipe is None:
                job.recipe = _proposal(job)
            if job.recipe is None:
                job.problem = {"code": "nothing_mapped", "params": {}, "file": job.title}
            else:
                job.status = ImportStatus.MAPPED
        job.version += 1
        job.save()
    return job


def _proposal(job: ImportJob) -> dict[str, Any] | None:
    """A mapping guessed from the headings of every sheet; None when nothing was recognised."""
    sheets: list[dict[str, Any]] = []
    parsed = import_parsed(job)
    for file in job.files:
        for sheet in parsed[file["number"]].get("sheets", []):
            if sheet["rows"] and sheet["visible"]:
                sheets.append(
                    {
                        "source": f"t{len(sheets)}",
                        "file": file["name"],
                        "sheet": None
                        if parsed[file["number"]]["kind"] == "text"
                        else sheet["name"],
                        "columns": [column["name"] for column in sheet["columns"]],
                    }
                )
    proposal = recipe_for(sheets, entity=job.options.get("entity"))
    return proposal if proposal["steps"] else None


def import_discard(*, by: User | None, job_id: int) -> None:
    """Forget an import that was never written, with its files.

    Raises:
        NotAllowedError, Http404.
        ImportStateError: it has been written.
    """
    with write(by=by):
        job = import_for_edit(by, job_id)
        if job.batch is not None:
            raise ImportStateError(_("This import has been written. Take it back instead."))
        pk = job.pk
        job.delete()
    delete_folder(pk)
