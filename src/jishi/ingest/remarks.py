"""What one should know about an import as a whole: amounts worked out, units, money left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import ngettext

from jishi.ingest.messages import remark_text
from jishi.ingest.models import ImportJob
from jishi.ingest.queries import RowIssue, import_issues, import_summary


# Issues about a file as a whole: money that does not come in.
ABOUT_FILES = ("orders_without_lines", "money_left_out", "no_rate_yet")


@dataclass(frozen=True)
class Remark:
    """One thing to know about a file, in the reader's language."""

    code: str
    file: str
    column: str
    text: str


def import_remarks(job: ImportJob) -> list[Remark]:
    """How amounts came about where the file does not give them as they are kept."""
    summary = import_summary(job)
    return list(dict.fromkeys(_remarks(summary)))


def import_warnings(job: ImportJob) -> list[RowIssue]:
    """The issues that say that money of a file does not come in."""
    counted = {one["code"] for one in import_summary(job).get("issue_counts", [])}
    return [issue for code in ABOUT_FILES if code in counted
            for issue in import_issues(job, code=code)]  # fmt: skip


def _remarks(summary: Mapping[str, Any]) -> Iterator[Remark]:
    sources = summary.get("sources", {})
    for step in summary.get("steps", []):
        table = sources.get(step.get("source", ""))
        if table is None:
            continue
        file = table["file"] if table["is_text"] else f"{table['file']} · {table['sheet']}"
        rows = int(step["rows"]) - int(step["rejected"])
        if step.get("computed") == "unit_price" and rows:
            text = ngettext(
                "%(file)s: the amount of %(n)s row was worked out as quantity × unit price − discount.",
                "%(file)s: the amounts of %(n)s rows were worked out as quantity × unit price − discount.",
                rows,
            ) % {"file": file, "n": f"{rows:,}"}
            yield Remark("amounts_computed", file, "", text)
        elif step.get("computed") and rows:
            tax = table.get("tax") or ""
            code = "tax_kept" if tax == "as_is" else "tax_taken_out" if tax else "tax_subtracted"
            code = "tax_of_row" if step.get("by_rate") else code
            yield Remark(code, file, "", remark_text(code, file=file, rate=tax, n=f"{rows:,}"))
        if step.get("with_tax"):
            column = step["with_tax"]
            text = remark_text("says_tax", file=file, column=column)
            yield Remark("says_tax", file, column, text)
        for column, power in (step.get("powers") or {}).items():
            code, factor = ("multiplied", power) if power > 0 else ("divided", -power)
            text = remark_text(code, file=file, column=column, factor=f"{10**factor:,}")
            yield Remark(code, file, column, text)
