"""A company small enough to check by hand; the examples in the docstrings ask it."""

from __future__ import annotations

from datetime import date
from typing import Any

from jishi.analytics.indicators.registry import Indicator
from jishi.analytics.tables import Tables, tables_from_rows
from jishi.analytics.windows import Window


AS_OF = date(2026, 6, 30)


def _orders() -> list[dict[str, Any]]:
    """A orders every 60 days and pays late; B ordered once, long ago; C never."""
    return [
        {
            "order_ref": 1,
            "customer_id": 1,
            "order_no": "S1",
            "ordered_on": date(2025, 5, 2),
            "status": "completed",
            "due_on": None,
            "receivable_e4": None,
        },
        {
            "order_ref": 2,
            "customer_id": 1,
            "order_no": "S2",
            "ordered_on": date(2026, 3, 3),
            "status": "completed",
            "due_on": date(2026, 4, 2),
            "receivable_e4": 3_000_000,
        },
        {
            "order_ref": 3,
            "customer_id": 1,
            "order_no": "S3",
            "ordered_on": date(2026, 5, 2),
            "status": "confirmed",
            "due_on": date(2026, 6, 1),
            "receivable_e4": 1_000_000,
        },
        {
            "order_ref": 4,
            "customer_id": 2,
            "order_no": "S4",
            "ordered_on": date(2025, 1, 10),
            "status": "completed",
            "due_on": None,
            "receivable_e4": None,
        },
        {
            "order_ref": 5,
            "customer_id": 2,
            "order_no": "S5",
            "ordered_on": date(2026, 6, 1),
            "status": "cancelled",
            "due_on": None,
            "receivable_e4": None,
        },
    ]


def _lines() -> list[dict[str, Any]]:
    shape = (
        # line, order, customer, product, day, amount, discount, cost, custom, status
        (1, 1, 1, 10, date(2025, 5, 2), 2_000_000, 0, 1_500_000, False, "completed"),
        (2, 2, 1, 10, date(2026, 3, 3), 2_000_000, 500_000, 1_500_000, False, "completed"),
        (3, 2, 1, 20, date(2026, 3, 3), 1_000_000, 0, 1_100_000, True, "completed"),
        (4, 3, 1, 10, date(2026, 5, 2), 1_000_000, 0, None, False, "confirmed"),
        (5, 4, 2, 30, date(2025, 1, 10), 9_000_000, 0, 8_000_000, False, "completed"),
        (6, 5, 2, 30, date(2026, 6, 1), 7_000_000, 0, 6_000_000, False, "cancelled"),
    )
    names = ("line_id", "order_ref", "customer_id", "product_id", "ordered_on", "amount_e4",
             "discount_e4", "cost_e4", "is_custom", "status")  # fmt: skip
    return [dict(zip(names, row, strict=True)) | {"quantity_milli": 1_000} for row in shape]


def example_tables() -> Tables:
    """Customers A, B and C with a handful of facts each."""
    return tables_from_rows(
        {
            "customers": [
                {"customer_id": 1, "code": "A", "name": "Alpha",
                 "cooperation_since_on": date(2025, 1, 1)},
                {"customer_id": 2, "code": "B", "name": "Beta"},
                {"customer_id": 3, "code": "C", "name": "Gamma"},
            ],
            "products": [
                {"product_id": 10, "sku": "P10", "category": "pumps"},
                {"product_id": 20, "sku": "P20", "category": "valves", "is_custom": True},
                {"product_id": 30, "sku": "P30", "category": "pipes"},
                {"product_id": 40, "sku": "P40", "category": "seals"},
            ],
            "orders": _orders(),
            "order_lines": _lines(),
            "payments": [
                {"payment_id": 1, "customer_id": 1, "order_ref": 2, "paid_on": date(2026, 4, 12),
                 "amount_e4": 2_000_000},
                {"payment_id": 2, "customer_id": 1, "order_ref": 2, "paid_on": date(2026, 5, 2),
                 "amount_e4": 1_000_000},
                {"payment_id": 3, "customer_id": 1, "order_ref": 3, "paid_on": date(2026, 6, 1),
                 "amount_e4": 400_000},
            ],
            "returns": [
                {"return_id": 1, "customer_id": 1, "order_ref": 2, "product_id": 20,
                 "returned_on": date(2026, 3, 20), "amount_e4": 200_000},
            ],
            "interactions": [
                {"interaction_id": n, "customer_id": 1, "occurred_on": date(2026, n, 5),
                 "channel": "meeting" if n == 4 else "phone"}
                for n in (1, 2, 4, 6)
            ],
            "complaints": [
                {"complaint_id": 1, "customer_id": 1, "opened_on": date(2026, 3, 21),
                 "closed_on": date(2026, 4, 1), "severity": 2},
                {"complaint_id": 2, "customer_id": 1, "opened_on": date(2026, 6, 10),
                 "severity": 1},
            ],
            "satisfaction": [
                {"answer_id": 1, "customer_id": 1, "answered_on": date(2026, 2, 1),
                 "instrument": "nps", "score_milli": 9_000},
                {"answer_id": 2, "customer_id": 1, "answered_on": date(2026, 5, 1),
                 "instrument": "csat", "score_milli": 4_000},
            ],
            "ratings": [
                {"rating_id": 1, "customer_id": 1, "rated_on": date(2026, 1, 1),
                 "criterion": "potential", "value_pct": 40},
                {"rating_id": 2, "customer_id": 1, "rated_on": date(2026, 5, 31),
                 "criterion": "potential", "value_pct": 70},
                {"rating_id": 3, "customer_id": 2, "rated_on": date(2024, 1, 1),
                 "criterion": "potential", "value_pct": 90},
            ],
            "referrals": [
                {"referral_id": 1, "referrer_id": 1, "referred_id": 2,
                 "referred_on": date(2026, 2, 2), "won": True},
                {"referral_id": 2, "referrer_id": 1, "referred_on": date(2026, 2, 3)},
            ],
            "services": [
                {"service_id": 1, "customer_id": 1, "delivered_on": date(2026, 2, 2),
                 "kind": "training", "hours_milli": 3_500},
                {"service_id": 2, "customer_id": 1, "delivered_on": date(2026, 3, 2),
                 "kind": "support", "hours_milli": 1_250},
            ],
        }
    )  # fmt: skip


def show(one: Indicator, *, months: int | None = 12) -> dict[str, Any]:
    """The indicator's value for A, B and C on 30 June 2026, rounded to four places for reading."""
    answer = one(example_tables(), as_of=AS_OF, window=Window(months)).to_pyarrow().to_pylist()
    values = {row["customer_id"]: row[one.key] for row in answer}
    return {
        code: round(values[n], 4) if isinstance(values[n], float) else values[n]
        for n, code in ((1, "A"), (2, "B"), (3, "C"))
    }
