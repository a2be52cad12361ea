"""A scheme and a matrix of indicators in; scores, ranks, tiers and coverage out. NumPy, exact to a millionth.

The arithmetic is whole numbers throughout: points in millionths, weight shares in ten-millionths (see
`scheme.WEIGHT_UNITS`). A score is the sum of share x points over the indicators that count, divided by the shares
that count, rounded half up to a millionth of a point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jishi.analytics.indicators.population import BASE_KEYS
from jishi.analytics.indicators.registry import indicator_for
from jishi.analytics.normalise import TOP_MICRO, Fitted, Floats, normalise
from jishi.analytics.population import population_values
from jishi.analytics.scheme import WEIGHT_UNITS, Missing, Scheme


POSITION_BITS = 32


@dataclass(frozen=True, slots=True)
class Matrix:
    """Indicators of all customers: rows ordered by customer code, one column per key, NaN where missing.

    `unrecorded`: the kinds of facts (`recording.KINDS`) nobody ever recorded, whose indicators are all missing.
    """

    customer_ids: NDArray[np.int64]
    codes: Sequence[str]
    keys: tuple[str, ...]
    values: Floats
    unrecorded: tuple[str, ...] = ()

    def column(self, key: str) -> Floats:
        column: Floats = self.values[:, self.keys.index(key)]
        return column

    def __len__(self) -> int:
        return len(self.customer_ids)


@dataclass(frozen=True, slots=True)
class Designation:
    """A person's decision that a customer belongs to a tier, whatever its score."""

    tier_key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scored:
    """The result of one scheme on one matrix; every array has one entry per row of the matrix."""

    scheme: Scheme
    matrix: Matrix
    fitted: tuple[Fitted, ...]
    points_micro: NDArray[np.float64]
    known: NDArray[np.bool_]
    score_micro: NDArray[np.int64]
    rank: NDArray[np.int64]
    order: NDArray[np.int64]
    coverage_units: NDArray[np.int64]
    tier: NDArray[np.int8]
    tier_computed: NDArray[np.int8]
    designated: NDArray[np.bool_]

    @property
    def tier_counts(self) -> dict[str, int]:
        return tier_counts(self.scheme, self.tier)


def base_keys(keys: Sequence[str]) -> tuple[str, ...]:
    """The per-customer indicators an engine has to compute so that all of `keys` can be had.

    >>> base_keys(["contribution_pct", "spend_e4", "orders"])
    ('spend_e4', 'orders')
    """
    wanted: dict[str, None] = {}
    for key in keys:
        names = BASE_KEYS[key] if indicator_for(key).is_population else (key,)
        wanted.update(dict.fromkeys(names))
    return tuple(wanted)


def build_matrix(
    customer_ids: NDArray[np.int64],
    codes: Sequence[str],
    columns: Mapping[str, Floats],
    keys: Sequence[str],
    *,
    unrecorded: tuple[str, ...] = (),
) -> Matrix:
    """Put columns together in the order of `keys`, adding the indicators that need all customers at once."""
    values = np.empty((len(customer_ids), len(keys)), dtype=np.float64, order="F")
    base = dict(columns)
    for position, key in enumerate(keys):
        if indicator_for(key).is_population:
            values[:, position] = population_values(key, base)
        else:
            values[:, position] = base[key]
    return Matrix(customer_ids, codes, tuple(keys), values, unrecorded)


def score(
    matrix: Matrix, scheme: Scheme, *, designations: Mapping[int, Designation] | None = None
) -> Scored:
    """Apply a scheme. Rows must be ordered by code: equal scores are ranked in row order."""
    count = len(matrix)
    items = [item for _, item in scheme.items()]
    points_micro = np.zeros((count, len(items)), dtype=np.float64, order="F")
    known = np.zeros((count, len(items)), dtype=np.bool_, order="F")
    fitted = []
    for position, item in enumerate(items):
        column = matrix.column(item.indicator)
        micro, learned = normalise(column, item)
        points_micro[:, position] = micro
        known[:, position] = ~np.isnan(column)
        fitted.append(learned)
        fill = fill_micro(scheme.missing_policy(item))
        if fill:
            points_micro[~known[:, position], position] = fill
    units = np.asarray(scheme.weight_units(), dtype=np.float64)
    counting = counts_in_weight(scheme, known)
    score_micro = weighted_scores(points_micro, counting, units)
    order = rank_order(score_micro)
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(1, count + 1)
    coverage_units = np.asarray(known @ units, dtype=np.int64)
    selected = selected_rows(scheme, score_micro, eligible_rows(scheme, order, coverage_units))
    computed = assign_tiers(scheme, matrix, score_micro, order, selected)
    tier = computed.copy()
    designated = np.zeros(count, dtype=np.bool_)
    if designations:
        tier_keys = [one.key for one in scheme.tiers]
        row_of = {int(customer_id): row for row, customer_id in enumerate(matrix.customer_ids)}
        for customer_id, designation in designations.items():
            if customer_id in row_of and designation.tier_key in tier_keys:
                tier[row_of[customer_id]] = tier_keys.index(designation.tier_key)
                designated[row_of[customer_id]] = True
    return Scored(
        scheme=scheme,
        matrix=matrix,
        fitted=tuple(fitted),
        points_micro=points_micro,
        known=known,
        score_micro=score_micro,
        rank=rank,
        order=order,
        coverage_units=coverage_units,
        tier=tier,
        tier_computed=computed,
        designated=designated,
    )


def fill_micro(policy: Missing) -> int:
    """The points, in millionths, that stand in for a value nobody knows."""
    return TOP_MICRO // 2 if policy == Missing.NEUTRAL else 0


def counts_in_weight(scheme: Scheme, known: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Which cells count in the weighted mean; None when all of them do.

    A missing value under 'renormalise' does not count; under 'neutral' or 'worst' it counts with its stand-in.
    """
    leaves_out = [scheme.missing_policy(item) == Missing.RENORMALISE for _, item in scheme.items()]
    if not any(leaves_out) or bool(known[:, leaves_out].all()):
        return None
    counting = np.ones_like(known)
    counting[:, leaves_out] = known[:, leaves_out]
    return counting


def weighted_scores(
    points_micro: Floats, counting: NDArray[np.bool_] | None, units: Floats
) -> NDArray[np.int64]:
    """Weighted means in millionths, rounded half up; 0 where nothing counts.

    Every intermediate is a whole number below 2^53, so the floating-point product is exact, and the quotient is at
    least 1 / (2 x 10^7) away from any whole number it does not reach, far more than its rounding error.
    """
    totals = points_micro @ units
    if counting is None:
        weight: Floats | float = float(units.sum())
    else:
        weight = counting.astype(np.float64) @ units
        weight = np.where(weight > 0, weight, 1.0)
    return np.floor((totals * 2 + weight) / (weight * 2)).astype(np.int64)


def rank_order(score_micro: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows from best to worst; equal scores keep row order.

    Score and row are packed into one unsigned number, which sorts faster than any indirect sort.

    >>> rank_order(np.array([5, 9, 5])).tolist()
    [1, 0, 2]
    """
    packed = TOP_MICRO - score_micro
    packed <<= POSITION_BITS
    packed |= np.arange(len(score_micro))
    packed.sort()
    packed &= 2**POSITION_BITS - 1
    return packed


def share_count(total: int, top_pct: float) -> int:
    """How many customers a top share is: rounded half up, and at least one unless the share or total is zero.

    >>> [share_count(635, 20.0), share_count(3, 10.0), share_count(0, 50.0)]
    [127, 1, 0]
    """
    if total == 0 or top_pct <= 0:
        return 0
    return min(total, max(1, int(np.floor(total * top_pct / 100.0 + 0.5))))


def undivided(
    score_micro: NDArray[np.int64],
    best_first: NDArray[np.int64],
    count: int,
    *,
    takes_best: bool = False,
) -> int:
    """How many of the best are taken when `count` are wanted: equal scores are taken or left together.

    So nobody is preferred for the place of its code in the alphabet. A cut that falls among equals stops before
    them. With `takes_best` the very best are taken even when they are more than wanted, unless they are the
    majority: then the score tells nobody apart.

    >>> undivided(np.array([9, 7, 7, 5]), np.arange(4), 3), undivided(np.array([9, 7, 7, 5]), np.arange(4), 2)
    (3, 1)
    >>> [undivided(np.array([9, 9, 7, 5]), np.arange(4), 1, takes_best=best) for best in (False, True)]
    [0, 2]
    >>> undivided(np.array([5, 5, 5]), np.arange(3), 1, takes_best=True)
    0
    """
    if count >= len(best_first) or count <= 0:
        return max(0, min(count, len(best_first)))
    last = score_micro[best_first[count - 1]]
    if score_micro[best_first[count]] != last:
        return count
    better = int(np.count_nonzero(score_micro[best_first[:count]] > last))
    if better or not takes_best:
        return better
    best = int(np.count_nonzero(score_micro[best_first] == last))
    return best if 2 * best <= len(best_first) else 0


def least_units(scheme: Scheme) -> int:
    """The weight that must be known of a customer before it can be selected."""
    return max(1, int(scheme.min_coverage_pct * WEIGHT_UNITS / 100))


def eligible_rows(
    scheme: Scheme, order: NDArray[np.int64], coverage_units: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The rows, best first, that know enough to be selected: the least coverage, and never nothing at all."""
    enough = coverage_units >= least_units(scheme)
    return order if enough.all() else order[enough[order]]


def selected_rows(
    scheme: Scheme, score_micro: NDArray[np.int64], eligible: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The rows that count as key accounts, best first, out of the eligible ones.

    A share or a number does not choose among equal scores; see `undivided`.
    """
    value = float(scheme.selection.value)
    kind = scheme.selection.kind
    if kind == "top_pct":
        wanted = share_count(len(score_micro), value)
        return eligible[: undivided(score_micro, eligible, wanted, takes_best=True)]
    if kind == "top_n":
        return eligible[: undivided(score_micro, eligible, int(value), takes_best=True)]
    if kind == "threshold":
        return eligible[score_micro[eligible] >= threshold_micro(scheme.selection.value)]
    return eligible


def threshold_micro(value: object) -> int:
    """A score threshold in millionths of a point."""
    from decimal import Decimal

    return int(Decimal(str(value)) * 1_000_000)


def assign_tiers(
    scheme: Scheme,
    matrix: Matrix,
    score_micro: NDArray[np.int64],
    order: NDArray[np.int64],
    selected: NDArray[np.int64],
) -> NDArray[np.int8]:
    """The first tier, from the top, whose cut a customer passes; key tiers only take selected customers.

    Shares and counts do not choose among equal scores; see `undivided`.
    """
    rest = len(scheme.tiers) - 1
    result = np.full(len(order), rest, dtype=np.int8)
    for number, tier in enumerate(scheme.tiers[:-1]):
        group = selected if tier.is_key else order
        cut = tier.cut
        if cut.kind == "share":
            wanted = share_count(len(group), float(cut.value))
            passing = group[: undivided(score_micro, group, wanted, takes_best=True)]
        elif cut.kind == "count":
            passing = group[: undivided(score_micro, group, int(cut.value))]
        elif cut.kind == "score":
            passing = group[score_micro[group] >= threshold_micro(cut.value)]
        else:
            limit = float(cut.value * indicator_for(cut.indicator).unit.scale)
            values = matrix.column(cut.indicator)[group]
            passing = group[np.nan_to_num(values, nan=-np.inf) >= limit]
        result[passing[result[passing] == rest]] = number
    return result


def tier_counts(scheme: Scheme, tier: NDArray[np.int8]) -> dict[str, int]:
    """How many customers each tier has."""
    return {one.key: int(np.count_nonzero(tier == n)) for n, one in enumerate(scheme.tiers)}
