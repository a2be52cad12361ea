"""How deeply we work together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jishi.analytics.expressions import Column
from jishi.analytics.indicators.formulas import days_between, pct, zero
from jishi.analytics.indicators.registry import Direction, Unit, doctests, indicator
from jishi.analytics.messages import gettext_noop as _
from jishi.analytics.windows import Question


if TYPE_CHECKING:
    import ibis


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
