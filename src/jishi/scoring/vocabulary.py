"""What pages and commands know of the analytics core: indicators, ready sets of tiers, fair shares."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any


@dataclass(frozen=True, slots=True)
class IndicatorInfo:
    """An indicator in words: English source texts, to be translated where they are shown."""

    key: str
    family: str
    label: str
    unit: str
    question: str
    formula: str
    is_lower_better: bool

    @property
    def is_judged(self) -> bool:
        """Whether it rests on what people judge rather than on figures."""
        return self.family == "judgement"


@cache
def indicator_info(key: str) -> IndicatorInfo | None:
    """An indicator by its key; None when there is none."""
    from jishi.analytics.indicators import Direction, UnknownIndicatorError, indicator_for

    try:
        one = indicator_for(key)
    except UnknownIndicatorError:
        return None
    return IndicatorInfo(
        key=one.key,
        family=one.family,
        label=one.label,
        unit=one.unit.value,
        question=one.question,
        formula=one.formula_text,
        is_lower_better=one.direction == Direction.LOWER,
    )


def unrecorded_behind(indicator: str, unrecorded: Sequence[str]) -> list[str]:
    """The kinds of facts that an indicator counts and that nobody ever recorded; none for no indicator."""
    from jishi.analytics import receipt

    if indicator_info(indicator) is None:
        return []
    return receipt.unrecorded_behind(indicator, unrecorded)


@cache
def record_message(kind: str) -> str:
    """What to say while a kind of fact was never recorded: English source text."""
    from jishi.analytics.recording import KINDS

    return KINDS[kind].message


@cache
def indicators_by_family() -> tuple[tuple[str, tuple[IndicatorInfo, ...]], ...]:
    """Label of the family → its indicators, in the order in which pages list them."""
    from jishi.analytics.indicators import FAMILIES, REGISTRY

    known = [info for key in REGISTRY if (info := indicator_info(key)) is not None]
    return tuple(
        (label, tuple(one for one in known if one.family == family))
        for family, label in FAMILIES.items()
    )


def indicator_keys() -> list[str]:
    """Every indicator that can be chosen from a list."""
    return [one.key for _family, members in indicators_by_family() for one in members]


def most_indicators() -> int:
    """How many indicators a scheme may have."""
    from jishi.analytics.scheme import MOST_INDICATORS

    return MOST_INDICATORS


def tier_presets() -> dict[str, list[dict[str, Any]]]:
    """The ready sets of tiers by their key; a copy that may be changed."""
    from jishi.analytics.presets import TIER_PRESETS

    return copy.deepcopy(TIER_PRESETS)


def hundredths_of(weights: Sequence[Fraction]) -> list[int]:
    """Weights as hundredths of a percent that add up to exactly 100 %.

    >>> hundredths_of([Fraction(1), Fraction(1), Fraction(1)])
    [3334, 3333, 3333]
    """
    from jishi.analytics.scheme import apportion

    total = sum(weights, Fraction(0))
    return list(apportion([one / total for one in weights], 10_000))
