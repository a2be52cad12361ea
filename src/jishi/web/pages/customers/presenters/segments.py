"""客户分群: the customers of the table by one of their traits, compared figure by figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from jishi.customers.enums import SizeClass, Stage
from jishi.scoring.periods import within
from jishi.web import formats
from jishi.web.components.parts import Choice, explained, query_with
from jishi.web.components.table import Column, Explained, Name, Row, Share, Table
from jishi.web.pages.customers.presenters.controls import Names, facet_labels, value_label
from jishi.web.pages.customers.presenters.listing import Frame
from jishi.web.pages.customers.queries.listing import CODED, word_of
from jishi.web.pages.customers.queries.segments import DIMENSIONS, Segment, together
from jishi.web.pages.customers.state import kept_params


MOST = 100
"""So many segments are shown; a file has all of them."""

REST = "…"
Value = Callable[[Segment, Segment], int | float | None]


@dataclass(frozen=True)
class Figure:
    """One thing that segments are compared by: its value in a segment and in all of them together."""

    key: str
    label: str | Promise
    kind: str
    value: Value
    width: str = "s"
    windowed: bool = False

    def heading(self, months: int | None) -> str:
        return within(self.label, months) if self.windowed else str(self.label)


def ratio(part: float | None, whole: float | None, *, times: int = 100) -> float | None:
    """Of nothing there is no share."""
    return None if part is None or not whole or whole < 0 else float(part * times / whole)


def _growth(one: Segment, _all: Segment) -> float | None:
    if one.spend_e4 is None or one.spend_year_ago_e4 is None:
        return None
    return ratio(one.spend_e4 - one.spend_year_ago_e4, one.spend_year_ago_e4)


def _mean_order(one: Segment, _all: Segment) -> int | None:
    mean = ratio(one.spend_e4, one.orders, times=1)
    return None if mean is None else round(mean)


FIGURES: tuple[Figure, ...] = (
    Figure("customers", gettext_lazy("Customers"), "number", lambda one, _all: one.customers),
    Figure(
        "spend", gettext_lazy("Sales"), "money",
        lambda one, _all: one.spend_e4, width="m", windowed=True,
    ),
    Figure(
        "share", gettext_lazy("Share of sales"), "share",
        lambda one, everybody: ratio(one.spend_e4, everybody.spend_e4), width="m",
    ),
    Figure("growth", gettext_lazy("Year on year"), "change", _growth),
    Figure("margin", gettext_lazy("Margin"), "money", lambda one, _all: one.margin_e4, width="m"),
    Figure(
        "margin_pct", gettext_lazy("Margin rate"), "percent",
        lambda one, _all: ratio(one.margin_e4, one.margin_base_e4),
    ),
    Figure("mean_order", gettext_lazy("Average order"), "money", _mean_order),
    Figure(
        "key_pct", gettext_lazy("Share of key accounts"), "percent",
        lambda one, _all: ratio(one.key_accounts, one.customers),
    ),
    Figure("silent", gettext_lazy("Silent key accounts"), "number", lambda one, _all: one.silent),
    Figure(
        "complaints", gettext_lazy("Open complaints"), "number",
        lambda one, _all: one.complaints_open,
    ),
    Figure("overdue", gettext_lazy("Overdue"), "money", lambda one, _all: one.overdue_e4),
)  # fmt: skip
BY_KEY = {figure.key: figure for figure in FIGURES}
SORTABLE = ("segment", *BY_KEY)


@dataclass(frozen=True)
class Comparison:
    """The segments of one table by one trait, and how the address wants them ordered."""

    frame: Frame
    by: str
    order: str
    found: Sequence[Segment]
    names: Names

    @cached_property
    def everybody(self) -> Segment:
        return together(self.found)

    @cached_property
    def largest_share_pct(self) -> float:
        shares = (BY_KEY["share"].value(segment, self.everybody) for segment in self.found)
        return max((share for share in shares if share is not None), default=0)

    def label(self, value: str) -> str:
        if value == "" and self.by not in CODED:
            return _("Without an owner") if self.by == "owner" else _("Not filled in")
        return value_label(self.frame, self.by, value, self.names)

    def ordered(self) -> list[Segment]:
        """Every segment: as the address says, else by the order that the trait has of its own, else by sales."""
        key, descending = self.order.removeprefix("-"), self.order.startswith("-")
        if key in BY_KEY:
            value = BY_KEY[key].value
            known = [one for one in self.found if value(one, self.everybody) is not None]
            rest = [one for one in self.found if value(one, self.everybody) is None]
            known.sort(key=lambda one: value(one, self.everybody) or 0, reverse=descending)
            return [*known, *rest]
        if key == "segment":
            return sorted(
                self.found, key=lambda one: self.label(one.value).casefold(), reverse=descending
            )
        places = {value: place for place, value in enumerate(self._own_order())}
        last = len(places)
        return sorted(self.found, key=lambda one: (one.value == "", places.get(one.value, last)))

    def _own_order(self) -> list[str]:
        match self.by:
            case "tier":
                return list(self.frame.grading.tiers) if self.frame.grading else []
            case "stage":
                return list(Stage.values)
            case "size":
                return list(SizeClass.values)
            case "frequency" | "abc":
                return [word_of(self.by, one.value) for one in CODED[self.by]]
            case _:
                return []

    def shown(self) -> list[Segment]:
        """The segments that have a row: beyond `MOST`, the smallest are one row together."""
        ordered = self.ordered()
        if len(ordered) <= MOST:
            return ordered
        large = {one.value for one in self.found[: MOST - 1]}
        rest = together(one for one in ordered if one.value not in large)
        kept = [one for one in ordered if one.value in large]
        return [*kept, Segment(**{**vars(rest), "value": REST})]

    def customers_url(self, value: str | None, **changes: object) -> str:
        """The customers of a segment in the table; of all segments for None."""
        chosen = {} if value is None else {self.by: [value]}
        kept = kept_params(self.frame.params)
        return reverse("web:customers") + query_with(kept, **chosen, **changes)

    def figure_url(self, key: str, value: str | None) -> str:
        kept = kept_params(self.frame.params)
        asked = {"by": self.by, "key": key, "segment": value}
        return reverse("web:customers_segments_figure") + query_with(kept, **asked)


def table_of(one: Comparison) -> Table:
    frame = one.frame
    scale = formats.column_scale(frame.lang)
    unit = formats.money_unit(scale, frame.currency, frame.lang)
    columns = [Column("segment", facet_labels()[one.by], "name", "l", on_phone=True)]
    columns += [
        Column(
            figure.key,
            figure.heading(frame.months),
            figure.kind,
            figure.width,
            unit if figure.kind == "money" else "",
            on_phone=True,
        )
        for figure in FIGURES
    ]
    shown = one.shown()
    return Table(
        label=_("Segments"),
        columns=columns,
        rows=[_row(one, segment) for segment in shown],
        today=frame.asked.today,
        lang=frame.lang,
        currency=frame.currency,
        sort=one.order,
        sort_param="order",
        params=frame.params,
        totals={
            "segment": _("%(count)s customers in total")
            % {"count": formats.number(one.everybody.customers)},
            **_cells(one, one.everybody, None),
            **_whole(one),
        },
        total_rows=len(shown),
    )


def _row(one: Comparison, segment: Segment) -> Row:
    if segment.value == REST:
        rest = _("%(count)s smaller segments") % {"count": len(one.found) - MOST + 1}
        plain = {figure.key: _value(one, figure, segment) for figure in FIGURES}
        name = format_html('<span class="cut">{}</span>', rest)
        return Row(key=REST, cells={"segment": name, **plain})
    url = one.customers_url(segment.value)
    return Row(
        key=segment.value,
        cells={"segment": _name(one, segment.value, url), **_cells(one, segment, segment.value)},
        url=url,
    )


def _name(one: Comparison, value: str, url: str) -> Name:
    grading = one.frame.grading
    if one.by != "tier" or grading is None or not value:
        return Name(one.label(value), url)
    tier = grading.tier(value)
    return Name(tier.label, url, tier.char, tier.form, "")


def _value(one: Comparison, figure: Figure, segment: Segment) -> Any:
    number = figure.value(segment, one.everybody)
    if figure.kind != "share" or number is None:
        return number
    return Share(number, one.largest_share_pct)


def _cells(one: Comparison, segment: Segment, value: str | None) -> dict[str, Any]:
    cells = {}
    for figure in FIGURES:
        number = _value(one, figure, segment)
        if number is not None:
            cells[figure.key] = Explained(number, one.figure_url(figure.key, value))
    return cells


def _whole(one: Comparison) -> dict[str, Any]:
    """The share that all of them have needs no bar."""
    share = BY_KEY["share"].value(one.everybody, one.everybody)
    if share is None:
        return {}
    return {"share": explained(formats.percent(share), one.figure_url("share", None))}


# --- around the table ----------------------------------------------------------------------------
def dimensions(params: QueryDict, by: str) -> list[Choice]:
    """What the customers can be compared by."""
    labels = facet_labels()
    return [
        Choice(labels[key], query_with(params, by=key, order=None, counts=None), active=key == by)
        for key in DIMENSIONS
    ]


def sentence(one: Comparison) -> str:
    """The finding: who brings most, beside how many they are."""
    everybody = one.everybody
    largest = max(one.found, key=lambda segment: segment.spend_e4 or 0, default=None)
    share = ratio(largest.spend_e4, everybody.spend_e4) if largest else None
    if one.frame.grading is None:
        return _("Nothing has been graded yet: run the scoring to see who the key accounts are.")
    if largest is None:
        return _("No customer fits all of this.")
    if share is None:
        return _("None of these customers bought anything in the period.")
    if len(one.found) == 1:
        return _("All of these customers have this in common: %(trait)s – %(segment)s.") % {
            "trait": facet_labels()[one.by],
            "segment": one.label(largest.value),
        }
    return _("%(trait)s – %(segment)s: %(share)s of the sales from %(part)s of the customers.") % {
        "trait": facet_labels()[one.by],
        "segment": one.label(largest.value),
        "share": formats.percent(share),
        "part": formats.percent(ratio(largest.customers, everybody.customers)),
    }


def switch(frame: Frame, *, by: str | None) -> list[Choice]:
    """The same customers one by one, or by what they have in common."""
    kept = kept_params(frame.params)
    kept["view"] = frame.asked.state.view
    segments = reverse("web:customers_segments") + query_with(kept)
    return [
        Choice(
            pgettext("layout", "Table"),
            reverse("web:customers") + query_with(kept),
            active=by is None,
        ),
        Choice(_("Segments"), segments, active=by is not None),
    ]
