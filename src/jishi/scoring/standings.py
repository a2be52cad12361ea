"""Turning a scored population into rows of the standings table, all of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from jishi.foundation.bulk import insert_rows
from jishi.scoring.models import Run, Standing


if TYPE_CHECKING:
    import pyarrow as pa

    from jishi.analytics.scoring import Scored

_WHOLE = ("margin_e4", "overdue_e4")
_FLOATS = (
    "margin_pct",
    "growth_yoy_pct",
    "contribution_pct",
    "return_rate_pct",
    "satisfaction_pct",
    "silence_ratio",
)
_COUNTS = ("spend_e4", "orders", "complaints_open")


def standings_replace(*, run: Run, scored: Scored, quarters: pa.Table, as_of: date) -> int:
    """Replace everybody's standing; call inside the run's transaction. Returns how many."""
    Standing.objects.unscoped("a run replaces the standings of everybody").delete()
    columns = standing_columns(run, scored, quarters, as_of)
    rows = zip(*columns.values(), strict=True)
    return insert_rows(Standing, tuple(columns), rows)


def standing_columns(
    run: Run, scored: Scored, quarters: pa.Table, as_of: date
) -> dict[str, Sequence[Any]]:
    """Database column → one plain value per customer."""
    import numpy as np

    from jishi.analytics.scheme import WEIGHT_UNITS

    matrix, tiers = scored.matrix, scored.scheme.tiers
    count = len(matrix)
    keys = np.array([tier.key for tier in tiers], dtype=object)
    flags = np.array([tier.is_key for tier in tiers])
    columns: dict[str, Sequence[Any]] = {
        "customer_id": matrix.customer_ids.tolist(),
        "run_id": [run.pk] * count,
        "score_micro": scored.score_micro.tolist(),
        "rank": scored.rank.tolist(),
        "tier_key": keys[scored.tier].tolist(),
        "tier_position": scored.tier.tolist(),
        "computed_tier_key": keys[scored.tier_computed].tolist(),
        "is_key": flags[scored.tier].tolist(),
        "is_designated": scored.designated.tolist(),
        "coverage_pct": (scored.coverage_units * (100 / WEIGHT_UNITS)).tolist(),
    }
    for key in _COUNTS:
        columns[key] = np.nan_to_num(matrix.column(key)).astype(np.int64).tolist()
    for key in _WHOLE:
        columns[key] = _or_none(matrix.column(key), int)
    for key in _FLOATS:
        columns[key] = _or_none(matrix.column(key), float)
    for column, key in (
        ("latest_order_on", "days_since_latest_order"),
        ("latest_interaction_on", "days_since_interaction"),
    ):
        today = as_of.toordinal()
        columns[column] = _or_none(
            matrix.column(key), lambda days, today=today: date.fromordinal(today - int(days))
        )
    columns["quarters_text"] = list(_quarter_texts(matrix.customer_ids.tolist(), quarters))
    return columns


def _or_none(values: Any, convert: Any) -> list[Any]:
    return [None if value != value else convert(value) for value in values.tolist()]


def _quarter_texts(customer_ids: list[int], quarters: pa.Table) -> Iterator[str]:
    rows = zip(*(column.to_pylist() for column in quarters.columns), strict=True)
    texts = {customer: ",".join(map(str, sums)) for customer, *sums in rows}
    nothing = ",".join(["0"] * (quarters.num_columns - 1))
    return (texts.get(customer, nothing) for customer in customer_ids)
