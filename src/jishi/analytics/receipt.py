"""The receipt of one score: score = dimensions = indicators, to the last millionth, with what it takes to recheck.

A receipt is plain JSON with decimals as strings. `tests/oracles/receipt_checker.py` rebuilds the score from it with
the standard library alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jishi.analytics.indicators.registry import Unit, indicator_for
from jishi.analytics.normalise import Fitted, Floats, points, to_micro
from jishi.analytics.scheme import WEIGHT_UNITS, Missing, Scheme
from jishi.analytics.scoring import Matrix, fill_micro


RECEIPT_FORMAT = 1
RAISE_STEP_PCT = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """One indicator of one customer on its way to points."""

    raw: float | None
    below: int
    equal: int
    points_micro: int
    counts: bool


def micro_text(micro: int) -> str:
    """Millionths as an exact decimal with six places.

    >>> micro_text(78123456), micro_text(-5)
    ('78.123456', '-0.000005')
    """
    sign, rest = ("-", -micro) if micro < 0 else ("", micro)
    return f"{sign}{rest // 1_000_000}.{rest % 1_000_000:06d}"


def units_text(units: int) -> str:
    """A weight share in ten-millionths as an exact decimal.

    >>> units_text(4_000_000)
    '0.4000000'
    """
    return f"{units // WEIGHT_UNITS}.{units % WEIGHT_UNITS:07d}"


def raw_text(value: float | None, unit: Unit) -> str | None:
    """A raw value without loss: whole numbers as such, others in the shortest form that reads back equal."""
    if value is None:
        return None
    if value == int(value) and abs(value) < 2**53:
        return str(int(value))
    return repr(float(value))


def cell(column: Floats, fitted: Fitted, policy: Missing, row: int) -> Cell:
    """Points of one customer, from the whole column where places are needed."""
    value = float(column[row])
    if np.isnan(value):
        return Cell(None, 0, 0, fill_micro(policy), counts=policy != Missing.RENORMALISE)
    below = equal = 0
    if fitted.kind == "percentile":
        below, equal = int((column < value).sum()), int((column == value).sum())
    return Cell(value, below, equal, _points_micro(value, fitted, below, equal), counts=True)


def _points_micro(value: float, fitted: Fitted, below: int, equal: int) -> int:
    made = points(
        np.array([value]), fitted, below=np.array([float(below)]), equal=np.array([float(equal)])
    )
    return int(to_micro(made)[0])


def contributions(
    units: Sequence[int], micro: Sequence[int], counting: Sequence[bool]
) -> tuple[int, tuple[int, ...]]:
    """The score in millionths and what each indicator adds to it, summing exactly.

    Each part is share x points / counting shares, rounded down; the millionths still missing to the rounded score go
    to the largest remainders, the first indicator winning a tie.

    >>> contributions([5_000_000, 5_000_000], [33_333_333, 66_666_666], [True, True])
    (50000000, (16666667, 33333333))
    """
    weight = sum(unit for unit, counts in zip(units, counting, strict=True) if counts)
    products = [
        unit * point if counts else 0
        for unit, point, counts in zip(units, micro, counting, strict=True)
    ]
    if weight == 0:
        return 0, tuple(0 for _ in products)
    score = (2 * sum(products) + weight) // (2 * weight)
    parts = [product // weight for product in products]
    by_remainder = sorted(range(len(parts)), key=lambda i: (-(products[i] % weight), i))
    for i in by_remainder[: score - sum(parts)]:
        parts[i] += 1
    return score, tuple(parts)


def receipt(scheme: Scheme, matrix: Matrix, fitted: Sequence[Fitted], row: int) -> dict[str, Any]:
    """The receipt of the customer in one row of a run's matrix."""
    pairs = list(scheme.items())
    units = scheme.weight_units()
    cells = [
        cell(matrix.column(item.indicator), learned, scheme.missing_policy(item), row)
        for (_, item), learned in zip(pairs, fitted, strict=True)
    ]
    score, parts = contributions(units, [c.points_micro for c in cells], [c.counts for c in cells])
    known_units = sum(unit for unit, one in zip(units, cells, strict=True) if one.raw is not None)
    dimensions: list[dict[str, Any]] = []
    for dimension in scheme.dimensions:
        mine = [i for i, (owner, _) in enumerate(pairs) if owner.key == dimension.key]
        dimensions.append(
            {
                "key": dimension.key,
                "label": dimension.label.model_dump(),
                "weight": units_text(sum(units[i] for i in mine)),
                "contribution": micro_text(sum(parts[i] for i in mine)),
                "indicators": [
                    {
                        **_indicator_json(
                            scheme, pairs[i][1], fitted[i], cells[i], units[i], parts[i]
                        ),
                        "unrecorded": unrecorded_behind(pairs[i][1].indicator, matrix.unrecorded),
                    }
                    for i in mine
                ],
            }
        )
    return {
        "format": RECEIPT_FORMAT,
        "scheme": {"key": scheme.key, "name": scheme.name.model_dump()},
        "score": micro_text(score),
        "counted_weight": units_text(
            sum(unit for unit, one in zip(units, cells, strict=True) if one.counts)
        ),
        "coverage_pct": str(known_units * 100 / WEIGHT_UNITS),
        "population": len(matrix),
        "dimensions": dimensions,
    }


def _indicator_json(
    scheme: Scheme, item: Any, fitted: Fitted, one: Cell, units: int, part: int
) -> dict[str, Any]:
    definition = item.definition
    facts: dict[str, Any] = {
        "kind": fitted.kind,
        "lower_is_better": fitted.lower_is_better,
        "scale": str(fitted.scale),
        "known": fitted.known,
    }
    if fitted.kind == "percentile" and one.raw is not None:
        facts |= {"below": one.below, "equal": one.equal}
    for name in ("low", "high", "mean", "deviation"):
        value = getattr(fitted, name)
        if value is not None:
            facts[name] = repr(value)
    if fitted.kind == "steps":
        facts["steps"] = [
            {"at_least": repr(limit), "points": repr(given)}
            for limit, given in zip(fitted.thresholds, fitted.points, strict=True)
        ]
    return {
        "key": item.indicator,
        "label": definition.label,
        "unit": definition.unit.value,
        "raw": raw_text(one.raw, definition.unit),
        "normalised": micro_text(one.points_micro),
        "weight": units_text(units),
        "counts": one.counts,
        "contribution": micro_text(part),
        "normalisation": facts,
        "missing": scheme.missing_policy(item).value if one.raw is None else None,
    }


def unrecorded_behind(indicator: str, unrecorded: Sequence[str]) -> list[str]:
    """The kinds of facts that an indicator counts and that nobody ever recorded.

    >>> unrecorded_behind("return_rate_pct", ("referrals", "returns"))
    ['returns']
    """
    return [kind for kind in indicator_for(indicator).records if kind in unrecorded]


@dataclass(frozen=True, slots=True)
class Raise:
    """What one better indicator would do to a score, everyone else staying as they are."""

    indicator: str
    raw: float
    target_raw: float
    gain_micro: int
    score_micro: int


def what_raises_it(
    scheme: Scheme, matrix: Matrix, fitted: Sequence[Fitted], row: int
) -> list[Raise]:
    """For each known indicator that somebody can act on: the points gained by reaching the next tenth of
    all customers; best first."""
    pairs = list(scheme.items())
    units = scheme.weight_units()
    cells = [
        cell(matrix.column(item.indicator), learned, scheme.missing_policy(item), row)
        for (_, item), learned in zip(pairs, fitted, strict=True)
    ]
    micro = [one.points_micro for one in cells]
    counting = [one.counts for one in cells]
    now, _ = contributions(units, micro, counting)
    found = []
    for i, ((_, item), learned, one) in enumerate(zip(pairs, fitted, cells, strict=True)):
        if one.raw is None or units[i] == 0 or not indicator_for(item.indicator).is_actionable:
            continue
        column = matrix.column(item.indicator)
        target = next_step(column, one.raw, lower_is_better=learned.lower_is_better)
        if target is None:
            continue
        # The customer leaves its own place before it takes the new one.
        below = int((column < target).sum()) - int(one.raw < target)
        equal = int((column == target).sum()) + 1
        better = list(micro)
        better[i] = _points_micro(target, learned, below, equal)
        after, _ = contributions(units, better, counting)
        if after > now:
            found.append(Raise(item.indicator, one.raw, target, after - now, after))
    return sorted(found, key=lambda r: (-r.gain_micro, r.indicator))


def next_step(column: Floats, value: float, *, lower_is_better: bool) -> float | None:
    """The value at the next tenth of the customers that is strictly better; None for the best.

    >>> next_step(np.arange(11.0), 4.5, lower_is_better=False)
    5.0
    >>> next_step(np.arange(11.0), 0.0, lower_is_better=True) is None
    True
    """
    known = np.sort(column[~np.isnan(column)])
    if lower_is_better:
        known, value = -known[::-1], -value
    better_from = int(np.searchsorted(known, value, side="right"))
    if better_from >= len(known):
        return None
    top = len(known) - 1
    tenth = -(-better_from * RAISE_STEP_PCT // top) if top else 0
    place = min(top, max(better_from, (tenth * top) // RAISE_STEP_PCT))
    return float(-known[place]) if lower_is_better else float(known[place])
