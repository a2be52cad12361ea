"""People, teams and settings: who may change them, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from tests.foundation.digest import unchanged

from jishi.foundation import services
from jishi.foundation.models import Company, ExchangeRate, Team, User
from jishi.foundation.queries import company, exchange_rate_e8, teams_in_order, users_listed
from jishi.foundation.versions import StaleVersionError
from jishi.foundation.writing import NotAllowedError


pytestmark = pytest.mark.django_db
STRONG = "jade-Mountain-77"


def test_a_new_user_may_sign_in(admin, client):
    user = services.user_create(
        by=admin, username="wang", name="王磊", role="regional_sales", password=STRONG
    )
    assert client.login(username="WANG", password=STRONG)
    assert user.version == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "ADMIN1"}, "username"),
        ({"username": "两个 字"}, "username"),
        ({"name": "  "}, "name"),
        ({"role": "king"}, "role"),
        ({"email": "nobody"}, "email"),
        ({"password": "12345678"}, "password"),
        ({"team_id": 99}, "team_id"),
    ],
)
def test_a_wrong_new_user_is_refused_by_field(admin, changes, field):
    User.objects.filter(pk=admin.pk).update(username="admin1")
    given = {"username": "li", "name": "李", "role": "analyst", "password": STRONG, **changes}
    with unchanged(), pytest.raises(ValidationError) as caught:
        services.user_create(by=admin, **given)
    assert set(caught.value.message_dict) == {field}


def test_only_administrators_manage_users_and_teams(make_user, admin):
    team = Team.objects.create(name="华东")
    director = make_user("sales_director")
    acts = [
        lambda: services.user_create(by=director, username="x", name="x", role="admin", password=STRONG),
        lambda: services.user_update(by=director, user_id=director.pk, version=1, changes={"role": "admin"}),
        lambda: services.user_deactivate(by=director, user_id=admin.pk, version=1),
        lambda: services.password_set(by=director, user_id=admin.pk, password=STRONG),
        lambda: services.team_create(by=director, name="x"),
        lambda: services.team_update(by=director, team_id=team.pk, version=1, changes={"name": "y"}),
        lambda: services.team_remove(by=director, team_id=team.pk),
        lambda: services.company_update(by=director, version=1, changes={"name": "y"}),
        lambda: services.exchange_rate_set(by=director, currency="USD", valid_from=date(2026, 1, 1), rate=Decimal(7)),
    ]  # fmt: skip
    for act in acts:
        with unchanged(), pytest.raises(NotAllowedError):
            act()


def test_a_stale_version_changes_nothing(admin, make_user):
    user = make_user("analyst")
    services.user_update(by=admin, user_id=user.pk, version=1, changes={"name": "新"})
    with unchanged(), pytest.raises(StaleVersionError) as caught:
        services.user_update(by=admin, user_id=user.pk, version=1, changes={"name": "旧"})
    assert caught.value.current.name == "新"


def test_the_last_administrator_stays(admin, make_user):
    for act in (
        lambda: services.user_deactivate(by=None, user_id=admin.pk, version=1),
        lambda: services.user_update(by=admin, user_id=admin.pk, version=1, changes={"role": "analyst"}),
    ):  # fmt: skip
        with unchanged(), pytest.raises(services.LastAdministratorError):
            act()
    other = make_user("admin")
    services.user_deactivate(by=other, user_id=admin.pk, version=1)
    assert not User.objects.get(pk=admin.pk).is_active
    services.user_activate(by=other, user_id=admin.pk, version=2)
    assert User.objects.get(pk=admin.pk).is_active


def test_nobody_bars_himself(admin, make_user):
    make_user("admin")
    with unchanged(), pytest.raises(ValidationError):
        services.user_deactivate(by=admin, user_id=admin.pk, version=1)


def test_a_new_password_works_and_a_weak_one_is_refused(admin, make_user, client):
    user = make_user("analyst")
    with unchanged(), pytest.raises(ValidationError):
        services.password_set(by=admin, user_id=user.pk, password="password")
    services.password_set(by=admin, user_id=user.pk, password=STRONG)
    assert client.login(username=user.username, password=STRONG)


def test_teams_form_a_tree_without_circles(admin):
    china = services.team_create(by=admin, name="中国区")
    east = services.team_create(by=admin, name="华东", parent_id=china.pk)
    shanghai = services.team_create(by=admin, name="上海", parent_id=east.pk)
    for parent in (china, shanghai):
        with unchanged(), pytest.raises(services.TeamCycleError):
            services.team_update(
                by=admin, team_id=china.pk, version=1, changes={"parent_id": parent.pk}
            )
    services.team_update(by=admin, team_id=shanghai.pk, version=1, changes={"parent_id": china.pk})
    assert [(n.team.name, n.depth) for n in teams_in_order()] == [
        ("中国区", 0), ("上海", 1), ("华东", 1),
    ]  # fmt: skip
    with unchanged(), pytest.raises(ValidationError):
        services.team_remove(by=admin, team_id=china.pk)
    services.team_remove(by=admin, team_id=east.pk)
    with pytest.raises(Http404):
        services.team_remove(by=admin, team_id=east.pk)
    with unchanged(), pytest.raises(ValidationError):
        services.team_create(by=admin, name="上海")


def test_everybody_sets_his_own_preferences(make_user):
    auditor = make_user("auditor")
    services.preferences_set(by=auditor, changes={"theme": "dark", "single_key_shortcuts": False})
    stored = User.objects.get(pk=auditor.pk)
    assert (stored.theme, stored.single_key_shortcuts, stored.version) == ("dark", False, 1)
    with unchanged(), pytest.raises(ValidationError):
        services.preferences_set(by=auditor, changes={"theme": "pink"})
    with unchanged(), pytest.raises(TypeError):
        services.preferences_set(by=auditor, changes={"role": "admin"})


def test_the_currency_is_fixed_once_figures_are_kept_in_it(admin):
    assert (company().base_currency, company().pk) == ("CNY", 1)
    services.company_update(
        by=admin, version=1, changes={"name": "示例公司", "base_currency": "usd"}
    )
    assert (company().name, company().base_currency) == ("示例公司", "USD")
    Company.objects.update(base_currency_is_set=True)
    with unchanged(), pytest.raises(ValidationError):
        services.company_update(by=admin, version=2, changes={"base_currency": "CNY"})
    for changes in ({"fiscal_year_starts_in": 13}, {"base_currency": "元"}):
        with unchanged(), pytest.raises(ValidationError):
            services.company_update(by=admin, version=2, changes=changes)


def test_a_rate_holds_from_its_day_until_the_next(admin):
    for day, rate in ((date(2026, 1, 1), "7.0123"), (date(2026, 3, 1), "7.25")):
        services.exchange_rate_set(by=admin, currency="usd", valid_from=day, rate=Decimal(rate))
    assert exchange_rate_e8(currency="USD", on=date(2025, 12, 31)) is None
    assert exchange_rate_e8(currency="USD", on=date(2026, 2, 28)) == 701_230_000
    assert exchange_rate_e8(currency="USD", on=date(2026, 3, 1)) == 725_000_000
    assert exchange_rate_e8(currency="CNY", on=date(2020, 1, 1)) == 100_000_000
    services.exchange_rate_set(
        by=admin, currency="USD", valid_from=date(2026, 3, 1), rate=Decimal("7.3")
    )
    assert ExchangeRate.objects.count() == 2
    with unchanged(), pytest.raises(ValidationError):
        services.exchange_rate_set(
            by=admin, currency="USD", valid_from=date(2026, 3, 1), rate=Decimal(0)
        )


def test_users_are_listed_by_name(make_user):
    make_user("analyst", name="乙")
    make_user("analyst", name="丙", is_active=False)
    assert [user.name for user in users_listed(active_only=True)] == ["乙"]
    assert users_listed().count() == 2
