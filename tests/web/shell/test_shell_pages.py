"""Search, preferences, health and the pages that refuse."""

from __future__ import annotations

import pytest
from django.urls import reverse

from jishi.customers.search import search_index_refresh
from jishi.foundation.models import User


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_cache")]


@pytest.fixture
def named(make_customer):
    def make(name, **fields):
        customer = make_customer(name=name, **fields)
        search_index_refresh([customer.pk])
        return customer

    return make


def test_initials_find_the_customer_first(browser_of, admin, named):
    named("长沙中联智科")
    named("重庆长联")
    page = browser_of(admin).get(
        reverse("web:palette"), {"q": "zlzk"}, headers={"HX-Request": "true"}
    )
    text = page.content.decode()
    assert "<html" not in text
    assert text.index("长沙中联智科") < text.index("</li>")


def test_prefixes_narrow_the_search(browser_of, admin, named):
    customer = named("中联重科")
    browser = browser_of(admin)
    link = reverse("web:customer", args=[customer.pk])
    assert link in browser.get(reverse("web:palette"), {"q": "#中联"}).content.decode()
    people = browser.get(reverse("web:palette"), {"q": "@中联"}, headers={"HX-Request": "true"})
    assert f'href="{link}"' not in people.content.decode()


def test_the_palette_knows_no_foreign_customer(browser_of, make_user, named):
    named("中联重科")
    stranger = make_user("key_account_manager")
    for query in ("中联", "zlzk", ""):
        page = browser_of(stranger).get(reverse("web:palette"), {"q": query})
        assert "中联重科" not in page.content.decode()


def test_places_are_those_one_may_go_to(browser_of, make_user):
    seller, auditor = make_user("regional_sales"), make_user("auditor")
    address = reverse("web:palette")
    new = reverse("web:customer_create")
    assert new in browser_of(seller).get(address).content.decode()
    assert new not in browser_of(auditor).get(address).content.decode()


def test_preferences_are_kept_and_lead_back(browser_of, admin):
    browser = browser_of(admin)
    sent = {"theme": "dark", "next": "/customers/?view=all"}
    answer = browser.post(reverse("web:preferences"), sent)
    assert answer["Location"] == "/customers/?view=all"
    assert User.objects.get(pk=admin.pk).theme == "dark"
    away = browser.post(reverse("web:preferences"), {"language": "en", "next": "//evil.example/"})
    assert away["Location"] == reverse("web:today")
    quiet = browser.post(
        reverse("web:preferences"), {"single_keys": "off"}, headers={"Sec-Fetch-Dest": "empty"}
    )
    assert quiet.status_code == 204
    after = User.objects.get(pk=admin.pk)
    assert (after.language, after.single_key_shortcuts) == ("en", False)
    assert browser.post(reverse("web:preferences"), {"theme": "pink"}).status_code == 400


def test_health_is_answered_to_strangers(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})


def test_health_tells_when_the_database_is_gone(client, monkeypatch):
    from jishi.web.pages.shell import queries

    monkeypatch.setattr(queries, "database_problem", lambda: "gone")
    assert client.get("/healthz").status_code == 503


def test_refusals_say_what_to_do(browser_of, make_user):
    browser = browser_of(make_user("auditor"))
    for address, status in ((reverse("web:customer_create"), 403), ("/customers/999999/", 404)):
        answer = browser.get(address)
        assert answer.status_code == status
        assert reverse("web:customers") in answer.content.decode()


def test_an_unknown_address_is_refused_to_strangers_without_the_frame(client):
    answer = client.get("/nowhere/")
    assert answer.status_code in {302, 404}


def test_the_catalogue_draws_every_part(browser_of, admin):
    assert browser_of(admin).get(reverse("web:catalogue")).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example"])
def test_a_foreign_host_is_refused(browser_of, admin, host):
    browser = browser_of(admin)
    for path in ("/", reverse("account_login"), reverse("web:healthz")):
        answer = browser.get(path, headers={"host": host})
        assert answer.status_code == 400, path
        assert "evil.example" not in answer.content.decode()
    assert browser.get("/", headers={"host": "127.0.0.1"}).status_code == 200
