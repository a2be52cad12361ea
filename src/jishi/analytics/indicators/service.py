"""How the customer pays, complains and judges us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jishi.analytics.expressions import Column
from jishi.analytics.indicators.formulas import over, zero
from jishi.analytics.indicators.registry import Direction, Unit, doctests, indicator
from jishi.analytics.messages import gettext_noop as _
from jishi.analytics.windows import Question


if TYPE_CHECKING:
    import ibis


@indicator(
    family="service",
    label=_("Payment delay in days"),
    unit=Unit.DAYS,
    direction=Direction.LOWER,
    question=_("How late does the customer pay?"),
    formula_text=_("Days from due date to payment, weighted by the amount paid in the window."),
    passes="payments",
)
def payment_delay_days(row: ibis.Table, _q: Question) -> Column:
    """Sum of amount x (paid_on - orders.due_on) / sum of amount over payments of orders with a due date.

    Early payments count as negative days. Missing without such a payment.

    >>> from jishi.analytics.examples import show
    >>> show(payment_delay_days)
    {'A': 14.7059, 'B': None, 'C': None}
    """
    return over(row.payment_late_moment_e4, row.payment_due_e4)


@indicator(
    family="service",
    label=_("Overdue"),
    unit=Unit.MONEY_E4,
    direction=Direction.LOWER,
    windowed=False,
    question=_("How much should have been paid by now?"),
    formula_text=_("Sum of unpaid receivables of orders due before the day of the question."),
    passes="receivables",
)
def overdue_e4(row: ibis.Table, _q: Question) -> Column:
    """Sum over orders of receivable_e4 - payments up to the day, where positive and due_on is past.

    An order due today is not overdue. Missing for a customer whose receivables nobody tracks. An order in another
    currency is paid when that currency says so; what is left of it counts at the rate of the order's day.

    >>> from jishi.analytics.examples import show
    >>> show(overdue_e4)
    {'A': 600000, 'B': None, 'C': None}
    """
    return (row.receivable_orders.fill_null(0) > 0).ifelse(
        row.receivable_overdue_e4.fill_null(0), None
    )


@indicator(
    family="service",
    label=_("Number of complaints"),
    unit=Unit.COUNT,
    direction=Direction.LOWER,
    question=_("How often did the customer complain?"),
    formula_text=_("Number of complaints opened in the window."),
    passes="complaints",
)
def complaints(row: ibis.Table, _q: Question) -> Column:
    """Count of complaints with opened_on in the window. 0 without any.

    >>> from jishi.analytics.examples import show
    >>> show(complaints)
    {'A': 2, 'B': 0, 'C': 0}
    """
    return zero(row.complaint_count)


@indicator(
    family="service",
    label=_("Open complaints"),
    unit=Unit.COUNT,
    direction=Direction.LOWER,
    windowed=False,
    question=_("How many complaints are waiting for us?"),
    formula_text=_("Number of complaints not closed by the day of the question."),
    passes="complaints",
)
def complaints_open(row: ibis.Table, _q: Question) -> Column:
    """Complaints opened and not closed up to and including the day, whatever the window. 0 without any.

    >>> from jishi.analytics.examples import show
    >>> show(complaints_open)
    {'A': 1, 'B': 0, 'C': 0}
    """
    return zero(row.complaint_open_count)


@indicator(
    family="service",
    label=_("Recommendation 0-100"),
    unit=Unit.PCT,
    question=_("Would they recommend us?"),
    formula_text=_("Mean answer on the 0 to 10 scale x 10, over the window."),
    passes="satisfaction",
)
def satisfaction_nps(row: ibis.Table, _q: Question) -> Column:
    """Mean of the 0..10 answers put on 0..100. It is not the Net Promoter Score, which needs many people.

    Missing without answers.

    >>> from jishi.analytics.examples import show
    >>> show(satisfaction_nps)
    {'A': 90.0, 'B': None, 'C': None}
    """
    return over(row.satisfaction_nps_milli, row.satisfaction_nps_count * 100)


@indicator(
    family="service",
    label=_("Satisfaction 0-100"),
    unit=Unit.PCT,
    question=_("How satisfied are they?"),
    formula_text=_("(Mean answer on the 1 to 5 scale - 1) x 25, over the window."),
    passes="satisfaction",
)
def satisfaction_csat(row: ibis.Table, _q: Question) -> Column:
    """Mean of the 1..5 answers put on 0..100: 1 gives 0 and 5 gives 100. Missing without answers.

    >>> from jishi.analytics.examples import show
    >>> show(satisfaction_csat)
    {'A': 75.0, 'B': None, 'C': None}
    """
    n = row.satisfaction_csat_count
    return over((row.satisfaction_csat_milli - n * 1000), n * 40)


@indicator(
    family="service",
    label=_("Ease 0-100"),
    unit=Unit.PCT,
    question=_("Do we make it easy for them?"),
    formula_text=_("(Mean answer on the 1 to 7 scale - 1) x 100 / 6, over the window."),
    passes="satisfaction",
)
def satisfaction_ces(row: ibis.Table, _q: Question) -> Column:
    """Mean of the 1..7 answers (7 = very easy, CES 2.0) put on 0..100. Missing without answers.

    >>> from jishi.analytics.examples import show
    >>> show(satisfaction_ces)
    {'A': None, 'B': None, 'C': None}
    """
    n = row.satisfaction_ces_count
    return over((row.satisfaction_ces_milli - n * 1000), n * 60)


@indicator(
    family="service",
    label=_("Satisfaction, all instruments"),
    unit=Unit.PCT,
    question=_("How do they judge us over all?"),
    formula_text=_(
        "Mean of recommendation, satisfaction and ease (0-100) over all answers in the window."
    ),
    passes="satisfaction",
)
def satisfaction_pct(row: ibis.Table, _q: Question) -> Column:
    """Every answer is put on 0..100 by its own scale, then all answers of the window are averaged.

    Missing without answers.

    >>> from jishi.analytics.examples import show
    >>> show(satisfaction_pct)
    {'A': 82.5, 'B': None, 'C': None}
    """
    nps, csat, ces = (row[f"satisfaction_{k}_count"].fill_null(0) for k in ("nps", "csat", "ces"))
    # In 1/30 of a thousandth of a point: 0..10 x 300, 1..5 x 750 and 1..7 x 500 all end at 3,000,000.
    points = (
        zero(row.satisfaction_nps_milli) * 300
        + (zero(row.satisfaction_csat_milli) - csat * 1000) * 750
        + (zero(row.satisfaction_ces_milli) - ces * 1000) * 500
    )
    return over(points, (nps + csat + ces) * 30_000)


__test__ = doctests(__name__)
