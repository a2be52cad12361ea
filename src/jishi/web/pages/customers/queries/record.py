"""What a customer's page reads beyond the rooms' own queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jishi.facts.models import Product
from jishi.foundation.models import User
from jishi.scoring.models import Standing


def standings_of(by: User, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Customer → sales and tier, of the companies of a group."""
    rows = Standing.objects.visible_to(by).filter(pk__in=list(ids)).order_by("pk")
    return {row["pk"]: row for row in rows.values("pk", "spend_e4", "tier_key")}


def product_names(ids: Iterable[int]) -> dict[int, str]:
    rows = Product.objects.filter(pk__in=set(ids)).order_by("pk")
    return dict(rows.values_list("pk", "name"))
