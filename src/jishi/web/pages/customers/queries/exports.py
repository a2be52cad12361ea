"""Every row of the customer table for a file, in the order of the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import F

from jishi.web.pages.customers.queries.listing import (
    CUSTOMER_FIELDS,
    STANDING_FIELDS,
    Asked,
    listed,
)


CHUNK = 2_000
EXTRA = ("version", "credit_code", "business", "address", "phone", "email", "payment_days")


def rows(asked: Asked) -> Iterator[Mapping[str, Any]]:
    """Column → value, the customer's fields under `customer__…`."""
    order = asked.order
    ordered = (
        F(order.path).desc(nulls_last=True)
        if order.descending
        else F(order.path).asc(nulls_last=True)
    )
    fields = (*CUSTOMER_FIELDS, *EXTRA)
    found = listed(asked).order_by(ordered, order.pk)
    if asked.is_graded:
        names = (*STANDING_FIELDS, *(f"customer__{name}" for name in fields))
        yield from found.values(*names).iterator(chunk_size=CHUNK)
        return
    for row in found.values("id", *fields).iterator(chunk_size=CHUNK):
        yield {"customer_id": row["id"], **{f"customer__{key}": row[key] for key in fields}}
