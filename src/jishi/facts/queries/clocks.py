"""The two clocks as one filter."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from jishi.facts.models import Fact, FactQuerySet
from jishi.foundation.models import User


def facts_seen(
    model: type[Fact],
    *,
    by: User,
    customer_ids: Collection[int] | None,
    as_of: date | None,
    known_at: datetime | None,
) -> FactQuerySet:
    """Facts of some customers (None: of all) that `by` may see, as of a day and as known at a moment."""
    rows: Any = model.objects.visible_to(by)
    rows = rows.current() if known_at is None else rows.known_at(known_at)
    if as_of is not None:
        rows = rows.as_of(as_of)
    if customer_ids is not None:
        rows = rows.filter(customer_id__in=list(customer_ids))
    found: FactQuerySet = rows
    return found
