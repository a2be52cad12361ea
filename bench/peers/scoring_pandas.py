"""P1 in pandas: masks computed once, one groupby per grain, average ranks."""

from __future__ import annotations

from datetime import date
from typing import Any

from bench import p01_full_scoring as p1
from bench.data import AS_OF, company
from bench.measure import Meter
from bench.rows import Figures


def run(meter: Meter, options: Figures) -> Figures:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    data = company(options["lines"])
    share = p1.weights()

    def day(text: str) -> int:
        return date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal()

    start, slope, end = day(p1.START_ON), day(p1.SLOPE_ON), day(p1.END_ON)
    year_ago_end = day(p1.YEAR_AGO_END_ON)

    def read(table: str, columns: list[str]) -> pd.DataFrame:
        keep = (
            (pc.field("status") != "cancelled")
            & pc.field("superseded_at").is_null()
            & (pc.field("ordered_on") < date.fromisoformat(p1.END_ON))
        )
        arrow = pq.read_table(data.path(table), columns=columns, filters=keep)
        at = arrow.column_names.index("ordered_on")
        arrow = arrow.set_column(at, "ordered_on", arrow["ordered_on"].cast(pa.int32()))
        return arrow.to_pandas(self_destruct=True, split_blocks=True)

    def month_of(days: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        return months + 1970 * 12 + 1 - p1.BASE_MONTH

    with meter.work():
        frame = read(
            "order_lines", ["customer_id", "product_id", "ordered_on", "amount_e4", "cost_e4"]
        )
        on = frame["ordered_on"].to_numpy()
        amount = frame["amount_e4"].to_numpy()
        cost = frame["cost_e4"].to_numpy()
        inside, recent, before = on >= start, on >= slope, on < year_ago_end
        costed = inside & ~np.isnan(cost)
        parts = pd.DataFrame(
            {
                "customer_id": frame["customer_id"].to_numpy(),
                "spend": np.where(inside, amount, 0),
                "costed": np.where(costed, amount, 0),
                "has_cost": costed,
                "cost": np.where(costed, cost, 0.0),
                "year_ago": np.where(before, amount, 0),
                "recent": np.where(recent, amount, 0),
                "moment": np.where(recent, amount * (month_of(on) * 2 - 11), 0),
            },
            copy=False,
        )
        lines = parts.groupby("customer_id", sort=False).sum()
        del parts
        bought = frame.loc[inside & frame["product_id"].notna(), ["customer_id", "product_id"]]
        bought = bought.drop_duplicates()
        del frame, on, amount, cost
        products = pq.read_table(data.path("products"), columns=["product_id", "category"])
        catalogue = products.to_pandas()
        codes, names = pd.factorize(catalogue["category"].replace("", None))
        by_product = np.full(int(catalogue["product_id"].max()) + 1, -1)
        by_product[catalogue["product_id"].to_numpy()] = codes
        category = by_product[bought["product_id"].to_numpy().astype(np.int64)]
        counted = pd.DataFrame({"customer_id": bought["customer_id"], "category": category})
        breadth = bought.groupby("customer_id", sort=False).size().rename("products").to_frame()
        pairs = counted[counted["category"] >= 0].drop_duplicates()
        breadth["categories"] = pairs.groupby("customer_id", sort=False).size()
        del bought, counted, pairs
        orders = read("orders", ["customer_id", "ordered_on"])
        days = orders.groupby(["customer_id", "ordered_on"], sort=False).size().rename("n")
        days = days.reset_index()
        days["inside"] = days["ordered_on"] >= start
        days["orders"] = np.where(days["inside"], days["n"], 0)
        grouped = days.groupby("customer_id", sort=False)
        ordered = grouped.agg(
            orders=("orders", "sum"), days_inside=("inside", "sum"),
            first_on=("ordered_on", "min"), latest_on=("ordered_on", "max"),
        )  # fmt: skip
        within = days.loc[days["inside"], ["customer_id", "ordered_on"]]
        within = within.assign(month=month_of(within["ordered_on"].to_numpy()))
        active = within[["customer_id", "month"]].drop_duplicates()
        ordered["months"] = active.groupby("customer_id", sort=False).size()
        del orders, days, within, active
        columns = ["customer_id", "code", "cooperation_since_on"]
        customers = pq.read_table(data.path("customers"), columns=columns)
        since_on = customers["cooperation_since_on"].cast(pa.int32()).to_pandas()
        wide = customers.drop(["cooperation_since_on"]).to_pandas().assign(since=since_on)
        wide = wide.join(lines, on="customer_id").join(ordered, on="customer_id")
        wide = wide.join(breadth, on="customer_id")
        rows = _indicators(wide, len(names), start, end)
        total = np.zeros(len(wide))
        weight = np.zeros(len(wide))
        for key in p1.indicators():
            one = rows[key]
            points = (one.rank(method="average") - 1) * 100.0 / (one.count() - 1)
            if key in p1.LOWER_IS_BETTER:
                points = 100.0 - points
            micro = (points * 1_000_000).round()
            total += micro.fillna(0.0).to_numpy() * share[key]
            weight += micro.notna().to_numpy() * share[key]
        wide["score_micro"] = np.floor((total * 2 + weight) / (weight * 2)).astype(np.int64)
        wide = wide[["code", "score_micro"]].sort_values(
            ["score_micro", "code"], ascending=[False, True]
        )
        rank = np.arange(1, len(wide) + 1)
        chosen = max(1.0, np.floor(len(wide) * p1.SELECTED_PCT / 100 + 0.5))
        cuts = [max(1.0, np.floor(chosen * pct / 100 + 0.5)) for pct in p1.TIER_PCTS]
        tier = np.searchsorted(np.array(cuts), rank, side="left")
    return p1.keep_answer("pandas", wide["code"].to_numpy(), wide["score_micro"].to_numpy(),
                          rank, tier)  # fmt: skip


def _indicators(wide: Any, categories: int, start: int, end: int) -> dict[str, Any]:
    as_of = AS_OF.toordinal() - date(1970, 1, 1).toordinal()
    spend = wide["spend"].fillna(0)
    costed = wide["costed"].where(wide["has_cost"] > 0)
    orders = wide["orders"].fillna(0)
    before = wide["year_ago"].where(wide["year_ago"] > 0)
    since = wide[["first_on", "since"]].min(axis=1)
    recent = wide["recent"].where(wide["recent"] > 0)
    inside = wide["days_inside"].where(wide["days_inside"] > 0)
    return {
        "spend_e4": spend,
        "margin_pct": (costed - wide["cost"]) * 100 / costed.where(costed != 0),
        "orders": orders,
        "average_order_e4": spend / orders.where(orders != 0),
        "active_months": wide["months"].fillna(0),
        "product_breadth": wide["products"].fillna(0),
        "category_coverage_pct": wide["categories"].fillna(0) * 100 / categories,
        "days_since_latest_order": as_of - wide["latest_on"],
        "repeat_pct": (inside - (wide["first_on"] >= start)) * 100 / inside,
        "tenure_days": (as_of - since).where(since < end),
        "growth_yoy_pct": (spend - before) * 100 / before,
        "slope_12m_pct": wide["moment"] * 600 / (recent * 143),
    }
