"""What is chosen in a facet keeps its name and its number, however few customers have it."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from jishi.web.pages.customers.queries import counting


pytestmark = pytest.mark.django_db


def test_what_is_chosen_is_counted_beyond_the_largest(
    make_customer, stand, browser_of, admin, monkeypatch
):
    for place, industry in enumerate(["C34", "C34", "I65"], start=1):
        stand(make_customer(industry=industry), rank=place)
    monkeypatch.setattr(counting, "CHOICES_PER_FACET", 1)
    page = browser_of(admin).get(reverse("web:customers"), {"view": "all", "industry": "I65"})
    chosen = re.findall(r'class="item"[^>]*aria-current="true">(.*?)</a>', page.content.decode())
    assert [one.endswith('<span class="count">1</span>') for one in chosen] == [True]


def test_an_owner_who_has_none_of_them_is_named_to_whoever_sees_him(
    make_customer, make_user, stand, browser_of, admin
):
    other, own = (make_user("key_account_manager", name=name) for name in ("王一", "李二"))
    stand(make_customer(owner=other, industry="C34"), rank=1)
    stand(make_customer(owner=own, industry="I65"), rank=2)
    asked = {"view": "all", "owner": other.pk, "industry": "I65"}
    chip = r'<a class="chip"[^>]*data-remove[^>]*>([^<]*)<'

    def chips(user) -> list[str]:
        page = browser_of(user).get(reverse("web:customers"), asked)
        return re.findall(chip, page.content.decode())

    assert "王一" in chips(admin)
    assert "王一" not in chips(own)
