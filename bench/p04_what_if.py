"""P4 · What if the weights were others: new ranks and tiers of a million customers.

The points of the run are in memory in the form each contender likes best. Every call uses other
weights; the figure is the median of the calls in one process, and the last answers must be equal.
Ours also says who enters and leaves, as the page needs it; the peers stop at ranks and tiers.
"""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bench.measure import Meter, own_cpu_s
from bench.rows import Contender, Figures, Row, Target


if TYPE_CHECKING:
    import numpy as np

    from jishi.analytics.scheme import Scheme

SEED = 44
INDICATORS = (
    "spend_e4", "margin_pct", "orders", "average_order_e4", "active_months", "product_breadth",
    "category_coverage_pct", "interactions", "repeat_pct", "tenure_days", "growth_yoy_pct",
    "slope_12m_pct",
)  # fmt: skip
SELECTED_PCT = 20
TIER_PCTS = (20, 50, 100)
CALLS = 21


def row(*, quick: bool = False, customers: int = 0) -> Row:
    customers = customers or (100_000 if quick else 1_000_000)
    options = {"customers": customers, "calls": 5 if quick else CALLS}
    targets = [
        Target("kernel_best_ms", "jishi", 0.3, "Polars", what="best call"),
        Target("kernel_cpu_ms", "jishi", 0.3, "Polars", what="CPU of a call"),
        Target("kernel_best_ms", "jishi", 1.0, "NumPy argsort", what="best call"),
    ]
    if customers == 1_000_000:
        targets.insert(0, Target("kernel_best_ms", "jishi", 25.0, what="best call, ms"))
    return Row(
        key="P4",
        title="What-if",
        work=f"{customers:,} customers × 12 indicators → score, rank and tier under other weights",
        contenders=[
            Contender("jishi", "jishi_kernel", options, "the laboratory's kernel, with who moves"),
            Contender("jishi, gaps", "jishi_gaps", options, "a third of the rows lack a value"),
            Contender("Polars", "polars_frame", options),
            Contender("DuckDB", "duckdb_table", options, "in-memory table, window functions"),
            Contender("NumPy argsort", "numpy_argsort", options, "stable argsort of the scores"),
        ],
        targets=targets,
        verify=same_answers,
        shown=("kernel_cpu_ms", "kernel_ms", "kernel_best_ms", "rss_mb"),
        notes=[
            "Milliseconds of one call, wall and CPU; two threads where a contender has threads.",
            "No cut falls among equal scores, which ours takes together and the peers would part.",
        ],
    )


def same_answers(figures: dict[str, Figures]) -> str:
    comparable = {name: f["digest"] for name, f in figures.items() if name != "jishi, gaps"}
    if len(set(comparable.values())) != 1:
        raise AssertionError(f"ranks and tiers differ: {comparable}")
    return "equal rank and tier of every customer in all contenders"


def points(customers: int) -> np.ndarray[Any, Any]:
    """Points in whole millionths, as a run keeps them; a few customers share their points."""
    import numpy as np

    random = np.random.default_rng([SEED, customers])
    made = np.floor(random.random((len(INDICATORS), customers)) * 100_000_001)
    made[:, : customers // 50] = made[:, customers // 50 : customers // 50 * 2]
    return np.asfortranarray(made.T)


def scheme(call: int) -> Scheme:
    """The rule with the weights of one call."""
    from jishi.analytics.presets import TIER_PRESETS
    from jishi.analytics.scheme import Scheme

    def label(text: str) -> dict[str, str]:
        return {"zh": text, "en": text}

    return Scheme.model_validate(
        {
            "key": "bench",
            "name": label("bench"),
            "dimensions": [
                {
                    "key": f"d{place}",
                    "label": label(key),
                    "weight": 1 + (place * 7 + call * 5) % 23,
                    "items": [{"indicator": key}],
                }
                for place, key in enumerate(INDICATORS)
            ],
            "selection": {"kind": "top_pct", "value": SELECTED_PCT},
            "tiers": TIER_PRESETS["strategic_core_major"],
        }
    )


def timed(meter: Meter, calls: int, work: Callable[[int], tuple[Any, Any]]) -> Figures:
    """Run the calls; one before the clock starts lets every engine warm up."""
    import numpy as np

    work(0)
    walls, cpus = [], []
    answer: tuple[Any, Any] = (None, None)
    with meter.work():
        for call in range(1, calls + 1):
            wall, cpu = time.perf_counter(), own_cpu_s()
            answer = work(call)
            walls.append((time.perf_counter() - wall) * 1_000)
            cpus.append((own_cpu_s() - cpu) * 1_000)
    digest = hashlib.sha256()
    for part in answer:
        digest.update(np.ascontiguousarray(part, dtype=np.int64).tobytes())
    return {
        "kernel_ms": statistics.median(walls),
        "kernel_cpu_ms": statistics.median(cpus),
        "kernel_best_ms": min(walls),
        "digest": digest.hexdigest(),
    }


def shares(call: int) -> list[int]:
    return list(scheme(call).weight_units())


def last_ranks(customers: int) -> list[int]:
    """The last rank of every key tier."""
    from jishi.analytics.scoring import share_count

    chosen = share_count(customers, SELECTED_PCT)
    return [share_count(chosen, pct) for pct in TIER_PCTS]


# --- ours --------------------------------------------------------------------------------------
def jishi_kernel(meter: Meter, options: Figures, *, gaps: bool = False) -> Figures:
    import numpy as np

    from jishi.analytics.scoring import Matrix
    from jishi.analytics.whatif import Points, known_patterns, what_if

    micro = points(options["customers"])
    known = np.ones(micro.shape, dtype=np.bool_)
    if gaps:
        random = np.random.default_rng(SEED)
        known[:, 3] = random.random(len(known)) > 0.2
        known[:, 10] = random.random(len(known)) > 0.2
        micro[~known] = 0.0
    patterns, pattern = known_patterns(known)
    kept = Points(points_micro=micro, pattern=pattern, patterns=patterns)
    matrix = Matrix(
        customer_ids=np.arange(len(micro)), codes=[], keys=INDICATORS, values=micro
    )  # tiers by share do not look at the values
    before = np.zeros(len(micro), dtype=np.bool_)
    before[what_if(kept, matrix, scheme(0), selected_before=before).selected] = True

    def call(number: int) -> tuple[Any, Any]:
        outcome = what_if(kept, matrix, scheme(number), selected_before=before)
        return outcome.rank, outcome.tier

    return timed(meter, options["calls"], call)


def jishi_gaps(meter: Meter, options: Figures) -> Figures:
    return jishi_kernel(meter, options, gaps=True)


# --- peers -------------------------------------------------------------------------------------
def polars_frame(meter: Meter, options: Figures) -> Figures:
    import polars as pl

    micro = points(options["customers"])
    names = [f"p{place}" for place in range(len(INDICATORS))]
    frame = pl.DataFrame({name: micro[:, at].astype("int64") for at, name in enumerate(names)})
    del micro
    cuts = last_ranks(len(frame))

    def call(number: int) -> tuple[Any, Any]:
        units = shares(number)
        total = pl.sum_horizontal(
            *(pl.col(name) * unit for name, unit in zip(names, units, strict=True))
        )
        score = (total * 2 + sum(units)) // (2 * sum(units))
        rank = (-score).rank("ordinal")
        past = pl.sum_horizontal(*((pl.col("rank") > cut).cast(pl.Int8) for cut in cuts))
        answer = frame.lazy().select(rank=rank).with_columns(tier=past).collect()
        return answer["rank"].to_numpy(), answer["tier"].to_numpy()

    return timed(meter, options["calls"], call)


def duckdb_table(meter: Meter, options: Figures) -> Figures:
    import duckdb
    import pyarrow as pa

    micro = points(options["customers"])
    names = [f"p{place}" for place in range(len(INDICATORS))]
    table = pa.table(
        {"id": range(len(micro)), **{n: micro[:, i].astype("int64") for i, n in enumerate(names)}}
    )
    customers = len(micro)
    del micro
    connection = duckdb.connect(config={"threads": 2})
    connection.register("arrow", table)
    connection.execute("CREATE TABLE points AS FROM arrow")
    connection.unregister("arrow")
    cuts = last_ranks(customers)
    past = " + ".join(f"(rank > {cut})::TINYINT" for cut in cuts)

    def call(number: int) -> tuple[Any, Any]:
        units = shares(number)
        total = " + ".join(f"{name} * {unit}" for name, unit in zip(names, units, strict=True))
        answer = connection.execute(
            f"WITH scored AS (SELECT id, (2 * ({total}) + {sum(units)}) // {2 * sum(units)} AS score"
            " FROM points), ranked AS (SELECT id, row_number() OVER (ORDER BY score DESC, id) AS rank"
            f" FROM scored) SELECT id, rank, {past} AS tier FROM ranked"
        ).fetchnumpy()
        if number == options["calls"]:
            place = answer["id"].argsort()
            return answer["rank"][place], answer["tier"][place]
        return answer["rank"], answer["tier"]

    return timed(meter, options["calls"], call)


def numpy_argsort(meter: Meter, options: Figures) -> Figures:
    import numpy as np

    micro = points(options["customers"])
    cuts = last_ranks(len(micro))

    def call(number: int) -> tuple[Any, Any]:
        units = np.asarray(shares(number), dtype=np.float64)
        score = np.floor((micro @ units * 2 + units.sum()) / (units.sum() * 2)).astype(np.int64)
        order = np.argsort(-score, kind="stable")
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(1, len(order) + 1)
        return rank, np.searchsorted(np.asarray(cuts), rank, side="left")

    return timed(meter, options["calls"], call)
