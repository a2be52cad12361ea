"""交易: monthly bars with the running total, the product mix, orders, and what is owed by age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from jishi.foundation.models import User
from jishi.web import formats
from jishi.web.components.parts import Pages, query_with
from jishi.web.pages.customers.presenters.listing import Frame
from jishi.web.pages.customers.queries import dealings as queries
from jishi.web.pages.customers.queries.dealings import Scope
from jishi.web.svg.charts import Step, bars, columns, lines
from jishi.web.svg.plot import Chart, Series


if TYPE_CHECKING:
    from jishi.customers.models import Customer

MONTHS = 12
E4 = 10_000
# Days late → the class it belongs to; the last is open-ended.
AGES = ((0, "not_due"), (30, "30"), (60, "60"), (90, "90"), (None, "more"))


@dataclass(frozen=True)
class OrderRow:
    number: str
    on: str
    due: str
    status: str
    amount: str
    margin: str
    paid: str
    lines: str


@dataclass(frozen=True)
class AgeRow:
    label: str
    amount: str
    orders: int
    share: float
    tone: str


def content(user: User, customer: Customer, frame: Frame, params: QueryDict) -> dict[str, Any]:
    """What the tab shows."""
    today = frame.asked.today
    scope = Scope(user, customer.pk, today, frame.currency)
    months = month_starts(today, 2 * MONTHS)
    sales = queries.monthly_sales(scope, months[0])
    payments = queries.monthly_payments(scope, months[MONTHS])
    mix = queries.product_mix(scope, months[MONTHS])
    page = _page(params)
    total, listed = queries.orders(scope, page=page)
    open_orders = queries.owed(scope)
    has_sales = any(sales.values())
    return {
        "has_sales": bool(total),
        "monthly": monthly_chart(months, sales, payments, frame) if has_sales else None,
        "running": running_chart(months, sales, frame) if has_sales else None,
        "mix": mix_chart(mix, frame) if mix else None,
        "orders": [_order(one, frame) for one in listed],
        "order_pages": _pages(params, page, total, len(listed)),
        "ages": age_rows(open_orders, frame),
        "owed_total": formats.money(
            sum(one.rest_e4 for one in open_orders), frame.lang, frame.currency
        ),
        "oldest": _oldest(open_orders, frame),
        "returned": formats.money(
            queries.returns_total(scope, months[MONTHS]), frame.lang, frame.currency
        ),
        "foreign": ", ".join(queries.foreign_currencies(scope)),
    }


def _page(params: QueryDict) -> int:
    text = params.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:6]) <= 99_999 else 1


def _pages(params: QueryDict, page: int, total: int, shown: int) -> Pages:
    first = (page - 1) * queries.ORDERS_ON_A_PAGE + 1
    last = first + shown - 1
    return Pages(
        first if shown else 0,
        last if shown else 0,
        total,
        f"{query_with(params, page=page - 1)}#orders" if page > 1 else "",
        f"{query_with(params, page=page + 1)}#orders" if last < total and shown else "",
    )


def month_starts(today: date, count: int) -> list[date]:
    """The first days of the last `count` months, this one included, oldest first."""
    index = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(index - count + 1, index + 1)]


def _amount(frame: Frame) -> Any:
    """Values of charts are whole units of money; they read in 万 and 亿."""
    return lambda value: formats.money(round(value) * E4, frame.lang)


def _units(units_e4: int) -> float:
    return units_e4 / E4


def monthly_chart(
    months: Sequence[date],
    sales: Mapping[date, int],
    payments: Mapping[date, int],
    frame: Frame,
) -> Chart:
    """Sales and payments of twelve months."""
    shown = months[MONTHS:]
    best = max(shown, key=lambda month: (sales.get(month, 0), month))
    finding = _("Best month %(month)s with %(amount)s") % {
        "month": formats.month(best, frame.lang),
        "amount": formats.money(sales.get(best, 0), frame.lang, frame.currency),
    }
    return columns(
        finding,
        [_month(month, frame) for month in shown],
        [
            Series(_("Sales"), [_units(sales.get(month, 0)) for month in shown], 1),
            Series(_("Payments"), [_units(payments.get(month, 0)) for month in shown], 3),
        ],
        text=_amount(frame),
        note=_unit(frame),
    )


def running_chart(months: Sequence[date], sales: Mapping[date, int], frame: Frame) -> Chart:
    """The running total beside that of the twelve months before."""
    now = list(accumulate(_units(sales.get(month, 0)) for month in months[MONTHS:]))
    before = list(accumulate(_units(sales.get(month, 0)) for month in months[:MONTHS]))
    if before[-1]:
        change = formats.percent((now[-1] - before[-1]) * 100 / before[-1], signed=True)
        finding = _("%(change)s against the twelve months before") % {"change": change}
    else:
        finding = _("%(amount)s in twelve months, nothing in the twelve before") % {
            "amount": formats.money(round(now[-1]) * E4, frame.lang, frame.currency)
        }
    return lines(
        finding,
        [_month(month, frame) for month in months[MONTHS:]],
        [Series(_("This year"), now, 1), Series(_("Year before"), before, 0)],
        text=_amount(frame),
        note=_unit(frame),
        from_zero=True,
    )


def _month(month: date, frame: Frame) -> str:
    if formats.is_chinese(frame.lang):
        return f"{month.month}月"
    return formats.month(month, frame.lang).split(" ")[0]


def _unit(frame: Frame) -> str:
    return formats.money_unit("one", frame.currency, frame.lang)


def mix_chart(mix: Sequence[queries.MixLine], frame: Frame) -> Chart:
    """Sales of twelve months by product category."""
    total = sum(line.amount_e4 for line in mix)
    first = mix[0]
    share = formats.percent(first.amount_e4 * 100 / total) if total > 0 else formats.MISSING
    finding = _("%(category)s makes %(share)s of the sales") % {
        "category": first.category or _("(none)"),
        "share": share,
    }
    steps = [
        Step(
            line.category or _("(none)"),
            _units(line.amount_e4),
            formats.money(line.amount_e4, frame.lang),
        )
        for line in mix[: queries.MIX_SHOWN]
    ]
    return bars(finding, steps, note=_("12 months, %(unit)s") % {"unit": _unit(frame)})


def _order(one: queries.OrderLineView, frame: Frame) -> OrderRow:
    lang, today = frame.lang, frame.asked.today
    margin = formats.MISSING
    if one.cost_e4 is not None and one.amount_e4:
        margin = formats.percent((one.amount_e4 - one.cost_e4) * 100 / one.amount_e4)
    return OrderRow(
        number=one.order_no,
        on=formats.day(one.ordered_on, lang, today),
        due=formats.day(one.due_on, lang, today),
        status=one.status,
        amount=formats.money_full(one.amount_e4, one.currency),
        margin=margin,
        paid=formats.money_full(one.paid_e4, one.currency),
        lines=formats.number(one.lines),
    )


def age_rows(open_orders: Sequence[queries.Owed], frame: Frame) -> list[AgeRow]:
    """Receivables by how late they are."""
    if not open_orders:
        return []
    labels = {
        "not_due": _("Not due yet"),
        "30": _("1 to 30 days late"),
        "60": _("31 to 60 days late"),
        "90": _("61 to 90 days late"),
        "more": _("More than 90 days late"),
    }
    tones = {"30": "due", "60": "due", "90": "over", "more": "over"}
    sums = dict.fromkeys(labels, 0)
    counts = dict.fromkeys(labels, 0)
    for one in open_orders:
        key = _age(one.days_late)
        sums[key] += one.rest_e4
        counts[key] += 1
    total = sum(sums.values())
    return [
        AgeRow(
            label,
            formats.money(sums[key], frame.lang),
            counts[key],
            sums[key] / total if total else 0.0,
            tones.get(key, "") if sums[key] else "",
        )
        for key, label in labels.items()
    ]


def _age(days_late: int | None) -> str:
    if days_late is None:
        return "not_due"
    return next(key for limit, key in AGES if limit is None or days_late <= limit)


def _oldest(open_orders: Sequence[queries.Owed], frame: Frame) -> str:
    late = [one for one in open_orders if one.days_late is not None and one.days_late > 0]
    if not late:
        return ""
    worst = max(late, key=lambda one: one.days_late or 0)
    return _("Oldest: order %(number)s, %(late)s, %(amount)s") % {
        "number": worst.order_no,
        "late": formats.overdue(worst.days_late, frame.lang),
        "amount": formats.money(worst.rest_e4, frame.lang, frame.currency),
    }
