"""Raw values to points: 0 to 100, kept as whole millionths of a point so that sums are exact."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jishi.analytics.scheme import Item, Normalisation


Floats = NDArray[np.float64]
Micros = NDArray[np.int32]

MICRO = 1_000_000
TOP_MICRO = 100 * MICRO
NEUTRAL_POINTS = 50.0
Z_HALF_RANGE = 3.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """What one indicator's normalisation learned from all customers: enough to check any single one.

    `low` and `high` are ends in stored units (for log: of ln(1 + value in display units)); `known` is the
    number of customers with a value.
    """

    kind: str
    known: int
    scale: int
    lower_is_better: bool
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    deviation: float | None = None
    thresholds: tuple[float, ...] = ()
    points: tuple[float, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Fitted:
        sequences = {name: tuple(data[name]) for name in ("thresholds", "points")}
        return cls(**{**data, **sequences})


def fit(column: Floats, item: Item) -> Fitted:
    """Learn the parameters of an item's normalisation from one column (missing values are NaN)."""
    rule: Normalisation = item.normalise
    scale = item.definition.unit.scale
    known = column[~np.isnan(column)]
    given_low = None if rule.low is None else float(rule.low * scale)
    given_high = None if rule.high is None else float(rule.high * scale)
    low = high = mean = deviation = None
    if rule.kind == "minmax":
        low = given_low if given_low is not None else _end(known, np.min)
        high = given_high if given_high is not None else _end(known, np.max)
    elif rule.kind == "log":
        low = float(
            _log(np.array([given_low if given_low is not None else _end(known, np.min)]), scale)[0]
        )
        high = float(
            _log(np.array([given_high if given_high is not None else _end(known, np.max)]), scale)[
                0
            ]
        )
    elif rule.kind == "direct":
        low = given_low if given_low is not None else 0.0
        high = given_high if given_high is not None else 100.0 * scale
    elif rule.kind == "z":
        mean = float(known.mean()) if len(known) else 0.0
        deviation = float(known.std()) if len(known) else 0.0
    return Fitted(
        kind=rule.kind,
        known=len(known),
        scale=scale,
        lower_is_better=item.lower_is_better,
        low=low,
        high=high,
        mean=mean,
        deviation=deviation,
        thresholds=tuple(float(step.at_least * scale) for step in rule.steps),
        points=tuple(float(step.points) for step in rule.steps),
    )


def _end(known: Floats, function: Any) -> float:
    return float(function(known)) if len(known) else 0.0


def _log(values: Floats, scale: int) -> Floats:
    return np.asarray(np.log1p(np.maximum(values, 0.0) / scale), dtype=np.float64)


def points(values: Floats, fitted: Fitted, *, below: Floats, equal: Floats) -> Floats:
    """Points 0..100 of values; `below` and `equal` count the customers under and at each value.

    percentile: 100 x (below + (equal - 1) / 2) / (known - 1), so equal values share the middle of their places,
    a unique best has 100 and a unique worst 0; a single customer has 50. An empty range gives 50.
    Lower-is-better turns the result round (100 - points), except for step tables, which say what they mean.
    """
    if fitted.kind == "steps":
        table = np.concatenate(([0.0], np.asarray(fitted.points)))
        return np.asarray(table[np.searchsorted(fitted.thresholds, values, side="right")])
    if fitted.kind == "percentile":
        if fitted.known > 1:
            result = 100.0 * (below + (equal - 1.0) / 2.0) / (fitted.known - 1)
        else:
            result = np.full(len(values), NEUTRAL_POINTS)
    elif fitted.kind == "z":
        if fitted.deviation:
            z = (values - (fitted.mean or 0.0)) / fitted.deviation
            result = NEUTRAL_POINTS + z * (NEUTRAL_POINTS / Z_HALF_RANGE)
        else:
            result = np.full(len(values), NEUTRAL_POINTS)
    else:
        low, high = fitted.low or 0.0, fitted.high or 0.0
        at = _log(values, fitted.scale) if fitted.kind == "log" else values
        if high > low:
            result = 100.0 * (at - low) / (high - low)
        else:
            result = np.full(len(values), NEUTRAL_POINTS)
    result = np.clip(result, 0.0, 100.0)
    return 100.0 - result if fitted.lower_is_better else result


def to_micro(values: Floats) -> Micros:
    """Points to whole millionths, halves to even.

    >>> to_micro(np.array([12.3456785, 100.0])).tolist()
    [12345678, 100000000]
    """
    return np.rint(values * MICRO).astype(np.int32)


def places(column: Floats) -> tuple[Floats, Floats]:
    """How many known values lie below and at each value of a column; zero where it is missing."""
    below, equal = np.zeros(len(column)), np.zeros(len(column))
    at = np.flatnonzero(~np.isnan(column))
    if len(at):
        order = np.argsort(column[at])
        ordered = column[at][order]
        starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        counts = np.diff(np.append(starts, len(ordered)))
        below[at[order]] = np.repeat(starts, counts)
        equal[at[order]] = np.repeat(counts, counts)
    return below, equal


def normalise(column: Floats, item: Item) -> tuple[Micros, Fitted]:
    """Points of a whole column in millionths, with what was learned; missing values get 0 here."""
    fitted = fit(column, item)
    if fitted.kind == "percentile":
        below, equal = places(column)
    else:
        below = equal = np.zeros(0)
    known = ~np.isnan(column)
    result = points(np.where(known, column, 0.0), fitted, below=below, equal=equal)
    return to_micro(np.where(known, result, 0.0)), fitted
