"""What is said of an import as a whole, beside its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from jishi.ingest.remarks import import_remarks, import_warnings
from jishi.web import formats
from jishi.web.wording import listed


if TYPE_CHECKING:
    from jishi.ingest.models import ImportJob


@dataclass(frozen=True)
class Unmapped:
    """The columns of one table of which nothing comes in."""

    table: str
    columns: str


def warnings(job: ImportJob) -> list[str]:
    """Money of the files that does not come in."""
    return [
        _("%(place)s: %(what)s") % {"place": _table(one.file, one.sheet), "what": one.text}
        for one in import_warnings(job)
    ]


def _table(file: str, sheet: str) -> str:
    return f"{file} · {sheet}" if sheet else file


def file_rows(summary: Mapping[str, Any]) -> str:
    """How the counts of records and the rows of the files belong together."""
    tables = {
        (one["number"], one["sheet_index"]): int(one["rows"])
        for one in summary.get("sources", {}).values()
    }
    rows, rejected = sum(tables.values()), int(summary.get("rejected_rows") or 0)
    told = [
        _("The table counts records: one row of a file may hold a customer, an order and a line of it."),
        ngettext("The files have %(n)s row.", "The files have %(n)s rows.", rows)
        % {"n": formats.number(rows)},
        ngettext(
            "Something is rejected in %(n)s of them.",
            "Something is rejected in %(n)s of them.",
            rejected,
        )
        % {"n": formats.number(rejected)}
        if rejected
        else _("Nothing in them is rejected."),
    ]  # fmt: skip
    return ("" if formats.is_chinese(get_language() or "") else " ").join(told) if rows else ""


def unmapped(summary: Mapping[str, Any]) -> list[Unmapped]:
    return [
        Unmapped(_table(one["file"], one["sheet"]), listed(one["columns"]))
        for one in summary.get("unmapped_columns", [])
    ]


def notes(job: ImportJob, summary: Mapping[str, Any]) -> list[str]:
    """What one should know about the whole: how amounts came about, the currency, unused files."""
    found = [remark.text for remark in import_remarks(job)]
    if summary.get("adopts_currency"):
        found.append(
            _("All figures will be kept in %(currency)s, the currency of this first import.")
            % {"currency": summary["adopts_currency"]}
        )
    unused = summary.get("unused_files") or []
    if unused:
        found.append(_("Not used by this mapping: %(names)s") % {"names": listed(unused)})
    left_out = sum(int(step.get("left_out") or 0) for step in summary.get("steps", []))
    if left_out:
        found.append(
            ngettext(
                "%(n)s row is left out by the recipe's conditions.",
                "%(n)s rows are left out by the recipe's conditions.",
                left_out,
            )
            % {"n": formats.number(left_out)}
        )
    return found
