"""The segments as a file: all of them, in the order of the page, with the whole below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from jishi.ingest.export import INTEGER, MONEY, PERCENT, Column
from jishi.web.pages.customers.presenters.controls import facet_labels
from jishi.web.pages.customers.presenters.segments import FIGURES, Comparison, Figure
from jishi.web.pages.customers.queries.segments import Segment


KINDS = {"money": MONEY, "number": INTEGER, "percent": PERCENT, "share": PERCENT, "change": PERCENT}
PERCENT_PLACES = 4  # more would be the dust of binary fractions


def columns_of(one: Comparison) -> Sequence[Column]:
    return [
        Column("segment", facet_labels()[one.by], width=28),
        *(Column(figure.key, _heading(one, figure), KINDS[figure.kind]) for figure in FIGURES),
    ]


def _heading(one: Comparison, figure: Figure) -> str:
    label = figure.heading(one.frame.months)
    if figure.kind == "money":
        return f"{label} ({one.frame.currency})"
    return label if KINDS[figure.kind] != PERCENT or label.endswith("%") else f"{label} %"


def cells_of(one: Comparison) -> Iterator[Mapping[str, Any]]:
    for segment in one.ordered():
        yield _cells(one, segment, one.label(segment.value))
    yield _cells(one, one.everybody, _("Total"))


def _cells(one: Comparison, segment: Segment, label: str) -> dict[str, Any]:
    cells: dict[str, Any] = {"segment": label}
    for figure in FIGURES:
        value = figure.value(segment, one.everybody)
        if value is not None and KINDS[figure.kind] == PERCENT:
            value = round(value, PERCENT_PLACES)
        cells[figure.key] = value
    return cells
