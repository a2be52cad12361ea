"""The table as a file, in the order and with the filters of the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from jishi.ingest.export import Column
from jishi.jobs.exporting import customer_cells, customer_columns, with_tags
from jishi.web.pages.customers.presenters.listing import Frame


def columns_of(frame: Frame) -> Sequence[Column]:
    """The columns of the file."""
    return customer_columns(
        currency=frame.currency, is_graded=frame.asked.is_graded, months=frame.months
    )


def cells_of(rows: Iterable[Mapping[str, Any]], frame: Frame) -> Iterator[Mapping[str, Any]]:
    """Rows of the database as rows of the file."""

    def tier_label(key: str) -> str:
        return frame.grading.tier(key).label if frame.grading else key

    def fields_of(row: Mapping[str, Any]) -> dict[str, Any]:
        fields = {key.removeprefix("customer__"): value for key, value in row.items()}
        return {**fields, "id": row["customer_id"]}

    for fields in with_tags(map(fields_of, rows)):
        yield customer_cells(fields, language=frame.lang, tier_label=tier_label)
