"""Nobody reads rows without saying who asks, and everybody sees only their own."""

from __future__ import annotations

import pytest

from jishi.customers.models import AccountTeamMember, Customer
from jishi.facts.models import Payment
from jishi.foundation.models import Team
from jishi.foundation.scope import UnscopedQueryError


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "ask",
    [
        lambda q: list(q),
        lambda q: q.count(),
        lambda q: q.exists(),
        lambda q: q.first(),
        lambda q: q.get(pk=1),
        lambda q: q.aggregate(),
        lambda q: list(q.values("pk")),
        lambda q: list(q.iterator()),
        lambda q: q.update(name="x"),
        lambda q: q.delete(),
        lambda q: list(Payment.objects.unscoped("test").filter(customer__in=q)),
    ],
)
def test_an_unscoped_query_raises(ask):
    with pytest.raises(UnscopedQueryError):
        ask(Customer.objects.all())


def test_unscoped_wants_a_reason():
    with pytest.raises(ValueError, match="why"):
        Customer.objects.unscoped("")


@pytest.fixture
def company(make_user, make_customer, today):
    east = Team.objects.create(name="华东")
    shanghai = Team.objects.create(name="上海", parent=east)
    south = Team.objects.create(name="华南")
    people = {
        "director": make_user("sales_director"),
        "east": make_user("regional_manager", team=east),
        "li": make_user("key_account_manager", team=shanghai),
        "zhao": make_user("key_account_manager", team=south),
        "service": make_user("customer_service", team=south),
        "gone": make_user("sales_director", is_active=False),
    }
    make_customer(name="甲", owner=people["li"])
    make_customer(name="乙", owner=people["zhao"])
    make_customer(name="丙")
    AccountTeamMember._base_manager.create(
        customer=Customer._base_manager.get(name="甲"), user=people["service"],
        role="customer_service", started_on=today,
    )  # fmt: skip
    AccountTeamMember._base_manager.create(
        customer=Customer._base_manager.get(name="乙"), user=people["service"],
        role="customer_service", started_on=today, ended_on=today,
    )  # fmt: skip
    return people


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("director", {"甲", "乙", "丙"}),
        ("east", {"甲"}),
        ("li", {"甲"}),
        ("zhao", {"乙"}),
        ("service", {"甲"}),
        ("gone", set()),
    ],
)
def test_each_role_sees_its_customers_and_their_facts(company, who, sees, batch, now, today):
    for customer in Customer._base_manager.all():
        Payment._base_manager.create(
            key=customer.name, customer=customer, occurred_on=today, recorded_at=now, batch=batch,
            amount_e4=1, currency="CNY",
        )  # fmt: skip
    user = company[who]
    assert set(Customer.objects.visible_to(user).values_list("name", flat=True)) == sees
    facts = Payment.objects.visible_to(user).values_list("key", flat=True)
    assert set(facts) == (sees if user.is_active else set())
