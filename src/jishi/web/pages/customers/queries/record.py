"""What a customer's page reads beyond the rooms' own queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jishi.customers.models import Customer
from jishi.facts.models import Order, Product
from jishi.foundation.models import User
from jishi.scoring.models import Standing


def standings_of(by: User, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Customer → sales and tier, of the companies of a group."""
    rows = Standing.objects.visible_to(by).filter(pk__in=list(ids)).order_by("pk")
    return {row["pk"]: row for row in rows.values("pk", "spend_e4", "tier_key")}


def names_in(by: User, rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[int, str]]:
    """Column of facts that holds a number of ours → that number → what people call it. Customers that `by`
    does not see have no name.

    Args:
        by: who looks.
        rows: column → value.
    """
    wanted: dict[str, set[int]] = {
        name: set() for name in ("product_id", "order_ref", "referred_id")
    }
    for row in rows:
        for name in wanted.keys() & row.keys():
            if row[name] is not None:
                wanted[name].add(row[name])
    products = Product.objects.filter(pk__in=wanted["product_id"]).order_by("pk")
    orders = Order.objects.visible_to(by).filter(order_ref__in=wanted["order_ref"]).order_by("pk")
    referred = Customer.objects.visible_to(by).filter(pk__in=wanted["referred_id"]).order_by("pk")
    return {
        "product_id": dict(products.values_list("pk", "name")),
        "order_ref": dict(orders.values_list("order_ref", "order_no")),
        "referred_id": dict(referred.values_list("pk", "name")),
    }
