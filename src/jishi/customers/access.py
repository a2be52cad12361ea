"""Fetching customers and their people for a purpose, in one word: the row, or 404; the right, or 403.

Pages, API, CLI and services all come through here, so "may he?" has one answer. `by` None is the product
itself (jobs, first start).
"""

from __future__ import annotations

from typing import TypeVar

from django.db import models
from django.http import Http404

from jishi.customers.models import AccountTeamMember, Contact, ContactPosition, Customer
from jishi.foundation.enums import Permission
from jishi.foundation.models import User
from jishi.foundation.scope import ScopedQuerySet
from jishi.foundation.writing import authorise


RowT = TypeVar("RowT", bound=models.Model)


def seen_by(by: User | None, rows: ScopedQuerySet[RowT]) -> ScopedQuerySet[RowT]:
    """The rows that `by` may see."""
    return rows.unscoped("the product itself asks") if by is None else rows.visible_to(by)


def customer_for_view(by: User | None, pk: int) -> Customer:
    authorise(by, Permission.CUSTOMER_VIEW)
    rows = Customer.objects.select_related("customer_type", "parent", "owner")
    return _one(seen_by(by, rows), pk)


def customer_by_code(by: User | None, code: str) -> Customer:
    """As `customer_for_view`, by customer code."""
    authorise(by, Permission.CUSTOMER_VIEW)
    rows = Customer.objects.select_related("customer_type", "parent", "owner")
    found = seen_by(by, rows).filter(code=code).order_by("pk").first()
    if found is None:
        raise Http404
    return found


def customer_for_edit(by: User | None, pk: int) -> Customer:
    """Locked until the surrounding transaction ends; call inside `write()` or `atomic()`."""
    return _customer_for(by, pk, Permission.CUSTOMER_EDIT)


def customer_for_assign(by: User | None, pk: int) -> Customer:
    """As `customer_for_edit`, to change its owner or team."""
    return _customer_for(by, pk, Permission.CUSTOMER_ASSIGN)


def customer_for_facts(by: User | None, pk: int) -> Customer:
    """As `customer_for_edit`, to record what happened with it."""
    return _customer_for(by, pk, Permission.FACT_RECORD)


def _customer_for(by: User | None, pk: int, permission: Permission) -> Customer:
    authorise(by, permission)
    return _one(seen_by(by, Customer.objects.select_for_update(of=("self",))), pk)


def contact_for_view(by: User | None, pk: int) -> Contact:
    authorise(by, Permission.CUSTOMER_VIEW)
    return _one(seen_by(by, Contact.objects.all()), pk)


def contact_for_edit(by: User | None, pk: int) -> Contact:
    authorise(by, Permission.CUSTOMER_EDIT)
    return _one(seen_by(by, Contact.objects.select_for_update(of=("self",))), pk)


def position_for_edit(by: User | None, pk: int) -> ContactPosition:
    authorise(by, Permission.CUSTOMER_EDIT)
    rows = ContactPosition.objects.select_for_update(of=("self",))
    return _one(seen_by(by, rows), pk)


def team_member_for_assign(by: User | None, pk: int) -> AccountTeamMember:
    authorise(by, Permission.CUSTOMER_ASSIGN)
    rows = AccountTeamMember.objects.select_for_update(of=("self",))
    return _one(seen_by(by, rows), pk)


def _one(rows: ScopedQuerySet[RowT], pk: int) -> RowT:
    found = rows.filter(pk=pk).order_by("pk").first()
    if found is None:
        raise Http404
    return found
