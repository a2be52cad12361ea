"""How deeply we work together."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from jishi.analytics.expressions import Column
from jishi.analytics.indicators.formulas import days_between, pct, zero
from jishi.analytics.indicators.registry import Direction, Unit, doctests, indicator
from jishi.analytics.messages import gettext_noop as _
from jishi.analytics.windows import Question


if TYPE_CHECKING:
    import ibis


class Frequency(IntEnum):
    """How often a customer buys; the more often, the higher."""

    NONE = 0
    ONCE = 1
    RARER = 2
    QUARTERLY = 3
    MONTHLY = 4
    WEEKLY = 5


MOST_DAYS_BETWEEN = {Frequency.WEEKLY: 10, Frequency.MONTHLY: 45, Frequency.QUARTERLY: 136}
"""A class reaches half a unit beyond its own: monthly is every month and a half at the rarest."""

LEAST_DAYS_JUDGED = 90
"""Two orders in the first week with us are not yet a weekly customer."""


@indicator(
    family="depth",
    label=_("Number of orders"),
    unit=Unit.COUNT,
    question=_("How often did the customer order in the window?"),
    formula_text=_("Number of orders in the window; cancelled orders do not count."),
    passes="orders",
)
def orders(row: ibis.Table, _q: Question) -> Column:
    """Count of orders with ordered_on in the window. A customer without orders has 0.

    >>> from jishi.analytics.examples import show
    >>> show(orders)
    {'A': 2, 'B': 0, 'C': 0}
    """
    return zero(row.order_count)


@indicator(
    family="depth",
    label=_("Purchase frequency"),
    unit=Unit.FREQUENCY,
    question=_("How often does the customer buy?"),
    formula_text=_(
        "Days of the window, from the first order if that is later (at least 90) / different order "
        "days: up to 10 is weekly, up to 45 monthly, up to 136 quarterly, more is rarer than quarterly. "
        "A single order day is once."
    ),
    passes="orders",
)
def purchase_frequency(row: ibis.Table, q: Question) -> Column:
    """A class of `Frequency`. Different order days count, so an order split in three is one purchase.

    Whoever first ordered inside the window is judged from that day on, but over 90 days at least (or the
    whole window, if it is shorter). Whoever has stopped ordering sinks as the window moves on.

    >>> from jishi.analytics.examples import show
    >>> show(purchase_frequency)
    {'A': 2, 'B': 0, 'C': 0}
    """
    import ibis

    days = zero(row.order_days_inside)
    window_days = (q.end_on - q.start_on).days
    known_days = days_between(row.order_first_on, q) + 1
    judged = ibis.least(window_days, ibis.greatest(known_days, LEAST_DAYS_JUDGED))
    often: Column = ibis.literal(int(Frequency.RARER))
    for class_, most in reversed(MOST_DAYS_BETWEEN.items()):
        often = (judged <= days * most).ifelse(int(class_), often)
    some = (days == 1).ifelse(int(Frequency.ONCE), often)
    return (days == 0).ifelse(int(Frequency.NONE), some).cast("int64")


@indicator(
    family="depth",
    label=_("Active months"),
    unit=Unit.COUNT,
    question=_("In how many months did the customer order?"),
    formula_text=_("Number of different months of the window with at least one order."),
    passes="orders",
)
def active_months(row: ibis.Table, _q: Question) -> Column:
    """Months are counted back from the end of the window, so a 12-month window has exactly twelve. 0 without orders.

    >>> from jishi.analytics.examples import show
    >>> show(active_months)
    {'A': 2, 'B': 0, 'C': 0}
    """
    return zero(row.order_active_months)


@indicator(
    family="depth",
    label=_("Different products"),
    unit=Unit.COUNT,
    question=_("How many different products does the customer buy?"),
    formula_text=_("Number of different products on order lines in the window."),
    passes="products",
)
def product_breadth(row: ibis.Table, _q: Question) -> Column:
    """Count of distinct order_lines.product_id in the window; lines without a product do not count. 0 without lines.

    >>> from jishi.analytics.examples import show
    >>> show(product_breadth)
    {'A': 2, 'B': 0, 'C': 0}
    """
    return zero(row.product_count)


@indicator(
    family="depth",
    label=_("Category coverage %"),
    unit=Unit.PCT,
    question=_("How much of our range does the customer use?"),
    formula_text=_("100 x different categories bought / different categories in the product list."),
    passes="products catalogue",
)
def category_coverage_pct(row: ibis.Table, _q: Question) -> Column:
    """Categories are the distinct non-empty products.category. Missing when the product list has no category.

    >>> from jishi.analytics.examples import show
    >>> show(category_coverage_pct)
    {'A': 50.0, 'B': 0.0, 'C': 0.0}
    """
    return pct(zero(row.product_category_count), row.catalogue_category_count)


@indicator(
    family="depth",
    label=_("Customised share %"),
    unit=Unit.PCT,
    question=_("How much of the business is made for this customer?"),
    formula_text=_("100 x sales of customised products / sales."),
    passes="lines",
    records="order_lines custom_products",
)
def customisation_pct(row: ibis.Table, _q: Question) -> Column:
    """100 x sum of amount_e4 on lines with is_custom / sum of amount_e4. Missing when nothing was bought.

    >>> from jishi.analytics.examples import show
    >>> show(customisation_pct)
    {'A': 25.0, 'B': None, 'C': None}
    """
    return pct(row.line_custom_e4.fill_null(0), row.line_spend_e4)


@indicator(
    family="depth",
    label=_("Number of interactions"),
    unit=Unit.COUNT,
    question=_("How often were we in touch?"),
    formula_text=_("Number of recorded contacts of any channel in the window."),
    passes="interactions",
)
def interactions(row: ibis.Table, _q: Question) -> Column:
    """Count of interactions with occurred_on in the window. 0 when none is recorded.

    >>> from jishi.analytics.examples import show
    >>> show(interactions)
    {'A': 4, 'B': 0, 'C': 0}
    """
    return zero(row.interaction_count)


@indicator(
    family="depth",
    label=_("Meetings among interactions %"),
    unit=Unit.PCT,
    question=_("How much of the contact is face to face?"),
    formula_text=_("100 x meetings / interactions in the window."),
    passes="interactions",
)
def meeting_share_pct(row: ibis.Table, _q: Question) -> Column:
    """100 x interactions with channel meeting / all interactions in the window. Missing without interactions.

    >>> from jishi.analytics.examples import show
    >>> show(meeting_share_pct)
    {'A': 25.0, 'B': None, 'C': None}
    """
    return pct(row.interaction_meetings, row.interaction_count)


@indicator(
    family="depth",
    label=_("Days since latest interaction"),
    unit=Unit.DAYS,
    direction=Direction.LOWER,
    windowed=False,
    question=_("How long have we not been in touch?"),
    formula_text=_("Days from the latest interaction to the day of the question."),
    passes="interactions",
)
def days_since_interaction(row: ibis.Table, q: Question) -> Column:
    """Whole days; 0 on the day itself. Looks at all interactions, not only the window. Missing without any.

    >>> from jishi.analytics.examples import show
    >>> show(days_since_interaction)
    {'A': 25, 'B': None, 'C': None}
    """
    return days_between(row.interaction_latest_on, q)


@indicator(
    family="depth",
    label=_("Training hours"),
    unit=Unit.HOURS_MILLI,
    question=_("How much training did we give?"),
    formula_text=_("Hours of training delivered in the window."),
    passes="services",
    records="training",
)
def training_hours_milli(row: ibis.Table, _q: Question) -> Column:
    """Sum of services.hours_milli of kind training, in thousandths of an hour. 0 without any.

    >>> from jishi.analytics.examples import show
    >>> show(training_hours_milli)
    {'A': 3500, 'B': 0, 'C': 0}
    """
    return zero(row.service_training_milli)


@indicator(
    family="depth",
    label=_("Support hours"),
    unit=Unit.HOURS_MILLI,
    question=_("How much technical support did we give?"),
    formula_text=_("Hours of support delivered in the window."),
    passes="services",
    records="support",
)
def support_hours_milli(row: ibis.Table, _q: Question) -> Column:
    """Sum of services.hours_milli of kind support, in thousandths of an hour. 0 without any.

    >>> from jishi.analytics.examples import show
    >>> show(support_hours_milli)
    {'A': 1250, 'B': 0, 'C': 0}
    """
    return zero(row.service_support_milli)


__test__ = doctests(__name__)
