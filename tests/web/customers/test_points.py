"""How a value became points is said as the rule has it."""

from __future__ import annotations

from math import log1p

import pytest
from django.utils.translation import override

from jishi.web.pages.grading.points import points_note


def line(unit="count", raw="3", missing=None, **rule):
    return {
        "raw": raw, "unit": unit, "missing": missing,
        "normalisation": {"scale": "1", "lower_is_better": False, **rule},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (
            line("pct", "100", kind="percentile", known=1665, below=300, equal=1365),
            "有数值的 1,665 家客户中，300 家更低，1,364 家与它相同：取这些名次的中间。",
        ),
        (
            line("days", "3", kind="percentile", known=8, below=2, equal=1, lower_is_better=True),
            "有数值的 8 家客户中，2 家更低。越低越好。",
        ),
        (line("pct", kind="minmax", low="0.0", high="50.0"), "0.0%得 0 分，50.0%得 100 分，其间按比例。"),
        (
            line("days", kind="direct", low="0.0", high="90.0", lower_is_better=True),
            "90 天得 0 分，0 天得 100 分，其间按比例。",
        ),
        (
            line("money_e4", "1", kind="log", scale="10000", low="0.0", high=repr(log1p(250_000))),
            "¥0得 0 分，¥25.0 万得 100 分，按对数：其间每翻一倍，加分大致相同。",
        ),
        (
            line("count", kind="z", mean="12.5", deviation="4.0"),
            "均值 12.5 得 50 分；高或低三个标准差（每个 4），多或少 50 分。",
        ),
        (
            line("count", kind="steps", steps=[{"at_least": "0.0", "points": "0.0"},
                                               {"at_least": "10.0", "points": "60.0"}]),
            "0 起得 0.0 分、10 起得 60.0 分",
        ),
        (line(raw=None, missing="neutral"), "没有数值，按 50 分计。"),
        (line(raw=None, missing="worst"), "没有数值，按 0 分计。"),
        (line(raw=None, missing="renormalise"), "没有数值，它的权重分给其他指标。"),
    ],
)  # fmt: skip
def test_points_are_told_by_the_rule_that_gave_them(one, says):
    with override("zh-hans"):
        assert points_note(one, "zh-hans", "CNY") == says
