"""Preferences, company, users, teams, roles and the audit trail, as people use them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from jishi.foundation.audit.context import acting_as
from jishi.foundation.enums import PERMISSIONS, Permission, Role
from jishi.foundation.models import Company, ExchangeRate, Team, User


pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(client, admin):
    client.force_login(admin)
    return client


@pytest.fixture
def client_of():
    """`client_of(user)` → a browser of its own in which the user is signed in."""

    def sign_in(user):
        browser = Client()
        browser.force_login(user)
        return browser

    return sign_in


def _person(user, **changes):
    values = {
        "version": user.version,
        "username": user.username,
        "name": user.name,
        "role": user.role,
        "team": user.team_id or "",
        "email": user.email,
        "language": user.language,
    }
    return values | changes


# --- preferences -------------------------------------------------------------------------------
def test_preferences_change_how_every_page_is_drawn(signed, admin):
    values = {
        "language": "en",
        "theme": "dark",
        "density": "compact",
        "direction_colours": "red_up",
        # the shortcut box is not ticked
    }
    response = signed.post(reverse("web:settings"), values, follow=True)
    page = response.content.decode()
    assert '<html lang="en" data-density="compact" data-direction="red_up"' in page
    assert 'data-theme="dark"' in page
    assert "Preferences" in page
    admin.refresh_from_db()
    assert admin.single_key_shortcuts is False


def test_an_unknown_preference_is_refused_and_nothing_changes(signed, admin):
    values = {
        "language": "fr", "theme": "dark", "density": "compact", "direction_colours": "red_up",
    }  # fmt: skip
    response = signed.post(reverse("web:settings"), values)
    assert response.status_code == 422
    admin.refresh_from_db()
    assert (admin.language, admin.theme) == ("zh-hans", "system")


def test_language_can_be_chosen_before_signing_in(client):
    login = reverse("account_login")
    response = client.post(reverse("web:language"), {"language": "en", "next": login})
    assert response.url == login
    assert '<html lang="en">' in client.get(login).content.decode()
    client.post(reverse("web:language"), {"language": "zh-hans", "next": login})
    assert '<html lang="zh-CN">' in client.get(login).content.decode()


def test_the_language_switch_leads_nowhere_foreign(client):
    response = client.post(
        reverse("web:language"), {"language": "en", "next": "https://example.com/"}
    )
    assert response.url == "/"


# --- the company -------------------------------------------------------------------------------
def test_company_is_saved_and_a_stale_form_is_refused(signed):
    url = reverse("web:settings_company")
    values = {"version": 1, "name": "甲公司", "base_currency": "usd", "fiscal_year_starts_in": 4}
    assert signed.post(url, values).status_code == 302
    company = Company.objects.get(pk=1)
    saved = (company.name, company.base_currency, company.fiscal_year_starts_in)
    assert saved == ("甲公司", "USD", 4)

    stale = signed.post(url, values | {"name": "乙公司"})
    assert stale.status_code == 409
    page = stale.content.decode()
    assert "乙公司" in page, "what was typed is kept"
    assert "甲公司" in page, "what is stored now is shown"
    assert f'name="version" value="{company.version}"' in page, "saving again overrides knowingly"
    company.refresh_from_db()
    assert company.name == "甲公司"


def test_currency_is_fixed_once_figures_are_kept_in_it(signed):
    Company.objects.update_or_create(
        pk=1, defaults={"base_currency": "CNY", "base_currency_is_set": True}
    )
    version = Company.objects.get(pk=1).version
    response = signed.post(
        reverse("web:settings_company"),
        {"version": version, "name": "", "base_currency": "EUR", "fiscal_year_starts_in": 1},
    )
    assert response.status_code == 422
    assert Company.objects.get(pk=1).base_currency == "CNY"


def test_exchange_rate_is_added_and_a_zero_rate_is_refused(signed):
    url = reverse("web:settings_rate_add")
    day = {"currency": "usd", "valid_from": "2026-01-01"}
    assert signed.post(url, day | {"rate": "7.1"}).status_code == 302
    assert ExchangeRate.objects.get(currency="USD").rate_e8 == 710_000_000
    assert "7.1<" in signed.get(reverse("web:settings_company")).content.decode()
    assert signed.post(url, day | {"rate": "0"}).status_code == 422
    assert ExchangeRate.objects.count() == 1


# --- users -------------------------------------------------------------------------------------
def test_user_is_added_and_can_sign_in(signed, client):
    team = Team.objects.create(name="华东")
    values = {
        "username": "li.min", "name": "李敏", "role": Role.KEY_ACCOUNT_MANAGER, "team": team.pk,
        "email": "", "language": "zh-hans", "password": "fine-weather-31",
    }  # fmt: skip
    response = signed.post(reverse("web:settings_person_add"), values)
    user = User.objects.get(username="li.min")
    assert response.url == f"{reverse('web:settings_people')}?changed={user.pk}"
    assert (user.role, user.team_id) == ("key_account_manager", team.pk)
    assert client.login(username="LI.MIN", password="fine-weather-31")


def test_a_weak_password_and_a_taken_login_are_said_beside_their_fields(signed, admin):
    values = {
        "username": admin.username.upper(), "name": "李敏", "role": "analyst", "team": "",
        "email": "", "language": "en", "password": "12345",
    }  # fmt: skip
    weak = signed.post(reverse("web:settings_person_add"), values | {"username": "new"})
    assert "password" in weak.context["form"].errors
    taken = signed.post(reverse("web:settings_person_add"), values | {"password": "fine-rain-31"})
    assert "username" in taken.context["form"].errors
    assert weak.status_code == taken.status_code == 422
    assert User.objects.count() == 1


def test_user_list_narrows_by_text_role_team_and_state(signed, make_user):
    east = Team.objects.create(name="华东")
    make_user("analyst", name="陈思远", team=east)
    make_user("auditor", name="孙静", is_active=False)
    url = reverse("web:settings_people")

    def names(**asked):
        page = signed.get(url, asked).context["page"]
        return {user.name for user in page.object_list}

    assert names(q="思远") == {"陈思远"}
    assert names(role="auditor") == {"孙静"}
    assert names(team=east.pk) == {"陈思远"}
    assert names(active="no") == {"孙静"}
    assert names(role="nonsense", team="x", active="x") == names()


def test_queries_of_the_user_list_do_not_grow(signed, django_assert_max_num_queries):
    teams = [Team.objects.create(name=f"T{n}") for n in range(5)]
    for n in range(60):
        User.objects.create(username=f"u{n}", name=f"U{n}", role="analyst", team=teams[n % 5])
    with django_assert_max_num_queries(12):
        assert signed.get(reverse("web:settings_people")).status_code == 200


def test_changing_a_user_with_a_stale_form_changes_nothing(signed, make_user):
    user = make_user("analyst", name="陈")
    url = reverse("web:settings_person", args=[user.pk])
    assert signed.post(url, _person(user, name="陈思远")).status_code == 302
    stale = signed.post(url, _person(user, name="别人"))
    assert stale.status_code == 409
    user.refresh_from_db()
    assert user.name == "陈思远"


def test_a_language_chosen_meanwhile_is_not_set_back(signed, make_user, client_of):
    user = make_user("analyst")
    address, old = reverse("web:settings_person", args=[user.pk]), _person(user, name="另名")
    client_of(user).post(reverse("web:preferences"), {"theme": "dark"})
    client_of(user).post(reverse("web:preferences"), {"language": "en"})
    assert signed.post(address, old).status_code == 409
    user.refresh_from_db()
    assert (user.language, user.theme, user.version) == ("en", "dark", 2)


def test_barring_ends_the_session_and_letting_in_again_works(signed, make_user, client_of):
    user = make_user("analyst")
    theirs = client_of(user)
    assert theirs.get(reverse("web:settings")).status_code == 200
    url = reverse("web:settings_person_active", args=[user.pk])
    assert signed.post(url, {"active": "no", "version": user.version}).status_code == 302
    assert theirs.get(reverse("web:settings")).status_code == 302
    user.refresh_from_db()
    signed.post(url, {"active": "yes", "version": user.version})
    user.refresh_from_db()
    assert user.is_active


def test_nobody_bars_himself_nor_the_last_administrator(signed, admin, make_user):
    url = reverse("web:settings_person_active", args=[admin.pk])
    assert signed.post(url, {"active": "no", "version": admin.version}).status_code == 422
    edited = signed.post(
        reverse("web:settings_person", args=[admin.pk]), _person(admin, role="analyst")
    )
    assert edited.status_code == 422
    admin.refresh_from_db()
    assert admin.is_active
    assert admin.role == Role.ADMIN


def test_a_new_password_replaces_the_old_one(signed, make_user, client):
    user = make_user("analyst")
    url = reverse("web:settings_person_password", args=[user.pk])
    assert signed.post(url, {"password": "short"}).status_code == 422
    assert signed.post(url, {"password": "fine-weather-31"}).status_code == 302
    assert not client.login(username=user.username, password="jishi-secret-9")
    assert client.login(username=user.username, password="fine-weather-31")


# --- teams -------------------------------------------------------------------------------------
def test_teams_are_added_moved_and_removed(signed):
    signed.post(reverse("web:settings_team_add"), {"name": "销售中心", "parent": ""})
    top = Team.objects.get(name="销售中心")
    signed.post(reverse("web:settings_team_add"), {"name": "华东", "parent": top.pk})
    east = Team.objects.get(name="华东")
    assert east.parent_id == top.pk

    page = signed.get(reverse("web:settings_team", args=[top.pk])).context["form"]
    offered = [value for value, _label in page.fields["parent"].choices]
    assert offered == [""], "a team is not offered itself or those below it"

    kept = signed.post(reverse("web:settings_team_remove", args=[top.pk]))
    assert kept.status_code == 422
    assert Team.objects.filter(pk=top.pk).exists()
    assert signed.post(reverse("web:settings_team_remove", args=[east.pk])).status_code == 302
    assert not Team.objects.filter(pk=east.pk).exists()


def test_a_team_never_becomes_part_of_itself(signed):
    top = Team.objects.create(name="销售中心")
    east = Team.objects.create(name="华东", parent=top)
    url = reverse("web:settings_team", args=[top.pk])
    response = signed.post(url, {"version": top.version, "name": top.name, "parent": east.pk})
    assert response.status_code == 422
    top.refresh_from_db()
    assert top.parent_id is None


# --- roles -------------------------------------------------------------------------------------
def test_the_matrix_shows_exactly_the_enforced_permissions(signed):
    context = signed.get(reverse("web:settings_roles")).context
    shown = [row.allowed for row in context["rows"]]
    enforced = [[p in PERMISSIONS[role] for role in Role] for p in Permission]
    assert shown == enforced


# --- the audit trail ---------------------------------------------------------------------------
def test_the_trail_tells_who_changed_what_from_what_to_what(signed, admin):
    team = Team.objects.create(name="华东")
    values = {"version": team.version, "name": "华东大区", "parent": ""}
    signed.post(reverse("web:settings_team", args=[team.pk]), values)
    response = signed.get(
        reverse("web:settings_trail"), {"table": "foundation_team", "row": team.pk}
    )
    newest = response.context["lines"][0]
    assert newest.actor == admin.name
    assert [(c.before, c.after) for c in newest.changes] == [("华东", "华东大区")]
    same = signed.get(reverse("web:settings_trail"), {"request_id": newest.request_id})
    assert {line.request_id for line in same.context["lines"]} == {newest.request_id}


def test_the_trail_names_the_rows_it_tells_of(signed, make_user, make_customer):
    before, after = make_user("key_account_manager", name="李敏"), make_user("auditor", name="王芳")
    customer = make_customer(name="甲公司", owner=before)
    with acting_as(after.pk):
        type(customer)._base_manager.filter(pk=customer.pk).update(owner=after)
    page = signed.get(reverse("web:settings_trail"), {"table": "customers_customer"})
    newest = page.context["lines"][0]
    assert (newest.name, newest.row, newest.actor) == ("甲公司", str(customer.pk), "王芳")
    assert ("李敏", "王芳") in [(c.before, c.after) for c in newest.changes]
    assert "客户 甲公司" in page.content.decode()


def test_the_trail_says_yes_and_no(signed, make_user):
    user = make_user("analyst")
    barred = reverse("web:settings_person_active", args=[user.pk])
    signed.post(barred, {"active": "", "version": user.version})
    where = {"table": "foundation_user", "row": user.pk}
    newest = signed.get(reverse("web:settings_trail"), where).context["lines"][0]
    assert ("是", "否") in [(c.before, c.after) for c in newest.changes]


def test_a_search_for_people_with_a_nul_in_it_finds_nobody(signed):
    assert signed.get(reverse("web:settings_people"), {"q": "\x00"}).status_code == 200


def test_the_trail_pages_without_losing_or_repeating_an_entry(signed, admin):
    with acting_as(admin.pk):
        for number in range(120):
            Team.objects.create(name=f"T{number}")
    seen: list[str] = []
    url = f"{reverse('web:settings_trail')}?table=foundation_team"
    while url:
        context = signed.get(url).context
        seen += [line.row for line in context["lines"]]
        older = context["older_url"]
        url = f"{reverse('web:settings_trail')}{older}" if older else ""
    assert len(seen) == len(set(seen)) == 120


def test_the_trail_is_for_those_who_may_read_it(client, make_user):
    client.force_login(make_user("sales_director"))
    assert client.get(reverse("web:settings_trail")).status_code == 403
    client.force_login(make_user("auditor"))
    assert client.get(reverse("web:settings_trail")).status_code == 200


def test_only_sections_one_may_open_are_offered(client, make_user):
    client.force_login(make_user("key_account_manager"))
    tabs = client.get(reverse("web:settings")).context["tabs"]
    offered = {tab.url for tab in tabs}
    assert offered == {reverse("web:settings"), reverse("web:settings_roles")}
