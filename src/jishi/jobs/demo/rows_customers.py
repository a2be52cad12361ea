"""Customers, contacts and account teams of the demo company as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from jishi.customers.enums import Stage, TeamRole
from jishi.customers.models import (
    AccountTeamMember,
    Contact,
    ContactPosition,
    Customer,
    CustomerType,
    Tag,
)
from jishi.foundation.bulk import insert_rows, next_ids
from jishi.foundation.identity import credit_code_check_digit
from jishi.foundation.models import Batch
from jishi.jobs.demo.dates import History
from jishi.jobs.demo.firms import YUAN_E4, Firm, random_for
from jishi.jobs.demo.organisation import SALES_OF
from jishi.jobs.demo.people import all_people
from jishi.jobs.demo.relations import owner_of
from jishi.jobs.demo.words import SOURCES, STRATEGIES, STREETS


DEMO_PREFIX = "demo-"
TAG_PREFIX = "演示·"
TAGS = {"candidate": "大客户候选", "benchmark": "标杆客户", "watch": "需关注", "new": "新客户"}
CUSTOMER_TYPES = (
    ("retail", "零售", "Retail"),
    ("enterprise", "企业", "Business"),
    ("government", "政府", "Government"),
)
_UNASSIGNED_SHARE = 0.2
_LONG_TERM_DAYS = 365


@dataclass(frozen=True, slots=True)
class Loading:
    """What every part of the loading needs to know."""

    history: History
    now: datetime
    batch: Batch
    currency: str
    user_ids: dict[str, int]


def customer_types() -> dict[str, str]:
    """Our name of a customer type → its key. Types that the company lacks are added as the demo's."""
    present = set(CustomerType.objects.values_list("key", flat=True))
    keys: dict[str, str] = {}
    for position, (key, name, name_en) in enumerate(CUSTOMER_TYPES, start=1):
        keys[key] = key if key in present else DEMO_PREFIX + key
        if keys[key] not in present:
            CustomerType.objects.create(
                key=keys[key], name=name, name_en=name_en, position=position
            )
    return keys


def _stage(firm: Firm, history: History) -> Stage:
    if not firm.planned_orders(history) and firm.since_on is None:
        return Stage.POTENTIAL
    if firm.since_on and firm.since_on > history.days_ago(_LONG_TERM_DAYS):
        return Stage.FIRST
    return Stage.LONG_TERM


def _credit_code(firm: Firm) -> str:
    if firm.number % 12 == 0:
        return ""  # nobody has asked yet
    kind = {"government": "12", "retail": "92"}.get(firm.customer_type, "91")
    first17 = f"{kind}{firm.place.region}HY{firm.number:06d}X"
    return first17 + credit_code_check_digit(first17)


def _strategy(rng: Random, firm: Firm, stage: Stage) -> str:
    if firm.is_candidate:
        return rng.choice(STRATEGIES["key"])
    if stage is Stage.POTENTIAL:
        return rng.choice(STRATEGIES["win"])
    return rng.choice(STRATEGIES["grow" if firm.growth > 0 else "keep"])


_EMPLOYEES = {"large": (1_000, 12_000), "medium": (300, 999), "small": (20, 299), "micro": (3, 19)}
_OWN_SALES_YUAN = {
    "large": (400_000_000, 6_000_000_000),
    "medium": (20_000_000, 399_000_000),
    "small": (3_000_000, 19_900_000),
    "micro": (300_000, 2_900_000),
}
_CUSTOMER_COLUMNS = (
    "id code name short_name credit_code customer_type_id industry business size_class employees"
    " annual_revenue_e4 country region city address phone email website stage cooperation_since_on"
    " needs strategy payment_terms payment_days credit_limit_e4 source parent_id owner_id is_demo"
    " batch_id created_at updated_at"
)


def load_customers(firms: list[Firm], loading: Loading) -> dict[int, int]:
    """Firm number → customer id."""
    ids = next_ids(Customer, len(firms))
    id_of = {firm.number: pk for firm, pk in zip(firms, ids, strict=True)}
    types = customer_types()
    rows = [_customer_row(firm, id_of, types, loading) for firm in firms]
    insert_rows(Customer, _CUSTOMER_COLUMNS.split(), rows)
    _load_tags(firms, id_of, loading.history)
    return id_of


def _customer_row(
    firm: Firm, id_of: dict[int, int], types: dict[str, str], loading: Loading
) -> tuple[Any, ...]:
    rng = random_for("archive", firm.code)
    stage = _stage(firm, loading.history)
    revenue_yuan = rng.randint(*_OWN_SALES_YUAN[firm.size_class]) // 100_000 * 100_000
    knows_figures = firm.is_candidate or rng.random() < 0.6
    domain = f"{firm.code.lower()}.example"
    terms = f"月结{firm.payment_days}天" if firm.payment_days else "款到发货"
    limit_e4 = (firm.annual_e4 or 600_000 * YUAN_E4) // 4 // (10_000 * YUAN_E4)
    is_unassigned = stage is Stage.POTENTIAL and rng.random() < _UNASSIGNED_SHARE
    return (
        id_of[firm.number],
        firm.code,
        firm.name,
        firm.short_name,
        _credit_code(firm),
        types[firm.customer_type],
        firm.industry,
        firm.business,
        firm.size_class,
        rng.randint(*_EMPLOYEES[firm.size_class]) if knows_figures else None,
        revenue_yuan * YUAN_E4 if knows_figures else None,
        "CN",
        firm.place.region,
        firm.place.name,
        f"{firm.place.name}{rng.choice(STREETS)}{rng.randint(1, 999)}号",
        f"400-{firm.number:03d}-0000" if firm.number < 1_000 else "",
        f"info@{domain}" if rng.random() < 0.7 else "",
        f"https://{domain}" if firm.is_candidate else "",
        stage.value,
        firm.since_on,
        firm.need,
        _strategy(rng, firm, stage),
        terms,
        firm.payment_days,
        max(1, limit_e4) * 10_000 * YUAN_E4 if firm.is_candidate else None,
        rng.choice(SOURCES),
        id_of[firm.parent] if firm.parent else None,
        None if is_unassigned else loading.user_ids[owner_of(firm)],
        True,
        loading.batch.pk,
        loading.now,
        loading.now,
    )


def _load_tags(firms: list[Firm], id_of: dict[int, int], history: History) -> None:
    tag_ids = {
        key: Tag.objects.get_or_create(name=TAG_PREFIX + name)[0].pk for key, name in TAGS.items()
    }
    rows: list[tuple[int, int]] = []
    for firm in firms:
        pk = id_of[firm.number]
        if firm.is_candidate:
            rows.append((pk, tag_ids["candidate"]))
            if firm.mood > 0.88:
                rows.append((pk, tag_ids["benchmark"]))
            if firm.mood < 0.5:
                rows.append((pk, tag_ids["watch"]))
        if firm.since_on and firm.since_on > history.days_ago(180):
            rows.append((pk, tag_ids["new"]))
    insert_rows(Customer.tags.through, ["customer_id", "tag_id"], rows)


# --- contacts ----------------------------------------------------------------------------------
_CONTACT_COLUMNS = (
    "id code name party mobile email wechat birth_calendar birth_year birth_month birth_day"
    " birth_in_leap_month is_demo batch_id created_at updated_at"
)
_POSITION_COLUMNS = (
    "contact_id customer_id title department buying_role influence stance is_primary started_on"
    " ended_on batch_id"
)


def load_contacts(firms: list[Firm], id_of: dict[int, int], loading: Loading) -> tuple[int, int]:
    """How many contacts and positions."""
    people = all_people(firms, loading.history)
    ids = next_ids(Contact, len(people))
    contacts: list[tuple[Any, ...]] = []
    positions: list[tuple[Any, ...]] = []
    tail = (True, loading.batch.pk, loading.now, loading.now)
    for pk, person in zip(ids, people, strict=True):
        born = person.birthday
        birthday = (
            (born.calendar, born.year, born.month, born.day, born.in_leap_month)
            if born
            else ("solar", None, None, None, False)
        )
        contacts.append(
            (
                pk,
                f"HYC{person.number:05d}",
                person.name,
                person.party,
                person.mobile,
                person.email,
                person.wechat,
                *birthday,
                *tail,
            )
        )
        positions += [
            (
                pk,
                id_of[post.firm.number],
                post.title,
                post.department,
                post.buying_role,
                post.influence,
                post.stance,
                post.is_primary,
                post.started_on,
                post.ended_on,
                loading.batch.pk,
            )
            for post in person.posts
        ]
    insert_rows(Contact, _CONTACT_COLUMNS.split(), contacts)
    insert_rows(ContactPosition, _POSITION_COLUMNS.split(), positions)
    return len(contacts), len(positions)


# --- account teams -----------------------------------------------------------------------------
def load_account_teams(firms: list[Firm], id_of: dict[int, int], loading: Loading) -> int:
    """The owner of every customer, and whoever else has a part in a candidate."""
    owned = dict(
        Customer.objects.unscoped("the demo company has just been loaded")
        .filter(batch=loading.batch, owner__isnull=False)
        .values_list("pk", "owner_id")
    )
    rows: list[tuple[Any, ...]] = []
    for firm in firms:
        pk = id_of[firm.number]
        rng = random_for("account team", firm.code)
        started_on = max(
            firm.since_on or loading.history.days_ago(300), loading.history.days_ago(1_400)
        )
        owner_since_on = started_on
        if firm.is_candidate:
            if rng.random() < 0.3 and started_on < loading.history.days_ago(500):
                owner_since_on = loading.history.days_ago(rng.randint(150, 420))
                former_id = loading.user_ids["kam.luo" if rng.random() < 0.5 else "kam.qian"]
                if former_id != owned.get(pk):
                    until = owner_since_on - timedelta(days=1)
                    rows.append((pk, former_id, TeamRole.OWNER.value, started_on, until))
            rows += [
                (pk, loading.user_ids[username], role.value, started_on, None)
                for role, username in _helpers(rng, firm)
            ]
        if pk in owned:
            rows.append((pk, owned[pk], TeamRole.OWNER.value, owner_since_on, None))
    columns = ["customer_id", "user_id", "role", "started_on", "ended_on"]
    return insert_rows(AccountTeamMember, columns, rows)


def _helpers(rng: Random, firm: Firm) -> list[tuple[TeamRole, str]]:
    found = [
        (TeamRole.REGIONAL_SALES, SALES_OF[firm.area]),
        (TeamRole.SOLUTION_SALES, rng.choice(("solution.he", "solution.xu"))),
        (TeamRole.CUSTOMER_SERVICE, rng.choice(("service.lin", "service.tao"))),
    ]
    if firm.number <= 30:
        found.append((TeamRole.EXECUTIVE_SPONSOR, "director"))
    if rng.random() < 0.35:
        found.append((TeamRole.DELIVERY, "service.tao"))
    return found
