"""Contacts change only through checked, versioned, permitted acts."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from tests.foundation.digest import unchanged

from jishi.customers import services
from jishi.customers.models import Contact, ContactPosition
from jishi.customers.search import search


pytestmark = pytest.mark.django_db


def test_a_contact_works_for_several_customers(people, mine, now, today):
    director = people["director"]
    contact = services.contact_create(
        by=people["li"], customer_id=mine.pk, now=now, name="解晓东", mobile="138 1234 5678",
        title="采购总监", buying_role="decider", influence=5, is_primary=True, birth_calendar="lunar",
        birth_month=12, birth_day=30,
    )  # fmt: skip
    other = services.customer_create(by=director, now=now, name="中联重科")
    place = services.contact_position_add(
        by=director, contact_id=contact.pk, customer_id=other.pk, title="顾问"
    )
    assert Contact._base_manager.get(pk=contact.pk).mobile == "13812345678"
    found = search(by=director, text="xiexd")
    assert {hit.customer_id for hit in found} == {mine.pk, other.pk}
    assert [hit.customer_id for hit in search(by=people["li"], text="xxd")] == [mine.pk]
    with unchanged(), pytest.raises(ValidationError):
        services.contact_position_add(by=director, contact_id=contact.pk, customer_id=other.pk)
    services.contact_position_end(by=director, position_id=place.pk, version=1, ended_on=today)
    again = services.contact_position_add(
        by=director, contact_id=contact.pk, customer_id=other.pk, title="董事"
    )
    with unchanged(), pytest.raises(ValidationError):
        services.contact_position_update(
            by=director, position_id=place.pk, version=2, changes={"ended_on": None}
        )
    assert again.version == 1


def test_a_customer_has_one_first_contact(people, mine, now):
    for name in ("甲", "乙"):
        services.contact_create(
            by=people["li"], customer_id=mine.pk, now=now, name=name, is_primary=True
        )
    rows = ContactPosition._base_manager.filter(customer=mine, is_primary=True)
    assert [row.contact.name for row in rows] == ["乙"]
    first = ContactPosition._base_manager.get(contact__name="甲")
    services.contact_position_update(
        by=people["li"], position_id=first.pk, version=first.version, changes={"is_primary": True}
    )
    assert [row.contact.name for row in rows.all()] == ["甲"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"birth_month": 4, "birth_day": 31}, "birth_day"),
        ({"birth_month": 2, "birth_day": 29, "birth_year": 2023}, "birth_day"),
        ({"birth_month": 4}, "birth_day"),
        ({"birth_day": 4}, "birth_month"),
        ({"birth_month": 13, "birth_day": 1}, "birth_month"),
        ({"birth_month": 1, "birth_day": 31, "birth_calendar": "lunar"}, "birth_day"),
        ({"birth_month": 6, "birth_day": 30, "birth_calendar": "lunar", "birth_year": 2025, "birth_in_leap_month": True}, "birth_day"),
        ({"birth_month": 6, "birth_day": 1, "birth_calendar": "lunar", "birth_year": 2026, "birth_in_leap_month": True}, "birth_in_leap_month"),
        ({"birth_month": 6, "birth_day": 1, "birth_in_leap_month": True}, "birth_in_leap_month"),
        ({"birth_year": 1066}, "birth_year"),
        ({"mobile": "abc"}, "mobile"),
        ({"influence": 6}, "influence"),
        ({"buying_role": "boss"}, "buying_role"),
        ({"started_on": date(2026, 2, 1), "ended_on": date(2026, 1, 1)}, "ended_on"),
    ],
)  # fmt: skip
def test_a_wrong_contact_is_refused_by_field(people, mine, now, fields, field):
    with unchanged(), pytest.raises(ValidationError) as caught:
        services.contact_create(by=people["li"], customer_id=mine.pk, now=now, name="王", **fields)
    assert set(caught.value.message_dict) == {field}


def test_a_birthday_is_checked_with_what_is_kept_already(people, mine, now):
    contact = services.contact_create(
        by=people["li"], customer_id=mine.pk, now=now, name="王", birth_calendar="lunar",
        birth_month=2, birth_day=30,
    )  # fmt: skip
    with unchanged(), pytest.raises(ValidationError):
        services.contact_update(
            by=people["li"], contact_id=contact.pk, version=1, now=now,
            changes={"birth_calendar": "solar"},
        )  # fmt: skip
    services.contact_update(
        by=people["li"], contact_id=contact.pk, version=1, now=now,
        changes={"birth_calendar": "solar", "birth_day": 28, "name": "汪"},
    )  # fmt: skip
    assert [hit.title for hit in search(by=people["li"], text="汪")] == ["汪"]
