"""Random companies for Hypothesis: few customers, few days, so that ties and edges are common."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any


FIRST = date(2024, 1, 1)
STATUSES = ("open", "confirmed", "shipped", "completed", "cancelled")


def company(seed: int, *, customers: int = 4, size: int = 8) -> dict[str, list[dict[str, Any]]]:
    """All twelve tables with up to `size` rows of each fact per customer."""
    r = random.Random(seed)

    def day() -> date:
        return FIRST + timedelta(days=r.choice((r.randrange(1100), r.randrange(0, 1100, 31))))

    def some() -> range:
        return range(r.randrange(size + 1))

    rows: dict[str, list[dict[str, Any]]] = {
        "customers": [
            {"customer_id": 10 + n, "code": f"C{n:02d}", "name": f"Customer {n}",
             "industry": r.choice((None, "", "C34", "C349", "I65")),
             "cooperation_since_on": r.choice((None, day()))}
            for n in range(customers)
        ],
        "products": [
            {"product_id": n, "sku": f"P{n}", "category": r.choice((None, "", "a", "b", "c"))}
            for n in range(1, 6)
        ],
    }  # fmt: skip
    for name in ("orders", "order_lines", "payments", "returns", "interactions", "complaints",
                 "satisfaction", "ratings", "referrals", "services"):  # fmt: skip
        rows[name] = []
    for one in rows["customers"]:
        _facts_of(one["customer_id"], rows, r, day, some)
    return rows


def _facts_of(customer: int, rows: dict[str, list[dict[str, Any]]], r: random.Random, day, some):
    def add(table: str, key: str, **values: Any) -> dict[str, Any]:
        row = {key: len(rows[table]) + 1, **values}
        rows[table].append(row)
        return row

    def money() -> int:
        return r.choice((0, 1, 9_999, r.randrange(10**9), r.randrange(10**13)))

    for _ in some():
        order = add("orders", "order_ref", customer_id=customer, order_no="S", ordered_on=day(),
                    due_on=r.choice((None, day())), status=r.choice(STATUSES),
                    receivable_e4=r.choice((None, money())))  # fmt: skip
        for _ in range(r.randrange(4)):
            amount = money() * r.choice((1, 1, 1, -1))
            add("order_lines", "line_id", order_ref=order["order_ref"], customer_id=customer,
                product_id=r.choice((None, 1, 2, 3, 4, 5)), ordered_on=order["ordered_on"],
                quantity_milli=1000, amount_e4=amount, discount_e4=r.choice((0, money())),
                cost_e4=r.choice((None, money())), is_custom=r.random() < 0.3,
                status=order["status"])  # fmt: skip
        for _ in range(r.randrange(3)):
            add("payments", "payment_id", customer_id=customer, paid_on=day(), amount_e4=money(),
                order_ref=r.choice((None, order["order_ref"])))  # fmt: skip
    for _ in some():
        add("returns", "return_id", customer_id=customer, returned_on=day(), amount_e4=money(),
            quantity_milli=1000)  # fmt: skip
        add("interactions", "interaction_id", customer_id=customer, occurred_on=day(),
            channel=r.choice(("phone", "meeting", "email")))  # fmt: skip
        add("complaints", "complaint_id", customer_id=customer, opened_on=day(),
            closed_on=r.choice((None, day())), severity=r.randrange(1, 4))  # fmt: skip
        instrument, low, high = r.choice((("nps", 0, 10), ("csat", 1, 5), ("ces", 1, 7)))
        add("satisfaction", "answer_id", customer_id=customer, answered_on=day(),
            instrument=instrument, score_milli=r.randrange(low * 1000, high * 1000 + 1))  # fmt: skip
        add("ratings", "rating_id", customer_id=customer, rated_on=day(),
            criterion=r.choice(("potential", "winnable")), value_pct=r.randrange(101))  # fmt: skip
        add("referrals", "referral_id", referrer_id=customer, referred_on=day(),
            won=r.random() < 0.5)  # fmt: skip
        add("services", "service_id", customer_id=customer, delivered_on=day(),
            kind=r.choice(("training", "support", "customisation")),
            hours_milli=r.randrange(10**5))  # fmt: skip
