"""Orders with their lines, and what came back of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.facts.enums import OrderStatus
from jishi.facts.queries import (
    OrderTotal,
    first_lines_of,
    order_lines_of,
    orders_of,
    returns_of,
)
from jishi.web import formats
from jishi.web.components.parts import Pages, query_with
from jishi.web.wording import listed


if TYPE_CHECKING:
    from jishi.facts.models import Order, OrderLine, Return
    from jishi.foundation.models import User

ORDERS_ON_A_PAGE = 20
LINES_BELOW = 10
LINES_ON_A_PAGE = 100
RETURNS_SHOWN = 10
PRODUCTS_NAMED = 3


@dataclass(frozen=True)
class LineRow:
    product: str
    number: str
    quantity: str
    price: str
    amount: str
    discount: str
    cost: str


@dataclass(frozen=True)
class OrderRow:
    """`more` counts the lines that are not listed; all of them are at `url`. `late` says for how long
    something of it has been owed; empty when nothing is overdue."""

    number: str
    url: str
    on: str
    due: str
    status: str
    method: str
    late: str
    amount: str
    margin: str
    receivable: str
    paid: str
    lines_text: str
    products: str
    lines: Sequence[LineRow]
    more: int


@dataclass(frozen=True)
class ReturnRow:
    on: str
    order: str
    order_url: str
    product: str
    quantity: str
    amount: str
    reason: str


def rows_of_page(
    user: User, customer_id: int, params: QueryDict, total: int, *, lang: str, today: date
) -> tuple[list[OrderRow], Pages]:
    """A page of a customer's orders, the latest first, each with its first lines."""
    page = page_asked(params)
    start = (page - 1) * ORDERS_ON_A_PAGE
    found = orders_of(user, [customer_id], as_of=today, limit=ORDERS_ON_A_PAGE, offset=start)
    lines = first_lines_of(user, [one.order.order_ref for one in found], most=LINES_BELOW)
    rows = [order_row(one, lines.get(one.order.order_ref, ()), lang, today) for one in found]
    return rows, pages(params, page, ORDERS_ON_A_PAGE, total, len(found), "orders")


def page_asked(params: QueryDict) -> int:
    text = params.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:6]) <= 99_999 else 1


def pages(params: QueryDict, page: int, size: int, total: int, shown: int, place: str) -> Pages:
    first = (page - 1) * size + 1
    last = first + shown - 1
    return Pages(
        first if shown else 0,
        last if shown else 0,
        total,
        f"{query_with(params, page=page - 1)}#{place}" if page > 1 else "",
        f"{query_with(params, page=page + 1)}#{place}" if last < total and shown else "",
    )


def order_row(one: OrderTotal, lines: Sequence[OrderLine], lang: str, today: date) -> OrderRow:
    order = one.order
    margin = formats.MISSING
    if one.cost_e4 is not None and one.amount_e4:
        margin = formats.percent((one.amount_e4 - one.cost_e4) * 100 / one.amount_e4)
    names = list(dict.fromkeys(name for line in lines if (name := product_name(line))))
    named = listed(names[:PRODUCTS_NAMED])
    return OrderRow(
        number=order.order_no,
        url=reverse("web:customer_order", args=[order.customer_id, order.order_ref]),
        on=formats.day(order.occurred_on, lang, today),
        due=formats.day(order.due_on, lang, today),
        status=str(order.get_status_display()),
        method=str(order.get_payment_method_display()) if order.payment_method else "",
        late=_late(one, lang, today),
        amount=formats.money_full(one.amount_e4, order.currency),
        margin=margin,
        receivable=formats.money_full(order.receivable_e4, order.currency),
        # Of an order of which nobody tracks what is to be paid, "0 paid" would say that it is unpaid.
        paid=formats.money_full(
            one.paid_e4 if one.paid_e4 or order.receivable_e4 is not None else None, order.currency
        ),
        lines_text=formats.number(one.lines),
        products=f"{named} …" if len(names) > PRODUCTS_NAMED else named,
        lines=[line_row(line) for line in lines],
        more=max(0, one.lines - len(lines)),
    )


def _late(one: OrderTotal, lang: str, today: date) -> str:
    """Overdue as the receivables by age count it."""
    order = one.order
    owed = order.status != OrderStatus.CANCELLED and (order.receivable_e4 or 0) > one.paid_e4
    if not owed or order.due_on is None or order.due_on >= today:
        return ""
    return formats.overdue((today - order.due_on).days, lang)


def product_name(row: OrderLine | Return) -> str:
    if row.product is not None:
        return row.product.name
    return getattr(row, "description", "")


def line_row(line: OrderLine) -> LineRow:
    price = formats.MISSING
    if line.quantity_milli:
        each = round(line.amount_e4 * 1000 / line.quantity_milli)
        price = formats.money_full(each, line.currency)
    return LineRow(
        product=product_name(line) or formats.MISSING,
        number=line.product.sku if line.product else "",
        quantity=formats.quantity(line.quantity_milli),
        price=price,
        amount=formats.money_full(line.amount_e4, line.currency),
        discount=formats.money_full(line.discount_e4, line.currency)
        if line.discount_e4
        else formats.MISSING,
        cost=formats.money_full(line.cost_e4, line.currency),
    )


def return_rows(found: Sequence[tuple[Return, str]], lang: str, today: date) -> list[ReturnRow]:
    return [_return(row, number, lang, today) for row, number in found]


def _return(row: Return, number: str, lang: str, today: date) -> ReturnRow:
    url = ""
    if number:
        url = reverse("web:customer_order", args=[row.customer_id, row.order_ref])
    return ReturnRow(
        on=formats.day(row.occurred_on, lang, today),
        order=number,
        order_url=url,
        product=product_name(row) or formats.MISSING,
        quantity=formats.quantity(row.quantity_milli),
        amount=formats.money_full(row.amount_e4, row.currency),
        reason=row.reason,
    )


def newest_returns(user: User, customer_id: int, lang: str, today: date) -> list[ReturnRow]:
    found = returns_of(user, [customer_id], as_of=today, limit=RETURNS_SHOWN)
    return return_rows(found, lang, today)


def whole_order(
    user: User, order: Order, params: QueryDict, lang: str, today: date
) -> Mapping[str, Any]:
    """One order with all its lines, page by page, and what came back of it."""
    lines = order_lines_of(user, order.order_ref)
    total = lines.count()
    page = page_asked(params)
    start = (page - 1) * LINES_ON_A_PAGE
    shown = list(lines[start : start + LINES_ON_A_PAGE])
    (head,) = orders_of(user, [order.customer_id], order_ref=order.order_ref)
    returned = returns_of(user, [order.customer_id], order_ref=order.order_ref, limit=100)
    row = order_row(head, (), lang, today)
    facts = [
        (_("Date"), row.on),
        (_("Status"), row.status),
        (_("Payment method"), row.method or formats.MISSING),
        (_("Amount before tax"), row.amount),
        (_("Margin"), row.margin),
        (_("To be paid, with tax"), row.receivable),
        (_("Paid"), row.paid),
        (_("Payment due"), f"{row.due} · {row.late}" if row.late else row.due),
    ]
    return {
        "order": row,
        "facts": facts,
        "lines": [line_row(line) for line in shown],
        "line_pages": pages(params, page, LINES_ON_A_PAGE, total, len(shown), "lines"),
        "returns": return_rows(returned, lang, today),
    }
