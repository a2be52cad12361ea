"""Every indicator, each defined once; importing this package fills the register."""

from __future__ import annotations

from jishi.analytics.indicators import (
    depth,
    growth,
    judgement,
    loyalty,
    population,
    service,
    value,
)
from jishi.analytics.indicators.registry import (
    FAMILIES,
    REGISTRY,
    Direction,
    Indicator,
    Unit,
    UnknownIndicatorError,
    indicator_for,
    indicator_table,
)


__all__ = [
    "FAMILIES",
    "REGISTRY",
    "Direction",
    "Indicator",
    "Unit",
    "UnknownIndicatorError",
    "depth",
    "growth",
    "indicator_for",
    "indicator_table",
    "judgement",
    "loyalty",
    "population",
    "service",
    "value",
]
