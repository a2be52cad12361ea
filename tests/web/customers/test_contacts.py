"""People at customers: third parties, several companies, and who has left."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from tests.conftest import NOW
from tests.web.customers.test_forms import hidden

from jishi.customers.models import Contact, ContactPosition
from jishi.customers.services import contact_create


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day", "fresh_cache")]


@pytest.fixture
def manager(make_user):
    return make_user("key_account_manager", name="李敏")


@pytest.fixture
def two(make_customer, manager):
    return [make_customer(name=name, owner=manager) for name in ("甲公司", "乙公司")]


@pytest.fixture
def person(manager, two):
    return contact_create(
        by=manager, customer_id=two[0].pk, now=NOW, name="曾国平", title="采购总监", is_primary=True
    )


def address(name, customer, contact):
    return reverse(f"web:{name}", args=[customer.pk, contact.pk])


def record(browser, customer):
    url = reverse("web:customer", args=[customer.pk]) + "?tab=record"
    return browser.get(url).content.decode()


def test_a_third_party_is_told_apart(browser_of, manager, two):
    browser = browser_of(manager)
    new = reverse("web:customer_contact_new", args=[two[0].pk])
    sent = {"name": "设计院陈工", "party": "third_party"}
    assert browser.post(new, sent).status_code == 302
    assert browser.post(new, {"name": "自己人"}).status_code == 302
    parties = dict(Contact.objects.visible_to(manager).values_list("name", "party"))
    assert parties == {"设计院陈工": "third_party", "自己人": "customer"}
    page = record(browser, two[0])
    rows = {row.split("</th>")[0]: row for row in page.split('<th scope="row">')}
    assert [("第三方" in row) for name, row in rows.items() if "设计院陈工" in name] == [True]
    assert [("第三方" in row) for name, row in rows.items() if "自己人" in name] == [False]


def test_a_person_also_works_at_another_customer(browser_of, manager, two, person):
    browser = browser_of(manager)
    page = browser.get(address("customer_contact", two[0], person)).content.decode()
    elsewhere = address("customer_contact_elsewhere", two[0], person)
    assert elsewhere in page
    sent = {"customer_code": two[1].code, "title": "董事", "started_on": "2026-05-01"}
    assert browser.post(elsewhere, sent).status_code == 302
    page = browser.get(address("customer_contact", two[0], person)).content.decode()
    assert "乙公司" in page
    assert "董事" in page
    assert "曾国平" in record(browser, two[1])
    again = browser.post(elsewhere, sent)
    assert again.status_code == 422, "he has a position there already"
    assert ContactPosition.objects.visible_to(manager).count() == 2


def test_nobody_is_put_at_a_customer_one_does_not_see(
    browser_of, manager, two, person, make_customer, make_user
):
    stranger = make_user("key_account_manager")
    foreign = make_customer(name="外区公司", owner=stranger)
    refused = browser_of(manager).post(
        address("customer_contact_elsewhere", two[0], person), {"customer_code": foreign.code}
    )
    assert refused.status_code == 422
    assert "外区公司" not in refused.content.decode()
    assert not ContactPosition._base_manager.filter(customer=foreign).exists()
    for name in ("customer_contact_elsewhere", "customer_contact_left", "customer_contact"):
        other = browser_of(stranger)
        assert other.get(address(name, two[0], person)).status_code == 404
        assert other.post(address(name, foreign, person)).status_code == 404


def test_a_position_at_a_foreign_customer_is_not_listed(
    browser_of, manager, two, person, make_customer
):
    foreign = make_customer(name="外区公司")
    ContactPosition._base_manager.create(contact=person, customer=foreign, title="顾问")
    page = browser_of(manager).get(address("customer_contact", two[0], person)).content.decode()
    assert "甲公司" in page
    assert "外区公司" not in page


def test_who_has_left_stays_as_history_and_may_come_back(browser_of, manager, two, person):
    browser = browser_of(manager)
    left = address("customer_contact_left", two[0], person)
    form = hidden(browser.get(left).content.decode())
    assert browser.post(left, {**form, "ended_on": "2026-11-24"}).status_code == 422
    assert browser.post(left, {**form, "ended_on": ""}).status_code == 422
    assert browser.post(left, {**form, "ended_on": "2026-10-31"}).status_code == 302
    stored = ContactPosition.objects.visible_to(manager).get()
    assert (stored.ended_on, stored.is_primary) == (date(2026, 10, 31), False)
    assert "已离任" in record(browser, two[0])
    assert browser.post(left, {**form, "ended_on": "2026-10-30"}).status_code == 409
    page = browser.get(address("customer_contact", two[0], person)).content.decode()
    assert "至 10月31日" in page

    mistaken = {**hidden(browser.get(left).content.decode()), "ended_on": ""}
    assert browser.post(left, mistaken).status_code == 302
    assert ContactPosition.objects.visible_to(manager).get().ended_on is None


def test_the_present_position_is_the_one_that_is_changed(browser_of, manager, two, person):
    """Whoever left and came back has two positions at one customer."""
    ContactPosition._base_manager.update(ended_on=date(2025, 1, 1), title="旧职")
    ContactPosition._base_manager.create(contact=person, customer=two[0], title="新职")
    page = browser_of(manager).get(address("customer_contact", two[0], person)).content.decode()
    assert 'value="新职"' in page


def test_a_birthday_that_its_calendar_does_not_have_breaks_no_page(
    browser_of, manager, two, person
):
    Contact._base_manager.filter(pk=person.pk).update(
        birth_calendar="lunar", birth_month=12, birth_day=31
    )
    assert "曾国平" in record(browser_of(manager), two[0])
