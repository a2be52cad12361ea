"""The customers of the table by one of their traits: every segment with what it adds up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Coalesce, Substr

from jishi.web.pages.customers.queries.counting import kept, sums
from jishi.web.pages.customers.queries.listing import FACET_PATHS, Asked, listed, word_of
from jishi.web.pages.customers.state import SILENT_DAYS


# The facets that put every customer into one segment; of tags a customer may have several.
DIMENSIONS = ("type", "industry", "size", "stage", "region", "tier", "frequency", "abc", "owner")


@dataclass(frozen=True)
class Segment:
    """Customers that share a value, which is empty where it is not known.

    Sums are None where nobody has the figure. `margin_base_e4` are the sales that the margin stands on:
    those whose cost is known.
    """

    value: str
    customers: int
    key_accounts: int
    spend_e4: int | None
    spend_year_ago_e4: int | None
    margin_e4: int | None
    margin_base_e4: float | None
    orders: int | None
    silent: int
    complaints_open: int | None
    overdue_e4: int | None


_SUMS = tuple(field.name for field in fields(Segment) if field.name != "value")


def segments(asked: Asked, by: str) -> list[Segment]:
    """The customers of the table by one of `DIMENSIONS`, the largest sales first, the unknown last."""
    if not asked.is_graded:
        return []
    return kept(asked, f"segments {by}", lambda: _segments(asked, by))


def together(parts: Iterable[Segment]) -> Segment:
    """All segments as one: what the footer says."""
    found = list(parts)
    added: dict[str, Any] = {name: _sum(getattr(one, name) for one in found) for name in _SUMS}
    counts = {name: added[name] or 0 for name in ("customers", "key_accounts", "silent")}
    return Segment(**{"value": "", **added, **counts})


def _sum(values: Iterable[Any]) -> Any:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _segments(asked: Asked, by: str) -> list[Segment]:
    path = FACET_PATHS[by]
    rows = listed(asked).order_by()
    if by == "region":
        rows = rows.annotate(province=Substr("customer__region", 1, 2))
    since = asked.today - timedelta(days=SILENT_DAYS)
    silent = Q(latest_interaction_on__lt=since) | Q(latest_interaction_on__isnull=True)
    # As an expression, because walking an index of the trait would read the standings in random order.
    found = (
        rows.annotate(trait=Coalesce(path, path))
        .values("trait")
        .annotate(
            **sums(),
            key_count=Count("pk", filter=Q(is_key=True)),
            silent_count=Count("pk", filter=silent & Q(is_key=True)),
        )
    )
    made = [
        Segment(
            value=word_of(by, row["trait"]),
            customers=row["customers"],
            key_accounts=row["key_count"],
            spend_e4=row["spend"],
            spend_year_ago_e4=row["spend_before"],
            margin_e4=row["margin"],
            margin_base_e4=row["margin_base"],
            orders=row["order_count"],
            silent=row["silent_count"],
            complaints_open=row["complaints"],
            overdue_e4=row["overdue"],
        )
        for row in found
    ]
    return sorted(made, key=lambda one: (one.value == "", -(one.spend_e4 or 0), one.value))
