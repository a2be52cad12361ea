"""Passwords: told of in the trail, never shown, and written without anything else."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from jishi.foundation.models import User


pytestmark = pytest.mark.django_db


def test_the_trail_never_shows_a_password(client, admin, make_user):
    client.force_login(admin)
    user = make_user("analyst")
    client.post(
        reverse("web:settings_person_password", args=[user.pk]), {"password": "fine-weather-31"}
    )
    answer = client.get(reverse("web:settings_trail"))
    assert "argon2" not in answer.content.decode()
    newest = answer.context["lines"][0]
    assert (newest.row, newest.action, newest.changes) == (str(user.pk), "换了新密码", [])


def test_the_form_for_ones_own_password_is_filled_in_and_sent(make_user, client):
    user = make_user("regional_sales")
    client.force_login(user)
    url = reverse("account_change_password")
    typed = {"password1": "fine-weather-31", "password2": "fine-weather-31"}
    page = client.get(url).content.decode()
    form = re.search(rf'<form[^>]*action="{url}".*?</form>', page, re.DOTALL)[0]
    fields = set(re.findall(r'<input[^>]*name="(\w+)"', form)) - {"csrfmiddlewaretoken"}
    assert fields == {"oldpassword", *typed}
    short = client.post(
        url, {"oldpassword": "jishi-secret-9", "password1": "a1", "password2": "a1"}
    )
    assert "密码太短，至少需要 10 个字符。" in short.content.decode()
    for old, new in (("wrong", typed), ("jishi-secret-9", {**typed, "password2": "other"})):
        refused = client.post(url, {"oldpassword": old, **new})
        assert refused.status_code == 200
        assert refused.context["form"].errors
        user.refresh_from_db()
        assert user.check_password("jishi-secret-9")
    assert client.post(url, {"oldpassword": "jishi-secret-9", **typed}).status_code == 302
    user.refresh_from_db()
    assert user.check_password("fine-weather-31")
    after = client.get(reverse("web:settings"))
    assert (after.status_code, "login" in after.get("Location", "")) == (302, True), "as promised"


def test_changing_ones_password_writes_nothing_but_the_password(make_user, client, monkeypatch):
    user = make_user("regional_sales")
    client.force_login(user)
    real = User.set_password

    def meanwhile(self, raw):
        User.objects.filter(pk=user.pk).update(role="auditor")
        real(self, raw)

    monkeypatch.setattr(User, "set_password", meanwhile)
    new = {
        "oldpassword": "jishi-secret-9",
        "password1": "fine-weather-31",
        "password2": "fine-weather-31",
    }
    assert client.post(reverse("account_change_password"), new).status_code == 302
    user.refresh_from_db()
    assert user.check_password("fine-weather-31")
    assert user.role == "auditor"
