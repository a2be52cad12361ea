"""交易: monthly bars with the running total, the product mix, orders, and what is owed by age."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from jishi.facts.queries import (
    Ageing,
    MixShare,
    currencies_of,
    daily_payments,
    daily_sales,
    fact_counts,
    product_mix,
    receivables_ageing,
)
from jishi.scoring.periods import month_starts
from jishi.web import formats
from jishi.web.components.parts import amount_text, worded
from jishi.web.pages.customers.presenters import orders
from jishi.web.pages.customers.presenters.listing import Frame
from jishi.web.svg.charts import Step, bars, columns, lines
from jishi.web.svg.plot import Chart, Series


if TYPE_CHECKING:
    from jishi.customers.models import Customer
    from jishi.foundation.models import User

MONTHS = 12
E4 = 10_000


@dataclass(frozen=True)
class AgeRow:
    label: str
    amount: str
    share: float
    tone: str


def content(user: User, customer: Customer, frame: Frame, params: QueryDict) -> dict[str, Any]:
    """What the tab shows."""
    today, currency, ids = frame.asked.today, frame.currency, [customer.pk]
    rolling = month_starts(frame.ends_on, 2 * MONTHS)
    calendar = calendar_months(frame.ends_on, MONTHS)
    asked: dict[str, Any] = {"currency": currency, "as_of": frame.ends_on}
    sales = daily_sales(user, ids, start_on=min(rolling[0], calendar[0]), **asked)
    payments = daily_payments(user, ids, start_on=calendar[0], **asked)
    mix = product_mix(user, ids, start_on=rolling[MONTHS], **asked)
    ageing = receivables_ageing(user, ids, currency=currency, as_of=today)
    counts = fact_counts(user, ids, as_of=today)
    listed, order_pages = orders.rows_of_page(
        user, customer.pk, params, counts["order"], lang=frame.lang, today=today
    )
    has_sales = any(sales.values())
    foreign = [one for one in currencies_of(user, ids) if one != currency]
    return {
        "has_sales": bool(counts["order"]),
        "monthly": monthly_chart(
            calendar, by_period(sales, calendar), by_period(payments, calendar), frame
        )
        if has_sales
        else None,
        "running": running_chart(rolling, by_period(sales, rolling), frame) if has_sales else None,
        "mix": mix_chart(mix, frame) if mix else None,
        "orders": listed,
        "order_pages": order_pages,
        "returns": orders.newest_returns(user, customer.pk, frame.lang, today),
        "returns_in_all": counts["return"],
        "ages": age_rows(ageing, frame),
        "owed_total": amount_text(ageing.open_e4 or None, frame.lang, currency),
        "oldest": _oldest(ageing, frame),
        "loose": amount_text(ageing.unassigned_e4, frame.lang, currency)
        if ageing.unassigned_e4
        else "",
        "foreign": ", ".join(foreign),
    }


def _amount(frame: Frame) -> Any:
    """Values of charts are whole units of money; they read in 万 and 亿."""
    return lambda value: formats.money(round(value * E4), frame.lang)


def _units(units_e4: int) -> float:
    return units_e4 / E4


def calendar_months(today: date, months: int) -> list[date]:
    """The first days of the latest calendar months, this one the last.

    >>> calendar_months(date(2026, 2, 14), 3)
    [datetime.date(2025, 12, 1), datetime.date(2026, 1, 1), datetime.date(2026, 2, 1)]
    """
    latest = today.year * 12 + today.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(latest - months + 1, latest + 1)]


def by_period(daily: Mapping[date, int], starts: Sequence[date]) -> list[int]:
    """Sums of the periods that begin on `starts`, ascending; days before the first are left out.

    >>> by_period({date(2026, 1, 31): 1, date(2026, 2, 1): 2}, [date(2026, 2, 1), date(2026, 3, 1)])
    [2, 0]
    """
    sums = [0] * len(starts)
    for day, amount in daily.items():
        if day >= starts[0]:
            sums[bisect_right(starts, day) - 1] += amount
    return sums


def monthly_chart(
    months: Sequence[date], sales: Sequence[int], payments: Sequence[int], frame: Frame
) -> Chart:
    """Sales and payments of calendar months, in 1/10,000 of the currency."""
    best = max(range(len(months)), key=lambda at: (sales[at], months[at]))
    finding = _("Best month %(month)s with %(amount)s") % {
        "month": formats.month(months[best], frame.lang),
        "amount": formats.money(sales[best], frame.lang, frame.currency),
    }
    return columns(
        finding,
        [_month(month, frame) for month in months],
        [
            Series(_("Sales"), [_units(amount) for amount in sales], 1),
            Series(_("Payments"), [_units(amount) for amount in payments], 3),
        ],
        text=_amount(frame),
        note=_unit(frame),
    )


def running_chart(starts: Sequence[date], sales: Sequence[int], frame: Frame) -> Chart:
    """The running total beside that of the twelve months before.

    Months that end on the day of the data, as the indicators count them: the last point is the head's
    figure, and the year before is not compared with a month that is not over.
    """
    before = list(accumulate(_units(amount) for amount in sales[:MONTHS]))
    now = list(accumulate(_units(amount) for amount in sales[MONTHS:]))
    if before[-1] > 0:
        change = formats.percent((now[-1] - before[-1]) * 100 / before[-1], signed=True)
        finding = _("%(change)s against the twelve months before") % {"change": change}
    else:
        finding = _("%(amount)s in twelve months, nothing in the twelve before") % {
            "amount": formats.money(round(now[-1] * E4), frame.lang, frame.currency)
        }
    today, last = frame.asked.today, frame.ends_on
    ends = [start - timedelta(days=1) for start in starts[MONTHS + 1 :]] + [last]
    return lines(
        finding,
        [_month(end, frame) for end in ends],
        [Series(_("These twelve months"), now, 1), Series(_("Twelve before"), before, 0)],
        text=_amount(frame),
        note=_("%(unit)s, %(start)s to %(end)s")
        % {
            "unit": _unit(frame),
            "start": formats.day(starts[MONTHS], frame.lang, today),
            "end": formats.day(last, frame.lang, today),
        },
        from_zero=True,
    )


def _month(month: date, frame: Frame) -> str:
    if formats.is_chinese(frame.lang):
        return f"{month.month}月"
    return formats.month(month, frame.lang).split(" ")[0]


def _unit(frame: Frame) -> str:
    return formats.money_unit("one", frame.currency, frame.lang)


def mix_chart(mix: Sequence[MixShare], frame: Frame) -> Chart:
    """Sales of twelve months by product category."""
    first = mix[0]
    finding = _("%(category)s makes %(share)s of the sales") % {
        "category": mix_label(first),
        "share": formats.percent(None if first.share_ratio is None else first.share_ratio * 100),
    }
    steps = [
        Step(mix_label(one), _units(one.amount_e4), formats.money(one.amount_e4, frame.lang))
        for one in mix
    ]
    return bars(finding, steps, note=_("12 months, %(unit)s") % {"unit": _unit(frame)})


def mix_label(one: MixShare) -> str:
    if one.is_rest:
        return _("All others")
    return one.label or _("(none)")


def age_labels() -> dict[str, str]:
    return {
        "not_due": _("Not due yet"),
        "1_30": _("1 to 30 days late"),
        "31_60": _("31 to 60 days late"),
        "61_90": _("61 to 90 days late"),
        "over_90": _("More than 90 days late"),
        "undated": _("Without a due date"),
    }


def age_rows(ageing: Ageing, frame: Frame) -> list[AgeRow]:
    """Receivables by how late they are."""
    if not ageing.open_e4:
        return []
    tones = {"1_30": "due", "31_60": "due", "61_90": "over", "over_90": "over"}
    return [
        AgeRow(
            label,
            formats.money(amount, frame.lang),
            amount / ageing.open_e4 if ageing.open_e4 else 0.0,
            tones.get(key, "") if amount else "",
        )
        for key, label in age_labels().items()
        if (amount := ageing.buckets[key]) or key != "undated"
    ]


def _oldest(ageing: Ageing, frame: Frame) -> str:
    worst = ageing.oldest
    if worst is None:
        return ""
    return worded(
        _("Oldest: order %(number)s, %(late)s, %(amount)s"),
        number=worst.order_no,
        late=formats.overdue(worst.days_overdue, frame.lang),
        amount=amount_text(worst.rest_e4, frame.lang, frame.currency),
    )
