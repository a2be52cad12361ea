"""P1 in Polars: three lazy aggregations in the streaming engine, then ranks over expressions."""

from __future__ import annotations

from datetime import date
from typing import Any

from bench import p01_full_scoring as p1
from bench.data import AS_OF, company
from bench.measure import Meter
from bench.rows import Figures


def run(meter: Meter, options: Figures) -> Figures:
    import polars as pl
    import pyarrow  # noqa: F401 - imports are not timed

    data = company(options["lines"])
    share = p1.weights()
    start, slope, end = (date.fromisoformat(d) for d in (p1.START_ON, p1.SLOPE_ON, p1.END_ON))
    year_ago_end = date.fromisoformat(p1.YEAR_AGO_END_ON)
    day = pl.col("ordered_on")
    amount = pl.col("amount_e4")
    month = day.dt.year().cast(pl.Int64) * 12 + day.dt.month().cast(pl.Int64) - p1.BASE_MONTH

    def kept(table: str) -> pl.LazyFrame:
        scan = pl.scan_parquet(data.path(table))
        return scan.filter(
            (pl.col("status") != "cancelled") & pl.col("superseded_at").is_null() & (day < end)
        )

    with meter.work():
        inside = day >= start
        recent = day >= slope
        costed = inside & pl.col("cost_e4").is_not_null()
        nothing = pl.lit(None, pl.Int64)
        lines = (
            kept("order_lines")
            .filter(day >= date.fromisoformat(p1.EARLIEST_ON))
            .select(
                "customer_id",
                inside=inside,
                spend=pl.when(inside).then(amount).otherwise(0),
                costed=pl.when(costed).then(amount).otherwise(0),
                is_costed=costed,
                cost=pl.when(costed).then("cost_e4").otherwise(0),
                is_year_ago=day < year_ago_end,
                year_ago=pl.when(day < year_ago_end).then(amount).otherwise(0),
                recent=pl.when(recent).then(amount).otherwise(nothing),
                moment=pl.when(recent).then(amount * (month * 2 - 11)).otherwise(0),
            )
            .group_by("customer_id")
            .agg(
                pl.col("spend", "costed", "cost", "year_ago", "recent", "moment").sum(),
                pl.col("is_costed").any(),
                pl.col("is_year_ago").any(),
            )
        )
        days = kept("orders").group_by("customer_id", "ordered_on").agg(n=pl.len())
        ordered = days.group_by("customer_id").agg(
            orders=pl.when(inside).then("n").otherwise(0).sum().cast(pl.Int64),
            days_inside=inside.sum().cast(pl.Int64),
            first_on=day.min(),
            latest_on=day.max(),
            months=pl.when(inside)
            .then(pl.lit(2) ** (month + 12).clip(0).cast(pl.UInt32))
            .otherwise(0)
            .cast(pl.Int64)
            .bitwise_or()
            .bitwise_count_ones()
            .cast(pl.Int64),
        )
        products = pl.scan_parquet(data.path("products")).select("product_id", "category")
        products = products.with_columns(
            category=pl.when(pl.col("category") != "").then("category").cast(pl.Categorical)
            .to_physical()
        )  # fmt: skip
        breadth = (
            kept("order_lines")
            .filter(inside & pl.col("product_id").is_not_null())
            .select("customer_id", "product_id")
            .unique()
            .join(products, on="product_id", how="left")
            .group_by("customer_id")
            .agg(products=pl.len().cast(pl.Int64), categories=pl.col("category").drop_nulls()
                 .n_unique().cast(pl.Int64))
        )  # fmt: skip
        customers = pl.scan_parquet(data.path("customers")).select(
            "customer_id", "code", "cooperation_since_on"
        )
        people, summed, timed, bought, categories = pl.collect_all(
            [customers, lines, ordered, breadth,
             products.select(pl.col("category").drop_nulls().n_unique())],
            engine="streaming",
        )  # fmt: skip
        wide = (
            people.lazy()
            .join(summed.lazy(), on="customer_id", how="left")
            .join(timed.lazy(), on="customer_id", how="left")
            .join(bought.lazy(), on="customer_id", how="left")
        )
        answer = _scored(wide, int(categories.item()), share, start, end).collect(
            engine="streaming"
        )
    return p1.keep_answer(
        "polars", answer["code"].to_arrow(), answer["score_micro"].to_arrow(),
        answer["rank"].to_arrow(), answer["tier"].to_arrow(),
    )  # fmt: skip


def _scored(wide: Any, all_categories: int, share: dict[str, int], start: date, end: date) -> Any:
    import polars as pl

    def over(a: pl.Expr, b: pl.Expr) -> pl.Expr:
        below = b.cast(pl.Float64)
        return a.cast(pl.Float64) / pl.when(below != 0).then(below)

    spend = pl.col("spend").fill_null(0)
    since = pl.min_horizontal("first_on", "cooperation_since_on")
    costed = pl.when("is_costed").then("costed")
    orders = pl.col("orders").fill_null(0)
    before = pl.when(pl.col("is_year_ago") & (pl.col("year_ago") > 0)).then("year_ago")
    first_inside = (pl.col("first_on") >= start).cast(pl.Int64)
    rows = wide.select(
        "code",
        spend_e4=spend,
        margin_pct=over((costed - pl.col("cost")) * 100, costed),
        orders=orders,
        average_order_e4=over(spend, orders),
        active_months=pl.col("months").fill_null(0),
        product_breadth=pl.col("products").fill_null(0),
        category_coverage_pct=over(pl.col("categories").fill_null(0) * 100, pl.lit(all_categories)),
        days_since_latest_order=(pl.lit(AS_OF) - pl.col("latest_on")).dt.total_days(),
        repeat_pct=over((pl.col("days_inside") - first_inside) * 100, pl.col("days_inside")),
        tenure_days=pl.when(since < end).then((pl.lit(AS_OF) - since).dt.total_days()),
        growth_yoy_pct=over((spend - before) * 100, before),
        slope_12m_pct=over(
            pl.col("moment") * 600, pl.when(pl.col("recent") > 0).then(pl.col("recent") * 143)
        ),
    )
    points = []
    for key in p1.indicators():
        one = (pl.col(key).rank("average") - 1) * 100.0 / (pl.col(key).count() - 1)
        if key in p1.LOWER_IS_BETTER:
            one = 100.0 - one
        points.append((one * 1_000_000).round(0, mode="half_to_even").cast(pl.Int64).alias(key))
    keys = p1.indicators()
    return (
        rows.select("code", *points)
        .select(
            "code",
            total=pl.sum_horizontal(*(pl.col(key).fill_null(0) * share[key] for key in keys)),
            weight=pl.sum_horizontal(*(pl.col(k).is_not_null() * pl.lit(share[k]) for k in keys)),
        )
        .select(
            "code", score_micro=(pl.col("total") * 2 + pl.col("weight")) // (pl.col("weight") * 2)
        )
        .sort("score_micro", "code", descending=[True, False])
        .with_row_index("rank", offset=1)
        .with_columns(chosen=(pl.len() * p1.SELECTED_PCT / 100 + 0.5).floor().clip(1))
        .with_columns(
            tier=pl.when(pl.col("rank") > pl.col("chosen"))
            .then(len(p1.TIER_PCTS))
            .otherwise(
                pl.sum_horizontal(
                    *(
                        (
                            pl.col("rank") > (pl.col("chosen") * pct / 100 + 0.5).floor().clip(1)
                        ).cast(pl.Int64)
                        for pct in p1.TIER_PCTS
                    )
                )
            )
        )
    )
