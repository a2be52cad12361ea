"""Around the customer table: its views, filters, pages, the sentence and the ways to begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from jishi.customers.enums import SizeClass, Stage
from jishi.customers.industries import industry_name
from jishi.customers.regions import region_name
from jishi.web import formats
from jishi.web.components.parts import (
    Choice,
    Facet,
    Pages,
    Start,
    amount_text,
    explained,
    query_with,
    worded,
)
from jishi.web.components.widths import WIDTHS
from jishi.web.pages.customers.columns import COLUMNS, chosen
from jishi.web.pages.customers.presenters.listing import Frame, total_url, without_place
from jishi.web.pages.customers.queries import listing
from jishi.web.pages.customers.queries.counting import Totals
from jishi.web.pages.customers.queries.listing import CODED
from jishi.web.pages.customers.queries.paging import PageOfRows
from jishi.web.pages.customers.state import FOOTERS, SIZES, kept_params, looks
from jishi.web.wording import listed


# Facet → value → label, for facets whose values are rows.
Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Notice:
    text: str
    url: str = ""
    label: str = ""


def view_labels() -> dict[str, str]:
    return {
        "key": pgettext("customers of a key tier", "Key accounts"),
        "mine": _("My customers"),
        "silent": _("No contact for 90 days"),
        "overdue": _("With overdue payments"),
        "falling": _("Fallen a tier"),
        "unassigned": _("Without an owner"),
        "all": _("All customers"),
        "unscored": _("Not graded yet"),
    }


def views(
    frame: Frame,
    counts: Mapping[str, int],
    *,
    page: str = "web:customers",
    also: Sequence[str] = (),
) -> list[Choice]:
    """The ready views on a page of the table, each with its number of customers."""
    here = frame.asked.state.view if frame.grading else "unscored"
    address = reverse(page)
    kept = looks(frame.params)
    for name in also:
        if name in frame.params:
            kept.setlist(name, frame.params.getlist(name))
    return [
        Choice(
            label,
            address + query_with(kept, view=key),
            counts.get(key),
            active=key == here,
        )
        for key, label in view_labels().items()
        if not counts or counts.get(key) or key == here or key in {"key", "all"}
    ]


def facet_labels() -> dict[str, str]:
    return {
        "tier": _("Tier"),
        "type": _("Customer type"),
        "industry": _("Industry"),
        "stage": _("Cooperation stage"),
        "owner": _("Owner"),
        "region": _("Region"),
        "size": _("Size"),
        "frequency": _("Purchase frequency"),
        "abc": _("ABC class"),
        "tag": _("Tags"),
    }


def facets(
    frame: Frame, counts: Mapping[str, Sequence[tuple[str, int]]], names: Names
) -> list[Facet]:
    """The filters with their counts; a chosen value is always listed."""
    labels = facet_labels()
    found = []
    for facet, values in counts.items():
        on = frame.asked.state.chosen.get(facet, ())
        listed = dict(values) | {value: 0 for value in on if value not in dict(values)}
        choices = [
            _choice(frame, facet, value, count, names, on) for value, count in listed.items()
        ]
        if len(choices) > 1 or on or (choices and facet == "tag"):
            found.append(Facet(labels[facet], choices))
    return found


def _choice(
    frame: Frame,
    facet: str,
    value: str,
    count: int,
    names: Names,
    on: Sequence[str],
) -> Choice:
    wanted = [one for one in on if one != value] if value in on else [*on, value]
    url = query_with(without_place(frame.params), **{facet: wanted or None})
    return Choice(value_label(frame, facet, value, names), url, count, active=value in on)


def value_label(frame: Frame, facet: str, value: str, names: Names) -> str:
    """A facet's value in words."""
    if value == "" and facet in CODED:
        return _("Known after the next grading")
    if value == "":
        return _("(none)")
    if facet in names:
        return names[facet].get(value, value)
    if facet == "tag":
        return value
    if facet in CODED:
        known = {listing.word_of(facet, one.value): str(one.label) for one in CODED[facet]}
        return known.get(value, value)
    match facet:
        case "tier":
            return frame.grading.tier(value).label if frame.grading else value
        case "industry":
            return industry_name(value, frame.lang)
        case "stage":
            return str(dict(Stage.choices).get(value, value))
        case "size":
            return str(dict(SizeClass.choices).get(value, value))
        case _:
            return region_name(f"{value}0000", frame.lang)


def sizes(frame: Frame) -> list[Choice]:
    params = without_place(frame.params)
    here = frame.asked.state.size
    return [Choice(str(n), query_with(params, rows=n), active=n == here) for n in SIZES]


def footers(frame: Frame) -> list[Choice]:
    """What the footer says of the customers of the table."""
    if not frame.asked.is_graded:
        return []
    labels = {"sum": _("Sum"), "mean": _("Mean"), "median": _("Median")}
    here = frame.asked.state.footer
    return [
        Choice(
            labels[key],
            query_with(frame.params, footer=key if key != FOOTERS[0] else None, counts=None),
            active=key == here,
        )
        for key in FOOTERS
    ]


def column_options(frame: Frame) -> list[dict[str, Any]]:
    """Every column, the shown ones first and in their order."""
    shown = [spec.key for spec in chosen(frame.asked.state.columns)]
    rest = [spec for spec in COLUMNS if spec.key not in shown]
    ordered = [*chosen(frame.asked.state.columns), *rest]
    return [
        {
            "key": spec.key,
            "label": spec.heading(frame.months),
            "on": spec.key in shown,
            "standard_px": WIDTHS[spec.width],
            "chosen_px": frame.asked.state.widths.get(spec.key, ""),
        }
        for spec in ordered
    ]


def pages(frame: Frame, found: PageOfRows, total: int) -> Pages:
    state, rows = frame.asked.state, found.rows
    first = state.first if found.has_previous else 1
    params = without_place(frame.params)
    before = after = ""
    if rows and found.has_previous:
        start = max(1, first - state.size)
        place = listing.place(frame.asked, rows[0]).write()
        before = query_with(params, before=place, at=start)
    if rows and found.has_next:
        place = listing.place(frame.asked, rows[-1]).write()
        after = query_with(params, after=place, at=first + len(rows))
    return Pages(first if rows else 0, first + len(rows) - 1 if rows else 0, total, before, after)


def kept_fields(params: QueryDict) -> Iterator[tuple[str, str]]:
    """The state that the search form carries along."""
    for name, values in kept_params(params).lists():
        if name != "q":
            yield from ((name, str(value)) for value in values)


def sentence(frame: Frame, totals: Totals | None) -> str:
    """The table in a sentence."""
    if frame.grading is None:
        return _("Nothing has been graded yet: run the scoring to see who the key accounts are.")
    if totals is None:
        return _("Counting…")
    words = {
        "count": formats.number(totals.customers),
        "spend": explained(
            amount_text(totals.spend_e4, frame.lang, frame.currency), total_url("spend", frame)
        ),
        "share": explained(
            formats.percent(totals.contribution_pct), total_url("contribution", frame)
        ),
        "day": formats.day(frame.grading.as_of, frame.lang, frame.asked.today),
    }
    if not frame.asked.is_graded:
        text = _("%(count)s customers were added after the last grading of %(day)s.")
    elif totals.spend_e4 is None:
        return _("No customer fits all of this.")
    elif frame.months is None:
        text = _("%(count)s customers bought %(spend)s, %(share)s of all sales up to %(day)s.")
    else:
        words["months"] = str(frame.months)
        text = ngettext(
            "%(count)s customers bought %(spend)s in %(months)s month, %(share)s of all sales up to %(day)s.",
            "%(count)s customers bought %(spend)s in %(months)s months, %(share)s of all sales up to %(day)s.",
            frame.months,
        )
    return worded(text, **words)


def notices(frame: Frame, counts: Mapping[str, int]) -> list[Notice]:
    grading = frame.grading
    if grading is None:
        return []
    found = []
    if counts.get("unscored") and frame.asked.state.view != "unscored":
        found.append(
            Notice(
                _("%(count)s customers were added after the last grading.")
                % {"count": formats.number(counts["unscored"])},
                f"{reverse('web:customers')}?view=unscored",
                _("Show them"),
            )
        )
    if grading.as_of < frame.asked.today - timedelta(days=31):
        day = formats.day(grading.as_of, frame.lang, frame.asked.today)
        found.append(
            Notice(_("The grading is of %(day)s and more than a month old.") % {"day": day})
        )
    if grading.left_out:
        found.append(
            Notice(
                _(
                    "Amounts in %(currencies)s are not counted on days for which no exchange rate is known."
                )
                % {"currencies": listed(grading.left_out)}
            )
        )
    return found


def starts(*, may_import: bool, may_create: bool, may_load_demo: bool) -> list[Start]:
    """Three ways to begin in an empty product."""
    found = []
    if may_import:
        found.append(
            Start(
                _("Import from Excel or CSV"),
                reverse("web:imports"),
                _("Customers and orders from the files you have, in any layout."),
            )
        )
    if may_create:
        found.append(
            Start(
                _("Add one customer"),
                reverse("web:customer_create"),
                _("Only the name is needed; the rest can follow."),
            )
        )
    if may_load_demo:
        found.append(
            Start(
                _("Load the demo company"),
                reverse("web:settings_demo"),
                _("An invented manufacturer with three years of data, removable in one click."),
            )
        )
    return found
