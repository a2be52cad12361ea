"""交易: orders open to their lines, returns are listed, and an order has a page of its own."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.conftest import NOW, TODAY

from jishi.facts.models import Order, OrderLine, Payment, Product, Return
from jishi.facts.queries import first_lines_of, returns_of
from jishi.web.components.parts import explain_url


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day", "fresh_cache")]


@pytest.fixture
def manager(make_user):
    return make_user("key_account_manager", name="李敏")


@pytest.fixture
def customer(make_customer, manager):
    return make_customer(name="甲公司", owner=manager)


@pytest.fixture
def put(batch):
    """`put(model, customer, key, on=…, …)` → a stored fact."""

    def add(model, customer, key, on=TODAY, **fields):
        return model._base_manager.create(
            key=key, customer=customer, occurred_on=on, recorded_at=NOW, batch=batch,
            currency="CNY", **fields,
        )  # fmt: skip

    return add


@pytest.fixture
def sell(put):
    """`sell(customer, ref, lines=…)` → an order with lines of (product, description, thousandths,
    amount, discount, cost)."""

    def add(customer, ref, lines, on=TODAY, **order):
        head = {"status": "completed", "payment_method": "transfer", **order}
        put(Order, customer, f"o{ref}", on, order_ref=ref, order_no=f"SO-{ref}", **head)
        for number, (product, text, quantity, amount, discount, cost) in enumerate(lines):
            put(OrderLine, customer, f"o{ref}/{number}", on, order_ref=ref, status="completed",
                product=product, description=text, quantity_milli=quantity, amount_e4=amount,
                discount_e4=discount, cost_e4=cost)  # fmt: skip

    return add


def trade(browser, customer, query=""):
    url = f"{reverse('web:customer', args=[customer.pk])}?tab=trade{query}"
    return browser.get(url).content.decode()


def cells(row: str) -> list[str]:
    parts = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", part)).strip() for part in parts]


def rows(page: str) -> list[list[str]]:
    return [cells(row) for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)]


def test_an_order_opens_to_its_lines(browser_of, manager, customer, sell):
    bearing = Product.objects.create(sku="P-1", name="滚珠轴承")
    sell(
        customer, 1,
        [
            (bearing, "", 2_500, 1_000_000, 50_000, 700_000),
            (None, "安装服务", 0, 300_000, 0, None),
        ],
    )  # fmt: skip
    page = trade(browser_of(manager), customer)
    block = page.split("<details>")[1].split("</details>")[0]
    assert "滚珠轴承" in block.split("</summary>")[0]
    assert rows(block)[1:] == [
        ["滚珠轴承 P-1", "2.5", "¥40.00", "¥100.00", "¥5.00", "¥70.00"],
        ["安装服务", "0", "—", "¥30.00", "—", "—"],
    ]
    head = cells(page.split('<tr class="opens">')[1].split("</tr>")[0])
    assert head[0] == "SO-1"
    assert "银行转账" in head


@pytest.mark.parametrize(
    ("due", "paid", "status", "late"),
    [
        (TODAY - timedelta(days=2), 90, "shipped", "逾期 2 天"),
        (TODAY - timedelta(days=2), 113, "shipped", ""),
        (TODAY - timedelta(days=2), 0, "cancelled", ""),
        (TODAY, 0, "shipped", ""),
        (None, 0, "shipped", ""),
    ],
)
def test_an_order_says_what_is_owed_of_it_and_since_when(
    browser_of, manager, customer, sell, put, due, paid, status, late
):
    line = (None, "备件", 1_000, 1_000_000, 0, None)
    sell(customer, 1, [line], due_on=due, status=status, receivable_e4=1_130_000)
    if paid:
        put(Payment, customer, "p", order_ref=1, amount_e4=paid * 10_000)
    head = cells(
        trade(browser_of(manager), customer).split('<tr class="opens">')[1].split("</tr>")[0]
    )
    assert head[4:8] == ["¥100.00", "—", "¥113.00", f"¥{paid}.00"]
    assert (late in head[8]) if late else ("逾期" not in head[8])
    page = browser_of(manager).get(reverse("web:customer_order", args=[customer.pk, 1]))
    assert "¥113.00" in page.content.decode()
    assert ("逾期" in page.content.decode()) is bool(late)


def test_many_lines_are_on_the_orders_own_page(browser_of, manager, customer, sell, put):
    product = Product.objects.create(sku="P-1", name="滚珠轴承")
    sell(customer, 7, [(product, "", 1_000, 10_000 * n, 0, 5_000) for n in range(1, 121)])
    put(Return, customer, "r1", TODAY - timedelta(days=1), order_ref=7, product=product,
        quantity_milli=2_000, amount_e4=20_000, reason="包装破损")  # fmt: skip
    browser = browser_of(manager)
    block = trade(browser, customer).split("<details>")[1].split("</details>")[0]
    assert len(rows(block)) == 1 + 10
    address = reverse("web:customer_order", args=[customer.pk, 7])
    assert f'href="{address}"' in block
    first = browser.get(address).content.decode()
    second = browser.get(f"{address}?page=2").content.decode()
    amounts = [row[3] for row in rows(first.split('id="lines"')[1].split("</section>")[0])[1:]]
    assert (len(amounts), amounts[0], amounts[-1]) == (100, "¥1.00", "¥100.00")
    assert len(rows(second.split('id="lines"')[1].split("</section>")[0])) == 1 + 20
    assert "包装破损" in first
    assert "¥7,260.00" in first, "what the whole order comes to, on every page"
    assert "¥7,260.00" in second


def test_returns_are_listed_with_their_order(browser_of, manager, customer, sell, put):
    product = Product.objects.create(sku="P-1", name="滚珠轴承")
    sell(customer, 1, [(product, "", 1_000, 10_000, 0, None)])
    for number in range(12):
        put(Return, customer, f"r{number}", TODAY - timedelta(days=number), product=product,
            order_ref=1 if number == 0 else None, quantity_milli=1_000 * (number + 1),
            amount_e4=10_000, reason=f"原因{number}")  # fmt: skip
    page = trade(browser_of(manager), customer).split('id="returns"')[1]
    listed = rows(page)[1:]
    assert len(listed) == 10
    assert listed[0][1:] == ["滚珠轴承", "1", "¥1.00", "SO-1", "原因0"]
    assert listed[1][4] == "—"
    assert "kind=return" in page, "the others are in the stream"


def test_an_order_is_seen_with_its_customer_only(
    browser_of, manager, customer, sell, make_customer, make_user
):
    stranger = make_user("key_account_manager")
    foreign = make_customer(name="外区公司", owner=stranger)
    sell(foreign, 9, [(None, "机密", 1_000, 10_000, 0, None)])
    mine = browser_of(manager)
    for pk in (foreign.pk, customer.pk):
        assert mine.get(reverse("web:customer_order", args=[pk, 9])).status_code == 404
    assert first_lines_of(manager, [9]) == {}
    own = browser_of(stranger)
    assert own.get(reverse("web:customer_order", args=[foreign.pk, 9])).status_code == 200


def test_corrected_lines_and_returns_replace_the_old_ones(admin, customer, sell, put, batch):
    sell(customer, 1, [(None, "旧", 1_000, 10_000, 0, None)])
    put(Return, customer, "r", order_ref=1, quantity_milli=1_000, amount_e4=1)
    for model in (OrderLine, Return):
        model._base_manager.update(superseded_at=NOW + timedelta(hours=1), superseded_by=batch)
    put(OrderLine, customer, "o1/0", order_ref=1, status="completed", description="新",
        quantity_milli=1_000, amount_e4=20_000)  # fmt: skip
    assert [line.description for line in first_lines_of(admin, [1])[1]] == ["新"]
    assert returns_of(admin, [customer.pk]) == []
    assert [number for _row, number in returns_of(admin, None, known_at=NOW)] == ["SO-1"]
    assert returns_of(admin, [customer.pk], known_at=NOW, as_of=date(2020, 1, 1)) == []


@pytest.mark.slow
def test_the_last_page_of_ten_thousand_orders_asks_no_more(browser_of, admin, customer, batch):
    common = {"customer": customer, "recorded_at": NOW, "batch": batch, "currency": "CNY",
              "status": "completed"}  # fmt: skip
    refs = range(1, 10_001)
    Order._base_manager.bulk_create(
        (Order(key=f"o{n}", order_ref=n, order_no=f"SO-{n}", receivable_e4=10_000,
               occurred_on=TODAY - timedelta(days=n % 1000), **common) for n in refs),
        batch_size=2_000,
    )  # fmt: skip
    OrderLine._base_manager.bulk_create(
        (OrderLine(key=f"l{n}/{line}", order_ref=n, quantity_milli=1_000, amount_e4=10_000,
                   occurred_on=TODAY - timedelta(days=n % 1000), **common)
         for n in refs for line in range(3)),
        batch_size=2_000,
    )  # fmt: skip
    browser = browser_of(admin)
    trade(browser, customer)
    with CaptureQueriesContext(connection) as seen:
        page = trade(browser, customer, "&page=400")
    assert page.count("<details>") == 20
    assert len(seen) <= 45


def test_twelve_months_end_today_and_meet_the_twelve_before_without_a_gap(
    browser_of, manager, customer, sell
):
    for ref, (on, amount) in enumerate(
        [
            (date(2024, 11, 23), 90),  # the last day that counts for neither
            (date(2024, 11, 24), 1),
            (date(2025, 11, 23), 3),
            (date(2025, 11, 24), 4),
            (date(2026, 11, 23), 2),
            (date(2026, 11, 24), 90),  # tomorrow
        ],
        start=1,
    ):
        sell(customer, ref, [(None, "备件", 1_000, amount * 10_000, 0, None)], on=on)
    page = trade(browser_of(manager), customer)
    assert "较前十二个月 +50.0%" in page
    assert "元，2025年11月24日至11月23日" in page
    table = rows(page)
    assert ["12月", "4", "1"] in table  # until 23 December
    assert ["11月", "6", "4"] in table
    assert ["（未填）", "6"] in [row[:2] for row in table]  # the product mix


def test_of_a_history_that_ended_long_ago_the_months_end_on_the_day_of_the_grading(
    browser_of, manager, customer, sell, run, stand
):
    ended = date(2014, 6, 30)
    run.as_of = ended
    run.save()
    stand(customer, rank=1)
    for ref, (on, amount) in enumerate(
        [(date(2013, 6, 30), 90), (date(2013, 7, 1), 4), (ended, 2), (date(2014, 7, 1), 90)], 1
    ):
        sell(customer, ref, [(None, "备件", 1_000, amount * 10_000, 0, None)], on=on)
    browser = browser_of(manager)
    page = trade(browser, customer)
    assert "2013年7月1日至2014年6月30日" in page
    assert ["（未填）", "6"] in [row[:2] for row in rows(page)]
    report = browser.get(f"/customers/{customer.pk}/report/").context["report"]
    assert [row[1].exact for row in report.blocks[0].rows] == [60_000]
    assert sum(row[1].exact for row in report.months.rows) == 60_000
    mix = browser.get(explain_url("trade_mix", customer=customer.pk)).content.decode()
    assert "2014年6月30日" in mix


def test_what_is_not_recorded_is_no_nought(browser_of, manager, customer, sell):
    sell(customer, 1, [(None, "备件", 1_000, 10_000, 0, None)])
    head = cells(
        trade(browser_of(manager), customer).split('<tr class="opens">')[1].split("</tr>")[0]
    )
    assert head[-2:] == ["—", "—"], "neither what is to be paid nor what was paid is tracked"
    sell(customer, 2, [(None, "备件", 1_000, 10_000, 0, None)], receivable_e4=10_000)
    head = cells(
        trade(browser_of(manager), customer).split('<tr class="opens">')[1].split("</tr>")[0]
    )
    assert "¥0.00" in head
