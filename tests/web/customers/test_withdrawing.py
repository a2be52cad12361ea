"""A mistyped interaction is taken back with a reason, by whoever logged it or leads."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.conftest import NOW, TODAY

from jishi.customers.models import AccountTeamMember
from jishi.facts.models import Interaction
from jishi.facts.recording import interaction_record


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day", "fresh_cache")]


@pytest.fixture
def manager(make_user):
    return make_user("key_account_manager", name="李敏")


@pytest.fixture
def customer(make_customer, manager):
    return make_customer(name="甲公司", owner=manager)


@pytest.fixture
def logged(manager, customer):
    return interaction_record(
        by=manager, customer_id=customer.pk, now=NOW, occurred_on=TODAY, channel="phone",
        summary="打错的电话",
    )  # fmt: skip


def stream(browser, customer):
    url = f"{reverse('web:customer', args=[customer.pk])}?tab=interactions&kind=interaction"
    return browser.get(url).content.decode()


def withdrawal(customer, fact):
    return reverse("web:customer_interaction_withdraw", args=[customer.pk, fact.pk])


def test_it_no_longer_counts_and_stays_in_the_history(browser_of, manager, customer, logged):
    browser = browser_of(manager)
    address = withdrawal(customer, logged)
    assert f'href="{address}"' in stream(browser, customer)
    assert "打错的电话" in browser.get(address).content.decode()
    assert browser.post(address, {"reason": ""}).status_code == 422
    assert browser.post(address, {"reason": "客户选错了"}).status_code == 302
    assert not Interaction.objects.visible_to(manager).current().exists()
    current, history = stream(browser, customer).split('<details class="gap">')
    assert "打错的电话" not in current
    for part in ("打错的电话", "李敏", "客户选错了"):
        assert part in history
    assert browser.post(address, {"reason": "再来一次"}).status_code == 409
    assert browser.get(address).status_code == 302, "there is nothing to take back any more"


def test_others_are_not_offered_it_and_managers_are(browser_of, make_user, customer, logged, batch):
    colleague, director = make_user("key_account_manager"), make_user("sales_director")
    AccountTeamMember._base_manager.create(
        customer=customer, user=colleague, role="regional_sales", started_on=TODAY
    )
    address = withdrawal(customer, logged)
    other = browser_of(colleague)
    assert address not in stream(other, customer)
    assert other.get(address).status_code == 302
    assert other.post(address, {"reason": "不是我的"}).status_code == 403
    assert Interaction.objects.visible_to(director).current().count() == 1
    leader = browser_of(director)
    assert address in stream(leader, customer)

    imported = Interaction._base_manager.create(
        key="file:1", customer=customer, occurred_on=TODAY, recorded_at=NOW, batch=batch,
        channel="phone", summary="来自文件",
    )  # fmt: skip
    assert withdrawal(customer, imported) not in stream(leader, customer)
    assert leader.post(withdrawal(customer, imported), {"reason": "错"}).status_code == 422
    assert leader.post(address, {"reason": "重复"}).status_code == 302


def test_not_through_another_customer(browser_of, manager, customer, logged, make_customer):
    other = make_customer(owner=manager)
    address = withdrawal(other, logged)
    assert browser_of(manager).post(address, {"reason": "错"}).status_code == 404
    assert Interaction.objects.visible_to(manager).current().count() == 1
