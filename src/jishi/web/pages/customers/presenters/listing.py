"""The customer table as its template shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import IntegerChoices
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from jishi.customers.enums import SizeClass, Stage, TeamRole
from jishi.customers.industries import industry_name
from jishi.customers.queries import tags_of
from jishi.customers.regions import region_text
from jishi.customers.tags import tags_text
from jishi.jobs.day import ledger_day
from jishi.scoring.enums import AbcClass, PurchaseFrequency
from jishi.web import formats
from jishi.web.components.parts import query_with
from jishi.web.components.table import Column, Explained, Name, Row, Table, Trend
from jishi.web.pages.customers.columns import BY_KEY, ColumnSpec, chosen
from jishi.web.pages.customers.queries import listing
from jishi.web.pages.customers.queries.counting import Totals
from jishi.web.pages.customers.queries.listing import Asked
from jishi.web.pages.customers.queries.paging import PageOfRows
from jishi.web.pages.customers.state import kept_params
from jishi.web.pages.grading.queries import Grading
from jishi.web.wording import listed


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

    @property
    def months(self) -> int | None:
        """Length of the period that the figures count; None for the whole history."""
        return self.grading.window_months if self.grading else None

    @property
    def ends_on(self) -> date:
        """The day on which the latest twelve months of a chart end."""
        today = self.asked.today
        return ledger_day(graded_on=self.grading.as_of, today=today) if self.grading else today


# --- rows ----------------------------------------------------------------------------------------
def table_of(
    frame: Frame, found: PageOfRows, totals: Totals | None, typical: Mapping[str, float]
) -> Table:
    """The page of rows with headings and, once they are counted, totals."""
    specs = specs_of(frame)
    ids = [row["customer_id"] for row in found.rows]
    team = listing.colleagues(frame.asked.by, ids)
    tags = tags_of(ids) if any(spec.key == "tags" for spec in specs) else {}
    maker = _RowMaker(frame, specs, team, tags)
    return Table(
        label=_("Customers"),
        columns=[_column(spec, frame) for spec in specs],
        rows=[maker.row(row) for row in found.rows],
        today=frame.asked.today,
        lang=frame.lang,
        currency=frame.currency,
        sort=frame.asked.state.sort,
        params=without_place(frame.params),
        totals=_footer(totals, typical, frame) if totals else {},
        total_rows=totals.customers if totals else None,
        frozen=frame.asked.state.frozen,
        is_sizable=True,
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
        label=spec.heading(frame.months),
        kind=spec.kind,
        width=spec.width,
        unit=formats.money_unit(scale, frame.currency, frame.lang) if spec.money else "",
        sortable=bool(spec.path),
        on_phone=spec.on_phone,
        chosen_px=frame.asked.state.widths.get(spec.key, 0),
    )


def without_place(params: QueryDict) -> QueryDict:
    """The query string without the page, the open drawer and the asking for counts."""
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
        tags: Mapping[int, list[str]],
    ) -> None:
        self.frame = frame
        self.specs = specs
        self.team = team
        self.tags = tags
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
        stage = values["customer__stage"]
        return str(Stage(stage).label) if stage else ""

    def _size(self, values: Mapping[str, Any], url: str) -> str:
        size = values["customer__size_class"]
        return str(SizeClass(size).label) if size else ""

    def _region(self, values: Mapping[str, Any], url: str) -> str:
        place = region_text(values["customer__region"], self.frame.lang, levels=2)
        return place or values["customer__city"]

    def _tier(self, values: Mapping[str, Any], url: str) -> str | None:
        grading = self.frame.grading
        return grading.tier(values["tier_key"]).label if grading and "tier_key" in values else None

    def _frequency(self, values: Mapping[str, Any], url: str) -> str | None:
        return self._class("purchase_frequency", PurchaseFrequency, values)

    def _abc(self, values: Mapping[str, Any], url: str) -> str | None:
        return self._class("abc_class", AbcClass, values)

    def _class(
        self, name: str, classes: type[IntegerChoices], values: Mapping[str, Any]
    ) -> str | None:
        value = values.get(name)
        return None if value is None else str(classes(value).label)

    def _margin_share(self, values: Mapping[str, Any], url: str) -> float | None:
        grading = self.frame.grading
        return grading.margin_share_pct(values.get("margin_e4")) if grading else None

    def _regional(self, values: Mapping[str, Any], url: str) -> str:
        return self._people(values, TeamRole.REGIONAL_SALES)

    def _solution(self, values: Mapping[str, Any], url: str) -> str:
        return self._people(values, TeamRole.SOLUTION_SALES)

    def _people(self, values: Mapping[str, Any], role: str) -> str:
        names = self.team.get(values["customer_id"], {}).get(role, [])
        return listed(names)

    def _tags(self, values: Mapping[str, Any], url: str) -> str:
        return tags_text(self.tags.get(values["customer_id"], []))

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


def _footer(totals: Totals, typical: Mapping[str, float], frame: Frame) -> dict[str, Any]:
    """Sums, or the mean or median of the customers that have a value."""
    count = {"count": formats.number(totals.customers)}
    if frame.asked.state.footer == "sum":
        return _totals(totals, count, frame)
    name = _("Median of %(count)s customers")
    if frame.asked.state.footer == "mean":
        name = _("Mean of %(count)s customers")
    return {
        "name": name % count,
        **{key: _typical_value(BY_KEY[key], value) for key, value in typical.items()},
    }


def _typical_value(spec: ColumnSpec, value: float) -> Any:
    """Counts have a decimal here, which they have nowhere else."""
    if spec.kind == "number":
        return format_html("{}", formats.number(value, 1))
    return round(value) if spec.kind in ("money", "score") else value


def _totals(totals: Totals, count: Mapping[str, str], frame: Frame) -> dict[str, Any]:
    share = frame.grading.margin_share_pct(totals.margin_e4) if frame.grading else None
    return {
        "name": _("%(count)s customers in total") % count,
        "spend": totals.spend_e4,
        "margin": totals.margin_e4,
        "margin_pct": totals.margin_pct,
        "margin_share": share,
        "contribution": totals.contribution_pct,
        "overdue": totals.overdue_e4,
        "orders": totals.orders,
        "complaints": totals.complaints_open,
        "satisfaction": totals.satisfaction_pct,
    }


def total_url(key: str, frame: Frame) -> str:
    """Where a figure of all customers of the table is explained; `totals` are all of these figures."""
    asked = {"view": frame.asked.state.view, "by": "tier", "key": key}
    return reverse("web:customers_segments_figure") + query_with(kept_params(frame.params), **asked)
