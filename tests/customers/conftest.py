"""People of several roles, and a customer of one of them."""

from __future__ import annotations

import pytest

from jishi.customers import services


@pytest.fixture
def people(make_user):
    return {
        "director": make_user("sales_director"),
        "li": make_user("key_account_manager", name="李"),
        "zhao": make_user("key_account_manager", name="赵"),
        "service": make_user("customer_service", name="服"),
        "auditor": make_user("auditor"),
    }


@pytest.fixture
def mine(people, now):
    return services.customer_create(by=people["li"], now=now, name="三一重工股份有限公司")
