"""Reads of imports: lists, findings, previews, recipes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language, gettext, pgettext

from jishi.foundation.enums import BatchKind, Permission
from jishi.foundation.models import Batch, User
from jishi.foundation.writing import authorise
from jishi.ingest.folders import file_folder, folder_of, progress_read, read_json
from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.mapping.recipe import Recipe, recipe_from, shipped_recipes
from jishi.ingest.messages import issue_text
from jishi.ingest.models import ImportJob, SavedRecipe


@dataclass(frozen=True)
class RowIssue:
    """One thing that is wrong with one row, ready to be shown."""

    severity: str
    code: str
    entity: str
    field: str
    file: str
    sheet: str
    line: int
    letter: str
    heading: str
    value: str
    text: str
    source: int
    """Position among the sources of the import's summary."""
    column: int | None

    @property
    def place(self) -> str:
        return f"{self.letter}{self.line}"


@dataclass(frozen=True)
class IssueGroup:
    """The same thing wrong with several rows; `issue` is about the first of them."""

    issue: RowIssue
    rows: int
    lines: list[int]
    """The first of them."""
    values: list[str]
    """A few of what stands there."""


def imports_listed(*, by: User | None) -> QuerySet[ImportJob]:
    """All imports, newest first."""
    authorise(by, Permission.IMPORT_RUN)
    return ImportJob.objects.select_related("by", "batch").order_by("-created_at", "-pk")


def batches_listed(*, by: User | None) -> QuerySet[Batch]:
    """Everything that was brought in or taken back, newest first."""
    authorise(by, Permission.IMPORT_RUN)
    return (
        Batch.objects.exclude(kind=BatchKind.MANUAL)
        .select_related("by", "undone_by", "import_job")
        .order_by("-created_at", "-pk")
    )


def import_summary(job: ImportJob) -> dict[str, Any]:
    """What checking and comparing found: per entity counts, samples and changes."""
    return dict(read_json(folder_of(job.pk) / "summary.json") or {})


def conflicts_of(job: ImportJob) -> dict[str, Any]:
    """Cells that the file and, since its export, somebody else changed: `total`, `undecided`, and the
    first of them as `shown`, undecided ones before the others."""
    customers = import_summary(job).get("entities", {}).get("customers", {})
    return dict(customers.get("conflicts") or {"total": 0, "undecided": 0, "shown": []})


def import_parsed(job: ImportJob) -> dict[int, dict[str, Any]]:
    """File number → what reading it found: dialect, sheets, headings, first rows, or the refusal."""
    found = {}
    for file in job.files:
        data = read_json(file_folder(job.pk, file["number"]) / "parsed.json")
        if data is not None:
            found[int(file["number"])] = data
    return found


def import_progress(job: ImportJob) -> dict[str, Any]:
    """phase, done, total, percent."""
    return progress_read(job.pk)


def import_issues(
    job: ImportJob, *, start: int = 0, limit: int | None = None, code: str | None = None,
    severity: str | None = None,
) -> Iterator[RowIssue]:  # fmt: skip
    """Findings in the order of the file.

    Args:
        start: how many to pass over.
        limit: at most so many.
        code, severity: only these.
    """
    path = folder_of(job.pk) / "issues.jsonl"
    if not path.exists():
        return
    sources = list(import_summary(job).get("sources", {}).values())
    with path.open(encoding="utf-8") as file:
        rows = (json.loads(line) for line in file)
        wanted = (
            row
            for row in rows
            if (code is None or row["code"] == code)
            and (severity is None or row["severity"] == severity)
        )
        stop = None if limit is None else start + limit
        for row in islice(wanted, start, stop):
            yield _issue(row, sources[row["src"]])


def import_issue_groups(job: ImportJob) -> list[IssueGroup]:
    """What was found, equal findings of several rows as one: errors first, at most a thousand."""
    sources = list(import_summary(job).get("sources", {}).values())
    found = read_json(folder_of(job.pk) / "issue_groups.json") or []
    return [
        IssueGroup(
            _issue(row, sources[row["src"]]),
            rows=int(row["rows"]),
            lines=[int(line) for line in row["lines"]],
            values=list(dict.fromkeys(value for value in row["values"] if value)),
        )
        for row in found
    ]


def _known_words(entity: str, field: str) -> str:
    """One word for each value of a fixed vocabulary, in the reader's language."""
    is_english = (get_language() or "").startswith("en")
    found = []
    for words in ENTITIES[entity].field(field).choices.values():
        english = [word for word in words if word.isascii() and word[:1].isalpha()]
        found.append(english[0] if is_english and english else words[0])
    return pgettext("between the items of a list", ", ").join(found)


def _field_label(row: Mapping[str, Any]) -> str:
    """What is meant where no column is named."""
    entity = ENTITIES.get(row["entity"])
    is_field = entity is not None and row["field"] in entity.field_names
    return gettext(entity.field(row["field"]).label) if entity and is_field else ""


def _issue(row: dict[str, Any], source: dict[str, Any]) -> RowIssue:
    is_choice = row["code"] == "not_choice"
    detail = _known_words(row["entity"], row["field"]) if is_choice else row["detail"]
    column = row["col"]
    known = column is not None and column < len(source["columns"])
    return RowIssue(
        severity=row["severity"],
        code=row["code"],
        entity=row["entity"],
        field=row["field"],
        file=source["file"],
        sheet="" if source["is_text"] else source["sheet"],
        line=int(row["line"]),
        letter=source["letters"][column] if known else "",
        heading=source["columns"][column] if known else _field_label(row),
        value=row["value"] or "",
        text=issue_text(row["code"], detail),
        source=row["src"],
        column=column if known else None,
    )


def recipe_by_key(key: str) -> Recipe | None:
    """A recipe of the product's or one somebody saved."""
    shipped = shipped_recipes().get(key)
    if shipped is not None:
        return shipped
    saved = SavedRecipe.objects.filter(key=key).order_by("pk").first()
    return recipe_from(saved.body, where=key) if saved else None


def recipes_listed() -> list[tuple[str, dict[str, str], bool]]:
    """(key, language → name, whether it came with the product)."""
    listed = [(recipe.key, recipe.title, True) for recipe in shipped_recipes().values()]
    saved = SavedRecipe.objects.order_by("title", "pk").values_list("key", "body__title")
    return listed + [(key, title, False) for key, title in saved]


def fields_offered() -> dict[str, list[tuple[str, str, bool]]]:
    """Entity → (field, label msgid, required), for the mapping page."""
    return {
        name: [(field.name, field.label, field.required) for field in entity.fields]
        for name, entity in ENTITIES.items()
    }
