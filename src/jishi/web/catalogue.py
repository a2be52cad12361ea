"""What the catalogue page shows: one living example of every part, from invented customers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from jishi.web import formats
from jishi.web.components import parts
from jishi.web.components.table import (
    Column,
    Explained,
    Life,
    Name,
    Row,
    Table,
    Tagged,
    Trend,
)
from jishi.web.svg.charts import Step, bars, columns, lines, pareto, waterfall
from jishi.web.svg.plot import Chart, Series, money_text


YUAN_E4 = 10_000
WAN_E4 = 10_000 * YUAN_E4

# name, seal, tier, form, score, spend (万), trend, growth %, margin %, stage reached, NPS, days ago
_CUSTOMERS = (
    (
        "长沙中联重科",
        "strategic",
        92.4,
        3520.0,
        (10, 14, 12, 16, 15, 18, 17, 20),
        18.6,
        22.1,
        3,
        9,
        20,
    ),
    (
        "国网浙江信通",
        "strategic",
        88.0,
        2988.5,
        (18, 17, 18, 16, 17, 18, 17, 18),
        1.2,
        24.0,
        3,
        10,
        3,
    ),
    ("厦门建发物流", "core", 81.7, 2140.8, (6, 8, 9, 9, 12, 13, 15, 16), 41.3, 19.6, 2, 8, 16),
    ("重庆长安汽车", "core", 79.2, 1905.0, (14, 15, 13, 14, 12, 13, 12, 12), -6.4, 21.4, 3, 7, 2),
    ("华东医药", "core", 70.3, 1132.0, (16, 15, 15, 12, 11, 9, 8, 7), -32.8, 17.9, 4, 5, 69),
    ("宁波舟山港", "major", 68.9, 800.0, (2, 3, 3, 4, 4, 6, 6, 8), 64.0, 18.3, 1, 9, 87),
)


class ExampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=gettext_lazy("Customer name"), max_length=80)
    code = forms.CharField(
        label=gettext_lazy("Unified social credit code"),
        required=False,
        help_text=gettext_lazy("18 characters; the last one is checked."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Customer type"),
        choices=[
            ("business", gettext_lazy("Business")),
            ("government", gettext_lazy("Government")),
            ("retail", gettext_lazy("Retail")),
        ],
    )
    since = forms.DateField(
        label=gettext_lazy("Working together since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    stage = forms.ChoiceField(
        label=gettext_lazy("Cooperation stage"),
        widget=forms.RadioSelect,
        choices=[
            ("potential", pgettext_lazy("cooperation stage", "Potential")),
            ("first", gettext_lazy("First orders")),
            ("long", gettext_lazy("Long-term")),
        ],
    )
    strategy = forms.CharField(
        label=gettext_lazy("Management strategy"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    watched = forms.BooleanField(
        label=gettext_lazy("Tell me when the tier changes"), required=False
    )


def _tiers() -> dict[str, tuple[str, str, str]]:
    return {
        "strategic": ("战", "solid", _("Strategic")),
        "core": ("核", "outline", _("Core")),
        "major": ("重", "circle", _("Major")),
        "regular": ("普", "dashed", _("Regular")),
        "gold": ("金", "double", _("Gold")),
        "vip": ("贵", "disc", _("VIP")),
    }


def _stages() -> list[str]:
    return [_("Acquire"), _("Grow"), _("Mature"), _("Decline"), _("Lost")]


def _table(today: date, lang: str, params: QueryDict, peek_url: str) -> Table:
    unit = formats.money_unit(formats.column_scale(lang), "CNY", lang)
    tiers, stages = _tiers(), _stages()
    rows = []
    for index, (name, tier, score, spend, trend, growth, margin, stage, nps, days) in enumerate(
        _CUSTOMERS
    ):
        char, form, label = tiers[tier]
        fading = stage == 4
        rows.append(
            Row(
                key=index + 1,
                url="?customer=" + str(index + 1),
                peek_url=f"{peek_url}{index + 1}" if peek_url else "",
                cells={
                    "name": Name(name, f"?customer={index + 1}", char, form, label),
                    "score": Explained(round(score * 1_000_000), parts.explain_url("score")),
                    "spend": round(spend * WAN_E4),
                    "trend": Trend(
                        trend, _("Last eight quarters, latest %(value)s") % {"value": trend[-1]}
                    ),
                    "growth": growth,
                    "margin": Explained(margin, parts.explain_url("margin_pct")),
                    "stage": Life(stage, stages[stage - 1], "fading" if fading else ""),
                    "nps": nps,
                    "contact": today - timedelta(days=days),
                    "due": Tagged(formats.overdue(2, lang), "over") if index == 0 else None,
                },
            )
        )
    return Table(
        label=_("Key accounts"),
        columns=[
            Column("name", _("Customer"), "name", "xxl", on_phone=True),
            Column("score", _("Score"), "score", "s"),
            Column("spend", _("Sales, 12 months"), "money", "xl", unit=unit, on_phone=True),
            Column("trend", _("Trend"), "trend", "s", sortable=False),
            Column("growth", _("Year on year"), "change", "m", on_phone=True),
            Column("margin", _("Margin rate"), "percent", "s"),
            Column("stage", _("Life cycle"), "life", "l"),
            Column("nps", _("NPS"), "number", "xs"),
            Column("contact", _("Last contact"), "ago", "m"),
            Column("due", _("Promises"), "badge", "m"),
        ],
        rows=rows,
        today=today,
        lang=lang,
        sort=params.get("sort", "-spend"),
        params=params,
        total_rows=len(rows),
        totals={
            "name": _("Total of %(count)s") % {"count": len(rows)},
            "spend": round(sum(row[3] for row in _CUSTOMERS) * WAN_E4),
            "growth": 9.2,
            "margin": 20.7,
        },
    )


def _charts(lang: str) -> dict[str, Chart]:
    months = [
        _("Jan"),
        _("Feb"),
        _("Mar"),
        _("Apr"),
        _("May"),
        _("Jun"),
        _("Jul"),
        _("Aug"),
        _("Sep"),
        _("Oct"),
        _("Nov"),
        _("Dec"),
    ]
    this_year = [210, 180, 260, 240, 300, 280, 310, 330, 290, 360, 380, None]
    last_year = [190, 200, 210, 230, 220, 240, 260, 250, 270, 280, 260, 300]

    amount = money_text(lang)

    def wan(value: float) -> str:
        return amount(value * WAN_E4)

    quarters = ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    revenue = [(0, 0), (5, 44), (10, 62), (18, 79.4), (30, 88), (50, 95), (75, 99), (100, 100)]
    margin = [(0, 0), (5, 30), (10, 55), (18, 84), (30, 97), (50, 106), (75, 104), (100, 100)]
    return {
        "columns": columns(
            _("This year collects a fifth more than last, month after month since May"),
            months,
            [Series(_("last year"), last_year, 0), Series(_("this year"), this_year, 1)],
            text=wan,
        ),
        "lines": lines(
            _("The score has held above 90 for four quarters"),
            quarters,
            [
                Series(_("this customer"), [71, 74, 79, 85, 90, 91, 93, 92.4], 1),
                Series(_("median of its tier"), [78, 79, 80, 80, 81, 83, 82, 84], 2),
            ],
            text=lambda value: formats.number(value, 0),
        ),
        "steps": lines(
            _("Two tiers up in two years"),
            quarters,
            [Series(_("Tier"), [1, 1, 2, 2, 2, 3, 3, 3], 1)],
            text=lambda value: formats.number(value, 0),
            steps=True,
            from_zero=True,
        ),
        "pareto": pareto(
            _("The first %(cut)s of customers bring %(share)s of the revenue")
            % {"cut": "18%", "share": "79.4%"},
            [(_("revenue"), revenue), (_("margin"), margin)],
            cut_pct=18,
            cut_text="18% = 79.4%",
        ),
        "waterfall": waterfall(
            _("92.4 points: sales carry most, winnable least"),
            [
                Step(_("Sales"), 39.2, "39.2"),
                Step(_("Growth potential"), 22.5, "22.5"),
                Step(_("Reference value"), 19.0, "19.0"),
                Step(_("Winnable and deliverable"), 11.7, "11.7"),
            ],
            total=Step(_("Total"), 92.4, "92.4"),
        ),
        "bars": bars(
            _("Three product lines make most of the sales"),
            [
                Step(_("Pumps"), 1480, wan(1480)),
                Step(_("Valves"), 920, wan(920)),
                Step(_("Controls"), 760, wan(760)),
                Step(_("Spare parts"), -120, wan(-120), 2),
            ],
        ),
    }


def catalogue_context(
    *, today: date, lang: str, params: QueryDict | None = None, peek_url: str = ""
) -> dict[str, Any]:
    """Everything `web/catalogue.html` needs; rows look inside at `peek_url` + their number."""
    params = params if params is not None else QueryDict()
    form = ExampleForm(
        data={"name": "", "kind": "business", "stage": "long", "since": today.isoformat()}
    )
    form.is_valid()
    tiers = _tiers()
    table = _table(today, lang, params, peek_url)
    return {
        "today": today,
        "trend": [3, 4, 4, 6, 5, 8, 9, 12],
        "tiers": [
            {"char": char, "form": shape, "label": label} for char, shape, label in tiers.values()
        ],
        "amount_e4": 186_000_000 * YUAN_E4,
        "small_e4": 35_200_000 * YUAN_E4,
        "score_micro": 92_400_000,
        "spend_url": parts.explain_url("spend"),
        "table": table,
        "charts": _charts(lang),
        "form": form,
        "views": [
            parts.Choice(_("My customers"), "?view=mine", 23, active=True),
            parts.Choice(_("No contact for 90 days"), "?view=silent", 4),
            parts.Choice(_("Contract ends this year"), "?view=ending", 7),
        ],
        "facets": [
            parts.Facet(
                _("Tier"),
                [
                    parts.Choice(_("Strategic"), "?tier=", 4, active=True),
                    parts.Choice(_("Core"), "?tier=core", 11),
                    parts.Choice(_("Major"), "?tier=major", 8),
                ],
            ),
            parts.Facet(_("Customer type"), [parts.Choice(_("Business"), "?kind=business", 19)]),
        ],
        "column_options": [
            {"key": column.key, "label": column.label, "on": True} for column in table.columns
        ],
        "pages": parts.Pages(1, 100, 2_031, "", "?page=2"),
        "tabs": [
            parts.Tab(_("Overview"), "?tab=overview", active=True),
            parts.Tab(_("Profile"), "?tab=profile"),
            parts.Tab(_("Transactions"), "?tab=transactions"),
            parts.Tab(_("Interactions"), "?tab=interactions", count=84),
            parts.Tab(_("Scoring"), "?tab=scoring"),
        ],
        "moments": [
            parts.Moment(
                formats.day(today - timedelta(days=2), lang, today),
                _("Promise: call back and confirm the renewal terms"),
                on=today - timedelta(days=2),
                tone="alert",
                badge=formats.overdue(2, lang),
                badge_tone="over",
                detail=_("From the visit minutes of 2 November"),
                act=_("Log an interaction"),
                act_url="?moment=1",
            ),
            parts.Moment(
                formats.day(today - timedelta(days=20), lang, today),
                _("Visit: first talk about the renewal"),
                on=today - timedelta(days=20),
                url="?moment=2",
                detail=_("The customer asks for delivery ten days earlier."),
            ),
            parts.Moment(
                formats.day(today - timedelta(days=53), lang, today),
                _("Payment received"),
                on=today - timedelta(days=53),
                tone="quiet",
                detail=formats.money_full(8_620_000 * YUAN_E4, "CNY"),
            ),
        ],
        "stages": [
            parts.Stage(stage, detail, state)
            for stage, detail, state in zip(
                _stages(),
                ("2020.03–2020.12", "2021.01–2023.06", "2023.07–", "", ""),
                ("past", "past", "now", "ahead", "ahead"),
                strict=True,
            )
        ],
        "work": parts.Progress(_("Checking rows"), 20_500, 50_000, cancel_url="?cancel"),
        "done_work": parts.Progress(
            _("Import finished"),
            50_000,
            50_000,
            finished=True,
            result_url="?batch=1",
            result_label=_("What changed"),
        ),
        "step_labels": [
            _("Upload"),
            _("Map columns"),
            _("Check rows"),
            _("See changes"),
            _("Apply"),
        ],
        "starts": [
            parts.Start(_("Import a workbook"), "?start=import", _("Any headers, Excel or CSV.")),
            parts.Start(
                _("Load the sample company"), "?start=sample", _("Removable in one click.")
            ),
            parts.Start(_("Add one customer"), "?start=add", _("Two fields are enough.")),
        ],
        "hit_groups": [
            parts.HitGroup(
                _("Customers"),
                [
                    parts.Hit(
                        "长沙中联重科", "?customer=1", "ZL-0001", "战", "solid", _("Strategic")
                    ),
                    parts.Hit("宁波舟山港", "?customer=6", "ZL-0006", "重", "circle", _("Major")),
                ],
            ),
            parts.HitGroup(_("Go to"), [parts.Hit(_("Import and quality"), "?go=import")]),
        ],
        "explanation": parts.Explanation(
            title=_("Sales, 12 months"),
            value=formats.money_full(35_200_000 * YUAN_E4, "CNY"),
            question=_("How much did this customer buy in the window?"),
            formula=_("Sum of order line amounts, net of discount, without cancelled orders"),
            inputs=[
                parts.ExplainedInput(_("Order lines"), "218", "?orders"),
                parts.ExplainedInput(_("Cancelled, not counted"), "3", note=_("since 1 March")),
            ],
            as_of=formats.day(today, lang, today),
            source=_("Scheme 2026Q4, version 3"),
            advice=_("One more order of average size lifts the score by 0.4 points."),
            more_url="?receipt",
        ),
        "icons": (
            "calendar-check",
            "table-2",
            "flask-conical",
            "file-input",
            "settings",
            "search",
            "phone",
            "mail",
        ),
    }
