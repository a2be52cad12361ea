"""Tags: typed in the form, shown on the record, a filter and a column of the table, in the file."""

from __future__ import annotations

import csv
import html
import io
import re
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from tests.web.customers.test_forms import hidden
from tests.web.customers.test_table import names

from jishi.customers.models import Customer, Tag
from jishi.customers.queries import tags_of
from jishi.jobs.exporting import customers_export


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day", "fresh_cache")]
TABLE = "/customers/"


@pytest.fixture
def manager(make_user):
    return make_user("key_account_manager", name="李敏")


@pytest.fixture
def tagged(manager, make_customer, make_user, stand):
    """Four graded customers of the manager's, one of a stranger's, three of them tagged."""
    tags = {name: Tag.objects.create(name=name) for name in ("出口", "重点", "别家")}
    mine = [make_customer(name=f"客户{n}", owner=manager) for n in range(1, 5)]
    foreign = make_customer(name="外区", owner=make_user("key_account_manager"))
    for rank, customer in enumerate([*mine, foreign], 1):
        stand(customer, rank=rank)
    mine[0].tags.add(tags["出口"], tags["重点"])
    mine[1].tags.add(tags["出口"])
    foreign.tags.add(tags["出口"], tags["别家"])
    return mine


def test_tags_are_typed_kept_and_shown(browser_of, manager, make_customer):
    customer = make_customer(name="甲", owner=manager)
    browser = browser_of(manager)
    address = reverse("web:customer_edit", args=[customer.pk])
    sent = {"name": "甲", "code": customer.code, "stage": "potential"}
    first = {**hidden(browser.get(address).content.decode()), **sent, "tags": "重点， 出口;重点"}
    assert browser.post(address, first).status_code == 302
    assert tags_of([customer.pk]) == {customer.pk: ["出口", "重点"]}
    page = browser.get(reverse("web:customer", args=[customer.pk]) + "?tab=record").content.decode()
    links = re.findall(r'<a class="chip" href="([^"]*)">(出口|重点)</a>', page)
    assert [text for _url, text in links] == ["出口", "重点"]
    assert html.unescape(links[0][0]) == f"{TABLE}?{urlencode({'view': 'all', 'tag': '出口'})}"

    assert 'value="出口、重点"' in browser.get(address).content.decode()
    late = browser.post(address, {**first, "tags": "别的"})
    assert late.status_code == 409
    assert "出口、重点" in late.content.decode(), "what is stored now is shown beside it"
    long = {**hidden(browser.get(address).content.decode()), **sent, "tags": "长" * 41}
    refused = browser.post(address, long)
    assert refused.status_code == 422
    assert 'id="id_tags_error"' in refused.content.decode()
    assert tags_of([customer.pk]) == {customer.pk: ["出口", "重点"]}


def test_a_new_customer_gets_its_tags(browser_of, manager):
    sent = {"name": "乙", "stage": "potential", "tags": "新客"}
    assert browser_of(manager).post(reverse("web:customer_create"), sent).status_code == 302
    customer = Customer.objects.visible_to(manager).get(name="乙")
    assert tags_of([customer.pk]) == {customer.pk: ["新客"]}


def test_the_table_is_narrowed_by_tags_and_counts_ones_own(browser_of, manager, tagged):
    browser = browser_of(manager)
    page = browser.get(f"{TABLE}?view=all").content.decode()
    menu = page.split("data-facets")[1].split("</details>")
    (tags,) = [part for part in menu if "标签" in part.split("</summary>")[0]]
    assert re.findall(r'">([^<>]+)<span class="count">(\d+)</span>', tags) == [
        ("出口", "2"), ("重点", "1"),
    ]  # fmt: skip
    assert "别家" not in page, "what others tag is not counted for whoever does not see it"
    for query, expected in (
        ("tag=出口", ["客户1", "客户2"]),
        ("tag=重点&tag=出口", ["客户1", "客户2"]),
        ("tag=重点", ["客户1"]),
        ("tag=", ["客户3", "客户4"]),
        ("tag=别家", []),
    ):
        assert names(browser.get(f"{TABLE}?view=all&{query}")) == expected, query


def test_tags_are_a_column_and_in_the_file(browser_of, manager, tagged):
    browser = browser_of(manager)
    page = browser.get(f"{TABLE}?view=all&cols=tags").content.decode()
    assert "出口、重点" in page
    sent = browser.get(f"{TABLE}export/?format=csv&view=all")
    text = b"".join(sent.streaming_content) if sent.streaming else sent.content
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert [row["标签"] for row in rows] == ["出口、重点", "出口", "", ""]


def test_the_operators_file_has_them_too(tagged, tmp_path):
    target = tmp_path / "all.csv"
    customers_export(target, file_format="csv")
    rows = list(csv.DictReader(io.StringIO(target.read_text("utf-8-sig"))))
    found = {row["客户"]: row["标签"] for row in rows}
    assert found == {
        "客户1": "出口、重点",
        "客户2": "出口",
        "客户3": "",
        "客户4": "",
        "外区": "出口、别家",
    }
