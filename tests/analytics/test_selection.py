"""Nobody becomes a key account for the place of its code in the alphabet: equals are taken or left together."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles import selection as oracle

from jishi.analytics.presets import SCHEME_PRESETS, TIER_PRESETS, VALUE_DEPTH_GROWTH
from jishi.analytics.scheme import Scheme
from jishi.analytics.scoring import Matrix, score
from jishi.analytics.whatif import points_of, what_if


NAN = math.nan
KEYS = ("spend_e4", "orders", "margin_pct")
FEW = st.sampled_from([NAN, 0.0, 0.0, 0.0, 1.0, 2.0])
CUTS = st.one_of(
    st.builds(lambda v: {"kind": "share", "value": v}, st.integers(1, 100)),
    st.builds(lambda v: {"kind": "count", "value": v}, st.integers(0, 8)),
    st.builds(lambda v: {"kind": "score", "value": v}, st.integers(0, 100)),
)


def matrix_of(rows: list[list[float]], keys: tuple[str, ...] = KEYS) -> Matrix:
    return Matrix(
        customer_ids=np.arange(1, len(rows) + 1, dtype=np.int64),
        codes=[f"C{n:03d}" for n in range(len(rows))],
        keys=keys,
        values=np.asfortranarray(np.array(rows, dtype=np.float64).reshape(len(rows), len(keys))),
    )


def scheme_of(**more: Any) -> Scheme:
    label = {"zh": "维", "en": "Dimension"}
    items = [{"indicator": key, "weight": n + 1} for n, key in enumerate(KEYS)]
    body = {
        "key": "drawn",
        "name": {"zh": "方案", "en": "Scheme"},
        "dimensions": [{"key": "d", "label": label, "weight": 1, "items": items}],
        "tiers": TIER_PRESETS["gold_silver_bronze"],
        **more,
    }
    return Scheme.model_validate(body)


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    def tier(key: str, cut: dict[str, Any], *, is_key: bool) -> dict[str, Any]:
        label = {"zh": key, "en": key}
        return {
            "key": key,
            "label": label,
            "seal": "级",
            "form": "solid",
            "is_key": is_key,
            "cut": cut,
        }

    return scheme_of(
        missing=draw(st.sampled_from(["renormalise", "neutral", "worst"])),
        min_coverage_pct=draw(st.sampled_from([0, 50, 100])),
        selection=draw(
            st.one_of(
                st.builds(lambda v: {"kind": "top_pct", "value": v}, st.integers(0, 100)),
                st.builds(lambda v: {"kind": "top_n", "value": v}, st.integers(0, 12)),
                st.builds(lambda v: {"kind": "threshold", "value": v}, st.integers(0, 100)),
                st.just({"kind": "classes", "value": 0}),
            )
        ),
        tiers=[
            tier("a", draw(CUTS), is_key=True),
            tier("b", draw(CUTS), is_key=True),
            tier("c", draw(CUTS), is_key=False),
            tier("d", {"kind": "rest"}, is_key=False),
        ],
    )


@settings(max_examples=200, deadline=None)
@given(schemes(), st.lists(st.tuples(FEW, FEW, FEW), max_size=14))
def test_tiers_are_those_of_the_oracle(scheme: Scheme, rows: list[tuple[float, ...]]) -> None:
    matrix = matrix_of([list(row) for row in rows])
    scored = score(matrix, scheme)
    scores, coverage = scored.score_micro.tolist(), scored.coverage_units.tolist()
    body = scheme.model_dump(mode="json")
    assert scored.tier.tolist() == oracle.tiers(body, scores, coverage)
    nobody = np.zeros(len(matrix), dtype=np.bool_)
    guess = what_if(points_of(scored), matrix, scheme, selected_before=nobody)
    assert sorted(guess.selected.tolist()) == sorted(oracle.selected(body, scores, coverage))
    assert guess.tier.tolist() == scored.tier.tolist()


@settings(max_examples=100, deadline=None)
@given(schemes(), st.lists(st.tuples(FEW, FEW, FEW), min_size=1, max_size=14), st.randoms())
def test_other_codes_change_nobodys_tier(scheme: Scheme, rows: Any, chance: Any) -> None:
    """Whoever gets which code: a tier follows from the values alone."""
    places = list(range(len(rows)))
    chance.shuffle(places)
    one = score(matrix_of([list(row) for row in rows]), scheme).tier.tolist()
    other = score(matrix_of([list(rows[place]) for place in places]), scheme).tier.tolist()
    assert [one[place] for place in places] == other


@pytest.mark.parametrize("key", ["value_depth_growth", "revenue_only", "value_with_margin", "rfm"])
def test_a_company_without_orders_has_no_key_accounts(key: str) -> None:
    """Everybody has sold nothing: 0 where nothing means nought, unknown where it means nothing."""
    scheme = SCHEME_PRESETS[key]
    keys = tuple(dict.fromkeys((*scheme.indicator_keys, *scheme.tier_indicator_keys)))
    row = [0.0 if name in ("spend_e4", "orders", "margin_e4") else NAN for name in keys]
    scored = score(matrix_of([row] * 30, keys), scheme)
    is_key = np.array([tier.is_key for tier in scheme.tiers])
    assert not is_key[scored.tier].any()


def test_few_who_buy_are_not_filled_up_with_those_who_do_not() -> None:
    rows = [[0.0, 0.0, NAN]] * 95 + [[float(n), float(n), 10.0 * n] for n in range(1, 6)]
    scored = score(matrix_of(rows), scheme_of(selection={"kind": "top_pct", "value": 20}))
    is_key = np.array([tier.is_key for tier in scored.scheme.tiers])
    assert np.flatnonzero(is_key[scored.tier]).tolist() == [95, 96, 97, 98, 99]


def test_the_very_best_are_all_taken_unless_they_are_most() -> None:
    def keys(best: int, selection: dict[str, Any]) -> int:
        rows = [[9.0, 9.0, 9.0]] * best + [[float(n), 1.0, 1.0] for n in range(10 - best)]
        scored = score(matrix_of(rows), scheme_of(selection=selection))
        is_key = np.array([tier.is_key for tier in scored.scheme.tiers])
        return int(is_key[scored.tier].sum())

    assert [keys(best, {"kind": "top_pct", "value": 20}) for best in (1, 2, 4, 5, 6)] == [
        2,
        2,
        4,
        5,
        0,
    ]
    assert [keys(best, {"kind": "top_n", "value": 2}) for best in (1, 2, 4, 6)] == [2, 2, 4, 0]


def test_a_share_that_fits_is_filled_and_one_customer_alone_is_taken() -> None:
    scheme = scheme_of(selection={"kind": "top_pct", "value": Decimal(50)})
    scored = score(matrix_of([[float(n), 1.0, 1.0] for n in range(10)]), scheme)
    is_key = np.array([tier.is_key for tier in scheme.tiers])
    assert np.flatnonzero(is_key[scored.tier]).tolist() == [5, 6, 7, 8, 9]
    alone = score(matrix_of([[5.0, 1.0, 1.0]]), scheme)
    assert is_key[alone.tier].tolist() == [True]


def test_the_ready_scheme_takes_a_fifth() -> None:
    assert (VALUE_DEPTH_GROWTH.selection.kind, VALUE_DEPTH_GROWTH.selection.value) == (
        "top_pct",
        20,
    )
