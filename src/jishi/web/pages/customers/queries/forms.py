"""What forms offer to choose from, and the rows they start from."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.forms.models import model_to_dict
from django.http import Http404
from django.utils.translation import get_language

from jishi.customers.industries import industries
from jishi.customers.models import (
    AccountTeamMember,
    Contact,
    ContactPosition,
    Customer,
    CustomerType,
)
from jishi.customers.queries import tags_of
from jishi.customers.regions import region_path
from jishi.customers.tags import tags_text
from jishi.foundation.enums import Permission
from jishi.foundation.models import User


Choices = list[tuple[Any, str]]


def type_choices(*, present: str = "") -> Choices:
    """The types in use, and `present`, which the customer has although it may be retired."""
    english = (get_language() or "").startswith("en")
    return [
        (kind.key, kind.name_en if english and kind.name_en else kind.name)
        for kind in CustomerType.objects.order_by("position", "key")
        if not kind.is_retired or kind.key == present
    ]


def industry_choices() -> Choices:
    english = (get_language() or "").startswith("en")
    return [
        (one.code, f"{one.code} {one.name_en if english else one.name}")
        for one in industries().values()
    ]


def owner_choices() -> Choices:
    """Everybody whose role may answer for customers."""
    users = User.objects.filter(is_active=True).order_by("name", "pk")
    return [(user.pk, user.name) for user in users if user.may(Permission.CUSTOMER_EDIT)]


def colleague_choices() -> Choices:
    users = User.objects.filter(is_active=True).order_by("name", "pk")
    return [(user.pk, f"{user.name} · {user.get_role_display()}") for user in users]


def customer_row(customer: Customer) -> dict[str, Any]:
    """Column → value, the region and the tags as people write them."""
    row = {field.attname: getattr(customer, field.attname) for field in customer._meta.fields}
    row["region"] = "".join(region_path(customer.region)) or customer.region
    row["tags"] = tags_text(tags_of([customer.pk]).get(customer.pk, []))
    return row


def customer_by_code_seen(by: User, code: str) -> Customer | None:
    return Customer.objects.visible_to(by).filter(code=code).order_by("pk").first()


def is_seen(by: User, customer_id: int) -> bool:
    return Customer.objects.visible_to(by).filter(pk=customer_id).exists()


def position_of(by: User, customer_id: int, contact_id: int) -> ContactPosition:
    """The contact's present position at the customer, else the last one; or 404."""
    positions = ContactPosition.objects.visible_to(by).select_related("contact", "customer")
    found: ContactPosition | None = (
        positions.filter(customer_id=customer_id, contact_id=contact_id)
        .order_by(F("ended_on").desc(nulls_first=True), "-pk")
        .first()
    )
    if found is None:
        raise Http404
    return found


def positions_of(by: User, contact_id: int) -> list[ContactPosition]:
    """Every position of a person at customers that `by` sees, the present ones first."""
    positions = ContactPosition.objects.visible_to(by).select_related("customer", "contact")
    found = positions.filter(contact_id=contact_id)
    return list(found.order_by(F("ended_on").desc(nulls_first=True), "customer__name", "pk"))


def contact_initial(contact: Contact, position: ContactPosition) -> dict[str, Any]:
    return {**model_to_dict(contact), **model_to_dict(position)}


def member_of(by: User, customer_id: int, member_id: int) -> AccountTeamMember:
    members = AccountTeamMember.objects.visible_to(by).filter(customer_id=customer_id)
    found: AccountTeamMember | None = members.filter(pk=member_id).order_by("pk").first()
    if found is None:
        raise Http404
    return found
