"""The sample companies come in whole, to the last cent, and a second time nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Sum
from tests.support import shared_data

from jishi.customers.models import Contact, Customer
from jishi.facts.models import Order, OrderLine, Return
from jishi.foundation.models import Company
from jishi.foundation.money import from_e4
from jishi.ingest.queries import import_issues


pytestmark = pytest.mark.django_db

WHY = "a test counts"


def total(model: Any, column: str = "amount_e4") -> int:
    return model.objects.unscoped(WHY).current().aggregate(total=Sum(column))["total"] or 0


def test_adventureworks(bring_in: Callable[..., Any]) -> None:
    paths = [shared_data("adventureworks/dw"), shared_data("adventureworks/lt")]
    job = bring_in(*paths, recipe="adventureworks")
    lines = OrderLine.objects.unscoped(WHY).current()
    assert lines.count() == 60_855
    assert lines.values("customer").distinct().count() == 635
    assert str(from_e4(total(OrderLine))) == "80450596.9823"
    assert str(round(from_e4(total(OrderLine, "cost_e4")), 2)) == "79980114.38"
    assert Customer.objects.unscoped(WHY).count() == 701
    assert Order.objects.unscoped(WHY).current().count() == 3_796
    assert Contact.objects.unscoped(WHY).count() > 400
    company = Company.objects.get(pk=1)
    assert (company.base_currency, company.base_currency_is_set) == ("USD", True)
    assert job.counts["order_lines"]["new"] == 60_855

    again = bring_in(*paths, recipe="adventureworks")
    assert {
        name: (found["new"], found["changed"]) for name, found in again.counts.items()
    } == dict.fromkeys(again.counts, (0, 0))
    assert lines.count() == 60_855


def test_northwind(bring_in: Callable[..., Any]) -> None:
    job = bring_in(shared_data("northwind"), recipe="northwind")
    assert round(from_e4(total(OrderLine)), 2) == round(from_e4(12657930414), 2)
    assert str(round(from_e4(total(OrderLine)), 2)) == "1265793.04"
    assert job.counts["customers"] == {"new": 91, "changed": 0, "unchanged": 0, "rejected": 0}
    assert job.counts["orders"]["new"] == 830
    assert job.counts["order_lines"]["new"] == 2_155
    best = (
        OrderLine.objects.unscoped(WHY)
        .current()
        .values("customer__name")
        .annotate(spent=Sum("amount_e4"))
        .order_by("-spent")[:3]
    )
    assert [(row["customer__name"], str(round(from_e4(row["spent"]), 2))) for row in best] == [
        ("QUICK-Stop", "110277.31"),
        ("Ernst Handel", "104874.98"),
        ("Save-a-lot Markets", "104361.95"),
    ]


def test_online_retail(bring_in: Callable[..., Any]) -> None:
    job = bring_in(shared_data("online_retail"), recipe="online_retail")
    lines, returns = job.counts["order_lines"], job.counts["returns"]
    assert lines["new"] + lines["rejected"] + returns["new"] + returns["rejected"] == 334_054
    assert total(OrderLine) == lines["accepted_e4"]
    assert total(Return) == returns["accepted_e4"]
    whole = lines["read_e4"] - returns["read_e4"]
    assert whole == 65367057020 - 5236661600
    # Rows that name no customer are not guessed: each is reported with its line.
    assert lines["rejected"] + returns["rejected"] > 80_000
    reported = {i.line for i in import_issues(job, severity="error") if i.entity != "orders"}
    assert len(reported) == lines["rejected"] + returns["rejected"]
