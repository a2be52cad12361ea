"""A wrong scheme is refused with a sentence that says what to do."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from pydantic import ValidationError

from jishi.analytics.presets import SALES_POTENTIAL
from jishi.analytics.scheme import Scheme, explain_errors


def body() -> dict[str, Any]:
    return copy.deepcopy(SALES_POTENTIAL.model_dump(mode="json"))


def change(path: str, value: Any) -> dict[str, Any]:
    changed = body()
    *steps, last = [int(s) if s.isdigit() else s for s in path.split(".")]
    target: Any = changed
    for step in steps:
        target = target[step]
    target[last] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("dimensions.0.items.0.indicator", "turnover", "no indicator called 'turnover'"),
        ("dimensions.0.items.0.indicator", "orders", "names an indicator twice"),
        ("dimensions.0.items.0.indicator", "referrals_made", "used in two dimensions"),
        ("dimensions.0.key", "potential", "'?potential'? is used twice|potential is used twice"),
        ("dimensions.0.items.0.normalise", {"kind": "steps"}, "needs at least one step"),
        (
            "dimensions.0.items.0.normalise",
            {
                "kind": "steps",
                "steps": [{"at_least": 3, "points": 1}, {"at_least": 2, "points": 2}],
            },
            "must rise",
        ),
        (
            "dimensions.0.items.0.normalise",
            {"kind": "z", "steps": [{"at_least": 3, "points": 1}]},
            "Steps belong to the step table",
        ),
        ("dimensions.0.items.0.normalise", {"kind": "z", "low": 1}, "no lower or upper end"),
        (
            "dimensions.0.items.0.normalise",
            {"kind": "minmax", "low": 5, "high": 5},
            "swap or change",
        ),
        ("dimensions.0.weight", -1, "greater than or equal to 0"),
        ("selection", {"kind": "top_pct", "value": 120}, "from 0 to 100"),
        ("selection", {"kind": "top_n", "value": "1.5"}, "must be whole"),
        ("tiers.3.cut", {"kind": "share", "value": 10}, "takes all the rest"),
        ("tiers.0.is_key", False, "come first"),
        ("tiers.3.is_key", True, "mark the last tier as ordinary"),
        ("tiers.0.cut", {"kind": "indicator", "indicator": "x", "value": 1}, "no indicator called"),
        ("tiers.0.cut", {"kind": "score", "indicator": "orders", "value": 1}, "remove it"),
        ("tiers.0.cut", {"kind": "score", "value": 101}, "from 0 to 100"),
        ("tiers.0.cut", {"kind": "count", "value": "2.5"}, "whole number"),
        ("tiers.0.seal", "战略", "at most 1 character"),
        ("unknown", 1, "Extra inputs"),
        ("window_months", 0, "greater than or equal to 1"),
    ],
)
def test_mistakes_are_explained(path, value, message):
    with pytest.raises(ValidationError, match=message) as caught:
        Scheme.model_validate(change(path, value))
    lines = explain_errors(caught.value)
    assert lines
    assert not any("Value error" in line for line in lines)


def test_weights_that_are_all_zero_are_refused():
    broken = body()
    for dimension in broken["dimensions"]:
        dimension["weight"] = "0"
    with pytest.raises(ValidationError, match="All dimensions weigh nothing"):
        Scheme.model_validate(broken)
    broken = body()
    for item in broken["dimensions"][0]["items"]:
        item["weight"] = "0"
    with pytest.raises(ValidationError, match="All indicators of Sales weigh nothing"):
        Scheme.model_validate(broken)


def test_more_indicators_than_a_run_can_keep_are_refused():
    broken = body()
    broken["dimensions"] = [
        {"key": f"d{n}", "label": {"zh": "维", "en": "Part"}, "weight": 1,
         "items": [{"indicator": f"rating_x{n}_{i}"} for i in range(20)]}
        for n in range(3)
    ]  # fmt: skip
    with pytest.raises(ValidationError, match="at most 52 indicators, not 60"):
        Scheme.model_validate(broken)
    del broken["dimensions"][0]["items"][:8]
    assert len(Scheme.model_validate(broken).indicator_keys) == 52


def test_other_errors_are_shown_as_they_are():
    assert explain_errors(ValueError("There is no dimension called x")) == [
        "There is no dimension called x"
    ]
