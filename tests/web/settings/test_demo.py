"""The demo company in the settings: marked, loaded into nothing, and removed by whoever means it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from jishi.foundation.models import Batch, User


pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(client, admin):
    client.force_login(admin)
    return client


@pytest.fixture
def asked(monkeypatch, settings, tmp_path) -> list[str]:
    """What was asked of the background, without doing it."""
    from jishi.jobs import tasks

    settings.DATA_DIR = tmp_path
    wishes: list[str] = []
    monkeypatch.setattr(tasks, "ask_demo_load", lambda by_id: wishes.append("load"))
    monkeypatch.setattr(tasks, "ask_demo_remove", lambda by_id: wishes.append("remove"))
    return wishes


def test_the_demo_company_is_removed_only_when_confirmed(signed, asked):
    url = reverse("web:settings_demo_remove")
    assert signed.post(url, {}).status_code == 422
    assert asked == []
    assert signed.post(url, {"sure": "yes"}).status_code == 302
    assert asked == ["remove"]


@pytest.fixture
def loaded(db) -> None:
    Batch.objects.create(kind="demo", label="demo", created_at=timezone.now(), is_demo=True)


MINE = {"name": "王芳", "username": "wang.fang", "password": "a-long-enough-word"}


def test_every_page_says_that_its_data_are_invented(signed, client, make_user):
    today = reverse("web:today")
    assert "演示数据" not in signed.get(today).content.decode()
    batch = Batch.objects.create(kind="demo", label="demo", created_at=timezone.now(), is_demo=True)
    way = f'href="{reverse("web:settings_demo")}">演示数据'
    assert way in signed.get(today).content.decode()
    client.force_login(make_user("key_account_manager"))
    page = client.get(today).content.decode()
    assert "演示数据" in page
    assert way not in page
    batch.delete()
    assert "演示数据" not in client.get(today).content.decode()


def test_a_demo_user_becomes_somebody_who_stays_and_removes_the_rest(
    client, make_user, asked, loaded
):
    client.force_login(make_user("admin", is_demo=True))
    page = client.get(reverse("web:settings_demo")).context["form"]
    assert list(page.fields) == ["name", "username", "password", "again"]
    url = reverse("web:settings_demo_remove")
    post = {**MINE, "again": MINE["password"], "sure": "yes"}
    assert client.post(url, post).status_code == 302
    assert asked == ["remove"]
    mine = User.objects.get(username="wang.fang")
    assert (mine.role, mine.is_demo) == ("admin", False)
    assert client.get(reverse("web:settings")).wsgi_request.user == mine
    assert client.login(username="wang.fang", password=MINE["password"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"sure": ""},
        {"username": ""},
        {"again": "something else"},
        {"password": "short", "again": "short"},
        {"username": "taken"},
    ],
)
def test_a_demo_user_who_gives_no_proper_login_removes_nothing(
    client, make_user, asked, loaded, wrong
):
    make_user("auditor", username="taken")
    demo = make_user("admin", is_demo=True)
    client.force_login(demo)
    post = {**MINE, "again": MINE["password"], "sure": "yes"} | wrong
    refused = client.post(reverse("web:settings_demo_remove"), post)
    assert refused.status_code == 422
    assert post["name"] in refused.content.decode()
    assert MINE["password"] not in refused.content.decode()
    assert asked == []
    assert not User.objects.filter(username="wang.fang").exists()
    assert client.get(reverse("web:settings")).wsgi_request.user == demo


def test_the_demo_company_is_not_loaded_beside_customers(signed, asked, make_customer):
    url = reverse("web:settings_demo_load")
    assert signed.post(url).status_code == 302
    make_customer()
    assert signed.post(url).status_code == 422
    assert asked == ["load"]


def test_loading_shows_its_progress_and_then_the_page(signed, asked):
    from jishi.jobs import tasks, tickets

    tickets.ticket_queue(tasks.DEMO, tasks.DEMO_LOAD)
    assert signed.get(reverse("web:settings_demo")).context["work"] is not None
    url, hx = reverse("web:settings_demo_progress"), {"HX-Request": "true"}
    assert "<progress" in signed.get(url, headers=hx).content.decode()
    tickets.ticket_close(tasks.DEMO, tickets.State.CANCELLED)
    assert signed.get(url, headers=hx)["HX-Redirect"] == reverse("web:settings_demo")
