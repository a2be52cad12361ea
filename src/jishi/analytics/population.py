"""Shares, Pareto, ABC and RFM quintiles: what one customer is among all of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from jishi.analytics.indicators.population import BASE_KEYS


Floats = NDArray[np.float64]

PARETO_A_PCT = 80.0
PARETO_B_PCT = 95.0


def share_pct(amounts: Floats) -> Floats:
    """Each customer's share of the total in percent; missing when the total is not positive.

    >>> share_pct(np.array([30.0, 10.0, np.nan])).tolist()
    [75.0, 25.0, nan]
    """
    total = np.nansum(amounts)
    if not total > 0:
        return np.full(len(amounts), np.nan)
    return 100.0 * amounts / total


def pareto_pct(amounts: Floats) -> Floats:
    """Cumulative share of the total, in percent, counting from the largest customer down to this one.

    Equal amounts share the cumulative share of the last of them, so the order of rows does not matter.
    Customers without a positive amount are missing.

    >>> pareto_pct(np.array([10.0, 60.0, 30.0, 0.0])).tolist()
    [100.0, 60.0, 90.0, nan]
    """
    result = np.full(len(amounts), np.nan)
    positive = np.flatnonzero(amounts > 0)
    if not len(positive):
        return result
    values, inverse, counts = np.unique(amounts[positive], return_inverse=True, return_counts=True)
    from_the_top = np.cumsum((values * counts)[::-1])[::-1]
    result[positive] = 100.0 * from_the_top[inverse] / from_the_top[0]
    return result


def abc_class(amounts: Floats) -> Floats:
    """3 = A (the customers that carry the first 80 % of sales), 2 = B (to 95 %), 1 = C (the rest).

    A customer belongs to A when the customers above it carry less than 80 %, so the one that crosses the line
    is still A. Customers without a positive amount are C; those without an amount are missing.

    >>> abc_class(np.array([85.0, 11.0, 4.0, 0.0])).tolist()
    [3.0, 2.0, 1.0, 1.0]
    """
    values, inverse, counts = np.unique(
        np.where(amounts > 0, amounts, 0.0), return_inverse=True, return_counts=True
    )
    unknown = np.isnan(amounts)
    total = float((values * counts).sum())
    if total <= 0:
        return np.where(unknown, np.nan, 1.0)
    from_the_top = np.cumsum((values * counts)[::-1])[::-1]
    above_pct = 100.0 * (from_the_top - values * counts) / total
    classes = np.where(above_pct < PARETO_A_PCT, 3.0, np.where(above_pct < PARETO_B_PCT, 2.0, 1.0))
    classes[values <= 0] = 1.0
    return np.where(unknown, np.nan, classes[inverse])


def quintile(values: Floats, *, lower_is_better: bool = False) -> Floats:
    """Quintiles 1 to 5, 5 best: 1 + floor(5 x customers strictly worse / customers with a value).

    Equal values share a class because they have the same number of customers below them (Hughes 1994 leaves
    ties open; this rule does not depend on row order). Missing values stay missing.

    >>> quintile(np.array([1.0, 2.0, 3.0, 4.0, 5.0])).tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0]
    >>> quintile(np.array([7.0, 7.0, 7.0, 9.0, np.nan])).tolist()
    [1.0, 1.0, 1.0, 4.0, nan]
    """
    result = np.full(len(values), np.nan)
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return result
    judged = -values[known] if lower_is_better else values[known]
    worse = np.searchsorted(np.sort(judged), judged, side="left")
    result[known] = 1 + (5 * worse) // len(known)
    return result


def population_values(key: str, base: dict[str, Floats]) -> Floats:
    """Compute one population indicator from the per-customer columns named in `BASE_KEYS`."""
    columns = [base[name] for name in BASE_KEYS[key]]
    return _COMPUTE[key](*columns)


def _among_buyers(values: Floats, orders: Floats) -> Floats:
    return np.where(orders > 0, values, np.nan)


_COMPUTE: dict[str, Callable[..., Floats]] = {
    "contribution_pct": share_pct,
    "margin_contribution_pct": share_pct,
    "pareto_pct": pareto_pct,
    "abc_class": abc_class,
    "rfm_recency": lambda days, orders: quintile(_among_buyers(days, orders), lower_is_better=True),
    "rfm_frequency": lambda orders: quintile(_among_buyers(orders, orders)),
    "rfm_monetary": lambda spend, orders: quintile(_among_buyers(spend, orders)),
}
