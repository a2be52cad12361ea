"""What happened, by customer: the stream, the months, the mix, what is owed; each against a plain count."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from jishi.facts import queries
from jishi.facts.models import (
    Complaint,
    ExpertRating,
    Interaction,
    Order,
    OrderLine,
    Payment,
    Product,
    Referral,
    Return,
    SatisfactionAnswer,
    ServiceDelivery,
)


pytestmark = pytest.mark.django_db
AS_OF = date(2026, 11, 23)


@pytest.fixture
def put(batch, now):
    """`put(Model, customer, day, **fields)` → a stored fact."""

    def store(model, customer, day, **fields):
        fields.setdefault("recorded_at", now)
        fields.setdefault("key", f"{model.__name__}{model._base_manager.count()}")
        return model._base_manager.create(customer=customer, occurred_on=day, batch=batch, **fields)

    return store


@pytest.fixture
def sell(put):
    """`sell(customer, day, [(amount, cost)], **order fields)` → an order with its lines."""

    def store(customer, day, lines, *, status="completed", currency="CNY", **fields):
        ref = Order._base_manager.count() + 1
        order = put(
            Order, customer, day, order_ref=ref, order_no=f"O{ref}", status=status,
            currency=currency, **fields,
        )  # fmt: skip
        for amount, cost, *product in lines:
            put(
                OrderLine, customer, day, order_ref=ref, quantity_milli=1000, amount_e4=amount,
                cost_e4=cost, currency=currency, status=status,
                product=product[0] if product else None,
            )  # fmt: skip
        return order

    return store


def one_of_each(put, sell, customer, day, referred=None):
    sell(customer, day, [(50_000, 30_000), (20_000, 10_000)])
    put(Payment, customer, day, amount_e4=1, currency="CNY")
    put(Return, customer, day, quantity_milli=1, amount_e4=1, currency="CNY")
    put(Interaction, customer, day, channel="phone")
    put(Complaint, customer, day, severity=1)
    put(SatisfactionAnswer, customer, day, instrument="nps", score_milli=9000)
    put(ExpertRating, customer, day, criterion="potential", value_pct=1, evidence_kind="data")
    put(Referral, customer, day, referred=referred)
    put(ServiceDelivery, customer, day, kind="training", hours_milli=1)


# --- timeline ------------------------------------------------------------------------------------
def test_the_stream_holds_every_kind_newest_first(admin, make_customer, put, sell):
    customer = make_customer()
    one_of_each(put, sell, customer, date(2026, 11, 1))
    put(Interaction, customer, date(2026, 11, 2), channel="email")
    page = queries.timeline(admin, [customer.pk])
    assert [event.kind for event in page.events] == ["interaction", *queries.TIMELINE_KINDS]
    assert page.after == ""
    order = next(event for event in page.events if event.kind == "order")
    assert order.amount_e4 == 70_000


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_pages_put_together_are_the_whole_stream(admin, make_customer, put, sell, limit):
    customer = make_customer()
    dice = random.Random(7)
    for _again in range(6):
        one_of_each(put, sell, customer, date(2026, 11, dice.randint(1, 3)))
    whole = [(e.kind, e.fact.pk) for e in queries.timeline(admin, [customer.pk], limit=500).events]
    assert len(whole) == len(set(whole)) == 54
    collected, after = [], ""
    while True:
        page = queries.timeline(admin, [customer.pk], after=after, limit=limit)
        collected += [(event.kind, event.fact.pk) for event in page.events]
        after = page.after
        if not after:
            break
    assert collected == whole


def test_the_stream_can_be_narrowed(admin, make_customer, put, sell):
    customer = make_customer()
    one_of_each(put, sell, customer, date(2026, 11, 1))
    one_of_each(put, sell, customer, date(2026, 11, 9))
    page = queries.timeline(
        admin, [customer.pk], kinds=["payment", "order"], as_of=date(2026, 11, 5)
    )
    assert [event.kind for event in page.events] == ["order", "payment"]
    for unreadable in ("x", "2026-99-99.1.1", "2026-11-01.1", "'--"):
        assert len(queries.timeline(admin, [customer.pk], after=unreadable).events) == 18


def test_the_stream_as_it_was_known(admin, make_customer, put, batch, now):
    customer = make_customer()
    later = now + timedelta(days=1)
    put(
        Interaction, customer, date(2026, 11, 1), channel="phone", key="A", superseded_at=later,
        superseded_by=batch,
    )  # fmt: skip
    put(Interaction, customer, date(2026, 11, 1), channel="email", key="A", recorded_at=later)
    for known_at, channel in ((None, "email"), (now, "phone"), (later, "email")):
        page = queries.timeline(admin, [customer.pk], known_at=known_at)
        assert [event.fact.channel for event in page.events] == [channel]


def test_the_stream_shows_only_what_one_may_see(make_user, make_customer, put, sell):
    li = make_user("key_account_manager")
    mine, foreign = make_customer(owner=li), make_customer()
    one_of_each(put, sell, mine, date(2026, 11, 1), referred=foreign)
    one_of_each(put, sell, foreign, date(2026, 11, 1), referred=mine)
    page = queries.timeline(li, [mine.pk, foreign.pk])
    assert {event.fact.customer_id for event in page.events} == {mine.pk}
    assert [event.referred for event in page.events if event.kind == "referral"] == [None]
    assert set(queries.fact_counts(li, [mine.pk, foreign.pk]).values()) == {1}
    assert set(queries.last_interactions(li, [mine.pk, foreign.pk])) == {mine.pk}
    assert queries.receivables_ageing(li, [foreign.pk], currency="CNY", as_of=AS_OF).open_e4 == 0
    assert queries.orders_of(li, [foreign.pk]) == []


def test_the_number_of_queries_does_not_grow(
    admin, make_customer, put, sell, django_assert_max_num_queries
):
    customer = make_customer()
    for _again in range(5):
        one_of_each(put, sell, customer, date(2026, 11, 1), referred=make_customer())
    with django_assert_max_num_queries(11):
        page = queries.timeline(admin, [customer.pk], limit=40)
        assert [str(event.fact.user) for event in page.events if event.kind == "rating"]
    with django_assert_max_num_queries(3):
        assert len(queries.orders_of(admin, [customer.pk])) == 5


def test_last_interactions(admin, make_customer, put):
    one, two, none = make_customer(), make_customer(), make_customer()
    for day in (3, 9):
        put(Interaction, one, date(2026, 11, day), channel="phone")
    put(Interaction, two, date(2026, 11, 1), channel="phone")
    found = queries.last_interactions(admin, [one.pk, two.pk, none.pk], as_of=date(2026, 11, 8))
    assert found == {one.pk: (date(2026, 11, 3), 1), two.pk: (date(2026, 11, 1), 1)}


# --- trade ---------------------------------------------------------------------------------------
def test_days_without_cancelled_orders_in_one_currency(admin, make_customer, sell):
    customer = make_customer()
    sell(customer, date(2026, 9, 30), [(10, 4), (5, 1)])
    sell(customer, date(2026, 9, 1), [(1, None)])
    sell(customer, date(2026, 11, 23), [(7, 7)])
    sell(customer, date(2026, 11, 24), [(1000, 1)])
    sell(customer, date(2026, 8, 31), [(1000, 1)])
    sell(customer, date(2026, 10, 1), [(1000, 1)], status="cancelled")
    sell(customer, date(2026, 10, 1), [(1000, 1)], currency="USD")
    asked = {"currency": "CNY", "as_of": AS_OF, "start_on": date(2026, 9, 1)}
    assert queries.daily_sales(admin, [customer.pk], **asked) == {
        date(2026, 9, 1): 1,
        date(2026, 9, 30): 15,
        date(2026, 11, 23): 7,
    }
    assert queries.currencies_of(admin, [customer.pk]) == ["CNY", "USD"]
    assert queries.sales_by_customer(admin, [customer.pk], **asked) == {customer.pk: 23}


def test_daily_payments(admin, make_customer, put):
    customer = make_customer()
    days = [date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 1), date(2026, 11, 24)]
    for amount, day in enumerate(days, 4):
        put(Payment, customer, day, amount_e4=amount, currency="CNY")
    found = queries.daily_payments(
        admin, [customer.pk], currency="CNY", as_of=AS_OF, start_on=date(2026, 10, 1)
    )
    assert found == {date(2026, 10, 1): 11}


def test_the_mix_lumps_the_small_ones(admin, make_customer, sell):
    customer = make_customer()
    products = [
        Product.objects.create(sku=f"P{n}", name=f"产品{n}", category=f"类{n % 5}")
        for n in range(10)
    ]
    for n, product in enumerate(products):
        sell(customer, date(2026, 11, 1), [(100 * (n + 1), 60, product)])
    sell(customer, date(2026, 11, 1), [(500, None)])
    found = queries.product_mix(admin, [customer.pk], currency="CNY", as_of=AS_OF, most=3)
    assert [(s.label, s.amount_e4, s.is_rest) for s in found] == [
        ("类4", 1500, False), ("类3", 1300, False), ("类2", 1100, False), ("", 2100, True),
    ]  # fmt: skip
    assert [s.cost_e4 for s in found] == [120, 120, 120, None]
    assert sum(s.share_ratio for s in found) == pytest.approx(1)
    each = queries.product_mix(
        admin, [customer.pk], currency="CNY", as_of=AS_OF, by_category=False, most=50
    )
    assert [(s.key, s.amount_e4) for s in each[:2]] == [
        (products[9].pk, 1000),
        (products[8].pk, 900),
    ]
    assert len(each) == 11
    assert queries.product_mix(admin, [customer.pk], currency="USD", as_of=AS_OF) == []


def test_orders_with_their_totals(admin, make_customer, sell, put):
    customer = make_customer()
    old = sell(customer, date(2026, 10, 1), [(100, 60), (50, None)])
    new = sell(customer, date(2026, 11, 1), [(7, 3)])
    put(Payment, customer, date(2026, 10, 5), amount_e4=40, currency="CNY", order_ref=old.order_ref)
    found = queries.orders_of(admin, [customer.pk])
    assert [(o.order.pk, o.amount_e4, o.cost_e4, o.lines, o.paid_e4) for o in found] == [
        (new.pk, 7, 3, 1, 0), (old.pk, 150, None, 2, 40),
    ]  # fmt: skip
    assert [o.order.pk for o in queries.orders_of(admin, [customer.pk], limit=1, offset=1)] == [
        old.pk
    ]
    lines = queries.order_lines_of(admin, old.order_ref)
    assert [line.amount_e4 for line in lines] == [100, 50]


# --- receivables ---------------------------------------------------------------------------------
def test_ageing_by_days_overdue(admin, make_customer, sell, put):
    customer = make_customer()
    start = date(2026, 6, 1)
    for due, rest in (
        (AS_OF + timedelta(days=5), 1),
        (AS_OF, 2),
        (AS_OF - timedelta(days=1), 4),
        (AS_OF - timedelta(days=30), 8),
        (AS_OF - timedelta(days=31), 16),
        (AS_OF - timedelta(days=90), 32),
        (AS_OF - timedelta(days=91), 64),
        (None, 128),
    ):
        order = sell(customer, start, [(999, 1)], due_on=due, receivable_e4=rest + 10)
        put(Payment, customer, start, amount_e4=10, currency="CNY", order_ref=order.order_ref)
    paid = sell(customer, start, [(1, 1)], due_on=start, receivable_e4=5)
    put(Payment, customer, start, amount_e4=9, currency="CNY", order_ref=paid.order_ref)
    sell(customer, start, [(1, 1)], due_on=start, receivable_e4=5, status="cancelled")
    sell(customer, start, [(1, 1)], due_on=start)
    sell(customer, AS_OF + timedelta(days=1), [(1, 1)], due_on=AS_OF, receivable_e4=5)
    put(Payment, customer, start, amount_e4=77, currency="CNY")
    put(Payment, customer, start, amount_e4=3, currency="USD", order_ref=order.order_ref)
    late = put(
        Payment, customer, AS_OF + timedelta(days=1), amount_e4=64, currency="CNY", order_ref=7
    )
    found = queries.receivables_ageing(admin, [customer.pk], currency="CNY", as_of=AS_OF)
    assert found.buckets == {
        "not_due": 3, "1_30": 12, "31_60": 16, "61_90": 32, "over_90": 64, "undated": 128,
    }  # fmt: skip
    assert (found.open_e4, found.overdue_e4, found.unassigned_e4) == (255, 124, 77)
    assert (found.oldest.rest_e4, found.oldest.days_overdue) == (64, 91)
    next_day = queries.receivables_ageing(
        admin, [customer.pk], currency="CNY", as_of=late.occurred_on
    )
    assert next_day.buckets["over_90"] == 32
