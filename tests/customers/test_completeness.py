"""What an archive lacks: each gap is counted for a customer and for all, by one definition."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from tests.conftest import NOW, TODAY

from jishi.customers.completeness import (
    MALFORMED,
    MISSING,
    STALE_DAYS,
    customer_completeness,
    customers_lacking,
    gap_report,
)
from jishi.customers.models import Contact, ContactPosition, CustomerType
from jishi.foundation.identity import credit_code_check_digit


pytestmark = pytest.mark.django_db


@pytest.fixture
def whole(make_customer, make_user):
    """`whole(**changes)` → a customer whose archive lacks nothing, but for the changes."""

    number = itertools.count(1)

    def make(*, with_contact: bool = True, **changes):
        first17 = f"91430100HY{next(number):06d}X"
        fields = {
            "owner": make_user("key_account_manager"),
            "customer_type": CustomerType.objects.order_by("pk").first()
            or CustomerType.objects.create(name="企业"),
            "industry": "C35",
            "size_class": "large",
            "region": "430100",
            "address": "长沙工业一路 133 号",
            "credit_code": first17 + credit_code_check_digit(first17),
            "phone": "0731-84000001",
            "needs": "整线改造",
            "strategy": "高层互访",
            "payment_days": 60,
            **changes,
        }
        customer = make_customer(**fields)
        if with_contact:
            contact = Contact._base_manager.create(name="侯华", created_at=NOW, updated_at=NOW)
            ContactPosition._base_manager.create(contact=contact, customer=customer)
        return customer

    return make


def gaps_of(admin, customer):
    found = customer_completeness(admin, customer.pk, today=TODAY)
    return found.share_pct, {(gap.field, gap.kind) for gap in found.gaps}


def counts(admin):
    report = gap_report(admin, today=TODAY)
    return {(one.gap.field, one.gap.kind): one.customers for one in report if one.customers}


def test_a_whole_archive_lacks_nothing(admin, whole):
    assert gaps_of(admin, whole()) == (100, set())
    assert counts(admin) == {}


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("owner", {"owner": None}),
        ("customer_type", {"customer_type": None}),
        ("industry", {"industry": "", "business": "工程机械"}),
        ("size_class", {"size_class": ""}),
        ("region", {"region": ""}),
        ("address", {"address": ""}),
        ("credit_code", {"credit_code": ""}),
        ("reach", {"phone": ""}),
        ("contact", {"with_contact": False}),
        ("needs", {"needs": ""}),
        ("strategy", {"strategy": ""}),
        ("payment_days", {"payment_days": None}),
    ],
)
def test_each_gap_is_one_twelfth_and_the_same_for_one_and_for_all(admin, whole, field, changes):
    whole()
    lacking = whole(**changes)
    assert len(MISSING) == 12
    assert gaps_of(admin, lacking) == (91, {(field, "missing")})
    assert counts(admin) == {(field, "missing"): 1}
    assert [one.pk for one in customers_lacking(admin, field)] == [lacking.pk]


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("size_class", {"size_class": "", "employees": 300}),
        ("region", {"region": "", "city": "长沙"}),
        ("payment_days", {"payment_days": None, "payment_terms": "票到 60 天"}),
        ("reach", {"phone": "", "email": "a@hy0001.example"}),
    ],
)
def test_the_same_said_otherwise_is_no_gap(admin, whole, key, changes):
    customer = whole(**changes)
    assert gaps_of(admin, customer) == (100, set())
    assert list(customers_lacking(admin, key)) == []


def test_a_contact_who_can_be_reached_is_a_way_to_the_customer(admin, whole):
    customer = whole(phone="")
    assert gaps_of(admin, customer) == (91, {("reach", "missing")})
    Contact._base_manager.update(wechat="hy_0001")
    assert gaps_of(admin, customer) == (100, set())
    ContactPosition._base_manager.update(ended_on=TODAY)  # has left
    assert gaps_of(admin, customer) == (83, {("reach", "missing"), ("contact", "missing")})


@pytest.mark.parametrize(
    ("field", "value"),
    [("credit_code", "91430100HY000001X1"), ("phone", "12"), ("region", "999999"),
     ("industry", "Z99")],
)  # fmt: skip
def test_what_cannot_be_right_is_told_and_counted(admin, whole, field, value):
    assert field in MALFORMED
    customer = whole(**{field: value})
    assert gaps_of(admin, customer) == (100, {(field, "malformed")})
    assert counts(admin) == {(field, "malformed"): 1}


def test_half_a_year_without_a_touch_is_stale_to_the_day(admin, whole):
    fresh = whole(updated_at=NOW - timedelta(days=STALE_DAYS))
    stale = whole(updated_at=NOW - timedelta(days=STALE_DAYS + 1))
    assert gaps_of(admin, fresh) == (100, set())
    assert gaps_of(admin, stale) == (100, {("updated_at", "stale")})
    assert counts(admin) == {("updated_at", "stale"): 1}


def test_only_what_one_sees_is_counted_and_archived_customers_are_not(make_user, whole):
    mine = make_user("key_account_manager")
    whole(needs="", owner=mine)
    theirs = whole(needs="")
    whole(needs="", owner=mine, is_archived=True)
    assert counts(mine) == {("needs", "missing"): 1}
    assert customer_completeness(mine, theirs.pk, today=date(2026, 11, 23)) is None
