"""客户 360: the way through a list, the tabs, and what a page without a grading shows."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from tests.conftest import NOW, TODAY
from tests.web.grading import days_ago

from jishi.facts.models import Interaction, Order, OrderLine, Payment
from jishi.scoring.models import TierChange


pytestmark = pytest.mark.django_db
TABS = ("overview", "record", "trade", "interactions", "scoring", "history")


@pytest.fixture
def listed(make_customer, make_user, stand):
    owner = make_user("key_account_manager", name="李敏")
    customers = [make_customer(name=f"客户{n}", owner=owner) for n in range(1, 5)]
    for rank, customer in enumerate(customers, 1):
        stand(customer, rank=rank)
    return owner, customers


def link(page: str, rel: str) -> str:
    found = re.search(rf'<a href="([^"]*)" rel="{rel}"', page)
    return found[1].replace("&amp;", "&") if found else ""


def test_next_and_previous_walk_the_list_one_came_from_and_keep_the_tab(listed, browser_of):
    owner, customers = listed
    browser = browser_of(owner)
    second = reverse("web:customer", args=[customers[1].pk])
    page = browser.get(f"{second}?view=all&sort=spend&tab=trade").content.decode()
    assert "3 / 4" in page
    onwards, back = link(page, "next"), link(page, "prev")
    assert onwards.startswith(reverse("web:customer", args=[customers[0].pk]))
    assert back.startswith(reverse("web:customer", args=[customers[2].pk]))
    for address in (onwards, back):
        assert "tab=trade" in address
        assert "sort=spend" in address
        assert 'aria-current="page">' in browser.get(address).content.decode()
    last = browser.get(onwards).content.decode()
    assert link(last, "next") == ""
    assert "4 / 4" in last


def test_keys_walk_the_list(listed, browser_of):
    owner, customers = listed
    page = browser_of(owner).get(reverse("web:customer", args=[customers[1].pk])).content.decode()
    assert re.search(r'rel="next" data-key="J"', page)
    assert re.search(r'rel="prev" data-key="K"', page)


def test_a_customer_outside_the_list_has_no_neighbours(listed, browser_of, make_customer, stand):
    owner, _customers = listed
    outside = make_customer(name="外", owner=owner)
    stand(outside, rank=12)
    page = browser_of(owner).get(reverse("web:customer", args=[outside.pk])).content.decode()
    assert link(page, "next") == link(page, "prev") == ""
    crumb = page.split('<p class="crumb">')[1].split("</span>")[0]
    assert " / " not in crumb  # it is not in the view one came from


@pytest.mark.parametrize("tab", [*TABS, "nothing"])
def test_every_tab_opens_with_and_without_a_grading(listed, browser_of, make_customer, tab):
    owner, customers = listed
    fresh = make_customer(name="新", owner=owner)
    for customer in (customers[0], fresh):
        answer = browser_of(owner).get(f"{reverse('web:customer', args=[customer.pk])}?tab={tab}")
        assert answer.status_code == 200


def test_nothing_of_a_foreign_customer_is_shown(listed, browser_of, make_user):
    _owner, customers = listed
    stranger = make_user("key_account_manager")
    for name in ("web:customer", "web:customer_peek", "web:customer_receipt", "web:customer_edit"):
        answer = browser_of(stranger).get(reverse(name, args=[customers[0].pk]))
        assert answer.status_code == 404
        assert customers[0].name not in answer.content.decode()


def test_who_may_not_change_is_not_offered_to(listed, browser_of, make_user):
    _owner, customers = listed
    auditor = make_user("auditor")
    for tab in TABS:
        page = browser_of(auditor).get(
            f"{reverse('web:customer', args=[customers[0].pk])}?tab={tab}"
        )
        text = page.content.decode()
        for name in ("web:customer_edit", "web:customer_owner", "web:customer_interaction"):
            assert reverse(name, args=[customers[0].pk]) not in text


def test_dealings_add_up_to_what_was_ordered_and_paid(listed, browser_of, batch):
    owner, customers = listed
    customer = customers[0]
    common = {"customer": customer, "recorded_at": NOW, "batch": batch, "currency": "CNY"}
    for number, (ago, amount, due, paid) in enumerate(
        [(10, 300_000_000, -20, 0), (60, 500_000_000, 40, 200_000_000), (400, 100_000_000, 370, 0)],
        1,
    ):
        Order._base_manager.create(
            key=f"o{number}",
            order_ref=number,
            order_no=f"SO-{number}",
            occurred_on=days_ago(ago),
            due_on=days_ago(due),
            status="confirmed",
            receivable_e4=amount,
            **common,
        )
        OrderLine._base_manager.create(
            key=f"l{number}",
            order_ref=number,
            occurred_on=days_ago(ago),
            quantity_milli=1000,
            amount_e4=amount,
            cost_e4=amount * 3 // 4,
            status="confirmed",
            **common,
        )
        if paid:
            Payment._base_manager.create(
                key=f"p{number}",
                order_ref=number,
                occurred_on=days_ago(1),
                amount_e4=paid,
                **common,
            )
    page = browser_of(owner).get(f"{reverse('web:customer', args=[customer.pk])}?tab=trade")
    text = page.content.decode()
    ages = text.split('id="ageing"')[1].split("</section>")[0]
    # 30,000 not due, 30,000 of 50,000 for 40 days, 10,000 for more than a year.
    assert "7.0 万" in ages
    assert re.findall(r'class="num">([^<]*)</td>', ages)[:5] == [
        "3.0 万",
        "0",
        "3.0 万",
        "0",
        "1.0 万",
    ]
    assert "SO-3" in ages
    assert text.count("25.0%") >= 3, "each order's margin"


def test_the_stream_tells_facts_and_tier_changes_in_one_order(listed, run, browser_of, batch):
    owner, customers = listed
    for number, ago in enumerate([1, 5, 9], 1):
        Interaction._base_manager.create(
            key=f"i{number}",
            customer=customers[0],
            occurred_on=days_ago(ago),
            recorded_at=NOW,
            batch=batch,
            channel="phone",
            summary=f"第{number}次通话",
        )
    TierChange._base_manager.create(
        customer=customers[0],
        run=run,
        as_of=days_ago(6),
        from_key="core",
        from_label={"zh": "核心", "en": "Core"},
        to_key="strategic",
        to_label={"zh": "战略", "en": "Strategic"},
        is_up=True,
        cause="data",
        score_before_micro=70_000_000,
        score_after_micro=75_000_000,
    )
    address = f"{reverse('web:customer', args=[customers[0].pk])}?tab=interactions"
    text = browser_of(owner).get(address).content.decode()
    places = [text.index(part) for part in ("第1次通话", "第2次通话", "核心 → 战略", "第3次通话")]
    assert places == sorted(places)
    only = browser_of(owner).get(f"{address}&kind=tier").content.decode()
    assert "第1次通话" not in only
    assert "核心 → 战略" in only


def test_years_together_are_counted_as_people_count():
    from datetime import date

    from django.utils import translation

    from jishi.web.pages.customers.presenters.head import together

    with translation.override("en"):
        assert "1" in together(TODAY, TODAY)
        assert "6" in together(date(2021, 11, 23), TODAY)
        assert "5" in together(date(2021, 11, 24), TODAY)
        assert together(None, TODAY) == together(date(2027, 1, 1), TODAY) == ""
