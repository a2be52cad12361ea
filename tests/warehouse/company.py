"""A company in the database, written the way imports write it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from jishi.customers.models import Customer
from jishi.facts.models import FACT_MODELS, Fact, Order, OrderLine, Product
from jishi.facts.services import facts_append, facts_supersede
from jishi.foundation.bulk import insert_rows
from jishi.foundation.models import Batch
from jishi.foundation.writing import write


START = date(2024, 1, 1)
CLOCK = datetime(2026, 1, 1, 8, tzinfo=UTC)


def customers(count: int, *, prefix: str = "C") -> list[Customer]:
    with write(by=None, data_changes=True):
        return [
            Customer._base_manager.create(
                code=f"{prefix}{n:04d}", name=f"客户 {n}", created_at=CLOCK, updated_at=CLOCK,
                cooperation_since_on=START if n % 2 else None,
            )
            for n in range(count)
        ]  # fmt: skip


def many_customers(count: int) -> None:
    """Customers with orders, quickly."""
    with write(by=None, data_changes=True):
        insert_rows(
            Customer,
            ("code", "name", "created_at", "updated_at"),
            ((f"C{n:05d}", f"客户 {n}", CLOCK, CLOCK) for n in range(count)),
        )
    who = list(Customer.objects.unscoped("test").order_by("pk"))
    sell(who, products(5), orders=count, minute=1)


def products(count: int) -> list[Product]:
    with write(by=None, data_changes=True):
        return [
            Product.objects.create(sku=f"P{n}", name=f"产品 {n}", category=f"类 {n % 3}")
            for n in range(count)
        ]


def batch(minute: int) -> Batch:
    return Batch.objects.create(
        kind="import", label=f"batch {minute}", created_at=CLOCK + timedelta(minutes=minute)
    )


def sell(
    who: list[Customer], what: list[Product], *, orders: int, minute: int, currency: str = "CNY"
) -> Batch:
    """One batch of orders with two lines each; amounts and days follow from the numbers."""
    now = CLOCK + timedelta(minutes=minute)
    with write(by=None, data_changes=True):
        made = batch(minute)
        heads, first = [], _next_ref()
        for n in range(orders):
            day = START + timedelta(days=(n * 37 + minute) % 700)
            heads.append(
                (f"o{minute}-{n}", who[n % len(who)].pk, day, first + n, f"S{minute}-{n}",
                 day + timedelta(days=30), "completed", "", 30_000 + n, currency)
            )  # fmt: skip
        facts_append(
            model=Order, batch=made, rows=heads, now=now,
            columns=("key", "customer_id", "occurred_on", "order_ref", "order_no", "due_on", "status",
                     "payment_method", "receivable_e4", "currency"),
        )  # fmt: skip
        lines = [
            (f"{key}/{k}", customer, day, ref, what[(ref + k) % len(what)].pk, 1000,
             10_001 * (k + 1) + ref, 7, None if k else 9_000, currency, bool(k), "completed")
            for key, customer, day, ref, *_ in heads
            for k in range(2)
        ]  # fmt: skip
        facts_append(
            model=OrderLine, batch=made, rows=lines, now=now,
            columns=("key", "customer_id", "occurred_on", "order_ref", "product_id",
                     "quantity_milli", "amount_e4", "discount_e4", "cost_e4", "currency",
                     "is_custom", "status"),
        )  # fmt: skip
    return made


def _next_ref() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(order_ref), 0) + 1 FROM facts_order")
        return int(cursor.fetchone()[0])


def correct(keys: list[str], *, minute: int) -> None:
    """Supersede lines and append corrected ones in a new batch."""
    now = CLOCK + timedelta(minutes=minute)
    everything = OrderLine.objects.unscoped("test")
    with write(by=None, data_changes=True):
        made = batch(minute)
        columns = [f.column for f in OrderLine._meta.concrete_fields
                   if f.column not in ("id", "recorded_at", "batch_id", "superseded_at",
                                       "superseded_by_id")]  # fmt: skip
        rows = [
            tuple(v + 5 if c == "amount_e4" else v for c, v in zip(columns, row, strict=True))
            for row in everything.filter(key__in=keys, superseded_at=None).order_by("pk")
            .values_list(*columns)
        ]  # fmt: skip
        facts_supersede(model=OrderLine, keys=keys, batch=made, now=now)
        facts_append(model=OrderLine, batch=made, columns=columns, rows=rows, now=now)


def other_facts(who: list[Customer], *, minute: int) -> None:
    """One of every other kind of fact for every customer."""
    now = CLOCK + timedelta(minutes=minute)
    own: dict[str, dict[str, Any]] = {
        "payment": {"amount_e4": 12_345, "currency": "CNY"},
        "return": {"quantity_milli": 1, "amount_e4": 99, "currency": "CNY"},
        "interaction": {"channel": "meeting"},
        "complaint": {"severity": 2},
        "satisfactionanswer": {"instrument": "nps", "score_milli": 9_000},
        "expertrating": {"criterion": "potential", "value_pct": 70, "evidence_kind": "data"},
        "referral": {"won": True},
        "servicedelivery": {"kind": "training", "hours_milli": 1_500},
    }
    with write(by=None, data_changes=True):
        made = batch(minute)
        for model in FACT_MODELS:
            name = model._meta.model_name or ""
            if name in own:
                _append_own(model, own[name], who, made, now)


def _append_own(
    model: type[Fact], values: dict[str, Any], who: list[Customer], made: Batch, now: datetime
) -> None:
    facts_append(
        model=model,
        batch=made,
        columns=("key", "customer_id", "occurred_on", *values),
        rows=[
            (f"{made.pk}-{c.pk}", c.pk, START + timedelta(days=c.pk % 300), *values.values())
            for c in who
        ],
        now=now,
    )
