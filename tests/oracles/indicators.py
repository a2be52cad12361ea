"""Every indicator a second time, in plain Python loops over plain rows; slow and obvious on purpose.

`ORACLES[key](rows, customer_id, as_of, months)` gives the value of one customer or None.
Nothing here is shared with the product's code, not even the month arithmetic.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from itertools import pairwise
from typing import Any


Rows = dict[str, list[dict[str, Any]]]


def boundary(end: date, months: int) -> date:
    """Go back month by month; a day that the month does not have means the first of the next one."""
    year, month = end.year, end.month
    for _ in range(months):
        month -= 1
        if month == 0:
            year, month = year - 1, 12
    try:
        return date(year, month, end.day)
    except ValueError:
        return date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)


def end_of(as_of: date) -> date:
    return as_of + timedelta(days=1)


def start_of(as_of: date, months: int | None) -> date:
    return date.min if months is None else boundary(end_of(as_of), months)


def mine(
    rows: Rows, table: str, customer: int, column: str = "customer_id"
) -> list[dict[str, Any]]:
    return [r for r in rows.get(table, []) if r[column] == customer]


def lines(rows: Rows, customer: int, start: date, end: date) -> list[dict[str, Any]]:
    return [
        r
        for r in mine(rows, "order_lines", customer)
        if r["status"] != "cancelled" and start <= r["ordered_on"] < end
    ]


def orders(rows: Rows, customer: int, end: date) -> list[dict[str, Any]]:
    return [
        r
        for r in mine(rows, "orders", customer)
        if r["status"] != "cancelled" and r["ordered_on"] < end
    ]


def inside(rows: Rows, table: str, customer: int, day: str, as_of: date, months: int | None,
           owner: str = "customer_id") -> list[dict[str, Any]]:  # fmt: skip
    start, end = start_of(as_of, months), end_of(as_of)
    return [r for r in mine(rows, table, customer, owner) if start <= r[day] < end]


def quotient(a: float, b: float) -> float | None:
    return None if b == 0 else a / b


def spend_e4(rows, c, as_of, months):
    return sum(r["amount_e4"] for r in lines(rows, c, start_of(as_of, months), end_of(as_of)))


def industry_spend_pct(rows, c, as_of, months):
    division = {r["customer_id"]: (r.get("industry") or "")[:3] for r in rows["customers"]}
    alike = [other for other in division if division[other] == division[c] != ""]
    spends = sorted(s for s in (spend_e4(rows, o, as_of, months) for o in alike) if s > 0)
    if len(spends) < 3:
        return None
    half, odd = divmod(len(spends), 2)
    middle = spends[half] if odd else (spends[half - 1] + spends[half]) / 2
    return 100 * spend_e4(rows, c, as_of, months) / middle


def costed(rows, c, as_of, months):
    found = lines(rows, c, start_of(as_of, months), end_of(as_of))
    return [r for r in found if r.get("cost_e4") is not None]


def margin_e4(rows, c, as_of, months):
    known = costed(rows, c, as_of, months)
    return sum(r["amount_e4"] - r["cost_e4"] for r in known) if known else None


def margin_pct(rows, c, as_of, months):
    known = costed(rows, c, as_of, months)
    return quotient(
        100 * sum(r["amount_e4"] - r["cost_e4"] for r in known), sum(r["amount_e4"] for r in known)
    )


def cost_known_pct(rows, c, as_of, months):
    found = lines(rows, c, start_of(as_of, months), end_of(as_of))
    return quotient(100 * len(costed(rows, c, as_of, months)), len(found))


def discount_pct(rows, c, as_of, months):
    found = lines(rows, c, start_of(as_of, months), end_of(as_of))
    off = sum(r["discount_e4"] for r in found)
    return quotient(100 * off, off + sum(r["amount_e4"] for r in found))


def customisation_pct(rows, c, as_of, months):
    found = lines(rows, c, start_of(as_of, months), end_of(as_of))
    return quotient(
        100 * sum(r["amount_e4"] for r in found if r["is_custom"]),
        sum(r["amount_e4"] for r in found),
    )


def orders_count(rows, c, as_of, months):
    start = start_of(as_of, months)
    return len([r for r in orders(rows, c, end_of(as_of)) if r["ordered_on"] >= start])


def purchase_frequency(rows, c, as_of, months):
    """Walk through the days that count and look how many of them lie on one order day."""
    ever = {r["ordered_on"] for r in orders(rows, c, end_of(as_of))}
    bought = {d for d in ever if d >= start_of(as_of, months)}
    if len(bought) < 2:
        return len(bought)
    window = (end_of(as_of) - start_of(as_of, months)).days
    known = (end_of(as_of) - min(ever)).days
    judged = max(known, 90)
    judged = min(judged, window)
    gap = judged / len(bought)
    return 5 if gap <= 10 else 4 if gap <= 45 else 3 if gap <= 136 else 2


def average_order_e4(rows, c, as_of, months):
    return quotient(spend_e4(rows, c, as_of, months), orders_count(rows, c, as_of, months))


def active_months(rows, c, as_of, months):
    found = [r["ordered_on"] for r in orders(rows, c, end_of(as_of))]
    found = [d for d in found if d >= start_of(as_of, months)]
    buckets = set()
    for d in found:
        k = 1
        while not boundary(end_of(as_of), k) <= d:
            k += 1
        buckets.add(k)
    return len(buckets)


def year_ago(rows, c, as_of, months):
    if months is None:
        return 0
    end = end_of(as_of)
    found = lines(rows, c, boundary(end, months + 12), boundary(end, 12))
    return sum(r["amount_e4"] for r in found)


def growth_yoy_pct(rows, c, as_of, months):
    before = year_ago(rows, c, as_of, months)
    if before <= 0:
        return None
    return 100 * (spend_e4(rows, c, as_of, months) - before) / before


def slope_12m_pct(rows, c, as_of, months):
    """Fit the line by the textbook formula over twelve monthly sums."""
    end = end_of(as_of)
    sums = []
    for k in range(12, 0, -1):
        until = end if k == 1 else boundary(end, k - 1)
        sums.append(sum(r["amount_e4"] for r in lines(rows, c, boundary(end, k), until)))
    if sum(sums) <= 0:
        return None
    mean_x, mean_y = 5.5, sum(sums) / 12
    slope = sum((x - mean_x) * (y - mean_y) for x, y in enumerate(sums)) / sum(
        (x - mean_x) ** 2 for x in range(12)
    )
    return 100 * slope / mean_y


def bought(rows, c, as_of, months):
    found = lines(rows, c, start_of(as_of, months), end_of(as_of))
    return {r["product_id"] for r in found if r.get("product_id") is not None}


def category_coverage_pct(rows, c, as_of, months):
    category = {p["product_id"]: p.get("category") for p in rows.get("products", [])}
    all_of_them = {one for one in category.values() if one}
    have = {category.get(p) for p in bought(rows, c, as_of, months)} - {None, ""}
    return quotient(100 * len(have), len(all_of_them))


def meeting_share_pct(rows, c, as_of, months):
    found = inside(rows, "interactions", c, "occurred_on", as_of, months)
    return quotient(100 * len([r for r in found if r["channel"] == "meeting"]), len(found))


def days_since_interaction(rows, c, as_of, months):
    days = [r["occurred_on"] for r in mine(rows, "interactions", c) if r["occurred_on"] <= as_of]
    return (as_of - max(days)).days if days else None


def hours(kind):
    def of(rows, c, as_of, months):
        found = inside(rows, "services", c, "delivered_on", as_of, months)
        return sum(r["hours_milli"] for r in found if r["kind"] == kind)

    return of


def order_days(rows, c, as_of):
    return sorted({r["ordered_on"] for r in orders(rows, c, end_of(as_of))})


def tenure_days(rows, c, as_of, months):
    days = order_days(rows, c, as_of)[:1]
    since = next(r.get("cooperation_since_on") for r in rows["customers"] if r["customer_id"] == c)
    candidates = days + ([since] if since is not None and since <= as_of else [])
    return (as_of - min(candidates)).days if candidates else None


def days_since_latest_order(rows, c, as_of, months):
    days = order_days(rows, c, as_of)
    return (as_of - days[-1]).days if days else None


def order_gap_days(rows, c, as_of, months):
    days = order_days(rows, c, as_of)
    gaps = [(b - a).days for a, b in pairwise(days)]
    return sum(gaps) / len(gaps) if gaps else None


def silence_ratio(rows, c, as_of, months):
    gap = order_gap_days(rows, c, as_of, months)
    return None if gap is None else days_since_latest_order(rows, c, as_of, months) / gap


def repeat_pct(rows, c, as_of, months):
    days = order_days(rows, c, as_of)
    in_window = [d for d in days if d >= start_of(as_of, months)]
    return quotient(100 * len([d for d in in_window if d != days[0]]), len(in_window))


def return_rate_pct(rows, c, as_of, months):
    spend = spend_e4(rows, c, as_of, months)
    back = sum(r["amount_e4"] for r in inside(rows, "returns", c, "returned_on", as_of, months))
    return 100 * back / spend if spend > 0 else None


def referrals(won):
    def of(rows, c, as_of, months):
        found = inside(rows, "referrals", c, "referred_on", as_of, months, "referrer_id")
        return len([r for r in found if r["won"] or not won])

    return of


def payment_delay_days(rows, c, as_of, months):
    due = {r["order_ref"]: r["due_on"] for r in rows.get("orders", [])
           if r["status"] != "cancelled" and r["ordered_on"] <= as_of and r.get("due_on")}  # fmt: skip
    found = [r for r in inside(rows, "payments", c, "paid_on", as_of, months)
             if r.get("order_ref") in due]  # fmt: skip
    weighted = sum(r["amount_e4"] * (r["paid_on"] - due[r["order_ref"]]).days for r in found)
    return quotient(weighted, sum(r["amount_e4"] for r in found))


def overdue_e4(rows, c, as_of, months):
    tracked = [r for r in orders(rows, c, end_of(as_of))
               if r.get("receivable_e4") is not None and r.get("due_on") is not None]  # fmt: skip
    if not tracked:
        return None
    total = 0
    for order in tracked:
        paid = sum(p["amount_e4"] for p in rows.get("payments", [])
                   if p.get("order_ref") == order["order_ref"] and p["paid_on"] <= as_of)  # fmt: skip
        if order["due_on"] < as_of:
            total += max(0, order["receivable_e4"] - paid)
    return total


def complaints_open(rows, c, as_of, months):
    found = [r for r in mine(rows, "complaints", c) if r["opened_on"] <= as_of]
    return len([r for r in found if r.get("closed_on") is None or r["closed_on"] > as_of])


SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


def satisfaction(*instruments):
    def of(rows, c, as_of, months):
        found = inside(rows, "satisfaction", c, "answered_on", as_of, months)
        points = []
        for r in found:
            if r["instrument"] in instruments:
                low, high = SCALES[r["instrument"]]
                points.append(100 * (r["score_milli"] / 1000 - low) / (high - low))
        return sum(points) / len(points) if points else None

    return of


def rating(criterion, *, age):
    def of(rows, c, as_of, months):
        found = [r for r in mine(rows, "ratings", c)
                 if r["criterion"] == criterion and r["rated_on"] <= as_of]  # fmt: skip
        if not found:
            return None
        latest = max(found, key=lambda r: (r["rated_on"], r["rating_id"]))
        days = (as_of - latest["rated_on"]).days
        if age:
            return days
        return latest["value_pct"] if days <= 365 else None

    return of


def count(table, day):
    return lambda rows, c, as_of, months: len(inside(rows, table, c, day, as_of, months))


ORACLES: dict[str, Any] = {
    "spend_e4": spend_e4,
    "margin_e4": margin_e4,
    "margin_pct": margin_pct,
    "cost_known_pct": cost_known_pct,
    "discount_pct": discount_pct,
    "average_order_e4": average_order_e4,
    "spend_year_ago_e4": year_ago,
    "growth_yoy_pct": growth_yoy_pct,
    "slope_12m_pct": slope_12m_pct,
    "orders": orders_count,
    "purchase_frequency": purchase_frequency,
    "active_months": active_months,
    "product_breadth": lambda rows, c, as_of, months: len(bought(rows, c, as_of, months)),
    "category_coverage_pct": category_coverage_pct,
    "customisation_pct": customisation_pct,
    "interactions": count("interactions", "occurred_on"),
    "meeting_share_pct": meeting_share_pct,
    "industry_spend_pct": industry_spend_pct,
    "days_since_interaction": days_since_interaction,
    "training_hours_milli": hours("training"),
    "support_hours_milli": hours("support"),
    "tenure_days": tenure_days,
    "days_since_latest_order": days_since_latest_order,
    "order_gap_days": order_gap_days,
    "silence_ratio": silence_ratio,
    "repeat_pct": repeat_pct,
    "return_rate_pct": return_rate_pct,
    "referrals_made": referrals(won=False),
    "referrals_won": referrals(won=True),
    "payment_delay_days": payment_delay_days,
    "overdue_e4": overdue_e4,
    "complaints": count("complaints", "opened_on"),
    "complaints_open": complaints_open,
    "satisfaction_nps": satisfaction("nps"),
    "satisfaction_csat": satisfaction("csat"),
    "satisfaction_ces": satisfaction("ces"),
    "satisfaction_pct": satisfaction("nps", "csat", "ces"),
}


def population_oracle(key: str, rows: Rows, as_of: date, months: int | None) -> list[Any]:
    """The population indicators, customer by customer against all others."""
    ids = [r["customer_id"] for r in rows["customers"]]
    spend = [spend_e4(rows, c, as_of, months) for c in ids]
    margin = [margin_e4(rows, c, as_of, months) for c in ids]
    ordered = [orders_count(rows, c, as_of, months) for c in ids]
    days = [days_since_latest_order(rows, c, as_of, months) for c in ids]
    if key in ("contribution_pct", "margin_contribution_pct"):
        values = spend if key == "contribution_pct" else margin
        total = sum(v for v in values if v is not None)
        return [None if v is None or total <= 0 else 100 * v / total for v in values]
    positive = sum(s for s in spend if s > 0)
    if key == "pareto_pct":
        return [100 * sum(s for s in spend if s >= v) / positive if v > 0 else None for v in spend]
    if key == "abc_class":
        return [_abc(v, spend, positive) for v in spend]
    values = {"rfm_recency": [None if d is None else -d for d in days], "rfm_frequency": ordered,
              "rfm_monetary": spend}[key]  # fmt: skip
    among = [v for v, n in zip(values, ordered, strict=True) if n > 0]
    return [
        1 + math.floor(5 * sum(1 for other in among if other < v) / len(among)) if n > 0 else None
        for v, n in zip(values, ordered, strict=True)
    ]


def _abc(value, spend, positive):
    if value <= 0:
        return 1
    above = 100 * sum(s for s in spend if s > value) / positive
    return 3 if above < 80 else 2 if above < 95 else 1


def quarter_spend(rows: Rows, customer: int, as_of: date, quarters: int) -> list[int]:
    """Sales of the trailing quarters, oldest first."""
    end = end_of(as_of)
    sums = []
    for n in range(quarters, 0, -1):
        until = end if n == 1 else boundary(end, 3 * (n - 1))
        sums.append(sum(r["amount_e4"] for r in lines(rows, customer, boundary(end, 3 * n), until)))
    return sums
