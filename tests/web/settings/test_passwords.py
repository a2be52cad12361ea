"""Passwords: told of in the trail, never shown, and written without anything else."""

from __future__ import annotations

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
