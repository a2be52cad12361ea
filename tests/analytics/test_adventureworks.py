"""Published figures and disagreements of AdventureWorks, reproduced from order lines."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from tests.analytics.adventureworks import adventureworks_rows
from tests.analytics.test_indicators import oracle_of, same
from tests.oracles.receipt_checker import check

from jishi.analytics.engines import Limits, duckdb_engine, indicator_matrix
from jishi.analytics.indicators import REGISTRY, indicator_table
from jishi.analytics.presets import REVENUE_ONLY, SCHEME_PRESETS, VALUE_WITH_MARGIN
from jishi.analytics.receipt import receipt
from jishi.analytics.scheme import WEIGHT_UNITS
from jishi.analytics.scoring import score
from jishi.analytics.tables import tables_from_rows
from jishi.analytics.windows import Window


LATEST = date(2013, 11, 29)
KEYS = ("spend_e4", "margin_e4", "margin_pct", "orders", "active_months", "cost_known_pct")


@pytest.fixture(scope="module")
def tables():
    return tables_from_rows(adventureworks_rows())


@pytest.fixture(scope="module")
def engine():
    return duckdb_engine(limits=Limits())


def test_totals_are_the_published_ones(tables, engine):
    whole = indicator_matrix(engine, tables, KEYS, as_of=LATEST, window=Window(None))
    assert len(whole) == 701
    assert int((whole.column("orders") > 0).sum()) == 635
    assert tables.order_lines.count().to_pyarrow().as_py() == 60_855
    spend = int(whole.column("spend_e4").sum())
    margin = int(np.nansum(whole.column("margin_e4")))
    assert round(spend / 10_000, 2) == 80_450_596.98
    assert round(100 * margin / spend, 2) == 0.58


def test_eight_of_the_ten_largest_lose_money_and_the_scheme_with_margin_disagrees(tables, engine):
    keys = dict.fromkeys((*VALUE_WITH_MARGIN.indicator_keys, *REVENUE_ONLY.indicator_keys))
    matrix = indicator_matrix(engine, tables, tuple(keys), as_of=LATEST, window=Window(None))
    by_revenue = score(matrix, REVENUE_ONLY).order[:10]
    assert int((matrix.column("margin_e4")[by_revenue] < 0).sum()) == 8
    with_margin = score(matrix, VALUE_WITH_MARGIN).order[:10]
    assert int((matrix.column("margin_e4")[with_margin] < 0).sum()) == 0


def test_what_it_never_recorded_carries_no_part_of_the_score(tables, engine):
    """It has orders and costs only. Counted as 0 for everybody, the rest would make 82.2 % look known."""
    scheme = SCHEME_PRESETS["value_depth_growth"]
    matrix = indicator_matrix(
        engine, tables, scheme.indicator_keys, as_of=LATEST, window=scheme.window
    )
    assert set(matrix.unrecorded) == {"referrals", "interactions", "custom_products", "ratings"}
    known_pct = score(matrix, scheme).coverage_units.mean() * 100 / WEIGHT_UNITS
    assert round(float(known_pct), 1) == 69.1


@pytest.mark.parametrize("as_of", [LATEST, date(2012, 12, 31)])
def test_a_sample_of_customers_equals_the_oracle(tables, as_of):
    rows = adventureworks_rows()
    keys = [key for key, one in REGISTRY.items() if not one.is_population]
    expression = indicator_table(tables, keys, as_of=as_of, window=Window())
    answer = expression.filter(expression.customer_id % 97 == 5).to_pyarrow().to_pylist()
    assert len(answer) == 8
    for row in answer:
        c = row["customer_id"]
        mine = {
            name: [r for r in table if r.get("customer_id", c) == c] for name, table in rows.items()
        }
        for key in keys:
            assert same(row[key], oracle_of(key)(mine, c, as_of, 12)), (key, c)


@pytest.mark.parametrize("scheme", SCHEME_PRESETS.values(), ids=lambda s: s.key)
def test_every_ready_scheme_scores_it_and_its_receipts_check(tables, engine, scheme):
    keys = tuple(dict.fromkeys((*scheme.indicator_keys, *scheme.tier_indicator_keys)))
    matrix = indicator_matrix(engine, tables, keys, as_of=LATEST, window=scheme.window)
    scored = score(matrix, scheme)
    assert sum(scored.tier_counts.values()) == 701
    assert sorted(scored.rank) == list(range(1, 702))
    for row in (*scored.order[:3], *scored.order[300:303], scored.order[-1]):
        paper = receipt(scheme, matrix, scored.fitted, int(row))
        assert check(paper) == []
        assert round(float(paper["score"]) * 1e6) == scored.score_micro[row]
