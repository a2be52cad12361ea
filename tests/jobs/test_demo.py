"""The demo company is whole, the same every time, and leaves nothing behind."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import date

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F

from jishi.customers.enums import BuyingRole, Stage, TeamRole
from jishi.customers.industries import industry_name
from jishi.customers.models import AccountTeamMember, Contact, ContactPosition, Customer, Tag
from jishi.customers.regions import regions
from jishi.customers.search import search
from jishi.facts.models import FACT_MODELS, Interaction, Order, OrderLine, Payment, Product
from jishi.facts.services import facts_append
from jishi.foundation.calendar import birthday_checked
from jishi.foundation.enums import Role
from jishi.foundation.identity import credit_code_normalised, phone_normalised
from jishi.foundation.models import Batch, Company, Team, User
from jishi.foundation.writing import NotAllowedError, data_version, write
from jishi.jobs.demo import (
    DEMO_LOGINS,
    DEMO_PASSWORD,
    DatabaseNotEmptyError,
    DemoAlreadyLoadedError,
    DemoUserError,
    demo_load,
    demo_remove,
    roster,
)


TODAY = date(2028, 2, 29)
LINE_COLUMNS = (
    "key customer_id occurred_on order_ref product_id quantity_milli amount_e4 currency status"
)
CALL_COLUMNS = "key customer_id occurred_on channel user_id"


def _everything(model):
    manager = model._default_manager
    return manager.unscoped("test") if hasattr(manager, "unscoped") else manager.all()


@pytest.fixture
def small(monkeypatch):
    """A fifth of the company, for tests of how rows come and go."""
    monkeypatch.setattr(roster, "FIRM_COUNT", 400)


# --- whole -------------------------------------------------------------------------------------
@pytest.mark.sqlite
@pytest.mark.slow
@pytest.mark.django_db
def test_the_company_is_whole(now):
    Company.objects.create(pk=1)
    before = data_version()
    counts = demo_load(by=None, today=TODAY, now=now)
    assert data_version() == before + 1
    assert counts["customers"] == 2000
    assert 27_000 < counts["orders"] < 33_000
    assert 70_000 < counts["order_lines"] < 90_000
    for model in FACT_MODELS:
        assert _everything(model).exists(), model
        assert not _everything(model).filter(occurred_on__gt=TODAY).exists(), model
    assert Company.objects.get().name
    _people_can_sign_in()
    _customers_are_sound()
    _contacts_are_sound()
    _teams_are_sound()
    _money_is_sound()
    with pytest.raises(DemoAlreadyLoadedError):
        demo_load(by=None, today=TODAY, now=now, force=True)


def _people_can_sign_in():
    users = {user.username: user for user in User.objects.all()}
    assert set(DEMO_LOGINS) <= set(users)
    assert {users[login].role for login in DEMO_LOGINS} == set(Role.values)
    assert all(user.is_demo and user.is_active for user in users.values())
    assert users["kam.li"].check_password(DEMO_PASSWORD)
    for login in ("kam.li", "kam.zhao", "sales.wang", "solution.he", "service.lin", "manager.east"):
        seen = Customer.objects.visible_to(users[login]).count()
        assert 0 < seen < 2000, login
    found = search(by=users["kam.zhao"], text="zlzk", limit=5)
    flagship = _everything(Customer).get(code="HY0001")
    assert found[0].customer_id == flagship.pk


def _customers_are_sound():
    customers = list(_everything(Customer).select_related("customer_type", "parent__parent"))
    assert len({customer.name for customer in customers}) == len(customers)
    assert len({customer.city for customer in customers}) > 40
    assert {customer.stage for customer in customers} == set(Stage.values)
    for customer in customers:
        assert credit_code_normalised(customer.credit_code) == customer.credit_code
        assert customer.city in regions()[customer.region].name
        assert industry_name(customer.industry)
        assert customer.is_demo
        assert customer.customer_type is not None
        assert phone_normalised(customer.phone) == customer.phone
        assert customer.parent is None or customer.parent.parent_id != customer.pk
    assert any(customer.parent and customer.parent.parent for customer in customers)
    candidates = _everything(Customer).filter(tags__in=Tag.objects.filter(name="演示·大客户候选"))
    assert candidates.count() == 128


def _contacts_are_sound():
    contacts = list(_everything(Contact))
    for contact in contacts:
        birthday_checked(
            lunar=contact.birth_calendar == "lunar",
            year=contact.birth_year,
            month=contact.birth_month,
            day=contact.birth_day,
            leap=contact.birth_in_leap_month,
        )
        assert phone_normalised(contact.mobile) == contact.mobile
    lunar = [contact for contact in contacts if contact.birth_calendar == "lunar"]
    assert any(contact.birth_in_leap_month for contact in lunar)
    assert any((contact.birth_month, contact.birth_day) == (12, 30) for contact in lunar)
    surnames = {contact.name[0] for contact in contacts}
    assert set("单解仇查盖区乐翟缪") <= surnames
    positions = _everything(ContactPosition)
    at = Counter(positions.filter(ended_on__isnull=True).values_list("contact_id", flat=True))
    assert sum(count > 1 for count in at.values()) > 50
    assert set(positions.values_list("buying_role", flat=True)) >= set(BuyingRole.values)


def _teams_are_sound():
    now_in = _everything(AccountTeamMember).filter(ended_on__isnull=True)
    assert set(now_in.values_list("role", flat=True)) == set(TeamRole.values)
    owners = dict(now_in.filter(role="owner").values_list("customer_id", "user_id"))
    owned = _everything(Customer).filter(owner__isnull=False).values_list("pk", "owner_id")
    assert owners == dict(owned)
    roots = Team.objects.filter(parent__isnull=True)
    assert Team.objects.filter(parent__parent__in=roots).count() == 2


def _money_is_sound():
    orders = {
        ref: (customer, status, receivable)
        for ref, customer, status, receivable in _everything(Order).values_list(
            "pk", "customer_id", "status", "receivable_e4"
        )
    }
    assert not _everything(Order).exclude(order_ref=F("id")).exists()
    net_e4: Counter[int] = Counter()
    sales_e4 = cost_e4 = 0
    for ref, customer, amount, discount, cost in _everything(OrderLine).values_list(
        "order_ref", "customer_id", "amount_e4", "discount_e4", "cost_e4"
    ):
        assert orders[ref][0] == customer
        assert amount > 0
        assert discount >= 0
        net_e4[ref] += amount
        if cost is not None:
            sales_e4, cost_e4 = sales_e4 + amount, cost_e4 + cost
    assert set(net_e4) == set(orders)
    assert 0.2 < 1 - cost_e4 / sales_e4 < 0.4
    assert all(abs(orders[ref][2] - net * 1.13) < 200 for ref, net in net_e4.items())
    paid_e4: Counter[int] = Counter()
    for ref, customer, amount in _everything(Payment).values_list(
        "order_ref", "customer_id", "amount_e4"
    ):
        assert orders[ref][0] == customer
        assert orders[ref][1] != "cancelled"
        paid_e4[ref] += amount
    assert all(paid <= orders[ref][2] for ref, paid in paid_e4.items())
    assert sum(paid < orders[ref][2] for ref, paid in paid_e4.items()) > 10


# --- the same every time -----------------------------------------------------------------------
_DIGEST = """
import hashlib, os, sys
from datetime import date
import jishi.config, django
django.setup()
from jishi.jobs.demo import people, relations, roster, trade
from jishi.jobs.demo.dates import History
history = History(date(2028, 2, 29))
firms = roster.all_firms(history)[:300]
parts = [people.all_people(firms, history), list(trade.all_deals(firms, history))]
parts += [list(part(firms, history)) for part in (relations.all_touches, relations.all_grievances,
    relations.all_answers, relations.all_judgements, relations.all_help)]
print(hashlib.sha256(repr(parts).encode()).hexdigest())
"""


def _digest_of_run(hash_seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _DIGEST],
        env={
            **os.environ,
            "PYTHONHASHSEED": hash_seed,
            "PYTHONIOENCODING": "utf-8",
            "DJANGO_SETTINGS_MODULE": "jishi.config.settings",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.slow
def test_the_same_day_gives_the_same_company():
    first, second = _digest_of_run("1"), _digest_of_run("2")
    assert len(first) == 64
    assert first == second


# --- in and out --------------------------------------------------------------------------------
# What tells of changes, and so must differ: the trail and the counter.
_CHANGING = {"foundation_auditentry", "foundation_auditseal", "foundation_dataversion"}


def _digests() -> dict[str, str]:
    """Table → hash of its rows, in every table of ours; versions of rows left out."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if table in _CHANGING or table.startswith(("django_", "auth_")):
            continue
        columns = [str(f.column) for f in model._meta.concrete_fields if f.column != "version"]
        names = ", ".join(connection.ops.quote_name(name) for name in columns)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {names} FROM {table} ORDER BY {model._meta.pk.column}")
            found[table] = hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()
    return found


@pytest.fixture
def own_order(make_customer, batch, now):
    """`own_order(customer, product_id, user_id)` → an order line and a call, recorded by hand."""

    def make(customer, *, product_id=None, user_id=None):
        with write(by=None, data_changes=True):
            facts_append(
                model=OrderLine,
                batch=batch,
                columns=LINE_COLUMNS.split(),
                rows=[
                    (
                        f"own:{customer.pk}",
                        customer.pk,
                        TODAY,
                        1,
                        product_id,
                        1000,
                        10_000,
                        "CNY",
                        "open",
                    )
                ],
                now=now,
            )
            facts_append(
                model=Interaction,
                batch=batch,
                columns=CALL_COLUMNS.split(),
                rows=[(f"own:{customer.pk}", customer.pk, TODAY, "phone", user_id)],
                now=now,
            )

    return make


@pytest.mark.django_db
def test_loading_and_removing_leaves_every_table_as_it_was(
    small, admin, make_user, make_customer, own_order, now
):
    make_user("sales_director", username="Director")
    Company.objects.create(pk=1, name="")
    own_order(make_customer(owner=admin))
    before = _digests()
    counts = demo_load(by=admin, today=TODAY, now=now, force=True)
    assert User.objects.get(username="demo.director").is_demo
    assert _digests() != before
    removed = demo_remove(by=admin, now=now)
    assert {kind: removed[kind] for kind in removed} == {kind: counts[kind] for kind in removed}
    assert {"orders", "customers", "contacts", "products", "users", "teams"} <= set(removed)
    assert _digests() == before
    assert sum(demo_remove(by=admin, now=now).values()) == 0


@pytest.mark.django_db
def test_what_grew_together_with_your_own_data_stays(
    small, admin, make_customer, own_order, batch, now
):
    demo_load(by=admin, today=TODAY, now=now)
    demo = _everything(Customer).get(code="HY0010")
    seller, idle = User.objects.get(username="kam.li"), User.objects.get(username="kam.zhao")
    product = Product.objects.order_by("pk")[0]
    own = make_customer(parent=demo, owner=idle)
    AccountTeamMember._base_manager.create(customer=own, user=idle, role="owner", started_on=TODAY)
    own_order(own, product_id=product.pk, user_id=seller.pk)
    by_hand = Batch.objects.create(kind="manual", label="call", created_at=now, by=idle)
    with write(by=idle, data_changes=True):
        facts_append(
            model=Interaction,
            batch=by_hand,
            columns=CALL_COLUMNS.split(),
            rows=[("by hand", demo.pk, TODAY, "phone", idle.pk)],
            now=now,
        )
    team = Team.objects.get(name="华岳·华东大区")
    User.objects.filter(pk=admin.pk).update(team=team)

    demo_remove(by=admin, now=now)

    own.refresh_from_db()
    assert (own.parent_id, own.owner_id) == (None, None)
    assert list(_everything(Customer)) == [own]
    assert _everything(OrderLine).get().product_id == product.pk
    product.refresh_from_db()
    assert (product.is_demo, product.batch_id) == (False, None)
    assert list(Product.objects.all()) == [product]
    call = _everything(Interaction).get()
    assert (call.customer_id, call.user_id) == (own.pk, seller.pk)
    assert set(User.objects.all()) == {admin, seller}
    seller.refresh_from_db()
    assert not seller.is_active
    assert not seller.has_usable_password()
    assert list(Batch.objects.all()) == [batch]
    assert sorted(Team.objects.values_list("name", flat=True)) == ["华岳·华东大区", "华岳·销售中心"]


@pytest.mark.django_db
def test_it_goes_into_an_empty_database_only(make_customer, now):
    make_customer()
    before = _digests()
    with pytest.raises(DatabaseNotEmptyError):
        demo_load(by=None, today=TODAY, now=now)
    assert _digests() == before


@pytest.mark.django_db
@pytest.mark.parametrize("role", [role for role in Role.values if role != "admin"])
def test_only_an_administrator_loads_and_removes_it(make_user, role, now):
    somebody = make_user(role)
    with pytest.raises(NotAllowedError):
        demo_load(by=somebody, today=TODAY, now=now)
    with pytest.raises(NotAllowedError):
        demo_remove(by=somebody, now=now)


@pytest.mark.django_db
def test_a_demo_administrator_does_not_remove_their_own_login(make_user, now):
    with pytest.raises(DemoUserError):
        demo_remove(by=make_user("admin", is_demo=True), now=now)
