"""Where a customer is heading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jishi.analytics.expressions import Column
from jishi.analytics.indicators.formulas import over, pct, zero
from jishi.analytics.indicators.registry import Unit, doctests, indicator
from jishi.analytics.messages import gettext_noop as _
from jishi.analytics.windows import Question


if TYPE_CHECKING:
    import ibis


@indicator(
    family="growth",
    label=_("Spend a year earlier"),
    is_actionable=False,
    unit=Unit.MONEY_E4,
    question=_("How much did the customer buy in the same window one year earlier?"),
    formula_text=_("Sum of order line amounts in the window moved back by twelve months."),
    passes="lines",
)
def spend_year_ago_e4(row: ibis.Table, _q: Question) -> Column:
    """Sum of order_lines.amount_e4 in the window moved back twelve months, in 1/10,000 of the base currency.

    The whole history has no year before it: 0.

    >>> from jishi.analytics.examples import show
    >>> show(spend_year_ago_e4)
    {'A': 2000000, 'B': 9000000, 'C': 0}
    """
    return zero(row.line_year_ago_e4)


@indicator(
    family="growth",
    label=_("Growth year on year %"),
    unit=Unit.PCT,
    question=_("Does the customer buy more than a year ago?"),
    formula_text=_("100 x (spend - spend a year earlier) / spend a year earlier."),
    passes="lines",
)
def growth_yoy_pct(row: ibis.Table, _q: Question) -> Column:
    """100 x (spend - spend a year earlier) / spend a year earlier; -100 when everything was lost.

    Missing when the year before was zero or negative: growth from nothing is not a percentage.

    >>> from jishi.analytics.examples import show
    >>> show(growth_yoy_pct)
    {'A': 100.0, 'B': -100.0, 'C': None}
    """
    before = row.line_year_ago_e4
    return pct(zero(row.line_spend_e4) - before, (before > 0).ifelse(before, None))


@indicator(
    family="growth",
    label=_("12-month slope % a month"),
    unit=Unit.PCT,
    question=_("Which way do the monthly sales point?"),
    formula_text=_(
        "Least-squares slope through twelve monthly sums / their mean, in percent a month."
    ),
    passes="lines",
)
def slope_12m_pct(row: ibis.Table, _q: Question) -> Column:
    """Slope of the ordinary least-squares line through the sales of the twelve months before the end,
    as a percentage of their mean, per month.

    With months k = 0..11 and sums s, the slope is sum(s x (2k - 11)) / 286 and the mean sum(s) / 12, hence
    100 x 12 / 286 = 600 / 143 times the ratio of the two integer sums. Always twelve months, whatever the window.
    Missing when the twelve months sum to zero or less. Source: closed form of OLS on an even grid.

    >>> from jishi.analytics.examples import show
    >>> show(slope_12m_pct)
    {'A': 25.1748, 'B': None, 'C': None}
    """
    rising = (row.line_12m_e4 > 0).ifelse(row.line_12m_e4, None)
    return over(row.line_12m_moment_e4 * 600, rising * 143)


__test__ = doctests(__name__)
