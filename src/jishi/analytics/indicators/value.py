"""What a customer is worth to us: sales, margin, discount."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jishi.analytics.expressions import Column
from jishi.analytics.indicators.formulas import over, pct, zero
from jishi.analytics.indicators.registry import Direction, Unit, doctests, indicator
from jishi.analytics.messages import gettext_noop as _
from jishi.analytics.windows import Question


if TYPE_CHECKING:
    import ibis

INDUSTRY_BUYERS = 3
"""Fewer buyers in an industry say nothing about what is usual there."""


@indicator(
    family="value",
    label=_("Spend"),
    unit=Unit.MONEY_E4,
    question=_("How much did the customer buy from us in the window?"),
    formula_text=_(
        "Sum of order line amounts, net of discount and before tax; cancelled orders do not count."
    ),
    passes="lines",
)
def spend_e4(row: ibis.Table, _q: Question) -> Column:
    """Sum of order_lines.amount_e4 in the window, in 1/10,000 of the base currency.

    Credit lines (negative amounts) reduce it; goods returned later do not, they have their own rate.
    A customer without orders has spent 0.

    >>> from jishi.analytics.examples import show
    >>> show(spend_e4)
    {'A': 4000000, 'B': 0, 'C': 0}
    """
    return zero(row.line_spend_e4)


@indicator(
    family="value",
    label=_("Spend against the industry %"),
    unit=Unit.PCT,
    question=_("Does the customer buy more from us than is usual in its industry?"),
    formula_text=_(
        "100 x spend / median spend of our buying customers in the same industry (GB/T 4754 division); "
        "missing when fewer than three of them bought in the window."
    ),
    passes="lines industry",
)
def industry_spend_pct(row: ibis.Table, _q: Question) -> Column:
    """100 x spend_e4 / the median spend of the customers of the same industry that bought in the window.

    100 is what is usual in the industry. A threshold on it asks each industry for what is much there.

    >>> from jishi.analytics.examples import show
    >>> show(industry_spend_pct)
    {'A': None, 'B': None, 'C': None}
    """
    enough = row.industry_buyers.fill_null(0) >= INDUSTRY_BUYERS
    return enough.ifelse(pct(zero(row.line_spend_e4), row.industry_median_e4), None)


@indicator(
    family="value",
    label=_("Margin"),
    unit=Unit.MONEY_E4,
    question=_("How much is left of the sales after the cost of goods?"),
    formula_text=_("Sum of (amount - cost) over order lines whose cost is known."),
    passes="lines",
    records="costs",
)
def margin_e4(row: ibis.Table, _q: Question) -> Column:
    """Sum of order_lines.amount_e4 - cost_e4 where the cost is known, in 1/10,000 of the base currency.

    Lines without a cost stay out of both sides. Missing when no line in the window has a cost.

    >>> from jishi.analytics.examples import show
    >>> show(margin_e4)
    {'A': 400000, 'B': None, 'C': None}
    """
    known = row.line_costed_count.fill_null(0) > 0
    return known.ifelse(row.line_costed_e4.fill_null(0) - row.line_cost_e4.fill_null(0), None)


@indicator(
    family="value",
    label=_("Margin %"),
    unit=Unit.PCT,
    question=_("What share of the sales is left after the cost of goods?"),
    formula_text=_(
        "100 x margin / sales, both over the order lines whose cost is known. This is the gross margin:"
        " what serving and keeping the customer costs is not taken off."
    ),
    passes="lines",
    records="costs",
)
def margin_pct(row: ibis.Table, _q: Question) -> Column:
    """100 x (amount - cost) / amount over the lines with a known cost; may be negative.

    Numerator and denominator stand on the same lines. Missing without such a line or when they sum to zero.

    >>> from jishi.analytics.examples import show
    >>> show(margin_pct)
    {'A': 13.3333, 'B': None, 'C': None}
    """
    return pct(row.line_costed_e4 - row.line_cost_e4.fill_null(0), row.line_costed_e4)


@indicator(
    family="value",
    label=_("Lines with known cost %"),
    unit=Unit.PCT,
    question=_("How far can the margin be trusted?"),
    formula_text=_("100 x order lines with a cost / all order lines in the window."),
    passes="lines",
)
def cost_known_pct(row: ibis.Table, _q: Question) -> Column:
    """100 x count of lines with cost_e4 / count of lines in the window. Missing without lines.

    >>> from jishi.analytics.examples import show
    >>> show(cost_known_pct)
    {'A': 66.6667, 'B': None, 'C': None}
    """
    return pct(row.line_costed_count, row.line_count)


@indicator(
    family="value",
    label=_("Discount %"),
    unit=Unit.PCT,
    direction=Direction.LOWER,
    question=_("How much discount does the customer get?"),
    formula_text=_("100 x discount / (sales + discount)."),
    passes="lines",
    records="order_lines discounts",
)
def discount_pct(row: ibis.Table, _q: Question) -> Column:
    """100 x sum of discount_e4 / (sum of amount_e4 + discount_e4), that is, of the price before discount.

    Missing when nothing was bought.

    >>> from jishi.analytics.examples import show
    >>> show(discount_pct)
    {'A': 11.1111, 'B': None, 'C': None}
    """
    return pct(row.line_discount_e4, row.line_spend_e4 + row.line_discount_e4)


@indicator(
    family="value",
    label=_("Average order"),
    unit=Unit.MONEY_E4,
    question=_("How large is a typical order?"),
    formula_text=_("Spend / number of orders in the window."),
    passes="lines orders",
)
def average_order_e4(row: ibis.Table, _q: Question) -> Column:
    """Sum of order_lines.amount_e4 / count of orders in the window, in 1/10,000 of the base currency.

    Floating point because it is a mean. Missing without orders.

    >>> from jishi.analytics.examples import show
    >>> show(average_order_e4)
    {'A': 2000000.0, 'B': None, 'C': None}
    """
    return over(zero(row.line_spend_e4), row.order_count)


__test__ = doctests(__name__)
