"""Every page that lists something asks as many questions for a thousand rows as for ten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOW, TODAY
from tests.warehouse.folder import data_folder
from tests.web.conftest import fresh_cache, on_the_day, run
from tests.web.grading import standing_maker

from jishi.customers.enums import TeamRole
from jishi.customers.models import AccountTeamMember, Contact, ContactPosition, Customer
from jishi.customers.search import search_index_refresh
from jishi.facts.models import Complaint, Interaction, Order, OrderLine, Payment, Return
from jishi.foundation.enums import Role
from jishi.foundation.models import Batch, ExchangeRate, Team, User
from jishi.ingest.models import ImportJob
from jishi.scoring.models import Standing, TierChange


__all__ = ["data_folder", "fresh_cache", "on_the_day", "run"]

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("data_folder")]

FEW, MANY = 10, 1_000
VIEWS = ("key", "all", "mine", "silent", "overdue", "falling", "unassigned", "unscored")
TABS = ("overview", "record", "trade", "interactions", "scoring", "history")
SETTINGS = ("people", "teams", "trail", "roles", "company")
PAGES = (
    "/",
    "/?all=1",
    *(f"/customers/?view={view}&rows=200" for view in VIEWS),
    "/customers/?view=all&rows=200&q=客户",
    "/customers/?view=all&rows=200&sort=-spend&industry=C34",
    "/customers/segments/?by=industry",
    "/customers/segments/?by=owner&view=key",
    "/palette/?q=客户",
    "/data/",
    "/data/quality/",
    *(f"/settings/{page}/" for page in SETTINGS),
)


class Grown:
    """A company that grows by rows of every kind, without going through the services."""

    def __init__(self, run: Any, owner: User) -> None:
        self.stand = standing_maker(run)
        self.run, self.owner = run, owner
        self.batch = Batch.objects.create(kind="import", label="rows", created_at=NOW)
        self.size = 0
        self.first: Customer | None = None

    def to(self, size: int) -> None:
        """Have `size` customers, and as many of everything else."""
        numbers = range(self.size + 1, size + 1)
        people = User.objects.bulk_create(
            User(username=f"person{n}", name=f"某人{n}", role=Role.ANALYST, password="!")
            for n in numbers
        )
        Team.objects.bulk_create(Team(name=f"团队{n}") for n in numbers)
        ExchangeRate.objects.bulk_create(
            ExchangeRate(currency="USD", valid_from=TODAY - timedelta(days=n), rate_e8=700_000_000)
            for n in numbers
        )
        ImportJob.objects.bulk_create(
            ImportJob(title=f"表{n}.csv", created_at=NOW - timedelta(minutes=n)) for n in numbers
        )
        customers = Customer._base_manager.bulk_create(
            Customer(code=f"{kind}{n:05d}", name=f"客户{kind}{n // 2}", industry="C34",
                     owner=self.owner if n % 2 else None, created_at=NOW, updated_at=NOW)
            for kind in "GU" for n in numbers
        )  # fmt: skip
        graded = customers[: len(numbers)]
        self.first = self.first or graded[0]
        self._people_of(graded, people)
        self._standings(graded)
        self._facts(numbers)
        search_index_refresh([one.pk for one in customers])
        self.size = size

    def _people_of(self, customers: list[Customer], people: list[User]) -> None:
        contacts = Contact._base_manager.bulk_create(
            Contact(name=f"联系人{n}", created_at=NOW, updated_at=NOW)
            for n in range(2 * len(customers))
        )
        ContactPosition._base_manager.bulk_create(
            ContactPosition(contact=contact, customer=where, title="经理")
            for contact, where in zip(
                contacts, [*customers, *[self.first] * len(customers)], strict=True
            )
        )
        AccountTeamMember._base_manager.bulk_create(
            AccountTeamMember(
                customer=where, user=person, role=TeamRole.REGIONAL_SALES, started_on=TODAY
            )
            for person, customer in zip(people, customers, strict=True)
            for where in {customer, self.first}
        )

    def _standings(self, customers: list[Customer]) -> None:
        made = [
            self.stand(one, rank=self.size + n, overdue_e4=10_000, silence_ratio=3.0,
                       tier_key="core", latest_interaction_on=None)
            for n, one in enumerate(customers, start=1)
        ]  # fmt: skip
        assert Standing._base_manager.count() == self.size + len(made)
        TierChange._base_manager.bulk_create(
            TierChange(customer=one, run=self.run, as_of=TODAY, from_key="strategic",
                       to_key="core", is_up=False, cause="data", score_after_micro=1)
            for one in customers
        )  # fmt: skip

    def _facts(self, numbers: range) -> None:
        """All at the first customer."""
        kinds: list[tuple[Any, dict[str, Any]]] = [
            (Order, {"order_no": "S", "status": "completed", "due_on": TODAY, "currency": "CNY",
                     "receivable_e4": 10_000}),
            (OrderLine, {"quantity_milli": 1000, "amount_e4": 10_000, "currency": "CNY",
                         "status": "completed"}),
            (Payment, {"amount_e4": 5_000, "currency": "CNY"}),
            (Return, {"quantity_milli": 1000, "amount_e4": 100, "currency": "CNY"}),
            (Interaction, {"channel": "phone", "user": self.owner, "next_step": "给报价",
                           "next_step_on": TODAY - timedelta(days=1)}),
            (Complaint, {"severity": 2}),
        ]  # fmt: skip
        for model, fields in kinds:
            has_order = any(field.name == "order_ref" for field in model._meta.concrete_fields)
            model._base_manager.bulk_create(
                model(key=f"{n}", customer=self.first, occurred_on=TODAY - timedelta(days=n % 700),
                      recorded_at=NOW, batch=self.batch,
                      **({"order_ref": n} if has_order else {}), **fields)
                for n in numbers
            )  # fmt: skip


def counted(client: Client, pages: list[str]) -> dict[str, int]:
    """Page → statements of a visit with nothing counted before."""
    found = {}
    for page in pages:
        cache.clear()
        with CaptureQueriesContext(connection) as seen:
            assert client.get(page).status_code == 200, page
        found[page] = len(seen)
    return found


def test_no_list_asks_more_when_it_is_longer(run: Any, admin: User, browser: Client) -> None:
    company = Grown(run, admin)
    company.to(FEW)
    assert company.first is not None
    pages = [*PAGES, *(f"/customers/{company.first.pk}/?tab={tab}" for tab in TABS)]
    counted(browser, pages)  # what a process reads once
    few = counted(browser, pages)
    company.to(MANY)
    many = counted(browser, pages)
    assert {page: n for page, n in many.items() if n > few[page]} == {}
    assert max(many.values()) <= 45


@pytest.fixture
def browser(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client
