"""P1 · Full scoring from order lines: twelve indicators, percentile points, score, rank and tier.

Every contender reads the same Parquet files and must return the same score (to the millionth of a
point), rank and tier for every customer. The window is 24 months, so that with the year before it
all 36 months are needed and no contender can skip a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.data import AS_OF, cache_folder, company
from bench.measure import Meter
from bench.rows import Contender, Figures, Row, Target


if TYPE_CHECKING:
    from jishi.analytics.scheme import Scheme

WINDOW_MONTHS = 24
EARLIEST_ON, START_ON, SLOPE_ON, END_ON = "2023-07-01", "2024-07-01", "2025-07-01", "2026-07-01"
YEAR_AGO_END_ON = "2025-07-01"
BASE_MONTH = 2026 * 12 + 7 - 12

ITEMS: dict[str, dict[str, int]] = {
    "value": {"spend_e4": 4, "margin_pct": 3, "orders": 1, "average_order_e4": 1},
    "depth": {"active_months": 2, "product_breadth": 1, "category_coverage_pct": 1},
    "loyalty": {"days_since_latest_order": 2, "repeat_pct": 1, "tenure_days": 1},
    "growth": {"growth_yoy_pct": 2, "slope_12m_pct": 2},
}
DIMENSION_WEIGHTS = {"value": 50, "depth": 20, "loyalty": 15, "growth": 15}
LOWER_IS_BETTER = frozenset({"days_since_latest_order"})
SELECTED_PCT = 20
TIER_PCTS = (20, 50, 100)


def row(*, quick: bool = False, lines: int = 0) -> Row:
    lines = lines or (2_000_000 if quick else 20_000_000)
    company(lines)
    options = {"lines": lines}
    return Row(
        key="P1",
        title="Full scoring",
        work=f"{lines:,} order lines in Parquet, 36 months → score, rank and tier of every customer",
        contenders=[
            Contender(
                "jishi", "jishi_duckdb", options, "our analytics on DuckDB, memory limit 1 GB"
            ),
            Contender("DuckDB SQL", "all_sql", options, "one hand-written statement, windows"),
            Contender("Polars", "polars_streaming", options, "lazy, streaming engine"),
            Contender("pandas", "pandas_frames", options, "columns pruned and filtered at reading"),
        ],
        targets=[
            Target("cpu_s", "jishi", 0.95, "DuckDB SQL"),
            Target("rss_mb", "jishi", 0.5, "DuckDB SQL"),
            Target("cpu_s", "jishi", 0.55, "pandas"),
            Target("rss_mb", "jishi", 0.35, "pandas"),
            Target("cpu_s", "jishi", 1.0, "Polars", stretch=True),
        ],
        verify=same_answers,
        notes=["Libraries are imported before the clock starts; peak memory includes them."],
    )


def scheme() -> Scheme:
    """The scheme that all contenders apply."""
    from jishi.analytics.presets import TIER_PRESETS
    from jishi.analytics.scheme import Scheme

    def label(text: str) -> dict[str, str]:
        return {"zh": text, "en": text}

    return Scheme.model_validate(
        {
            "key": "bench",
            "name": label("bench"),
            "window_months": WINDOW_MONTHS,
            "dimensions": [
                {
                    "key": key,
                    "label": label(key),
                    "weight": DIMENSION_WEIGHTS[key],
                    "items": [{"indicator": i, "weight": w} for i, w in items.items()],
                }
                for key, items in ITEMS.items()
            ],
            "selection": {"kind": "top_pct", "value": SELECTED_PCT},
            "tiers": TIER_PRESETS["strategic_core_major"],
        }
    )


def indicators() -> list[str]:
    return [key for items in ITEMS.values() for key in items]


def weights() -> dict[str, int]:
    """Indicator → its share in ten-millionths, part of the scheme and so given to everybody."""
    return dict(zip(indicators(), scheme().weight_units(), strict=True))


def same_answers(figures: dict[str, Figures]) -> str:
    import pyarrow.parquet as pq

    tables = {name: pq.read_table(one["answer"]) for name, one in figures.items()}
    ours = tables["jishi"]
    for name, theirs in tables.items():
        for column in ("code", "score_micro", "rank", "tier"):
            if not ours[column].equals(theirs[column]):
                raise AssertionError(f"{name} has another {column} than jishi")
    return f"equal score, rank and tier of {ours.num_rows:,} customers in all contenders"


def keep_answer(name: str, code: Any, score_micro: Any, rank: Any, tier: Any) -> Figures:
    """Store an answer ordered by customer code, for the comparison."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "code": pa.array(code, pa.string()),
            "score_micro": pa.array(score_micro).cast(pa.int64()),
            "rank": pa.array(rank).cast(pa.int64()),
            "tier": pa.array(tier).cast(pa.int64()),
        }
    ).sort_by("code")
    path = cache_folder() / f"p01-{name}.parquet"
    pq.write_table(table.combine_chunks(), path)
    return {"answer": str(path), "customers": table.num_rows}


# --- ours --------------------------------------------------------------------------------------
def jishi_duckdb(meter: Meter, options: Figures) -> Figures:
    """What a scoring run does: DuckDB within its limits, Ibis expressions, NumPy."""
    import duckdb
    import ibis
    import numpy as np
    import pandas  # noqa: F401 - Ibis imports it at the first result; imports are not timed

    from jishi.analytics.engines import Limits, indicator_matrix
    from jishi.analytics.scoring import score
    from jishi.analytics.tables import SPECS, Tables, arrow_table, as_known

    limits = Limits()
    rule = scheme()
    data = company(options["lines"])
    ibis.duckdb.from_connection(duckdb.connect())
    with meter.work():
        backend = ibis.duckdb.connect(
            memory_limit=f"{limits.memory_mb}MB",
            threads=limits.threads,
            preserve_insertion_order=False,
        )
        source = {name: ibis.memtable(arrow_table(name, [])) for name in SPECS}
        for name in ("customers", "products", "orders", "order_lines"):
            source[name] = backend.read_parquet(data.path(name), table_name=name)
        tables = as_known(Tables.of(source), known_at=None)
        matrix = indicator_matrix(
            backend, tables, rule.indicator_keys, as_of=AS_OF, window=rule.window
        )
        scored = score(matrix, rule)
    return keep_answer(
        "jishi", list(matrix.codes), scored.score_micro, scored.rank, scored.tier.astype(np.int64)
    )


# --- DuckDB, all in SQL ------------------------------------------------------------------------
def sql_statement() -> str:
    """One statement; one sort per indicator gives rank and ties together."""
    share = weights()
    points = []
    for key in indicators():
        place = (
            f"(rank() OVER w_{key} - 1 + (count(*) OVER w_{key} - rank() OVER w_{key}) / 2.0)"
            f" * 100.0 / nullif(count({key}) OVER () - 1, 0)"
        )
        if key in LOWER_IS_BETTER:
            place = f"100.0 - {place}"
        points.append(
            f"CASE WHEN {key} IS NOT NULL THEN"
            f" round_even(coalesce({place}, 50.0) * 1000000, 0)::BIGINT END AS p_{key}"
        )
    windows = ", ".join(f"w_{key} AS (ORDER BY {key} NULLS LAST)" for key in indicators())
    total = " + ".join(f"coalesce(p_{key}, 0) * {share[key]}" for key in indicators())
    weight = " + ".join(
        f"CASE WHEN p_{key} IS NULL THEN 0 ELSE {share[key]} END" for key in indicators()
    )
    cuts = "\n".join(
        f"WHEN rank <= greatest(1, floor(chosen * {pct} / 100.0 + 0.5)) AND rank <= chosen THEN {n}"
        for n, pct in enumerate(TIER_PCTS)
    )
    return f"""
WITH lines AS (
  SELECT customer_id,
    sum(amount_e4) FILTER (ordered_on >= DATE '{START_ON}') AS spend,
    sum(amount_e4) FILTER (ordered_on >= DATE '{START_ON}' AND cost_e4 IS NOT NULL) AS costed,
    sum(cost_e4) FILTER (ordered_on >= DATE '{START_ON}') AS cost,
    sum(amount_e4) FILTER (ordered_on < DATE '{YEAR_AGO_END_ON}') AS year_ago,
    sum(amount_e4) FILTER (ordered_on >= DATE '{SLOPE_ON}') AS recent,
    sum(amount_e4 * (2 * (year(ordered_on) * 12 + month(ordered_on) - {BASE_MONTH}) - 11))
      FILTER (ordered_on >= DATE '{SLOPE_ON}') AS moment
  FROM order_lines
  WHERE status <> 'cancelled' AND superseded_at IS NULL
    AND ordered_on >= DATE '{EARLIEST_ON}' AND ordered_on < DATE '{END_ON}'
  GROUP BY customer_id
), days AS (
  SELECT customer_id, ordered_on, count(*) AS n
  FROM orders
  WHERE status <> 'cancelled' AND superseded_at IS NULL AND ordered_on < DATE '{END_ON}'
  GROUP BY customer_id, ordered_on
), ordered AS (
  SELECT customer_id,
    sum(n) FILTER (ordered_on >= DATE '{START_ON}') AS orders,
    count(*) FILTER (ordered_on >= DATE '{START_ON}') AS days_inside,
    min(ordered_on) AS first_on, max(ordered_on) AS latest_on,
    bit_count(bit_or(1::BIGINT << (year(ordered_on) * 12 + month(ordered_on) - {BASE_MONTH} + 24)
      ) FILTER (ordered_on >= DATE '{START_ON}')) AS months
  FROM days GROUP BY customer_id
), bought AS (
  SELECT DISTINCT customer_id, product_id FROM order_lines
  WHERE status <> 'cancelled' AND superseded_at IS NULL AND product_id IS NOT NULL
    AND ordered_on >= DATE '{START_ON}' AND ordered_on < DATE '{END_ON}'
), breadth AS (
  SELECT customer_id, count(*) AS products, count(DISTINCT nullif(category, '')) AS categories
  FROM bought LEFT JOIN products USING (product_id) GROUP BY customer_id
), indicators AS (
  SELECT c.customer_id, code,
    coalesce(spend, 0) AS spend_e4,
    ((costed - coalesce(cost, 0)) * 100)::DOUBLE / nullif(costed::DOUBLE, 0) AS margin_pct,
    coalesce(orders, 0) AS orders,
    coalesce(spend, 0)::DOUBLE / nullif(orders::DOUBLE, 0) AS average_order_e4,
    coalesce(months, 0) AS active_months,
    coalesce(products, 0) AS product_breadth,
    (coalesce(categories, 0) * 100)::DOUBLE / nullif((SELECT count(DISTINCT nullif(category, ''))
      FROM products)::DOUBLE, 0) AS category_coverage_pct,
    DATE '{AS_OF}' - latest_on AS days_since_latest_order,
    ((days_inside - (first_on >= DATE '{START_ON}')::BIGINT) * 100)::DOUBLE
      / nullif(days_inside::DOUBLE, 0) AS repeat_pct,
    CASE WHEN least(first_on, cooperation_since_on) < DATE '{END_ON}'
      THEN DATE '{AS_OF}' - least(first_on, cooperation_since_on) END AS tenure_days,
    ((coalesce(spend, 0) - year_ago) * 100)::DOUBLE
      / CASE WHEN year_ago > 0 THEN year_ago::DOUBLE END AS growth_yoy_pct,
    (moment * 600)::DOUBLE / CASE WHEN recent > 0 THEN (recent * 143)::DOUBLE END AS slope_12m_pct
  FROM customers c LEFT JOIN lines USING (customer_id) LEFT JOIN ordered USING (customer_id)
    LEFT JOIN breadth USING (customer_id)
), pointed AS (
  SELECT code, {", ".join(points)} FROM indicators WINDOW {windows}
), summed AS (
  SELECT code, {total} AS total, {weight} AS weight FROM pointed
), scored AS (
  SELECT code, weight, CASE WHEN weight > 0 THEN (2 * total + weight) // (2 * weight) ELSE 0 END
    AS score_micro FROM summed
), ranked AS (
  SELECT code, score_micro, row_number() OVER (ORDER BY score_micro DESC, code) AS rank,
    greatest(1, floor(count(*) OVER () * {SELECTED_PCT} / 100.0 + 0.5)) AS chosen FROM scored
)
SELECT code, score_micro, rank, CASE {cuts} ELSE {len(TIER_PCTS)} END AS tier FROM ranked
"""


def all_sql(meter: Meter, options: Figures) -> Figures:
    """DuckDB as it comes, with two threads."""
    import duckdb
    import pyarrow  # noqa: F401 - imports are not timed

    statement = sql_statement()
    data = company(options["lines"])
    with meter.work():
        connection = duckdb.connect(config={"threads": 2, "preserve_insertion_order": False})
        for name in ("customers", "products", "orders", "order_lines"):
            connection.execute(f"CREATE VIEW {name} AS FROM read_parquet('{data.path(name)}')")
        answer = connection.execute(statement).to_arrow_table()
    return keep_answer("duckdb", answer["code"], answer["score_micro"], answer["rank"],
                       answer["tier"])  # fmt: skip


# --- Polars ------------------------------------------------------------------------------------
def polars_streaming(meter: Meter, options: Figures) -> Figures:
    from bench.peers.scoring_polars import run

    return run(meter, options)


# --- pandas ------------------------------------------------------------------------------------
def pandas_frames(meter: Meter, options: Figures) -> Figures:
    from bench.peers.scoring_pandas import run

    return run(meter, options)
