"""Every number explains itself, and the receipt adds up, on a company that was really scored."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from tests.warehouse import company

from jishi.customers.models import Customer
from jishi.facts.models import Order
from jishi.foundation.models import User
from jishi.foundation.writing import write
from jishi.scoring.models import Standing
from jishi.scoring.services import run_score, schemes_setup
from jishi.web import formats
from jishi.web.pages.customers.queries.record import names_in


pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("data_folder")]
AS_OF = date(2025, 12, 31)
NOW = company.CLOCK + timedelta(days=1)


@pytest.fixture
def scored(data_folder):
    cache.clear()
    who, what = company.customers(12), company.products(4)
    company.sell(who[:10], what, orders=40, minute=1)
    company.other_facts(who[:6], minute=2)
    with write(by=None, data_changes=True):
        Customer.objects.unscoped("test").filter(pk=who[1].pk).update(parent=who[0])
    schemes_setup(by=None, now=NOW)
    run = run_score(by=None, as_of=AS_OF, now=NOW)
    user = User.objects.create_user(username="all", name="甲", role="sales_director")
    client = Client()
    client.force_login(user)
    return client, who, run


def explanations(page: str) -> set[str]:
    return {url.replace("&amp;", "&") for url in re.findall(r'class="why" href="([^"]*)"', page)}


def test_every_explained_number_has_its_explanation(scored):
    client, who, _run = scored
    record = reverse("web:customer", args=[who[0].pk])
    pages = ["/", "/customers/?view=all&" + "&".join(f"cols={key}" for key in ALL_COLUMNS)]
    pages += [f"{record}?tab={tab}" for tab in ("overview", "record", "trade", "scoring")]
    pages += ["/lab/", "/lab/?scheme=rfm.1&w_recency=80", reverse("web:imports_quality")]
    found = set().union(*(explanations(client.get(page).content.decode()) for page in pages))
    keys = {re.search(r"key=(\w+)", url)[1] for url in found}
    assert keys >= {"score", "rank", "spend", "margin_pct", "growth", "contribution", "overdue"}
    assert keys >= {"frequency", "abc"}
    assert keys >= {"today_key_accounts", "today_sales", "today_next_steps", "active_months"}
    assert keys >= {
        "lab_known",
        "lab_thin",
        "lab_missing",
        "lab_tiers",
        "lab_entered",
        "lab_pareto",
    }
    assert keys >= {"trade_ageing", "trade_margin", "trade_due", "group_sales"}
    assert keys >= {"quality_filled", "quality_missing", "quality_fresh"}
    for url in sorted(found):
        answer = client.get(url, headers={"HX-Request": "true"})
        assert answer.status_code == 200, url
        text = answer.content.decode()
        assert 'class="value"' in text
        assert 'class="formula"' in text
        assert "<html" not in text


ALL_COLUMNS = [
    "score",
    "rank",
    "spend",
    "margin",
    "growth",
    "margin_pct",
    "contribution",
    "satisfaction",
    "overdue",
    "orders",
    "returns",
    "frequency",
    "abc",
]


def test_figures_of_a_table_are_explained_with_what_they_are_made_of(scored):
    client, who, run = scored

    def opened(key: str, **more: object):
        answer = client.get(reverse("web:explain"), {"key": key, **more})
        return answer.context["explanation"]

    known = opened("lab_known", scheme="value_depth_growth.1")
    assert known.value == formats.percent(run.summary["coverage_pct"])
    moved = opened("lab_tiers", scheme="value_depth_growth.1")
    assert sum(int(one.value) for one in moved.inputs) == run.population
    group = opened("group_sales", customer=who[0].pk)
    own = Standing.objects.unscoped("test").filter(pk__in=(who[0].pk, who[1].pk))
    total = sum(own.values_list("spend_e4", flat=True))
    assert group.value == formats.money_full(total, "CNY")
    assert [one.label for one in group.inputs] == [who[0].name, who[1].name]
    ageing = opened("trade_ageing", customer=who[0].pk)
    assert int(ageing.inputs[-1].value) > 0
    assert opened("quality_fresh").inputs
    assert opened("trade_mix", customer=who[0].pk).formula
    manager = User.objects.create_user(username="few", name="丙", role="key_account_manager")
    client.force_login(manager)
    for key in ("quality_filled", "lab_known"):
        asked = {"key": key, "scheme": "value_depth_growth.1"}
        assert client.get(reverse("web:explain"), asked).status_code in (403, 404)
    assert (
        client.get(reverse("web:explain"), {"key": "trade_mix", "customer": who[0].pk}).status_code
        == 404
    )


def test_an_explanation_says_that_everybody_was_graded_since(scored):
    client, who, run = scored
    address = f"/explain/?key=score&customer={who[0].pk}&run={run.pk}"
    assert "重新评过分" not in client.get(address).content.decode()
    run_score(by=None, as_of=AS_OF, now=NOW + timedelta(hours=1))
    assert "重新评过分" in client.get(address).content.decode()


def test_an_explanation_is_a_page_of_its_own_without_scripts(scored):
    client, who, _run = scored
    page = client.get(reverse("web:explain"), {"key": "spend", "customer": who[0].pk})
    text = page.content.decode()
    assert "<html" in text
    assert who[0].name in re.search(r"<h1[^>]*>([^<]*)</h1>", text)[1]


@pytest.mark.parametrize(
    "query", ["key=nothing", "key=", "", "key=score&customer=999999", "key=score&customer=x"]
)
def test_what_is_no_number_is_not_found(scored, query):
    client, _who, _run = scored
    assert client.get(f"{reverse('web:explain')}?{query}").status_code == 404


def test_a_foreign_number_is_not_explained(scored):
    _client, who, _run = scored
    stranger = User.objects.create_user(username="far", name="乙", role="key_account_manager")
    client = Client()
    client.force_login(stranger)
    for key in ("score", "spend", "active_months"):
        answer = client.get(reverse("web:explain"), {"key": key, "customer": who[0].pk})
        assert answer.status_code == 404


def test_the_receipt_on_the_page_and_as_json_is_the_score(scored):
    client, who, _run = scored
    paper = client.get(reverse("web:customer_receipt", args=[who[0].pk])).json()
    parts = [
        Decimal(line["contribution"]) for one in paper["dimensions"] for line in one["indicators"]
    ]
    assert sum(parts) == Decimal(paper["score"])
    page = client.get(reverse("web:customer", args=[who[0].pk]) + "?tab=scoring").content.decode()
    foot = page.split("<tfoot>")[1].split("</tfoot>")[0]
    shown = re.findall(r'class="num">([\d.]+)</td>', foot)[-1]
    assert abs(Decimal(shown) - Decimal(paper["score"])) <= Decimal("0.05")


def test_an_indicator_leads_down_to_the_orders(scored):
    client, who, _run = scored
    record = reverse("web:customer", args=[who[0].pk])
    orders = Order.objects.unscoped("test").filter(customer=who[0])
    numbers = {
        reverse("web:customer_order", args=[who[0].pk, ref]): number
        for ref, number in orders.values_list("order_ref", "order_no")
    }
    for indicator in ("spend_e4", "orders", "overdue_e4"):
        page = client.get(f"{record}?tab=scoring&facts={indicator}").content.decode()
        facts = page.split('id="facts"')[1].split("</section>")[0]
        links = re.findall(r'<td><a href="([^"]*)">([^<]*)</a></td>', facts)
        assert len(links) > 0
        if indicator != "overdue_e4":  # a payment need not name an order
            assert len(links) == facts.count("<tr>") - facts.count("<thead>")
        assert all(numbers[url] == number for url, number in links), "not by our own numbers"
        order = client.get(links[0][0])
        assert order.status_code == 200
        assert links[0][1] in order.content.decode()
    assert client.get(f"{record}?tab=scoring&facts=nothing").status_code == 200


def test_our_own_numbers_are_names_for_those_who_see_what_they_name(scored):
    _client, who, _run = scored
    order = Order.objects.unscoped("test").filter(customer=who[0]).order_by("pk")[0]
    rows = [{"referred_id": who[1].pk, "won": True}, {"order_ref": order.order_ref},
            {"order_ref": None, "product_id": None}]  # fmt: skip
    everybody = User.objects.get(username="all")
    nobody = User.objects.create_user(username="none", name="乙", role="key_account_manager")
    assert names_in(everybody, rows) == {
        "product_id": {},
        "order_ref": {order.order_ref: order.order_no},
        "referred_id": {who[1].pk: who[1].name},
    }
    assert names_in(nobody, rows) == {"product_id": {}, "order_ref": {}, "referred_id": {}}


def test_pages_work_when_the_files_of_the_run_are_gone(scored, data_folder):
    import shutil

    client, who, _run = scored
    shutil.rmtree(data_folder / "runs")
    record = reverse("web:customer", args=[who[0].pk])
    for tab in ("overview", "scoring"):
        assert client.get(f"{record}?tab={tab}").status_code == 200
    assert client.get(reverse("web:customer_receipt", args=[who[0].pk])).status_code == 409
    for key in ("score", "spend"):
        asked = {"key": key, "customer": who[0].pk}
        assert client.get(reverse("web:explain"), asked).status_code == 200
