"""What the audit trail tells of one customer's record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jishi.customers.models import Customer, CustomerType
from jishi.foundation.models import AuditEntry, User


TABLE = Customer._meta.db_table


def entries_of(customer_id: int, *, limit: int) -> list[AuditEntry]:
    """The newest entries about a customer that the caller has seen."""
    found = AuditEntry.objects.filter(table_name=TABLE, row_pk=str(customer_id))
    return list(found.order_by("-id")[:limit])


def user_names(ids: Iterable[int]) -> dict[int, str]:
    return dict(User.objects.filter(pk__in=set(ids)).order_by("pk").values_list("pk", "name"))


def type_names(lang: str) -> dict[str, str]:
    english = lang.startswith("en")
    kinds = CustomerType.objects.order_by("position", "key")
    return {kind.key: kind.name_en if english and kind.name_en else kind.name for kind in kinds}


def group_names(by: User, ids: Iterable[int]) -> dict[int, str]:
    """The groups among them that `by` may see."""
    wanted = set(ids)
    if not wanted:
        return {}
    seen = Customer.objects.visible_to(by).filter(pk__in=wanted).order_by("pk")
    return {group.pk: group.shown_name for group in seen}


def columns() -> dict[str, Any]:
    """Column of a customer → its field, in the order of the model."""
    return {str(field.column): field for field in Customer._meta.concrete_fields}
