"""A form made before somebody signed in or out in the same browser is refused in words, with a way on."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse


pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(make_user, make_customer):
    """`sent(referer)` → the answer to a form with the secret of an earlier session; and its address."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_user("admin"))
    address = reverse("web:customer_interaction", args=[make_customer().pk])
    browser.get(address)
    browser.cookies[settings.CSRF_COOKIE_NAME] = "x" * 32

    def send(referer: str = ""):
        form = {"summary": "谈了交期", "csrfmiddlewaretoken": "y" * 32}
        came_from = referer or f"http://testserver{address}"
        return browser.post(address, form, headers={"referer": came_from}), address

    return send


def test_it_is_told_and_the_page_can_be_opened_again(sent):
    answer, address = sent()
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "页面已过期" in text
    assert f'href="http://testserver{address}"' in text


def test_no_other_place_is_offered(sent):
    answer, _address = sent("https://elsewhere.example/")
    assert "elsewhere" not in answer.content.decode()
