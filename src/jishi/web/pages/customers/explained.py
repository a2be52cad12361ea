"""Where the figures of the trade tab and of a group come from; one explanation for each column of a table."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jishi.customers.queries import group_tree, rolled_up
from jishi.facts.queries import fact_counts, product_mix, receivables_ageing
from jishi.foundation.queries import company
from jishi.jobs.day import ledger_day
from jishi.scoring.periods import month_starts, within
from jishi.web import formats
from jishi.web.components.parts import ExplainedInput, Explanation
from jishi.web.pages.customers.presenters.dealings import MONTHS, age_labels, mix_label
from jishi.web.pages.customers.queries.record import standings_of
from jishi.web.pages.grading.queries import grading


if TYPE_CHECKING:
    from jishi.customers.models import Customer
    from jishi.foundation.models import User


CHARTS = frozenset({"trade_monthly", "trade_running"})


def explanation(
    by: User, key: str, customer: Customer, lang: str, today: date
) -> Explanation | None:
    """None for any other number. The customer is one that `by` sees."""
    if key == "trade_ageing":
        return _ageing(by, customer, lang, today)
    if key == "trade_mix":
        return _mix(by, customer, lang, today)
    if key == "group_sales":
        return _group(by, customer, lang, today)
    return _defined(by, key, customer, lang, today)


def _tab(customer: Customer, place: str, tab: str = "trade") -> str:
    return f"{reverse('web:customer', args=[customer.pk])}?tab={tab}#{place}"


def _title(label: str, customer: Customer) -> str:
    return f"{label} · {customer.shown_name}"


def _ageing(by: User, customer: Customer, lang: str, today: date) -> Explanation:
    currency = company().base_currency
    found = receivables_ageing(by, [customer.pk], currency=currency, as_of=today)
    inputs = [
        ExplainedInput(label, formats.money_full(found.buckets[key], currency))
        for key, label in age_labels().items()
        if found.buckets[key]
    ]
    if found.oldest is not None:
        inputs.append(
            ExplainedInput(
                _("Overdue longest: order %(number)s") % {"number": found.oldest.order_no},
                formats.money_full(found.oldest.rest_e4, currency),
                reverse("web:customer_order", args=[customer.pk, found.oldest.order_ref]),
            )
        )
    counts = fact_counts(by, [customer.pk], as_of=today)
    orders = ExplainedInput(
        pgettext("facts", "Orders"), formats.number(counts["order"]), _tab(customer, "orders")
    )
    return Explanation(
        title=_title(_("Receivables by age"), customer),
        value=formats.money_full(found.open_e4, currency),
        question=_("How much is still to be paid, and for how long has it been due?"),
        formula=_(
            "Per order: amount to be paid − payments in its currency that name it, where something is left; "
            "age = today − payment due date. Orders in %(currency)s, cancelled ones left out."
        )
        % {"currency": currency},
        inputs=[*inputs, orders],
        as_of=formats.day(today, lang, today),
    )


def _mix(by: User, customer: Customer, lang: str, today: date) -> Explanation:
    currency = company().base_currency
    end = _end(today)
    start = month_starts(end, MONTHS)[0]
    found = product_mix(by, [customer.pk], currency=currency, as_of=end, start_on=start)
    total = sum(one.amount_e4 for one in found)
    return Explanation(
        title=_title(_("Product mix"), customer),
        value=formats.money_full(total, currency),
        question=_("Which categories does the customer buy?"),
        formula=_(
            "Sum of order lines, net of discount and before tax, by product category over the last "
            "twelve months; share = category ÷ sum. Cancelled orders do not count."
        ),
        inputs=[
            ExplainedInput(
                mix_label(one),
                formats.money_full(one.amount_e4, currency),
                note=formats.percent(one.share_ratio * 100) if one.share_ratio is not None else "",
            )
            for one in found
        ],
        as_of=formats.day(end, lang, today),
    )


def _end(today: date) -> date:
    """The day on which the latest twelve months of the charts end."""
    current = grading()
    return ledger_day(graded_on=current.as_of, today=today) if current else today


def _group(by: User, customer: Customer, lang: str, today: date) -> Explanation | None:
    current = grading()
    tree = group_tree(by, customer.pk)
    if current is None or len(tree) < 2:
        return None
    currency = company().base_currency
    rows = standings_of(by, [node.customer.pk for node in tree])
    spends = {pk: row["spend_e4"] for pk, row in rows.items()}
    totals = rolled_up(tree, spends)
    return Explanation(
        title=_title(within(_("Sales"), current.window_months), customer),
        value=formats.money_full(totals[customer.pk], currency),
        question=_("How much does the company buy together with its subsidiaries?"),
        formula=_("Sales of the company + sales of every company below it that you see."),
        inputs=[
            ExplainedInput(
                node.customer.shown_name,
                formats.money_full(spends.get(node.customer.pk, 0), currency),
                _tab(node.customer, "orders"),
                note=_("with subsidiaries %(amount)s")
                % {"amount": formats.money_full(totals[node.customer.pk], currency)}
                if totals[node.customer.pk] != spends.get(node.customer.pk, 0)
                else "",
            )
            for node in tree
        ],
        as_of=formats.day(current.as_of, lang, today),
        source=_("scheme %(name)s, version %(number)s")
        % {"name": current.scheme_name, "number": current.scheme_number},
    )


def _defined(by: User, key: str, customer: Customer, lang: str, today: date) -> Explanation | None:
    """A column of the orders, or a chart: what its figures are, without one of them."""
    words = {
        "trade_monthly": (
            _("Sales and payments by month"),
            _(
                "Sales: order lines, net of discount and before tax, by the month of the order. "
                "Payments: by the month in which they came in. Cancelled orders do not count."
            ),
        ),
        "trade_running": (
            _("Running total"),
            _(
                "Sales of the last twelve months added up month by month, beside those of the twelve "
                "months before. The months end on the day of the data."
            ),
        ),
        "trade_amount": (
            _("Amount before tax"),
            _("Sum of the lines of the order, net of discount."),
        ),
        "trade_margin": (
            _("Margin"),
            _("100 × (amount − cost) ÷ amount; only where the cost of the lines is known."),
        ),
        "trade_receivable": (
            _("To be paid, with tax"),
            _("The amount to be paid as it was recorded with the order, tax included."),
        ),
        "trade_paid": (_("Paid"), _("Sum of the payments that name the order.")),
        "trade_due": (
            _("Payment due"),
            _("Late by today − the due date, as long as less was paid than is to be paid."),
        ),
    }
    if key not in words:
        return None
    label, formula = words[key]
    counts = fact_counts(by, [customer.pk], as_of=today)
    return Explanation(
        title=_title(label, customer),
        value="",
        formula=formula,
        inputs=[
            ExplainedInput(
                pgettext("facts", "Orders"),
                formats.number(counts["order"]),
                _tab(customer, "orders"),
            )
        ],
        as_of=formats.day(_end(today) if key in CHARTS else today, lang, today),
    )
