"""Adding and changing customers, their groups and tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from jishi.customers.access import customer_for_edit, customer_for_view, seen_by
from jishi.customers.cleaning import customer_cleaned
from jishi.customers.models import Customer, Tag
from jishi.customers.search import search_index_refresh
from jishi.customers.services.teams import owner_for, owner_put
from jishi.customers.trees import would_be_cycle
from jishi.foundation.bulk import next_ids
from jishi.foundation.cleaning import cleaned, refuse_taken, refusing_taken
from jishi.foundation.enums import Permission, Scope
from jishi.foundation.locks import CUSTOMER_TREE, lock_for_transaction
from jishi.foundation.models import User
from jishi.foundation.versions import save_version
from jishi.foundation.writing import authorise, write


_UNIQUE = ("code", "credit_code")


class GroupCycleError(ValidationError):
    """A customer would belong to itself."""

    def __init__(self) -> None:
        super().__init__(
            {"parent_id": [_("A customer cannot belong to itself or to one of its subsidiaries.")]}
        )


def customer_create(
    *,
    by: User | None,
    now: datetime,
    name: str,
    owner_id: int | None = None,
    parent_id: int | None = None,
    tags: Iterable[str] = (),
    is_demo: bool = False,
    **fields: Any,
) -> Customer:
    """Add a customer. Without a code it gets the next one.

    Who sees only some customers becomes the owner of those he adds, so that he sees them; only who may
    assign customers names another owner.

    Args:
        by: who acts.
        now: the moment of the act.
        name: the customer's full name.
        owner_id: the responsible user.
        parent_id: the group it belongs to; one that `by` sees.
        tags: names of tags.
        is_demo: part of the demo company.
        fields: any of `cleaning.CUSTOMER_FIELDS`.

    Raises:
        NotAllowedError: no right to add, or to name another owner.
        ValidationError: names the fields.
    """
    authorise(by, Permission.CUSTOMER_CREATE)
    if owner_id is None and by is not None and by.scope is not Scope.ALL:
        owner_id = by.pk
    if by is not None and owner_id not in (None, by.pk):
        authorise(by, Permission.CUSTOMER_ASSIGN)
    code = str(fields.pop("code", "") or "")
    values = customer_cleaned({"name": name, **fields, **({"code": code} if code else {})})
    with write(by=by, data_changes=True):
        owner = owner_for(owner_id)
        pk = next_ids(Customer, 1)[0]
        if code:
            refuse_taken(Customer, "code", values["code"])
        else:
            values["code"] = _next_code(pk)
        refuse_taken(Customer, "credit_code", values.get("credit_code"))
        if parent_id is not None:
            _group_for(by, parent_id)
        customer = Customer(
            pk=pk, **values, parent_id=parent_id, is_demo=is_demo, created_at=now, updated_at=now
        )
        with refusing_taken(Customer, {name: values.get(name) for name in _UNIQUE}):
            customer.save(force_insert=True)
        if owner is not None:
            owner_put(customer=customer, owner=owner, on=localtime(now).date())
        _tags_put(customer, tags)
        search_index_refresh([customer.pk])
    return customer


def customer_update(
    *,
    by: User | None,
    customer_id: int,
    version: int,
    now: datetime,
    changes: Mapping[str, Any],
    tags: Iterable[str] | None = None,
) -> Customer:
    """Change fields of a customer (`cleaning.CUSTOMER_FIELDS`), and its tags.

    Args:
        by: who acts.
        customer_id: the customer.
        version: the version `by` saw.
        now: the moment of the act.
        changes: field → value.
        tags: all the tags it is to have, new names among them; None leaves them as they are.

    Raises:
        NotAllowedError, Http404, StaleVersionError.
        ValidationError: names the fields.
    """
    authorise(by, Permission.CUSTOMER_EDIT)
    values = customer_cleaned(changes)
    with write(by=by, data_changes=True):
        customer = customer_for_edit(by, customer_id)
        new = {name: values[name] for name in _UNIQUE
               if values.get(name, getattr(customer, name)) != getattr(customer, name)}  # fmt: skip
        for unique, value in new.items():
            refuse_taken(Customer, unique, value, but=customer.pk)
        with refusing_taken(Customer, new, but=customer.pk):
            save_version(customer, seen=version, changes={**values, "updated_at": now})
        if tags is not None:
            _tags_put(customer, tags)
        search_index_refresh([customer.pk])
    return customer


def customer_parent_change(
    *, by: User | None, customer_id: int, version: int, now: datetime, parent_id: int | None
) -> Customer:
    """Put a customer under a group (`parent_id`), or make it stand alone (None).

    Raises:
        NotAllowedError, Http404, StaleVersionError, GroupCycleError.
        ValidationError: no such group among those `by` sees, or it belongs to one that he does not see.
    """
    with write(by=by, data_changes=True):
        authorise(by, Permission.CUSTOMER_EDIT)
        lock_for_transaction(CUSTOMER_TREE)
        customer = customer_for_edit(by, customer_id)
        if not is_group_seen(by, customer):
            raise ValidationError({"parent_id": [_("It belongs to a group that you do not see.")]})
        if parent_id is not None:
            _group_for(by, parent_id)
            if would_be_cycle(customer.pk, parent_id):
                raise GroupCycleError
        save_version(customer, seen=version, changes={"parent_id": parent_id, "updated_at": now})
    return customer


def is_group_seen(by: User | None, customer: Customer) -> bool:
    """Whether `by` sees the group that the customer belongs to, if any."""
    if customer.parent_id is None:
        return True
    return seen_by(by, Customer.objects.all()).filter(pk=customer.parent_id).exists()


def _group_for(by: User | None, parent_id: int) -> Customer:
    try:
        return customer_for_view(by, parent_id)
    except Http404 as error:
        raise ValidationError({"parent_id": [_("There is no such customer.")]}) from error


def _next_code(pk: int) -> str:
    code = f"C{pk:06d}"
    while Customer._base_manager.filter(code=code).exists():
        code += "-1"
    return code


def _tag_name(name: str) -> str:
    try:
        return str(cleaned(Tag, {"name": name}, allowed={"name"})["name"])
    except ValidationError as error:
        raise ValidationError({"tags": error.message_dict["name"]}) from error


def _tags_put(customer: Customer, tags: Iterable[str]) -> None:
    """The customer has these tags and no others; names that are new become tags."""
    wanted = {_tag_name(name) for name in tags}
    present = set(customer.tags.values_list("name", flat=True))
    if wanted - present:
        missing = sorted(wanted - present)
        Tag.objects.bulk_create([Tag(name=name) for name in missing], ignore_conflicts=True)
        customer.tags.add(*Tag.objects.filter(name__in=missing).order_by("name"))
    if present - wanted:
        unwanted = Tag.objects.filter(name__in=present - wanted)
        customer.tags.remove(*unwanted.order_by("name"))
