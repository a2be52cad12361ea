"""Indicators that need all customers at once: shares, Pareto and quintiles. Their words; the numbers are in
`jishi.analytics.population`, computed by NumPy after the aggregation."""

from __future__ import annotations

from jishi.analytics.indicators.registry import Direction, Indicator, Unit, add
from jishi.analytics.messages import gettext_noop as _


BASE_KEYS: dict[str, tuple[str, ...]] = {
    "contribution_pct": ("spend_e4",),
    "margin_contribution_pct": ("margin_e4",),
    "pareto_pct": ("spend_e4",),
    "abc_class": ("spend_e4",),
    "rfm_recency": ("days_since_latest_order", "orders"),
    "rfm_frequency": ("orders",),
    "rfm_monetary": ("spend_e4", "orders"),
}
"""Which per-customer indicators each population indicator is computed from."""


def _add(
    key: str,
    label: str,
    unit: Unit,
    question: str,
    formula_text: str,
    passes: str,
    direction: Direction = Direction.HIGHER,
) -> None:
    add(
        Indicator(
            key=key,
            family="population",
            label=label,
            unit=unit,
            direction=direction,
            question=question,
            formula_text=formula_text,
            passes=tuple(passes.split()),
            formula=None,
            module=__name__,
        )
    )


_add(
    "contribution_pct",
    _("Contribution to sales %"),
    Unit.PCT,
    _("How much of our sales comes from this customer?"),
    _("100 x spend / spend of all customers."),
    "lines",
)
_add(
    "margin_contribution_pct",
    _("Contribution to margin %"),
    Unit.PCT,
    _("How much of our margin comes from this customer?"),
    _("100 x margin / margin of all customers; missing when the total is not positive."),
    "lines",
)
_add(
    "pareto_pct",
    _("Cumulative share of sales %"),
    Unit.PCT,
    _("How much of our sales do this customer and all larger ones carry?"),
    _("Spend of this customer and all larger ones x 100 / spend of all customers."),
    "lines",
    Direction.LOWER,
)
_add(
    "abc_class",
    _("ABC class"),
    Unit.ABC,
    _("Is the customer among the few that carry most of the sales?"),
    _("A (3): the first 80 % of sales; B (2): up to 95 %; C (1): the rest."),
    "lines",
)
_add(
    "rfm_recency",
    _("Recency class 1-5"),
    Unit.CLASS,
    _("How recently did the customer buy, compared with the others?"),
    _(
        "Quintile of days since the latest order among customers with an order in the window, 5 best."
    ),
    "orders",
)
_add(
    "rfm_frequency",
    _("Frequency class 1-5"),
    Unit.CLASS,
    _("How often does the customer buy, compared with the others?"),
    _("Quintile of orders in the window among customers with an order in the window, 5 best."),
    "orders",
)
_add(
    "rfm_monetary",
    _("Monetary class 1-5"),
    Unit.CLASS,
    _("How much does the customer buy, compared with the others?"),
    _("Quintile of spend in the window among customers with an order in the window, 5 best."),
    "lines orders",
)
