"""The customer table as its template shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jishi.customers.enums import SizeClass, Stage, TeamRole
from jishi.customers.industries import industry_name
from jishi.customers.regions import region_path, regions
from jishi.web import formats
from jishi.web.components.parts import Choice, Facet, Pages, Start, query_with
from jishi.web.components.table import Column, Explained, Name, Row, Table, Trend
from jishi.web.pages.customers.columns import COLUMNS, ColumnSpec, chosen
from jishi.web.pages.customers.queries import listing
from jishi.web.pages.customers.queries.counting import Totals
from jishi.web.pages.customers.queries.listing import Asked
from jishi.web.pages.customers.queries.paging import PageOfRows
from jishi.web.pages.customers.state import SIZES, kept_params
from jishi.web.pages.grading.queries import Grading


# Facet → value → label, for facets whose values are rows.
Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Notice:
    text: str
    url: str = ""
    label: str = ""


@dataclass(frozen=True)
class Frame:
    """What the table needs to know besides its rows."""

    asked: Asked
    params: QueryDict
    grading: Grading | None
    lang: str
    currency: str

    @property
    def kept(self) -> str:
        """The table's state for links to a customer, `?` included when there is any."""
        query = kept_params(self.params).urlencode()
        return f"?{query}" if query else ""


# --- rows ----------------------------------------------------------------------------------------
def table_of(frame: Frame, found: PageOfRows, totals: Totals | None) -> Table:
    """The page of rows with headings and, once they are counted, totals."""
    specs = specs_of(frame)
    ids = [row["customer_id"] for row in found.rows]
    team = listing.colleagues(frame.asked.by, ids)
    maker = _RowMaker(frame, specs, team)
    return Table(
        label=_("Customers"),
        columns=[_column(spec, frame) for spec in specs],
        rows=[maker.row(row) for row in found.rows],
        today=frame.asked.today,
        lang=frame.lang,
        sort=frame.asked.state.sort,
        params=_without_place(frame.params),
        totals=_totals(totals, frame) if totals else {},
        total_rows=totals.customers if totals else None,
    )


def specs_of(frame: Frame) -> tuple[ColumnSpec, ...]:
    specs = chosen(frame.asked.state.columns)
    if frame.asked.is_graded:
        return specs
    return tuple(spec for spec in specs if not spec.path or spec.path.startswith("customer__"))


def _column(spec: ColumnSpec, frame: Frame) -> Column:
    scale = formats.column_scale(frame.lang)
    return Column(
        key=spec.key,
        label=str(spec.label),
        kind=spec.kind,
        width=spec.width,
        unit=formats.money_unit(scale, frame.currency, frame.lang) if spec.money else "",
        sortable=bool(spec.path),
        on_phone=spec.on_phone,
    )


def _without_place(params: QueryDict) -> QueryDict:
    kept = params.copy()
    for name in ("after", "before", "at", "peek", "counts"):
        kept.pop(name, None)
    return kept


class _RowMaker:
    """Turns a row of columns into cells; everything shared by the rows is worked out once."""

    def __init__(
        self,
        frame: Frame,
        specs: Sequence[ColumnSpec],
        team: Mapping[int, Mapping[str, list[str]]],
    ) -> None:
        self.frame = frame
        self.specs = specs
        self.team = team
        self.english = frame.lang.startswith("en")
        self.explain = reverse("web:explain")
        self.run = f"&run={frame.grading.run_id}" if frame.grading else ""
        self.record = reverse("web:customer", args=[0])
        self.peek = reverse("web:customer_peek", args=[0])

    def row(self, values: Mapping[str, Any]) -> Row:
        pk = values["customer_id"]
        url = self.record.replace("/0/", f"/{pk}/") + self.frame.kept
        return Row(
            key=pk,
            cells={spec.key: self._cell(spec, values, url) for spec in self.specs},
            url=url,
            peek_url=self.peek.replace("/0/", f"/{pk}/") + self.frame.kept,
        )

    def _cell(self, spec: ColumnSpec, values: Mapping[str, Any], url: str) -> Any:
        special = getattr(self, f"_{spec.key}", None)
        value = special(values, url) if special else values.get(_FIELDS.get(spec.key, spec.path))
        if spec.metric and value is not None:
            address = f"{self.explain}?key={spec.key}&customer={values['customer_id']}{self.run}"
            return Explained(value, address)
        return None if value == "" else value

    def _name(self, values: Mapping[str, Any], url: str) -> Name:
        text = values["customer__short_name"] or values["customer__name"]
        grading = self.frame.grading
        if grading is None or "tier_key" not in values:
            return Name(text, url)
        tier = grading.tier(values["tier_key"])
        return Name(text, url, tier.char, tier.form, tier.label)

    def _type(self, values: Mapping[str, Any], url: str) -> str:
        english = values["customer__customer_type__name_en"]
        if self.english and english:
            return str(english)
        return values["customer__customer_type__name"] or ""

    def _industry(self, values: Mapping[str, Any], url: str) -> str:
        return industry_name(values["customer__industry"], self.frame.lang)

    def _stage(self, values: Mapping[str, Any], url: str) -> str:
        return str(Stage(values["customer__stage"]).label)

    def _size(self, values: Mapping[str, Any], url: str) -> str:
        size = values["customer__size_class"]
        return str(SizeClass(size).label) if size else ""

    def _region(self, values: Mapping[str, Any], url: str) -> str:
        return "".join(region_path(values["customer__region"])[:2]) or values["customer__city"]

    def _tier(self, values: Mapping[str, Any], url: str) -> str | None:
        grading = self.frame.grading
        return grading.tier(values["tier_key"]).label if grading and "tier_key" in values else None

    def _regional(self, values: Mapping[str, Any], url: str) -> str:
        return self._people(values, TeamRole.REGIONAL_SALES)

    def _solution(self, values: Mapping[str, Any], url: str) -> str:
        return self._people(values, TeamRole.SOLUTION_SALES)

    def _people(self, values: Mapping[str, Any], role: str) -> str:
        names = self.team.get(values["customer_id"], {}).get(role, [])
        return "、".join(names) if not self.english else ", ".join(names)

    def _trend(self, values: Mapping[str, Any], url: str) -> Trend | None:
        quarters = [int(word) for word in (values.get("quarters_text") or "").split(",") if word]
        if not quarters:
            return None
        label = _("Sales by quarter, from %(first)s to %(last)s") % {
            "first": formats.money(quarters[0], self.frame.lang),
            "last": formats.money(quarters[-1], self.frame.lang),
        }
        return Trend(quarters, label)

    def _updated(self, values: Mapping[str, Any], url: str) -> date:
        return localdate(values["customer__updated_at"])


# Columns whose value lies in another field than the one they sort by.
_FIELDS = {"score": "score_micro"}


def _totals(totals: Totals, frame: Frame) -> dict[str, Any]:
    count = formats.number(totals.customers)
    return {
        "name": _("%(count)s customers in total") % {"count": count},
        "score": totals.score_micro,
        "spend": totals.spend_e4,
        "margin": totals.margin_e4,
        "margin_pct": totals.margin_pct,
        "contribution": totals.contribution_pct,
        "overdue": totals.overdue_e4,
        "orders": totals.orders,
        "complaints": totals.complaints_open,
        "satisfaction": totals.satisfaction_pct,
    }


# --- around the rows -----------------------------------------------------------------------------
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


def views(frame: Frame, counts: Mapping[str, int]) -> list[Choice]:
    """The ready views, each with its number of customers."""
    here = frame.asked.state.view
    address = reverse("web:customers")
    kept = QueryDict(mutable=True)
    for name in ("sort", "cols", "rows"):
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


def facets(
    frame: Frame, counts: Mapping[str, Sequence[tuple[str, int]]], names: Names
) -> list[Facet]:
    """The filters with their counts; a chosen value is always listed."""
    labels = {
        "tier": _("Tier"),
        "type": _("Customer type"),
        "industry": _("Industry"),
        "stage": _("Cooperation stage"),
        "owner": _("Owner"),
        "region": _("Region"),
        "size": _("Size"),
    }
    found = []
    for facet, values in counts.items():
        on = frame.asked.state.chosen.get(facet, ())
        listed = dict(values) | {value: 0 for value in on if value not in dict(values)}
        choices = [
            _choice(frame, facet, value, count, names, on) for value, count in listed.items()
        ]
        if len(choices) > 1 or on:
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
    url = query_with(_without_place(frame.params), **{facet: wanted or None})
    return Choice(_named(frame, facet, value, names), url, count, active=value in on)


def _named(frame: Frame, facet: str, value: str, names: Names) -> str:
    if value == "":
        return _("(none)")
    if facet in names:
        return names[facet].get(value, value)
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
            province = regions().get(f"{value}0000")
            return province.name if province else value


def sizes(frame: Frame) -> list[Choice]:
    params = _without_place(frame.params)
    here = frame.asked.state.size
    return [Choice(str(n), query_with(params, rows=n), active=n == here) for n in SIZES]


def column_options(frame: Frame) -> list[dict[str, Any]]:
    """Every column, the shown ones first and in their order."""
    shown = [spec.key for spec in chosen(frame.asked.state.columns)]
    rest = [spec for spec in COLUMNS if spec.key not in shown]
    ordered = [*chosen(frame.asked.state.columns), *rest]
    return [
        {"key": spec.key, "label": str(spec.label), "on": spec.key in shown} for spec in ordered
    ]


def pages(frame: Frame, found: PageOfRows, total: int) -> Pages:
    state, rows = frame.asked.state, found.rows
    first = state.first if found.has_previous else 1
    params = _without_place(frame.params)
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
        "spend": formats.money(totals.spend_e4, frame.lang, frame.currency),
        "share": formats.percent(totals.contribution_pct),
        "day": formats.day(frame.grading.as_of, frame.lang, frame.asked.today),
    }
    if not frame.asked.is_graded:
        return _("%(count)s customers were added after the last grading of %(day)s.") % words
    if totals.spend_e4 is None:
        return _("No customer fits all of this.")
    return (
        _(
            "%(count)s customers bought %(spend)s in 12 months, %(share)s of all sales up to %(day)s."
        )
        % words
    )


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
