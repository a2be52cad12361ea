"""The address of the laboratory holds its whole state."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from jishi.web.pages.lab.state import changed_body, read_state, weights_of


BODY = {
    "dimensions": [
        {"key": "value", "weight": "50", "items": [{"indicator": "spend_e4", "weight": 1}]},
        {
            "key": "growth",
            "weight": "50",
            "items": [
                {"indicator": "growth_yoy_pct", "weight": 1, "missing": "worst"},
                {"indicator": "rating_potential", "weight": 1, "normalise": {"kind": "direct"}},
            ],
        },
    ],
    "selection": {"kind": "top_pct", "value": "20"},
    "missing": "renormalise",
    "min_coverage_pct": "0",
}


def state_of(query: str):
    return read_state(QueryDict(query), "value", BODY)


def test_nothing_asked_leaves_the_scheme_as_it_is():
    state = state_of("")
    assert changed_body(state, BODY) == BODY
    assert state.query() == "scheme=value"


def test_everything_asked_comes_back_from_its_address():
    state = state_of(
        "w_value=70&w_growth=30&locked=w_value&cut=top_n&cut_value=12&normalise=log&missing=neutral"
        "&coverage=40"
    )
    assert read_state(QueryDict(state.query()), "value", BODY) == state
    body = changed_body(state, BODY)
    assert [d["weight"] for d in body["dimensions"]] == ["70", "30"]
    assert body["selection"] == {"kind": "top_n", "value": "12"}
    assert body["missing"] == "neutral"
    assert body["min_coverage_pct"] == "40"
    kinds = [
        (item.get("normalise") or {"kind": "percentile"})["kind"]
        for d in body["dimensions"]
        for item in d["items"]
    ]
    assert kinds == ["log", "log", "direct"], "a rating keeps its own scale"
    assert "missing" not in body["dimensions"][1]["items"][0]


def test_the_stored_scheme_is_never_changed():
    before = str(BODY)
    changed_body(state_of("w_value=1&normalise=z&missing=worst"), BODY)
    assert str(BODY) == before


@pytest.mark.parametrize(
    "query",
    [
        "w_value=abc", "w_value=-5", "w_value=1e9", "w_value=NaN", "cut=everything&cut_value=3",
        "cut_value=", "cut=top_pct&cut_value=101", "normalise=direct", "missing=guess",
        "coverage=-1", "locked=nobody", "w_value=0&w_growth=0",
    ],
)  # fmt: skip
def test_nonsense_is_as_if_not_asked(query):
    assert changed_body(state_of(query), BODY) == BODY


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=12))
def test_shown_weights_always_add_up_to_a_hundred(weights):
    body = {"dimensions": [{"key": str(n), "weight": w} for n, w in enumerate(weights)]}
    shown = weights_of(body)
    assert sum(shown.values()) == 100
    total = sum(weights)
    for number, weight in enumerate(weights):
        assert abs(shown[str(number)] - Decimal(weight) * 100 / total) < 1
