"""Adding and changing contacts and their positions at customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from jishi.customers.access import contact_for_edit, customer_for_edit, position_for_edit
from jishi.customers.cleaning import CONTACT_FIELDS, contact_cleaned, position_cleaned
from jishi.customers.models import Contact, ContactPosition
from jishi.customers.search import search_index_refresh
from jishi.foundation.cleaning import refuse_taken, refusing_taken
from jishi.foundation.enums import Permission
from jishi.foundation.models import User
from jishi.foundation.versions import save_version
from jishi.foundation.writing import authorise, write


def contact_create(
    *,
    by: User | None,
    customer_id: int,
    now: datetime,
    name: str,
    is_demo: bool = False,
    **fields: Any,
) -> Contact:
    """Add a person and his position at a customer.

    Args:
        by: who acts.
        customer_id: where the person works, or which he advises.
        now: the moment of the act.
        name: the person's name.
        is_demo: part of the demo company.
        fields: any of `cleaning.CONTACT_FIELDS` and `cleaning.POSITION_FIELDS`.

    Raises:
        NotAllowedError, Http404, ValidationError (names the fields).
    """
    authorise(by, Permission.CUSTOMER_EDIT)
    personal = {key: value for key, value in fields.items() if key in CONTACT_FIELDS}
    official = {key: value for key, value in fields.items() if key not in CONTACT_FIELDS}
    values = contact_cleaned({"name": name, **personal})
    place = position_cleaned(official)
    with write(by=by):
        customer = customer_for_edit(by, customer_id)
        refuse_taken(Contact, "code", values.get("code"))
        contact = Contact(**values, is_demo=is_demo, created_at=now, updated_at=now)
        with refusing_taken(Contact, {"code": values.get("code")}):
            contact.save(force_insert=True)
        _position_put(contact_id=contact.pk, customer_id=customer.pk, values=place)
        search_index_refresh([customer.pk])
    return contact


def contact_update(
    *, by: User | None, contact_id: int, version: int, now: datetime, changes: Mapping[str, Any]
) -> Contact:
    """Change a person's own data (`cleaning.CONTACT_FIELDS`).

    Raises:
        NotAllowedError, Http404, StaleVersionError, ValidationError (names the fields).
    """
    with write(by=by):
        contact = contact_for_edit(by, contact_id)
        values = contact_cleaned(changes, now_is=contact)
        if values.get("code", contact.code) != contact.code:
            refuse_taken(Contact, "code", values["code"], but=contact.pk)
        with refusing_taken(Contact, {"code": values.get("code")}, but=contact.pk):
            save_version(contact, seen=version, changes={**values, "updated_at": now})
        places = ContactPosition._base_manager.filter(contact=contact)
        search_index_refresh(places.values_list("customer_id", flat=True))
    return contact


def contact_position_add(
    *, by: User | None, contact_id: int, customer_id: int, **fields: Any
) -> ContactPosition:
    """Give a person a position at another customer.

    Raises:
        NotAllowedError, Http404.
        ValidationError: has one there already, or a wrong field.
    """
    authorise(by, Permission.CUSTOMER_EDIT)
    values = position_cleaned(fields)
    with write(by=by):
        contact = contact_for_edit(by, contact_id)
        customer = customer_for_edit(by, customer_id)
        _refuse_second(contact.pk, customer.pk)
        position = _position_put(contact_id=contact.pk, customer_id=customer.pk, values=values)
        search_index_refresh([customer.pk])
    return position


def contact_position_update(
    *, by: User | None, position_id: int, version: int, changes: Mapping[str, Any]
) -> ContactPosition:
    """Change title, part in the decision, influence, stance (`cleaning.POSITION_FIELDS`).

    Raises:
        NotAllowedError, Http404, StaleVersionError, ValidationError.
    """
    authorise(by, Permission.CUSTOMER_EDIT)
    with write(by=by):
        position = position_for_edit(by, position_id)
        dates = {"started_on": position.started_on, "ended_on": position.ended_on}
        values = position_cleaned({**dates, **changes})
        if values["ended_on"] is None and position.ended_on is not None:
            _refuse_second(position.contact_id, position.customer_id)
        if values.get("is_primary"):
            _only_primary(position.customer_id, but=position.pk)
        save_version(position, seen=version, changes=values)
    return position


def contact_position_end(
    *, by: User | None, position_id: int, version: int, ended_on: date
) -> ContactPosition:
    """The person left; the position stays as history.

    Raises:
        NotAllowedError, Http404, StaleVersionError, ValidationError.
    """
    return contact_position_update(
        by=by,
        position_id=position_id,
        version=version,
        changes={"ended_on": ended_on, "is_primary": False},
    )


def _position_put(*, contact_id: int, customer_id: int, values: dict[str, Any]) -> ContactPosition:
    if values.get("is_primary"):
        _only_primary(customer_id)
    return ContactPosition._base_manager.create(
        contact_id=contact_id, customer_id=customer_id, **values
    )


def _refuse_second(contact_id: int, customer_id: int) -> None:
    present = ContactPosition._base_manager.filter(
        contact_id=contact_id, customer_id=customer_id, ended_on__isnull=True
    )
    if present.exists():
        raise ValidationError({"customer_id": [_("Has a position there already.")]})


def _only_primary(customer_id: int, *, but: int | None = None) -> None:
    """A customer has one first contact: the others step back."""
    rows = ContactPosition._base_manager.select_for_update(of=("self",))
    for other in rows.filter(customer_id=customer_id, is_primary=True).order_by("pk"):
        if other.pk != but:
            save_version(other, seen=other.version, changes={"is_primary": False})
