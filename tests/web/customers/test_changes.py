"""资料变更 on 档案: who changed what, when, before and after; and what a reader may not learn by it."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from tests.conftest import NOW

from jishi.customers import services
from jishi.customers.models import Customer


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day", "fresh_cache")]


@pytest.fixture
def manager(make_user):
    return make_user("key_account_manager", name="李敏")


@pytest.fixture
def customer(manager):
    return services.customer_create(by=manager, now=NOW, name="甲公司", stage="potential")


@pytest.fixture
def change(manager):
    def act(customer, **changes):
        version = Customer._base_manager.get(pk=customer.pk).version
        services.customer_update(
            by=manager, customer_id=customer.pk, version=version, now=NOW, changes=changes
        )

    return act


def told(browser, customer, query=""):
    """Each line as (who, [(field, before, after)])."""
    url = f"{reverse('web:customer', args=[customer.pk])}?tab=record{query}"
    section = browser.get(url).content.decode().split('id="changes"')[1].split("</section>")[0]
    found = []
    for row in re.findall(r"<tr>(.*?)</tr>", section, re.DOTALL)[1:]:
        _when, who, _what = re.findall(r"<td>(.*?)</td>", row, re.DOTALL)
        fields = re.findall(
            r"<dt>(.*?)</dt>\s*<dd>(?:<del>(.*?)</del> → )?<ins>(.*?)</ins></dd>", row, re.DOTALL
        )
        found.append((who, fields))
    return found


def test_needs_and_strategy_before_and_after(browser_of, manager, customer, change):
    change(customer, needs="交期稳定", strategy="高层互访")
    change(customer, needs="交期稳定、质量追溯", stage="first", credit_limit_e4=50_000_000)
    assert told(browser_of(manager), customer) == [
        (
            "李敏",
            [
                ("合作阶段", "潜在", "初次合作"),
                ("主要需求", "交期稳定", "交期稳定、质量追溯"),
                ("信用额度", "", "5,000.00"),
            ],
        ),
        ("李敏", [("主要需求", "", "交期稳定"), ("管理策略", "", "高层互访")]),
        ("李敏", [("负责人", "", "李敏")]),
        ("李敏", []),
    ]


def test_stored_numbers_are_told_in_words(browser_of, admin, manager, make_user, customer, change):
    services.customer_types_setup(by=None)
    colleague = make_user("key_account_manager", name="赵晨")
    change(customer, customer_type_id="retail", industry="3411", region="430100", is_archived=True)
    services.customer_owner_change(
        by=admin, customer_id=customer.pk, version=2, now=NOW, owner_id=colleague.pk
    )
    handed, typed = told(browser_of(admin), customer)[:2]
    assert handed == (admin.name, [("负责人", "李敏", "赵晨")])
    values = {field: after for field, _before, after in typed[1]}
    assert (values["客户类型"], values["地区"], values["已归档"]) == ("零售", "湖南省长沙市", "是")
    assert not values["行业属性"].isdigit()


def test_a_group_one_does_not_see_is_not_named(browser_of, admin, manager, customer, make_customer):
    secret = make_customer(name="机密集团")
    services.customer_parent_change(
        by=admin, customer_id=customer.pk, version=1, now=NOW, parent_id=secret.pk
    )
    assert told(browser_of(admin), customer)[0][1] == [("所属集团", "", "机密集团")]
    mine = told(browser_of(manager), customer)
    assert mine[0][1] == [("所属集团", "", "你看不到的客户")]


def test_the_list_is_short_and_older_ones_are_a_click_away(
    browser_of, manager, make_user, customer, change
):
    for number in range(10):
        change(customer, needs=f"第{number}稿")
    browser = browser_of(manager)
    assert len(told(browser, customer)) == 6
    everything = told(browser, customer, "&changes=all")
    assert len(everything) == 12
    assert everything[-1] == ("李敏", [])
    stranger = browser_of(make_user("key_account_manager"))
    address = reverse("web:customer", args=[customer.pk]) + "?tab=record&changes=all"
    assert stranger.get(address).status_code == 404
