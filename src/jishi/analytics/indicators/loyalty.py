"""Whether a customer stays, comes back and brings others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jishi.analytics.expressions import Column
from jishi.analytics.indicators.formulas import days_between, over, pct, zero
from jishi.analytics.indicators.registry import Direction, Unit, doctests, indicator
from jishi.analytics.messages import gettext_noop as _
from jishi.analytics.windows import Question


if TYPE_CHECKING:
    import ibis


@indicator(
    family="loyalty",
    label=_("Days of cooperation"),
    is_actionable=False,
    unit=Unit.DAYS,
    windowed=False,
    question=_("How long have we been working together?"),
    formula_text=_(
        "Days since the first order or the agreed start of cooperation, whichever is earlier."
    ),
    passes="customers orders",
    records="",
)
def tenure_days(row: ibis.Table, q: Question) -> Column:
    """Whole days from the earlier of the first order ever and customers.cooperation_since_on.

    A start in the future is ignored. Missing when neither is known.

    >>> from jishi.analytics.examples import show
    >>> show(tenure_days)
    {'A': 545, 'B': 536, 'C': None}
    """
    first = row.order_first_on
    since = row.customer_since_on
    started = (since.isnull() | (first < since)).ifelse(first, since)
    started = first.isnull().ifelse(since, started)
    return days_between((started < q.end_on).ifelse(started, None), q)


@indicator(
    family="loyalty",
    label=_("Days since latest order"),
    unit=Unit.DAYS,
    direction=Direction.LOWER,
    windowed=False,
    question=_("How long ago was the latest order?"),
    formula_text=_("Days from the latest order to the day of the question."),
    passes="orders",
)
def days_since_latest_order(row: ibis.Table, q: Question) -> Column:
    """Whole days; 0 on the day itself. Looks at all orders, not only the window. Missing without any order.

    >>> from jishi.analytics.examples import show
    >>> show(days_since_latest_order)
    {'A': 59, 'B': 536, 'C': None}
    """
    return days_between(row.order_latest_on, q)


@indicator(
    family="loyalty",
    label=_("Own order rhythm in days"),
    unit=Unit.DAYS,
    direction=Direction.LOWER,
    windowed=False,
    question=_("How often does this customer usually order?"),
    formula_text=_("Mean number of days between order days, over all orders."),
    passes="orders",
)
def order_gap_days(row: ibis.Table, _q: Question) -> Column:
    """(latest order day - first order day) / (different order days - 1).

    The mean needs only the two ends, so no window function. Missing with fewer than two order days.

    >>> from jishi.analytics.examples import show
    >>> show(order_gap_days)
    {'A': 182.5, 'B': None, 'C': None}
    """
    return over(row.order_latest_on.delta(row.order_first_on, unit="day"), row.order_days_ever - 1)


@indicator(
    family="loyalty",
    label=_("Silence against own rhythm"),
    unit=Unit.RATIO,
    direction=Direction.LOWER,
    windowed=False,
    question=_("Is the customer silent for longer than usual?"),
    formula_text=_("Days since the latest order / own mean gap between orders."),
    passes="orders",
)
def silence_ratio(row: ibis.Table, q: Question) -> Column:
    """1 means the next order is due by the customer's own rhythm, 2 that it is one whole gap late.

    Missing with fewer than two order days.

    >>> from jishi.analytics.examples import show
    >>> show(silence_ratio)
    {'A': 0.3233, 'B': None, 'C': None}
    """
    gap = row.order_latest_on.delta(row.order_first_on, unit="day")
    silence = days_between(row.order_latest_on, q)
    return over(silence * (row.order_days_ever - 1), gap)


@indicator(
    family="loyalty",
    label=_("Repeat purchases %"),
    unit=Unit.PCT,
    question=_("How much of the ordering is coming back?"),
    formula_text=_("100 x order days that follow an earlier order day / order days in the window."),
    passes="orders",
)
def repeat_pct(row: ibis.Table, q: Question) -> Column:
    """The very first order day ever is not a repeat; every other order day is. Two orders on one day count once.

    Missing without an order in the window. The repeat rate of a whole customer base, customers with two or more
    order days / customers with one or more, is another figure.

    >>> from jishi.analytics.examples import show
    >>> show(repeat_pct)
    {'A': 100.0, 'B': None, 'C': None}
    """
    is_first_inside = (row.order_first_on >= q.start_on).cast("int64")
    return pct(row.order_days_inside - is_first_inside, row.order_days_inside)


@indicator(
    family="loyalty",
    label=_("Return rate %"),
    unit=Unit.PCT,
    direction=Direction.LOWER,
    question=_("How much of what was sold comes back?"),
    formula_text=_("100 x value of returned goods / spend in the window."),
    passes="lines returns",
)
def return_rate_pct(row: ibis.Table, _q: Question) -> Column:
    """100 x sum of returns.amount_e4 / sum of order_lines.amount_e4, both dated inside the window.

    May pass 100 when goods of an earlier window come back. Missing without positive spend.

    >>> from jishi.analytics.examples import show
    >>> show(return_rate_pct)
    {'A': 5.0, 'B': None, 'C': None}
    """
    return pct(zero(row.return_e4), (row.line_spend_e4 > 0).ifelse(row.line_spend_e4, None))


@indicator(
    family="loyalty",
    label=_("Number of referrals"),
    unit=Unit.COUNT,
    question=_("How many others did the customer recommend us to?"),
    formula_text=_("Number of recommendations in the window."),
    passes="referrals",
)
def referrals_made(row: ibis.Table, _q: Question) -> Column:
    """Count of referrals with referred_on in the window. 0 without any.

    >>> from jishi.analytics.examples import show
    >>> show(referrals_made)
    {'A': 2, 'B': 0, 'C': 0}
    """
    return zero(row.referral_count)


@indicator(
    family="loyalty",
    label=_("Referrals won"),
    unit=Unit.COUNT,
    question=_("How many recommendations became customers?"),
    formula_text=_("Number of recommendations in the window that were won."),
    passes="referrals",
)
def referrals_won(row: ibis.Table, _q: Question) -> Column:
    """Count of referrals with won in the window. 0 without any.

    >>> from jishi.analytics.examples import show
    >>> show(referrals_won)
    {'A': 1, 'B': 0, 'C': 0}
    """
    return zero(row.referral_won_count)


__test__ = doctests(__name__)
