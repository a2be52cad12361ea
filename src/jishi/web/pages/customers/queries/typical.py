"""Means and medians of what the customer table shows: the other things its footer can say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Avg, Count

from jishi.web.pages.customers.queries.listing import Asked, listed


# Column → its field in a standing. Of a rank or a day neither means anything.
FIELDS: Mapping[str, str] = {
    "score": "score_micro",
    "spend": "spend_e4",
    "growth": "growth_yoy_pct",
    "margin_pct": "margin_pct",
    "contribution": "contribution_pct",
    "satisfaction": "satisfaction_pct",
    "overdue": "overdue_e4",
    "margin": "margin_e4",
    "orders": "orders",
    "returns": "return_rate_pct",
    "complaints": "complaints_open",
    "coverage": "coverage_pct",
}


def means(asked: Asked, columns: Collection[str]) -> dict[str, float]:
    """Column → mean over the customers of the table that have a value; unweighted."""
    fields = {key: FIELDS[key] for key in columns if key in FIELDS}
    found = listed(asked).aggregate(**{f"of_{key}": Avg(field) for key, field in fields.items()})
    return _known({key: found[f"of_{key}"] for key in fields})


def medians(asked: Asked, columns: Collection[str]) -> dict[str, float]:
    """Column → median over the customers of the table that have a value: the middle one, or the mean of
    the two in the middle."""
    fields = {key: FIELDS[key] for key in columns if key in FIELDS}
    rows = listed(asked)
    counts = rows.aggregate(**{f"of_{key}": Count(field) for key, field in fields.items()})
    return _known({key: _median(rows, field, counts[f"of_{key}"]) for key, field in fields.items()})


def _median(rows: Any, field: str, count: int) -> float | None:
    if not count:
        return None
    have = rows.filter(**{f"{field}__isnull": False}).order_by(field).values_list(field, flat=True)
    middle = list(have[(count - 1) // 2 : count // 2 + 1])
    return float(sum(middle)) / len(middle)


def _known(found: Mapping[str, Any]) -> dict[str, float]:
    return {key: float(value) for key, value in found.items() if value is not None}
