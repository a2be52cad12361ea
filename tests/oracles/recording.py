"""Whether a kind of fact was ever recorded, said once more and independently of the product's code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any


Rows = dict[str, list[dict[str, Any]]]

HAPPENED = {
    "orders": "ordered_on",
    "order_lines": "ordered_on",
    "payments": "paid_on",
    "returns": "returned_on",
    "interactions": "occurred_on",
    "complaints": "opened_on",
    "satisfaction": "answered_on",
    "ratings": "rated_on",
    "referrals": "referred_on",
    "services": "delivered_on",
}


def some(table: str, condition: Callable[[dict[str, Any]], bool] = lambda row: True):
    def ever(rows: Rows, as_of: date) -> bool:
        return any(condition(r) for r in rows[table] if r[HAPPENED[table]] <= as_of)

    return ever


LINES, ORDERS = some("order_lines"), some("orders")
CUSTOM = some("order_lines", lambda r: r["is_custom"])
PRODUCTS = some("order_lines", lambda r: r["product_id"] is not None)
DISCOUNTS = some("order_lines", lambda r: r["discount_e4"] != 0)
COSTS = some("order_lines", lambda r: r["cost_e4"] is not None)
DUE = some("orders", lambda r: r["receivable_e4"] is not None and r["due_on"] is not None)
TRAINING = some("services", lambda r: r["kind"] == "training")
SUPPORT = some("services", lambda r: r["kind"] == "support")

NEEDS: dict[str, tuple[Callable[[Rows, date], bool], ...]] = {
    **dict.fromkeys(
        (
            "spend_e4", "spend_year_ago_e4", "growth_yoy_pct", "slope_12m_pct", "cost_known_pct",
            "industry_spend_pct", "contribution_pct", "pareto_pct", "abc_class",
            "margin_contribution_pct",
        ),
        (LINES,),
    ),
    **dict.fromkeys(
        (
            "orders", "active_months", "days_since_latest_order", "order_gap_days",
            "silence_ratio", "repeat_pct", "rfm_recency", "rfm_frequency", "purchase_frequency",
        ),
        (ORDERS,),
    ),
    **dict.fromkeys(("average_order_e4", "rfm_monetary"), (LINES, ORDERS)),
    **dict.fromkeys(("margin_e4", "margin_pct"), (COSTS,)),
    **dict.fromkeys(("product_breadth", "category_coverage_pct"), (PRODUCTS,)),
    **dict.fromkeys(
        ("interactions", "meeting_share_pct", "days_since_interaction"), (some("interactions"),)
    ),
    **dict.fromkeys(("complaints", "complaints_open"), (some("complaints"),)),
    **dict.fromkeys(("referrals_made", "referrals_won"), (some("referrals"),)),
    **dict.fromkeys(
        ("satisfaction_nps", "satisfaction_csat", "satisfaction_ces", "satisfaction_pct"),
        (some("satisfaction"),),
    ),
    "discount_pct": (LINES, DISCOUNTS),
    "customisation_pct": (LINES, CUSTOM),
    "return_rate_pct": (LINES, some("returns")),
    "training_hours_milli": (TRAINING,),
    "support_hours_milli": (SUPPORT,),
    "payment_delay_days": (some("payments"),),
    "overdue_e4": (DUE,),
    "tenure_days": (),
}  # fmt: skip


def is_recorded(key: str, rows: Rows, as_of: date) -> bool:
    """Whether everything that an indicator counts was recorded by a day."""
    needs = (some("ratings"),) if key.startswith("rating_") else NEEDS[key]
    return all(ever(rows, as_of) for ever in needs)
