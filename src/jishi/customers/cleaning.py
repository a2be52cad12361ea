"""Checking what people enter about customers and contacts, before anything is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from jishi.customers.enums import Calendar
from jishi.customers.industries import industry_of_text
from jishi.customers.models import Contact, ContactPosition, Customer
from jishi.customers.regions import region_of_text
from jishi.foundation.calendar import birthday_checked
from jishi.foundation.cleaning import cleaned
from jishi.foundation.identity import MalformedError, credit_code_normalised, phone_normalised


CUSTOMER_FIELDS = frozenset(
    {
        "code", "name", "short_name", "credit_code", "customer_type_id", "industry", "business",
        "size_class", "employees", "annual_revenue_e4", "country", "region", "city", "address", "phone",
        "email", "website", "stage", "cooperation_since_on", "needs", "strategy", "payment_terms",
        "payment_days", "credit_limit_e4", "source", "is_archived",
    }
)  # fmt: skip
CONTACT_FIELDS = frozenset(
    {
        "code", "name", "party", "mobile", "phone", "email", "wechat", "birth_calendar", "birth_year",
        "birth_month", "birth_day", "birth_in_leap_month", "note",
    }
)  # fmt: skip
POSITION_FIELDS = frozenset(
    {
        "title", "department", "buying_role", "influence", "stance", "is_primary", "started_on",
        "ended_on",
    }
)  # fmt: skip

_BIRTHDAY = ("birth_calendar", "birth_year", "birth_month", "birth_day", "birth_in_leap_month")


def customer_cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    """Customer fields as they are kept. Codes and numbers come out in their one spelling.

    Raises:
        ValidationError: field name → messages, for all of them at once.
    """
    given = dict(values)
    wrong: dict[str, list[str]] = {}
    for name, spell in (
        ("credit_code", _credit_code),
        ("region", _region),
        ("industry", _industry),
        ("phone", _phone),
        ("country", _country),
    ):
        _respell(given, name, spell, wrong)
    for name in ("annual_revenue_e4", "credit_limit_e4"):
        if isinstance(given.get(name), int) and given[name] < 0:
            wrong[name] = [_("An amount here is not negative.")]
    return _checked(Customer, given, CUSTOMER_FIELDS, wrong)


def contact_cleaned(values: Mapping[str, Any], *, now_is: Contact | None = None) -> dict[str, Any]:
    """Contact fields as they are kept; a birthday is checked as a whole, with what is kept already."""
    given = dict(values)
    wrong: dict[str, list[str]] = {}
    for name in ("mobile", "phone"):
        _respell(given, name, _phone, wrong)
    kept = _checked(Contact, given, CONTACT_FIELDS, wrong)
    if any(name in kept for name in _BIRTHDAY):
        whole = {name: kept.get(name, getattr(now_is or Contact(), name)) for name in _BIRTHDAY}
        birthday_checked(
            lunar=whole["birth_calendar"] == Calendar.LUNAR,
            year=whole["birth_year"],
            month=whole["birth_month"],
            day=whole["birth_day"],
            leap=whole["birth_in_leap_month"],
        )
    return kept


def position_cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    """Position fields as they are kept."""
    wrong: dict[str, list[str]] = {}
    influence = values.get("influence")
    if isinstance(influence, int) and not 1 <= influence <= 5:
        wrong["influence"] = [_("Influence is 1 to 5.")]
    start, end = values.get("started_on"), values.get("ended_on")
    if start is not None and end is not None and end < start:
        wrong["ended_on"] = [_("The end is before the start.")]
    return _checked(ContactPosition, dict(values), POSITION_FIELDS, wrong)


def _checked(
    model: type[Customer | Contact | ContactPosition],
    given: dict[str, Any],
    allowed: frozenset[str],
    wrong: dict[str, list[str]],
) -> dict[str, Any]:
    rest = {name: value for name, value in given.items() if name not in wrong}
    try:
        kept = cleaned(model, rest, allowed=allowed)
    except ValidationError as error:
        raise ValidationError({**wrong, **error.message_dict}) from error
    if wrong:
        raise ValidationError(wrong)
    return kept


def _respell(given: dict[str, Any], name: str, spell: Any, wrong: dict[str, list[str]]) -> None:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        return
    try:
        given[name] = spell(value)
    except ValidationError as error:
        wrong[name] = error.messages


def credit_code_problem(reason: str) -> str:
    """Why a unified social credit code is refused, in words."""
    return {
        "length": _("A unified social credit code has 18 characters."),
        "characters": _("A unified social credit code has digits and capitals, without I, O, S, V, Z."),
        "check_digit": _("The check digit is wrong: one of the characters is mistyped."),
    }[reason]  # fmt: skip


def _credit_code(value: str) -> str:
    try:
        return credit_code_normalised(value)
    except MalformedError as error:
        raise ValidationError(credit_code_problem(error.reason)) from error


def _phone(value: str) -> str:
    try:
        return phone_normalised(value)
    except MalformedError as error:
        raise ValidationError(_("This is not a phone number.")) from error


def _region(value: str) -> str:
    code = region_of_text(value)
    if code is None:
        raise ValidationError(_("No such region, or more than one of this name."))
    return code


def _industry(value: str) -> str:
    code = industry_of_text(value)
    if code is None:
        raise ValidationError(_("No such industry in GB/T 4754-2017."))
    return code


def _country(value: str) -> str:
    code = value.strip().upper()
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise ValidationError(_("A country is two letters, such as CN."))
    return code
