"""What a firm buys, pays and sends back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from random import Random

from jishi.facts.enums import OrderStatus, PaymentMethod
from jishi.jobs.demo.catalogue import ITEMS, Item
from jishi.jobs.demo.dates import History
from jishi.jobs.demo.firms import YUAN_E4, Firm, PlannedOrder, random_for


FEN_E4 = 100
VAT_PCT = 13
_ADVANCE_FROM_E4 = 300_000 * YUAN_E4
_RETURN_REASONS = ("运输损伤", "型号选错", "性能不达标", "客户项目变更", "批次质量问题")


@dataclass(slots=True)
class Line:
    item: Item
    quantity: int
    amount_e4: int
    discount_e4: int
    cost_e4: int | None


@dataclass(slots=True)
class PaymentPlan:
    paid_on: date
    amount_e4: int
    method: str


@dataclass(slots=True)
class ReturnPlan:
    returned_on: date
    item: Item
    quantity: int
    amount_e4: int
    reason: str


@dataclass(slots=True)
class Deal:
    """An order with everything that hangs on it."""

    firm: Firm
    ordered_on: date
    due_on: date
    status: str
    method: str
    receivable_e4: int = 0
    lines: list[Line] = field(default_factory=list)
    payments: list[PaymentPlan] = field(default_factory=list)
    returns: list[ReturnPlan] = field(default_factory=list)


@cache
def _shelf(categories: tuple[str, ...]) -> tuple[list[int], list[Item]]:
    """The products of some categories by price, with their prices."""
    items = sorted(
        (item for item in ITEMS if item.category in categories), key=lambda i: i.list_price_e4
    )
    return [item.list_price_e4 for item in items], items


def _to_fen(amount_e4: int) -> int:
    return amount_e4 // FEN_E4 * FEN_E4


def _compose(rng: Random, firm: Firm, target_e4: int) -> list[Line]:
    """One to five lines that add up to about the target."""
    prices, items = _shelf(firm.categories)
    net_per_mille = 1000 - firm.discount_per_mille
    wanted = rng.choices((1, 2, 3, 4, 5), (16, 30, 28, 17, 9))[0]
    rest_e4 = target_e4
    lines: list[Line] = []
    used: set[int] = set()
    for index in range(wanted):
        is_last = index == wanted - 1
        share_e4 = rest_e4 if is_last else int(rest_e4 * rng.uniform(0.35, 0.75))
        share_e4 = share_e4 * 1000 // net_per_mille
        # The last line fills up with something cheap, so that the sum comes close.
        ceiling_e4 = share_e4 // 4 if is_last and lines else share_e4
        affordable = bisect_right(prices, ceiling_e4)
        low = affordable // 2
        at = low + int(rng.random() * (affordable - low)) if affordable else 0
        item = items[at]
        if item.position in used or (lines and not affordable):
            continue
        used.add(item.position)
        line = _line(rng, firm, item, max(1, round(share_e4 / item.list_price_e4)))
        lines.append(line)
        rest_e4 -= line.amount_e4
        if rest_e4 <= 0:
            break
    return lines


def _line(rng: Random, firm: Firm, item: Item, quantity: int) -> Line:
    gross_e4 = item.list_price_e4 * quantity
    off = max(0, firm.discount_per_mille + rng.randint(-15, 15)) if firm.discount_per_mille else 0
    discount_e4 = _to_fen(gross_e4 * off // 1000)
    standard_e4 = item.standard_cost_e4 * quantity * firm.cost_per_mille // 1000
    cost_e4: int | None = _to_fen(int(standard_e4 * rng.uniform(0.97, 1.04)))
    if not firm.is_story and rng.random() < 0.02:
        cost_e4 = None  # the ledger does not know it
    return Line(item, quantity, gross_e4 - discount_e4, discount_e4, cost_e4)


def _status(rng: Random, firm: Firm, age_days: int) -> str:
    if not firm.is_story and rng.random() < 0.02:
        return OrderStatus.CANCELLED.value
    if age_days > 28:
        return OrderStatus.COMPLETED.value
    if age_days > 14:
        return OrderStatus.SHIPPED.value
    return OrderStatus.CONFIRMED.value if age_days > 3 else OrderStatus.OPEN.value


def _method(rng: Random, firm: Firm) -> str:
    if firm.customer_type == "retail":
        method = rng.choice((PaymentMethod.WECHAT, PaymentMethod.ALIPAY, PaymentMethod.TRANSFER))
    else:
        method = rng.choices((PaymentMethod.TRANSFER, PaymentMethod.ACCEPTANCE), (7, 3))[0]
    return method.value


def _pay(rng: Random, deal: Deal, today: date) -> None:
    """An advance on large orders; the rest when due, as punctually as the firm is."""
    firm = deal.firm
    rest_e4 = deal.receivable_e4
    if rest_e4 > _ADVANCE_FROM_E4 and not firm.is_story:
        advance_e4 = _to_fen(rest_e4 * 3 // 10)
        paid_on = deal.ordered_on + timedelta(days=rng.randint(0, 6))
        if paid_on <= today:
            deal.payments.append(PaymentPlan(paid_on, advance_e4, deal.method))
        rest_e4 -= advance_e4
    if not firm.is_story and rng.random() < 0.004:
        rest_e4 = _to_fen(rest_e4 // 2)  # a part stays in dispute
    late_days = round(rng.gauss(firm.delay_days, firm.delay_spread_days))
    paid_on = max(deal.ordered_on, deal.due_on + timedelta(days=late_days))
    if paid_on <= today and rest_e4:
        deal.payments.append(PaymentPlan(paid_on, rest_e4, deal.method))


def _send_back(rng: Random, deal: Deal, today: date) -> None:
    likely = 0.006 + 0.03 * (1 - deal.firm.mood)
    for line in deal.lines:
        if rng.random() >= likely:
            continue
        returned_on = deal.ordered_on + timedelta(days=rng.randint(8, 45))
        if returned_on > today:
            continue
        quantity = rng.randint(1, max(1, line.quantity // 3))
        amount_e4 = _to_fen(line.amount_e4 * quantity // line.quantity)
        reason = rng.choice(_RETURN_REASONS)
        deal.returns.append(ReturnPlan(returned_on, line.item, quantity, amount_e4, reason))


def _deal(rng: Random, firm: Firm, order: PlannedOrder, today: date) -> Deal:
    deal = Deal(
        firm=firm,
        ordered_on=order.ordered_on,
        due_on=order.ordered_on + timedelta(days=firm.payment_days),
        status=_status(rng, firm, (today - order.ordered_on).days),
        method=_method(rng, firm),
        lines=_compose(rng, firm, order.amount_e4),
    )
    net_e4 = sum(line.amount_e4 for line in deal.lines)
    deal.receivable_e4 = _to_fen(net_e4 * (100 + VAT_PCT) // 100)
    if deal.status != OrderStatus.CANCELLED:
        _pay(rng, deal, today)
        if deal.status != OrderStatus.OPEN:
            _send_back(rng, deal, today)
    return deal


def all_deals(firms: list[Firm], history: History) -> Iterator[Deal]:
    """The orders of three years with their lines, payments and returns."""
    for firm in firms:
        planned = firm.planned_orders(history)
        if planned:
            rng = random_for("deals", firm.code)
            for order in planned:
                yield _deal(rng, firm, order, history.today)
