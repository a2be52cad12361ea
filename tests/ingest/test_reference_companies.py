"""The sample companies come in whole, to the last cent, and a second time nothing changes."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum
from tests.ingest.conftest import write_csv
from tests.support import shared_data

from jishi.customers.models import Contact, ContactPosition, Customer
from jishi.facts.models import Interaction, Order, OrderLine, Return
from jishi.foundation.models import Company
from jishi.foundation.money import from_e4
from jishi.ingest.queries import import_issues


pytestmark = pytest.mark.django_db

WHY = "a test counts"


def total(model: Any, column: str = "amount_e4") -> int:
    return model.objects.unscoped(WHY).current().aggregate(total=Sum(column))["total"] or 0


@pytest.mark.postgres  # on SQLite tests/cli/test_adventureworks.py brings in the same files
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


def raw_online_retail() -> tuple[int, Decimal, Decimal, int, int]:
    """Rows, amount sold, amount given back, rows without customer and customers, by hand from the file."""
    (path,) = shared_data("online_retail").glob("*.csv.gz")
    rows = csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode("utf-8-sig")))
    count, nobody, sold, back = 0, 0, Decimal(0), Decimal(0)
    customers = set()
    for row in rows:
        amount = Decimal(row["Quantity"]) * Decimal(row["UnitPrice"])
        count += 1
        nobody += not row["CustomerID"]
        customers.add(row["CustomerID"])
        if row["InvoiceNo"].startswith("C"):
            back -= amount
        else:
            sold += amount
    return count, sold, back, nobody, len(customers - {""})


@pytest.mark.sqlite  # AdventureWorks and Northwind come in on both engines
def test_online_retail(bring_in: Callable[..., Any]) -> None:
    count, sold, back, nobody, customers = raw_online_retail()
    assert count == 334_054
    job = bring_in(shared_data("online_retail"), recipe="online_retail")
    lines, returns = job.counts["order_lines"], job.counts["returns"]
    assert lines["new"] + lines["rejected"] + returns["new"] + returns["rejected"] == count
    assert total(OrderLine) == lines["accepted_e4"]
    assert total(Return) == returns["accepted_e4"]
    assert (from_e4(lines["read_e4"]), from_e4(returns["read_e4"])) == (sold, back)
    assert job.counts["customers"]["new"] == customers
    # Rows that name no customer are not guessed: each is reported with its line.
    assert lines["rejected"] + returns["rejected"] == nobody
    reported = {i.line for i in import_issues(job, severity="error") if i.entity != "orders"}
    assert len(reported) == nobody


def test_the_salesforce_extract(bring_in: Callable[..., Any]) -> None:
    """Samples that do not belong together: nine of ten accounts are deleted, the rest name others."""
    folder = shared_data("crm_export_salesforce")
    job = bring_in(folder, recipe="salesforce", options={"currency": "USD"})
    counts = {name: (found["new"], found["rejected"]) for name, found in job.counts.items()}
    assert counts == {
        "customers": (1, 0), "products": (2, 0), "contacts": (0, 3), "orders": (0, 0),
        "order_lines": (0, 0), "interactions": (0, 19),
    }  # fmt: skip
    assert {i.code for i in import_issues(job, severity="error")} == {"customer_unknown"}
    customer = Customer.objects.unscoped(WHY).get()
    assert (customer.code, customer.name) == ("0015500000Xyy06AAB", "Eric's Test")


def salesforce_export(folder: Path) -> Path:
    """A small export that hangs together, with the columns of the real one."""
    folder.mkdir()
    write_csv(
        folder / "sf_account_data.csv",
        "id,is_deleted,name,industry,number_of_employees,annual_revenue,billing_street,billing_city,"
        "phone,website,account_source,parent_id",
        "001A,false,Acme Holding,Machinery,1200,5000000.50,Main St 1,Boston,+1 617 555 0100,acme.test,Fair,",
        "001B,FALSE,Acme Pumps,Machinery,,,,,,,,001A",
        "001C,TRUE,Gone Ltd,,,,,,,,,",
    )
    write_csv(
        folder / "sf_contact_data.csv",
        "id,is_deleted,account_id,name,last_name,title,department,mobile_phone,phone,email",
        "003A,false,001A,Janet Yellen,Yellen,CFO,Finance,,,janet@acme.test",
        "003B,false,001B,,Powell,Buyer,,,,",
        "003C,TRUE,001A,Nobody,,,,,,",
    )
    write_csv(
        folder / "sf_product_2_data.csv", "id,is_deleted,name,family", "01tA,FALSE,Pump,Pumps"
    )
    write_csv(
        folder / "sf_opportunity_data.csv",
        "id,is_deleted,is_won,account_id,name,amount,close_date",
        "006A,false,true,001A,Ten pumps,24120000,2018-12-19 00:00:00",
        "006B,false,false,001A,Lost,500,2018-12-20 00:00:00",
        "006C,true,true,001A,Deleted,700,2018-12-21 00:00:00",
        "006D,false,true,001B,One pump,1999.99,2019-01-31 00:00:00",
    )
    write_csv(
        folder / "sf_task_data.csv",
        "id,is_deleted,account_id,activity_date,task_subtype,subject,description",
        "00TA,FALSE,001A,2019-11-11 17:23:34,Call,Price talk,",
        "00TB,FALSE,001B,2019-11-12 17:23:34,Email,,Offer sent",
        "00TC,FALSE,,2019-11-12 17:23:34,Task,belongs to nobody,",
    )
    write_csv(
        folder / "sf_event_data.csv",
        "id,is_deleted,account_id,activity_date,subject,description",
        "00UA,FALSE,001A,2019-11-13 09:00:00,Visit,",
    )
    return folder


def test_a_salesforce_export_that_hangs_together(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    folder = salesforce_export(tmp_path / "export")
    job = bring_in(folder, recipe="salesforce", options={"currency": "USD"})
    assert {name: (c["new"], c["rejected"]) for name, c in job.counts.items()} == {
        "customers": (2, 0), "products": (1, 0), "contacts": (2, 0), "orders": (2, 0),
        "order_lines": (2, 0), "interactions": (3, 0),
    }  # fmt: skip
    assert str(from_e4(total(OrderLine))) == "24121999.9900"
    found = {c.code: c for c in Customer.objects.unscoped(WHY)}
    assert found["001B"].parent_id == found["001A"].pk
    assert found["001A"].employees == 1200
    people = ContactPosition.objects.unscoped(WHY).values_list("contact__name", "customer__code")
    assert set(people) == {("Janet Yellen", "001A"), ("Powell", "001B")}
    channels = Interaction.objects.unscoped(WHY).values_list("key", "channel")
    assert dict(channels) == {"00TA": "phone", "00TB": "email", "00UA": "meeting"}
    again = bring_in(folder, recipe="salesforce", options={"currency": "USD"})
    assert all(c["new"] == c["changed"] == 0 for c in again.counts.values())
