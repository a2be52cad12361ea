"""What if we weighed things differently: new weights on a run's points, in a few hundredths of a second per million.

The points of a run do not change when weights change, so the kernel is one matrix-vector product, one packed sort
and two gathers over arrays that can be memory-mapped from the run's files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jishi.analytics.normalise import Floats
from jishi.analytics.scheme import WEIGHT_UNITS, Missing, Scheme
from jishi.analytics.scoring import (
    Matrix,
    Scored,
    assign_tiers,
    counts_in_weight,
    eligible_rows,
    least_units,
    rank_order,
    selected_rows,
    tier_counts,
)


@dataclass(frozen=True, slots=True)
class Points:
    """What a run keeps for what-if: points per row and indicator, and which indicators each row knows.

    `pattern` numbers the row's set of known indicators; `patterns` lists those sets. There are few of them, so
    the weight that counts is looked up instead of computed per row.
    """

    points_micro: Floats
    pattern: NDArray[np.unsignedinteger[Any]]
    patterns: NDArray[np.bool_]


def points_of(scored: Scored) -> Points:
    """Take the reusable part out of a scored run."""
    patterns, pattern = known_patterns(scored.known)
    return Points(points_micro=scored.points_micro, pattern=pattern, patterns=patterns)


def known_patterns(
    known: NDArray[np.bool_],
) -> tuple[NDArray[np.bool_], NDArray[np.unsignedinteger[Any]]]:
    """The different rows of a truth table, and which of them each row is.

    A table has at most `scheme.MOST_INDICATORS` columns. Two bytes number its rows unless they are very different.

    >>> patterns, pattern = known_patterns(np.array([[True, False], [True, True], [True, False]]))
    >>> patterns.tolist(), pattern.tolist()
    ([[True, False], [True, True]], [0, 1, 0])
    """
    width = known.shape[1]
    bits = known.astype(np.float64) @ (2.0 ** np.arange(width))
    values, pattern = np.unique(bits, return_inverse=True)
    patterns = (values[:, None] // (2.0 ** np.arange(width))) % 2 == 1
    return patterns, pattern.astype(np.uint16 if len(values) <= 2**16 else np.uint32)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The outcome of other weights; arrays have one entry per row of the run's matrix."""

    score_micro: NDArray[np.int64]
    order: NDArray[np.int64]
    rank: NDArray[np.int32]
    tier: NDArray[np.int8]
    selected: NDArray[np.int64]
    entered: NDArray[np.int64]
    left: NDArray[np.int64]
    tier_counts: dict[str, int]


def what_if(
    points: Points, matrix: Matrix, scheme: Scheme, *, selected_before: NDArray[np.bool_]
) -> WhatIf:
    """Scores, ranks and tiers under another version of the scheme with the same indicators and normalisation.

    `entered` and `left` are the rows that become and stop being selected, best first.
    """
    units = np.asarray(scheme.weight_units(), dtype=np.float64)
    score_micro = scores(points, scheme, units)
    order = rank_order(score_micro)
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(1, len(order) + 1, dtype=np.int32)
    coverage = (points.patterns @ units).astype(np.int64)
    if (coverage >= least_units(scheme)).all():
        eligible = order
    else:
        eligible = eligible_rows(scheme, order, coverage[points.pattern])
    selected = selected_rows(scheme, score_micro, eligible)
    selected_now = np.zeros(len(order), dtype=np.bool_)
    selected_now[selected] = True
    gone = np.flatnonzero(selected_before & ~selected_now)
    tier = assign_tiers(scheme, matrix, score_micro, order, selected)
    return WhatIf(
        score_micro=score_micro,
        order=order,
        rank=rank,
        tier=tier,
        selected=selected,
        entered=selected[~selected_before[selected]],
        left=order[np.sort(rank[gone]) - 1],
        tier_counts=tier_counts(scheme, tier),
    )


def scores(points: Points, scheme: Scheme, units: Floats) -> NDArray[np.int64]:
    """Weighted means in millionths, rounded half up, exactly as `scoring.weighted_scores` makes them."""
    totals = points.points_micro @ units
    counting = counts_in_weight(scheme, points.patterns)
    if counting is None:
        totals += WEIGHT_UNITS // 2
        totals /= WEIGHT_UNITS
    else:
        weights = counting.astype(np.float64) @ units
        half = (np.where(weights > 0, weights, 1.0) / 2.0).take(points.pattern)
        totals += half
        totals /= half
        totals /= 2.0
    # The quotient is never negative, so cutting off is rounding down.
    return totals.astype(np.int64)


def contributions_micro(points: Points, scheme: Scheme, rows: Sequence[int]) -> Floats:
    """What each indicator adds to the score of some rows, in millionths, rounded; one line per row."""
    units = np.asarray(scheme.weight_units(), dtype=np.float64)
    chosen = np.asarray(points.points_micro)[rows]
    counting = counts_in_weight(scheme, points.patterns)
    if counting is None:
        return np.rint(chosen * units / WEIGHT_UNITS)
    counts = counting[np.asarray(points.pattern)[rows]].astype(np.float64)
    weights = counts @ units
    weights = np.where(weights > 0, weights, 1.0)
    return np.rint(chosen * counts * units / weights[:, None])


def same_points(one: Scheme, other: Scheme) -> bool:
    """Whether two schemes turn values into the same points, so that what-if between them is allowed."""

    def shape(scheme: Scheme) -> list[tuple[str, object, bool, Missing]]:
        return [
            (item.indicator, item.normalise, item.lower_is_better, scheme.missing_policy(item))
            for _, item in scheme.items()
        ]

    return shape(one) == shape(other) and one.window_months == other.window_months
