"""The company's own list of customer types: what it begins with, adding, renaming, ordering, retiring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.http import Http404
from django.utils.text import slugify
from django.utils.translation import gettext as _

from jishi.customers.models import CustomerType
from jishi.foundation.cleaning import cleaned
from jishi.foundation.enums import Permission
from jishi.foundation.models import User
from jishi.foundation.versions import save_version
from jishi.foundation.writing import authorise, write


# Key, Chinese name, English name: what every company begins with.
STANDARD_TYPES = (
    ("retail", "零售", "Retail"),
    ("enterprise", "企业", "Business"),
    ("government", "政府", "Government"),
)
TYPE_FIELDS = frozenset({"name", "name_en", "is_retired"})
_KEY_LENGTH = 24


def customer_types_setup(*, by: User | None) -> None:
    """Give a company without any customer type the standard ones. Repeating it is harmless."""
    authorise(by, Permission.USER_MANAGE)
    with write(by=by):
        if CustomerType.objects.exists():
            return
        for position, (key, name, name_en) in enumerate(STANDARD_TYPES, start=1):
            CustomerType.objects.create(key=key, name=name, name_en=name_en, position=position)


def customer_type_add(*, by: User | None, name: str, name_en: str = "") -> CustomerType:
    """Add a type at the end of the list.

    Raises:
        NotAllowedError.
        ValidationError: names the fields; a name that another type has.
    """
    authorise(by, Permission.USER_MANAGE)
    values = cleaned(CustomerType, {"name": name, "name_en": name_en}, allowed=TYPE_FIELDS)
    with write(by=by, data_changes=True):
        _refuse_taken(values)
        last = CustomerType.objects.aggregate(last=Max("position"))["last"] or 0
        return CustomerType.objects.create(
            key=_free_key(values["name_en"]), position=last + 1, **values
        )


def customer_type_update(
    *, by: User | None, key: str, version: int, changes: Mapping[str, Any]
) -> CustomerType:
    """Rename a type, or take it out of use (`TYPE_FIELDS`); customers of a retired type keep it.

    Raises:
        NotAllowedError, Http404, StaleVersionError.
        ValidationError: names the fields; a name that another type has.
    """
    authorise(by, Permission.USER_MANAGE)
    values = cleaned(CustomerType, changes, allowed=TYPE_FIELDS)
    with write(by=by, data_changes=True):
        kind = customer_type_for(by, key)
        _refuse_taken(values, but=key)
        save_version(kind, seen=version, changes=values)
    return kind


def customer_type_move(*, by: User | None, key: str, up: bool) -> None:
    """Let a type change places with the one before or after it; at the end nothing happens.

    Raises:
        NotAllowedError, Http404.
    """
    authorise(by, Permission.USER_MANAGE)
    with write(by=by, data_changes=True):
        customer_type_for(by, key)
        kinds = list(CustomerType.objects.select_for_update().order_by("position", "key"))
        at = next(number for number, kind in enumerate(kinds) if kind.key == key)
        to = at - 1 if up else at + 1
        if not 0 <= to < len(kinds):
            return
        kinds[at], kinds[to] = kinds[to], kinds[at]
        for position, kind in enumerate(kinds, start=1):
            if kind.position != position:
                save_version(kind, seen=kind.version, changes={"position": position})


def customer_type_for(by: User | None, key: str) -> CustomerType:
    """The type, to change it; 404 when there is none."""
    authorise(by, Permission.USER_MANAGE)
    kind = CustomerType.objects.filter(pk=key).order_by("pk").first()
    if kind is None:
        raise Http404
    return kind


def _refuse_taken(values: Mapping[str, Any], *, but: str = "") -> None:
    for field in ("name", "name_en"):
        value = values.get(field)
        others = CustomerType.objects.exclude(pk=but)
        if value and others.filter(**{f"{field}__iexact": value}).exists():
            raise ValidationError({field: [_("“%(value)s” is taken already.") % {"value": value}]})


def _free_key(name_en: str) -> str:
    """A short key that no type has, from the English name where there is one."""
    taken = set(CustomerType.objects.values_list("key", flat=True))
    base = slugify(name_en)[: _KEY_LENGTH - 4].strip("-") or "type"
    number, key = 1, base
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key
