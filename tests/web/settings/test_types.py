"""The page of customer types, and what the customer form offers of them."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from jishi.customers import services
from jishi.customers.models import CustomerType


pytestmark = pytest.mark.django_db

PAGE = "/settings/types/"


@pytest.fixture
def signed(client, admin):
    services.customer_types_setup(by=None)
    client.force_login(admin)
    return client


def _rows(page):
    return re.findall(r'<th scope="row"><a href="/settings/types/[^"]+/">([^<]+)</a>', page)


def test_the_list_shows_how_many_customers_have_each_type(signed, make_customer):
    make_customer(customer_type_id="retail")
    make_customer(customer_type_id="retail")
    page = signed.get(PAGE).content.decode()
    assert _rows(page) == ["零售", "企业", "政府"]
    assert re.findall(r'<td class="num">(\d+)</td>', page) == ["2", "0", "0"]


def test_a_type_is_added_renamed_and_moved(signed):
    assert signed.post(f"{PAGE}new/", {"name": "经销商", "name_en": "Dealer"}).status_code == 302
    signed.post(f"{PAGE}dealer/move/", {"to": "up"})
    saved = signed.post(
        f"{PAGE}dealer/", {"version": 2, "name": "代理商", "name_en": "Agent"}, follow=True
    )
    page = saved.content.decode()
    assert _rows(page) == ["零售", "企业", "代理商", "政府"]
    assert 'class="flash"' in page


def test_a_name_twice_and_an_old_form_are_refused(signed):
    twice = signed.post(f"{PAGE}new/", {"name": "企业"})
    assert twice.status_code == 422
    assert "企业" in twice.content.decode()
    CustomerType.objects.filter(key="retail").update(version=2, name="门店")
    stale = signed.post(f"{PAGE}retail/", {"version": 1, "name": "商店", "name_en": ""})
    assert stale.status_code == 409
    page = stale.content.decode()
    assert "门店" in page
    assert "商店" in page
    assert 'name="version" value="2"' in page, "saving again overrides knowingly"


def test_a_retired_type_is_offered_only_to_those_that_have_it(signed, make_customer):
    kept, other = make_customer(customer_type_id="government"), make_customer()
    signed.post(
        f"{PAGE}government/", {"version": 1, "name": "政府", "name_en": "", "is_retired": "on"}
    )
    option = '<option value="government"'
    assert option not in signed.get(reverse("web:customer_create")).content.decode()
    assert option not in signed.get(reverse("web:customer_edit", args=[other.pk])).content.decode()
    assert option in signed.get(reverse("web:customer_edit", args=[kept.pk])).content.decode()


def test_others_may_not_open_the_page(client, make_user):
    client.force_login(make_user("sales_director"))
    assert client.get(PAGE).status_code == 403
