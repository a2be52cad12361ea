"""People find whom they mean, however they type it, and nobody whom they may not see."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection
from tests.customers.search_golden import DECOYS, GOLDEN

from jishi.customers.models import Contact, ContactPosition, Customer, SearchEntry
from jishi.customers.search import (
    customers_found,
    search,
    search_index_rebuild,
    search_index_refresh,
)
from jishi.foundation.writing import write


pytestmark = pytest.mark.django_db


def titles(by, text, **wanted):
    return [hit.title for hit in search(by=by, text=text, **wanted)]


@pytest.fixture
def golden(make_customer, admin):
    for name in dict.fromkeys([*(name for name, _typed in GOLDEN), *DECOYS]):
        make_customer(name=name)
    with write(by=None):
        search_index_rebuild()
    return admin


def test_the_golden_list_is_found_in_the_first_five(golden):
    assert len({name for name, _typed in GOLDEN}) >= 200
    missed = [
        (name, text, found)
        for name, typed in GOLDEN
        for text in typed.split()
        if name not in (found := titles(golden, text, limit=5))
    ]
    assert not missed, "\n".join(map(str, missed))


def test_the_promised_first_hits(golden):
    assert titles(golden, "zlzk")[0] == "长沙中联重科"
    assert titles(golden, "zhong联") == ["中联物流", "长沙中联重科"]
    assert titles(golden, "曾国平")[0] == "曾国平"


@pytest.fixture
def three(make_customer, admin, now):
    make_customer(
        name="华为技术有限公司", short_name="华为", code="KH-0042",
        credit_code="914403001922038216", phone="0755-28780808",
    )  # fmt: skip
    customer = make_customer(name="Café Société 100% Ltd", code="AW00000676")
    contact = Contact._base_manager.create(
        name="解晓东", mobile="13812345678", created_at=now, updated_at=now
    )
    ContactPosition._base_manager.create(contact=contact, customer=customer)
    make_customer(name="比华为还长的名字", code="X_1")
    with write(by=None):
        search_index_rebuild()
    return admin


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("华为", "华为技术有限公司"),
        ("为", "比华为还长的名字"),
        ("hw", "华为技术有限公司"),
        ("huaweijishu", "华为技术有限公司"),
        ("huaweijishuyouxiangongsi", "华为技术有限公司"),
        ("hwjs", "华为技术有限公司"),
        ("huawjs", "华为技术有限公司"),
        ("技术 华", "华为技术有限公司"),
        ("8216", "华为技术有限公司"),
        ("2038216", "华为技术有限公司"),
        ("914403001922038216", "华为技术有限公司"),
        ("0808", "华为技术有限公司"),
        ("kh0042", "华为技术有限公司"),
        ("KH-0042", "华为技术有限公司"),
        ("0042", "华为技术有限公司"),
        ("cafe", "Café Société 100% Ltd"),
        ("société", "Café Société 100% Ltd"),
        ("ＳＯＣＩ", "Café Société 100% Ltd"),
        ("csl", None),
        ("cs1l", "Café Société 100% Ltd"),
        ("676", None),
        ("0676", "Café Société 100% Ltd"),
        ("xie", "解晓东"),
        ("xxd", "解晓东"),
        ("5678", "解晓东"),
        ("1381234", "解晓东"),
        ("678", None),
        ("华伟", None),
        ("huaweijishuyouxiangongsx", None),
        ("", None),
        ("%", None),
        ("'", None),
        ('"', None),
        ("a:* | b", None),
        ("NEAR(", None),
    ],
)
def test_each_way_of_typing(three, text, first):
    found = titles(three, text)
    assert (found[0] if found else None) == first


def test_kinds_are_told_apart(three):
    assert titles(three, "xie", kind="contact") == ["解晓东"]
    assert titles(three, "xie", kind="customer") == []
    hit = search(by=three, text="解晓东")[0]
    assert (hit.kind, hit.customer_code) == ("contact", "AW00000676")


def test_exact_before_start_before_anywhere_and_archived_last(make_customer, admin):
    for name, archived in (
        ("大远达", False),
        ("远达", False),
        ("远达集团", False),
        ("远达电气", True),
    ):
        make_customer(name=name, is_archived=archived)
    with write(by=None):
        search_index_rebuild()
    assert titles(admin, "远达") == ["远达", "远达集团", "远达电气", "大远达"]


@pytest.mark.parametrize("few", [True, False])
def test_nobody_finds_whom_he_may_not_see(make_user, make_customer, monkeypatch, few):
    if not few:
        monkeypatch.setattr("jishi.customers.search.FEW_CUSTOMERS", 0)
    li, zhao = make_user("key_account_manager"), make_user("key_account_manager")
    make_customer(name="三一重工", owner=li)
    make_customer(name="三一重能", owner=zhao)
    with write(by=None):
        search_index_rebuild()
    assert titles(li, "三一") == ["三一重工"]
    assert titles(zhao, "syzn") == ["三一重能"]
    assert titles(li, "syzn") == []
    assert titles(make_user("sales_director"), "三一") == ["三一重能", "三一重工"]


def test_refresh_writes_only_what_changed(make_customer, admin):
    one, two = make_customer(name="旧名"), make_customer(name="不变")
    with write(by=None):
        assert search_index_refresh([one.pk, two.pk]) == 2
        assert search_index_refresh([one.pk, two.pk]) == 0
    type(one)._base_manager.filter(pk=one.pk).update(name="新名")
    with write(by=None):
        assert search_index_refresh([one.pk, two.pk]) == 1
    assert titles(admin, "旧名") == []
    assert titles(admin, "新名") == ["新名"]
    type(one)._base_manager.filter(pk=one.pk).delete()
    assert titles(admin, "新名") == []


def test_rebuild_equals_refresh(three):
    def state():
        rows = SearchEntry._base_manager.values_list("kind", "object_id", "customer_id", "tokens")
        return Counter(rows)

    rebuilt = state()
    SearchEntry._base_manager.all().delete()
    customers = {row[2] for row in rebuilt}
    with write(by=None):
        search_index_refresh(customers)
    assert state() == rebuilt


@pytest.mark.sqlite
def test_the_sqlite_index_agrees_with_its_entries(three):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_searchfts (customers_searchfts, rank)"
            " VALUES ('integrity-check', 1)"
        )
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE 'search_entry_%'")
        assert cursor.fetchone()[0] >= 3


def test_the_number_of_queries_does_not_grow(make_customer, admin, django_assert_max_num_queries):
    for number in range(300):
        make_customer(name=f"同名{number}")
    with write(by=None):
        search_index_rebuild()
    with django_assert_max_num_queries(5):
        assert len(titles(admin, "tm", limit=50)) == 50


def test_a_table_is_narrowed_by_text(three, make_user):
    def found(by, text):
        rows = Customer.objects.visible_to(by).filter(pk__in=customers_found(by, text))
        return set(rows.values_list("code", flat=True))

    assert found(three, "华为") == {"KH-0042", "X_1"}
    assert found(three, "xiexiaodong") == {"AW00000676"}
    assert found(three, "") == set()
    assert found(make_user("key_account_manager"), "华为") == set()
