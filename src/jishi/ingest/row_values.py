"""Rows of the comparison as the tables keep them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any

from django.db import connection, models


if TYPE_CHECKING:
    import pyarrow as pa


def strings(values: list[str]) -> Any:
    import pyarrow as pa

    return pa.array(values, pa.string())


def columns_of(table: pa.Table, model: type[models.Model], *, leave_out: set[str]) -> list[str]:
    """Columns of the model that the stream offers."""
    return [
        str(f.column)
        for f in model._meta.concrete_fields
        if f.column in table.column_names and f.column not in leave_out
    ]


def kept_values(
    row: dict[str, Any], columns: Sequence[str], model: type[models.Model]
) -> list[Any]:
    """The row's values as the table keeps them: blank texts are '', not NULL."""
    fields = {f.column: f for f in model._meta.concrete_fields}
    kept = []
    for column in columns:
        value = row.get(column)
        if value is None and not fields[column].null:
            default = fields[column].get_default()
            value = default.value if isinstance(default, Enum) else default
        if connection.vendor == "sqlite" and isinstance(value, date):
            value = value.isoformat()
        kept.append(value)
    return kept


def leads_to(above: dict[int, int], start: int, goal: int) -> bool:
    """Whether `goal` stands above or at `start`."""
    seen: set[int] = set()
    at: int | None = start
    while at is not None and at not in seen:
        if at == goal:
            return True
        seen.add(at)
        at = above.get(at)
    return False


def split_birthday(row: dict[str, Any]) -> None:
    year, month, day = (row.get("birthday") or "--").split("-")
    row["birth_year"] = int(year) if year else None
    row["birth_month"] = int(month) if month else None
    row["birth_day"] = int(day) if day else None
