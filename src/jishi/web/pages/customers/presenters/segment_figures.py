"""Where a figure of a segment comes from."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from jishi.scoring.periods import within
from jishi.web import formats
from jishi.web.components.parts import ExplainedInput, Explanation
from jishi.web.pages.customers.columns import SHOWN
from jishi.web.pages.customers.presenters.segments import BY_KEY, Comparison, Figure, ratio
from jishi.web.pages.customers.queries.segments import Segment
from jishi.web.pages.grading.queries import Grading


# Figures that follow what is recorded; the others are those of the grading.
LIVE = frozenset({"silent", "complaints"})
# Figure → how the table shows the customers behind it.
SORTED = {
    "spend": "-spend", "share": "-spend", "growth": "growth", "margin": "-margin",
    "margin_pct": "margin_pct", "overdue": "-overdue", "complaints": "-complaints",
}  # fmt: skip
# What the table says of all its customers, but not of segments.
OF_THE_TABLE = {
    "orders": Figure(
        "orders", pgettext_lazy("how many", "Orders"), "number", lambda one, _all: one.orders,
        windowed=True,
    ),
    "contribution": Figure("contribution", gettext_lazy("Contribution"), "percent", lambda *_: None),
    "margin_share": Figure(
        "margin_share", gettext_lazy("Share of margin"), "percent", lambda *_: None
    ),
}  # fmt: skip


# What the footer of the table says, each explained in turn.
TOTALS = (
    "spend",
    "contribution",
    "orders",
    "margin",
    "margin_pct",
    "margin_share",
    "overdue",
    "complaints",
)


def explanation(one: Comparison, key: str, value: str | None) -> Explanation | None:
    """None when there is no such figure or segment; `value` None is all segments together."""
    if key == "totals" and value is None and one.frame.grading is not None:
        return _totals(one, one.frame.grading)
    figure = BY_KEY.get(key) or (OF_THE_TABLE.get(key) if value is None else None)
    segments = {segment.value: segment for segment in one.found}
    segment = one.everybody if value is None else segments.get(value)
    if figure is None or segment is None or one.frame.grading is None:
        return None
    frame, grading = one.frame, one.frame.grading
    name = _("All of these customers") if value is None else one.label(value)
    return Explanation(
        title=f"{figure.heading(frame.months)} · {name}",
        value=_text(one, figure.kind, _value(one, figure, segment, grading)),
        formula=_formula(figure),
        inputs=[*_inputs(one, figure, segment), _who(one, figure, segment, value)],
        as_of=formats.day(
            frame.asked.today if key in LIVE else grading.as_of, frame.lang, frame.asked.today
        ),
        source=_("scheme %(name)s, version %(number)s")
        % {"name": grading.scheme_name, "number": grading.scheme_number},
    )


def _totals(one: Comparison, grading: Grading) -> Explanation:
    """Every sum below the table, with the way to how it is computed."""
    figures = [BY_KEY.get(key) or OF_THE_TABLE[key] for key in TOTALS]
    return Explanation(
        title=_("Totals of the table"),
        value=_("%(count)s customers") % {"count": formats.number(one.everybody.customers)},
        formula=_(
            "Over all customers of the table, on whatever page they are. Rates come from the sums."
        ),
        inputs=[
            ExplainedInput(
                figure.heading(one.frame.months),
                _text(one, figure.kind, _value(one, figure, one.everybody, grading)),
                one.figure_url(figure.key, None),
            )
            for figure in figures
        ],
        as_of=formats.day(grading.as_of, one.frame.lang, one.frame.asked.today),
    )


def _value(one: Comparison, figure: Figure, segment: Segment, grading: Grading) -> float | None:
    """Shares of everybody need the grading's sums."""
    if figure.key == "contribution":
        return ratio(segment.spend_e4, grading.spend_e4)
    if figure.key == "margin_share":
        return grading.margin_share_pct(segment.margin_e4)
    return figure.value(segment, one.everybody)


def _text(one: Comparison, kind: str, value: float | None) -> str:
    if value is None:
        return formats.MISSING
    match kind:
        case "money":
            return formats.money_full(int(value), one.frame.currency)
        case "change":
            return formats.percent(value, signed=True)
        case "percent" | "share":
            return formats.percent(value)
        case _:
            return formats.number(value)


def _formula(figure: Figure) -> str:
    return {
        "customers": _("Customers of the table that have this in common."),
        "spend": _("Sum over the customers: order lines net of discount, before tax."),
        "share": _("100 × sales of the segment ÷ sales of all customers of the table."),
        "growth": _(
            "100 × (sales − sales a year earlier) ÷ sales a year earlier, each summed first."
        ),
        "margin": _(
            "Sum over the customers: amount − cost of the order lines whose cost is known."
        ),
        "margin_pct": _("100 × margin ÷ sales whose cost is known."),
        "orders": _("Sum over the customers: orders of the period."),
        "contribution": _("100 × sales of these customers ÷ sales of all customers."),
        "margin_share": _("100 × margin of these customers ÷ margin of all customers."),
        "mean_order": _("Sales ÷ number of orders."),
        "key_pct": _("100 × customers of a key tier ÷ customers."),
        "silent": _("Key accounts without an interaction for 90 days."),
        "complaints": _("Sum over the customers: complaints that are not closed."),
        "overdue": _("Sum over the customers: due orders less what was paid for them."),
    }[figure.key]


def _inputs(one: Comparison, figure: Figure, segment: Segment) -> list[ExplainedInput]:
    """What goes into a quotient."""
    sales = within(_("Sales"), one.frame.months)
    orders = within(pgettext("how many", "Orders"), one.frame.months)
    money, number = "money", "number"
    parts: dict[str, list[tuple[str, str, float | None]]] = {
        "share": [(sales, money, segment.spend_e4),
                  (_("Sales of all of them"), money, one.everybody.spend_e4)],
        "contribution": [(sales, money, segment.spend_e4),
                         (_("Sales of all customers"), money,
                          one.frame.grading.spend_e4 if one.frame.grading else None)],
        "margin_share": [(_("Margin"), money, segment.margin_e4),
                         (_("Margin of all customers"), money,
                          one.frame.grading.margin_e4 if one.frame.grading else None)],
        "growth": [(sales, money, segment.spend_e4),
                   (_("Sales a year earlier"), money, segment.spend_year_ago_e4)],
        "margin_pct": [(_("Margin"), money, segment.margin_e4),
                       (_("Sales whose cost is known"), money, segment.margin_base_e4)],
        "mean_order": [(sales, money, segment.spend_e4), (orders, number, segment.orders)],
        "key_pct": [(pgettext("customers of a key tier", "Key accounts"), number,
                     segment.key_accounts)],
    }  # fmt: skip
    return [
        ExplainedInput(label, _text(one, kind, value))
        for label, kind, value in parts.get(figure.key, [])
    ]


def _who(one: Comparison, figure: Figure, segment: Segment, value: str | None) -> ExplainedInput:
    """The customers behind the figure, in the table."""
    state = one.frame.asked.state
    changes: dict[str, object] = {}
    if figure.key in SORTED:
        column = SORTED[figure.key].removeprefix("-")
        changes["sort"] = SORTED[figure.key]
        shown = state.columns or SHOWN
        if column not in shown:
            changes["cols"] = [*shown, column]
    label, count = _("Show the customers"), segment.customers
    narrower = {"key_pct": ("key", segment.key_accounts), "silent": ("silent", segment.silent)}
    if figure.key in narrower and state.view in {"all", "key"}:
        changes["view"], count = narrower[figure.key]
    return ExplainedInput(label, formats.number(count), one.customers_url(value, **changes))
