"""Scores are exact, ranks deterministic, tiers partition, what-if equals a fresh score, receipts add up."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles.receipt_checker import check

from jishi.analytics.normalise import Fitted
from jishi.analytics.presets import SALES_POTENTIAL, SCHEME_PRESETS, TIER_PRESETS
from jishi.analytics.receipt import receipt, what_raises_it
from jishi.analytics.scheme import WEIGHT_UNITS, Scheme
from jishi.analytics.scoring import Designation, Matrix, score
from jishi.analytics.whatif import known_patterns, points_of, same_points, what_if


INDICATORS = ("spend_e4", "orders", "days_since_latest_order", "margin_pct", "rating_potential")
VALUES = st.one_of(
    st.none(),
    st.integers(-5, 5),
    st.integers(0, 10**12),
    st.floats(-1e6, 1e9, allow_nan=False, width=32),
)
NORMALISATIONS = st.sampled_from(
    [
        {"kind": "percentile"},
        {"kind": "minmax"},
        {"kind": "minmax", "low": "-10", "high": "1000"},
        {"kind": "log"},
        {"kind": "log", "low": 1, "high": 100000},
        {"kind": "z"},
        {"kind": "direct"},
        {"kind": "direct", "low": 1, "high": 5},
        {"kind": "steps", "steps": [{"at_least": 0, "points": 20}, {"at_least": 3, "points": 90}]},
    ]
)
MISSING = st.sampled_from(["renormalise", "neutral", "worst"])


@st.composite
def schemes(draw) -> Scheme:
    keys = draw(st.permutations(INDICATORS))
    split = draw(st.integers(1, len(keys) - 1))
    dimensions = []
    for n, group in enumerate((keys[:split], keys[split:])):
        items = [
            {
                "indicator": key,
                "weight": draw(st.integers(1, 50)) if i == 0 else draw(st.integers(0, 50)),
                "normalise": draw(NORMALISATIONS),
                "missing": draw(st.none() | MISSING),
                "direction": draw(st.sampled_from([None, "higher", "lower"])),
            }
            for i, key in enumerate(group)
        ]
        weight = draw(st.integers(1, 100)) if n == 0 else draw(st.integers(0, 100))
        label = {"zh": "维", "en": "Dimension"}
        dimensions.append({"key": f"d{n}", "label": label, "weight": weight, "items": items})
    selection = draw(
        st.sampled_from(
            [("top_pct", 20), ("top_pct", 0), ("top_n", 3), ("threshold", 50), ("classes", 0)]
        )
    )
    return Scheme.model_validate(
        {
            "key": "drawn",
            "name": {"zh": "方案", "en": "Scheme"},
            "missing": draw(MISSING),
            "dimensions": dimensions,
            "selection": {"kind": selection[0], "value": selection[1]},
            "min_coverage_pct": draw(st.sampled_from([0, 50, 100])),
            "tiers": draw(st.sampled_from(list(TIER_PRESETS.values()))),
        }
    )


@st.composite
def matrices(draw) -> Matrix:
    rows = draw(st.lists(st.tuples(*[VALUES] * len(INDICATORS)), max_size=12))
    values = np.array(
        [[math.nan if v is None else float(v) for v in row] for row in rows], dtype=np.float64
    ).reshape(len(rows), len(INDICATORS))
    return Matrix(
        customer_ids=np.arange(100, 100 + len(rows), dtype=np.int64),
        codes=[f"C{n:03d}" for n in range(len(rows))],
        keys=INDICATORS,
        values=np.asfortranarray(values),
    )


@settings(max_examples=150, deadline=None)
@given(schemes(), matrices())
def test_every_receipt_rebuilds_its_score_and_adds_up_exactly(scheme, matrix):
    scored = score(matrix, scheme)
    assert np.all((scored.score_micro >= 0) & (scored.score_micro <= 100_000_000))
    stored = [Fitted.from_json(json.loads(json.dumps(one.as_json()))) for one in scored.fitted]
    for row in range(len(matrix)):
        paper = json.loads(json.dumps(receipt(scheme, matrix, stored, row)))
        assert check(paper) == []
        assert Decimal(paper["score"]) * 1_000_000 == int(scored.score_micro[row])
        coverage = Fraction(paper["coverage_pct"])
        assert coverage == Fraction(int(scored.coverage_units[row]) * 100, WEIGHT_UNITS)


@settings(max_examples=80, deadline=None)
@given(schemes(), matrices())
def test_ranks_are_a_permutation_by_score_then_code_and_tiers_partition(scheme, matrix):
    scored = score(matrix, scheme)
    expected = sorted(range(len(matrix)), key=lambda i: (-scored.score_micro[i], matrix.codes[i]))
    assert scored.order.tolist() == expected
    assert [scored.rank[i] for i in expected] == list(range(1, len(matrix) + 1))
    assert np.all((scored.tier >= 0) & (scored.tier < len(scheme.tiers)))
    assert sum(scored.tier_counts.values()) == len(matrix)
    key_tiers = [tier.is_key for tier in scheme.tiers]
    ranked_keys = [key_tiers[scored.tier[i]] for i in expected if scored.coverage_units[i] > 0]
    if scheme.min_coverage_pct == 0:
        assert ranked_keys == sorted(ranked_keys, reverse=True)


@settings(max_examples=80, deadline=None)
@given(schemes(), matrices(), st.integers(0, 100), st.integers(1, 100))
def test_what_if_equals_scoring_afresh_with_the_new_weights(scheme, matrix, first, second):
    scored = score(matrix, scheme)
    body = scheme.model_dump(mode="json")
    for dimension, weight in zip(body["dimensions"], (first, second), strict=True):
        dimension["weight"] = weight
    changed = Scheme.model_validate(body)
    afresh = score(matrix, changed)
    key = np.array([tier.is_key for tier in scheme.tiers])
    before = key[scored.tier_computed]
    guess = what_if(points_of(scored), matrix, changed, selected_before=before)
    assert guess.score_micro.tolist() == afresh.score_micro.tolist()
    assert guess.rank.tolist() == afresh.rank.tolist()
    assert guess.tier.tolist() == afresh.tier.tolist()
    now = np.zeros(len(matrix), dtype=bool)
    now[guess.selected] = True
    assert set(guess.entered) == set(np.flatnonzero(now & ~before))
    assert set(guess.left) == set(np.flatnonzero(before & ~now))
    assert same_points(scheme, changed)


@settings(max_examples=60, deadline=None)
@given(schemes(), matrices())
def test_what_raises_it_is_true_when_tried(scheme, matrix):
    """Put the target value into the matrix, keep the fitted ends, and the promised score appears."""
    scored = score(matrix, scheme)
    for row in range(len(matrix)):
        for one in what_raises_it(scheme, matrix, scored.fitted, row):
            tried = Matrix(
                matrix.customer_ids, matrix.codes, matrix.keys, matrix.values.copy(order="F")
            )
            tried.values[row, matrix.keys.index(one.indicator)] = one.target_raw
            paper = receipt(scheme, tried, scored.fitted, row)
            assert Decimal(paper["score"]) * 1_000_000 == one.score_micro
            assert one.score_micro - one.gain_micro == int(scored.score_micro[row])
            assert one.gain_micro > 0


def simple(values: list[list[float]], keys: tuple[str, ...] = ("spend_e4", "orders")) -> Matrix:
    return Matrix(
        customer_ids=np.arange(1, len(values) + 1, dtype=np.int64),
        codes=[f"C{n}" for n in range(len(values))],
        keys=keys,
        values=np.asfortranarray(np.array(values, dtype=np.float64)),
    )


def two_dimensions(**more) -> Scheme:
    def dimension(key: str, indicator: str, weight: int) -> dict:
        label = {"zh": key, "en": key}
        return {"key": key, "label": label, "weight": weight, "items": [{"indicator": indicator}]}

    return Scheme.model_validate(
        {
            "key": "two",
            "name": {"zh": "二", "en": "Two"},
            "dimensions": [dimension("a", "spend_e4", 3), dimension("b", "orders", 1)],
            "tiers": TIER_PRESETS["gold_silver_bronze"],
            **more,
        }
    )


NAN = math.nan


@pytest.mark.parametrize(
    ("policy", "expected"), [("renormalise", 100.0), ("neutral", 87.5), ("worst", 75.0)]
)
def test_missing_policies(policy, expected):
    matrix = simple([[0, 0], [10, NAN]])
    scored = score(matrix, two_dimensions(missing=policy))
    assert scored.score_micro[1] / 1e6 == expected
    assert scored.coverage_units[1] == 7_500_000


def test_a_customer_nobody_knows_anything_about_is_never_a_key_account():
    scored = score(simple([[NAN, NAN]]), two_dimensions(selection={"kind": "classes", "value": 0}))
    assert (scored.score_micro[0], scored.tier_counts["bronze"]) == (0, 1)


def test_designation_wins_over_the_score_and_the_computed_tier_stays_visible():
    matrix = simple([[10, 10], [5, 5], [1, 1]])
    scored = score(
        matrix,
        two_dimensions(selection={"kind": "top_n", "value": 1}),
        designations={3: Designation("gold", "flagship project"), 99: Designation("gold", "gone")},
    )
    assert scored.tier.tolist() == [0, 2, 0]
    assert scored.tier_computed.tolist() == [0, 2, 2]


def test_thresholds_are_in_the_unit_people_read():
    spend = SCHEME_PRESETS["annual_spend"]
    matrix = simple([[1_000_000 * 10_000], [1_000_000 * 10_000 - 1], [0]], ("spend_e4",))
    assert [spend.tiers[t].key for t in score(matrix, spend).tier] == ["vip", "gold", "regular"]


def test_equal_customers_share_points_and_are_ranked_by_code():
    scored = score(simple([[5, 1], [5, 1], [5, 1]]), two_dimensions())
    assert scored.score_micro.tolist() == [50_000_000] * 3
    assert scored.rank.tolist() == [1, 2, 3]


def test_every_tier_preset_fits_every_scheme():
    for scheme in SCHEME_PRESETS.values():
        for tiers in TIER_PRESETS.values():
            body = {**scheme.model_dump(mode="json"), "tiers": tiers}
            assert len(Scheme.model_validate(body).tiers) == len(tiers)


def test_value_weighs_most_in_the_value_scheme():
    weights = {d.key: d.weight for d in SCHEME_PRESETS["value_depth_growth"].dimensions}
    assert max(weights, key=lambda key: weights[key]) == "value"


def test_schemes_survive_json_unchanged():
    for scheme in SCHEME_PRESETS.values():
        assert Scheme.model_validate_json(scheme.model_dump_json()) == scheme
    assert sum(SALES_POTENTIAL.weight_units()) == WEIGHT_UNITS


@pytest.mark.parametrize("rows", [2**16, 2**16 + 1])
def test_as_many_sets_of_known_indicators_as_there_are_customers(rows):
    known = (np.arange(rows)[:, None] >> np.arange(17)) % 2 == 1
    patterns, pattern = known_patterns(known)
    assert len(patterns) == rows
    assert (patterns[pattern] == known).all()
