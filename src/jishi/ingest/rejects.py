"""The person's own files back, with the rows that were not taken marked and the reasons beside them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jishi.ingest.folders import file_folder, rejects_folder
from jishi.ingest.mending import mended_texts
from jishi.ingest.models import ImportJob
from jishi.ingest.parsing.children import run_child
from jishi.ingest.parsing.limits import Limits
from jishi.ingest.queries import import_issues, import_parsed, import_summary


_MAX_MARKS = 200_000
_LIMITS = Limits(memory_mb=4096, cpu_s=600, wall_s=900.0)


class NothingRejectedError(Exception):
    """Every row was taken."""


def rejected_file(job: ImportJob, number: int) -> Path:
    """Make (once per language) the marked copy of file `number` of the import.

    Raises:
        NothingRejectedError: no row of the file was rejected.
        OSError: the copy could not be made.
    """
    marks = _marks(job, number)
    if not marks:
        raise NothingRejectedError
    folder = rejects_folder(job.pk) / f"{number}-{get_language() or 'zh-hans'}"
    made = [p for p in folder.glob("*") if p.suffix in (".xlsx", ".xlsm", ".csv")]
    if made:
        return made[0]
    folder.mkdir(parents=True, exist_ok=True)
    file = next(f for f in job.files if f["number"] == number)
    parsed = import_parsed(job)[number]
    request = {
        "path": str(file_folder(job.pk, number) / "original"),
        "name": file["name"],
        "dialect": parsed["dialect"],
        "header_rows": {str(s["index"]): s["header_row"] for s in parsed["sheets"]},
        "first_columns": {str(s["index"]): s["first_column"] for s in parsed["sheets"]},
        "marks": marks,
        "mended": [
            [cell.sheet, cell.line, cell.column, text]
            for cell, text in mended_texts(job).items()
            if cell.file == number
        ],
        "reason": _("Reason"),
    }
    # What a child leaves that is stopped half-way must not be taken for the file the next time.
    with tempfile.TemporaryDirectory(dir=folder, prefix="making-") as work:
        name = _marked(request, Path(work))
        return (Path(work) / name).replace(folder / name)


def _marked(request: dict[str, Any], work: Path) -> str:
    """Have the marked copy made in `work`. Returns its name."""
    result = run_child("jishi.ingest.parsing.marking", request, work, limits=_LIMITS)
    name = Path(request["name"])
    if result.answer is None and name.suffix.lower() in (".xlsx", ".xlsm"):
        # A workbook too large to be edited comes back as a table of its wrong rows.
        request = {**request, "name": f"{name.stem}.xls"}
        result = run_child("jishi.ingest.parsing.marking", request, work, limits=_LIMITS)
    if result.answer is None or result.answer["status"] != "marked":
        raise OSError(_("The file with the marked rows could not be made."))
    return str(result.answer["file"])


def files_with_rejects(job: ImportJob) -> list[tuple[int, str]]:
    """(number, name) of the files that hold rejected rows."""
    sources = import_summary(job).get("sources", {})
    names = {file["number"]: file["name"] for file in job.files}
    found = {issue.file for issue in import_issues(job, severity="error")}
    numbers = {s["number"] for s in sources.values() if s["file"] in found}
    return [(number, names[number]) for number in sorted(numbers)]


def _marks(job: ImportJob, number: int) -> list[list[Any]]:
    sources = import_summary(job).get("sources", {})
    places = {
        (s["file"], "" if s["is_text"] else s["sheet"]): s["sheet_index"]
        for s in sources.values()
        if s["number"] == number
    }
    columns = {
        (s["file"], "" if s["is_text"] else s["sheet"]): {h: i for i, h in enumerate(s["columns"])}
        for s in sources.values()
    }
    marks: list[list[Any]] = []
    for issue in import_issues(job, severity="error"):
        place = (issue.file, issue.sheet)
        if place in places:
            column = columns[place].get(issue.heading) if issue.heading else None
            marks.append([places[place], issue.line, column, issue.text])
            if len(marks) >= _MAX_MARKS:
                break
    return marks
