"""Cells that the file and somebody else changed since it was exported: three values, and a choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from jishi.customers.industries import industry_name
from jishi.customers.regions import region_text
from jishi.ingest.as_exported import last_changes
from jishi.ingest.enums import ImportStatus
from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.queries import conflicts_of
from jishi.web import formats
from jishi.web.pages.data.queries.people import user_names
from jishi.web.pages.data.values import value_text


if TYPE_CHECKING:
    from jishi.ingest.models import ImportJob

Cells = Mapping[tuple[int, str], bool]

MINE, THEIRS = "mine", "theirs"
_NAME = "take"


@dataclass(frozen=True)
class ConflictRow:
    """One cell to decide."""

    name: str
    label: str
    mine: str
    theirs: str
    base: str
    takes_mine: bool
    decided: bool
    by: str
    at: datetime | None


@dataclass(frozen=True)
class ConflictCustomer:
    key: str
    line: int
    rows: Sequence[ConflictRow]


def chosen_cells(post: QueryDict) -> dict[tuple[int, str], bool]:
    """(customer, column) → whether the file's value is taken, of the form."""
    found = {}
    for name in post:
        kind, _dot, place = name.partition(".")
        customer, _dot, column = place.partition(".")
        known = post.get(name) in (MINE, THEIRS) and customer.isascii() and customer.isdigit()
        if kind == _NAME and known and len(customer) < 19:
            found[int(customer), column] = post.get(name) == MINE
    return found


def decides_anew(job: ImportJob, cells: Cells) -> bool:
    """Whether the form takes something of the file that was not taken yet, or the other way round."""
    shown = {(one["customer"], one["column"]): bool(one["takes_mine"])
             for one in conflicts_of(job)["shown"]}  # fmt: skip
    return any(mine != shown.get(cell, False) for cell, mine in cells.items())


def conflict_part(job: ImportJob, chosen: Cells) -> dict[str, Any] | None:
    """The context of the section; None where there is nothing to decide."""
    found = conflicts_of(job)
    if job.status != ImportStatus.STAGED or not found["shown"]:
        return None
    changes = last_changes((one["customer"], one["column"]) for one in found["shown"])
    people = user_names(
        [who for who, _at in changes.values() if who is not None]
        + [int(one[which]) for one in found["shown"] if one["column"] == "owner_id"
           for which in (MINE, THEIRS, "base") if one[which]]
    )  # fmt: skip
    customers: dict[int, tuple[str, int, list[ConflictRow]]] = {}
    for one in found["shown"]:
        row = _row(one, changes.get((one["customer"], one["column"])), people, chosen)
        customers.setdefault(one["customer"], (one["key"], one["line"], []))[2].append(row)
    more = found["total"] - len(found["shown"])
    return {
        "finding": _finding(found["undecided"]),
        "undecided": found["undecided"],
        "customers": [ConflictCustomer(*parts) for parts in customers.values()],
        "more": ngettext(
            "%(n)s more cell comes once these are decided.",
            "%(n)s more cells come once these are decided.",
            more,
        )
        % {"n": formats.number(more)}
        if more > 0
        else "",
    }


def _finding(undecided: int) -> str:
    if not undecided:
        return _("Everything is decided. Choose otherwise as long as nothing is written.")
    return ngettext(
        "%(n)s cell was changed in the file and by somebody else here after the export. Choose which counts; as long as you do not, what stands here stays.",
        "%(n)s cells were changed in the file and by somebody else here after the export. Choose which count; as long as you do not, what stands here stays.",
        undecided,
    ) % {"n": formats.number(undecided)}


def _row(
    one: Mapping[str, Any],
    changed: tuple[int | None, datetime] | None,
    people: Mapping[int, str],
    chosen: Cells,
) -> ConflictRow:
    field = ENTITIES["customers"].field(one["field"])
    lang = get_language() or "zh-hans"

    def text(which: str) -> str:
        value = one[which]
        if not value:
            return formats.MISSING
        if one["column"] == "owner_id":
            return people.get(int(value), str(value))
        if one["column"] == "industry":
            return industry_name(value, lang)
        if one["column"] == "region":
            return region_text(value, lang)
        return value_text(field, one["column"], value, lang)

    who, at = changed or (None, None)
    cell = (one["customer"], one["column"])
    return ConflictRow(
        name=f"{_NAME}.{one['customer']}.{one['column']}",
        label=_(field.label),
        mine=text(MINE),
        theirs=text(THEIRS),
        base=text("base") if one["is_base_known"] else _("not known"),
        takes_mine=chosen.get(cell, bool(one["takes_mine"])),
        decided=one["takes_mine"] is not None,
        by=people.get(who or 0, _("The product itself")) if changed else "",
        at=at,
    )
