"""Putting the demo company into the database: one transaction, one batch."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db.models import F
from django.utils.translation import gettext as _

from jishi.customers.models import Contact, ContactPosition, Customer
from jishi.customers.search import search_index_rebuild
from jishi.facts.models import Product
from jishi.foundation.bulk import statistics_refresh
from jishi.foundation.enums import BatchKind, Permission
from jishi.foundation.models import Batch, Company, Team, User
from jishi.foundation.writing import authorise, write
from jishi.jobs.demo.dates import History
from jishi.jobs.demo.organisation import COMPANY_NAME, DEMO_PASSWORD, PEOPLE, TEAM_PREFIX, TEAMS
from jishi.jobs.demo.roster import all_firms
from jishi.jobs.demo.rows_customers import (
    Loading,
    load_account_teams,
    load_contacts,
    load_customers,
)
from jishi.jobs.demo.rows_facts import FACT_KINDS, load_products, load_relations, load_trade


class DatabaseNotEmptyError(Exception):
    """There are customers already; the demo company would mix with them."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "There are customers here already: the demo company is loaded into an empty database."
            )
        )


class DemoAlreadyLoadedError(Exception):
    """The demo company is here; it cannot be loaded twice."""

    def __init__(self) -> None:
        super().__init__(_("The demo company is already here. Remove it before loading it again."))


def demo_load(
    *, by: User | None, today: date, now: datetime, force: bool = False
) -> dict[str, int]:
    """Load the demo company as it would look on `today`.

    Args:
        by: an administrator, or None for the product itself.
        today: the last day of its three years; the same day gives the same company.
        now: when the rows were recorded.
        force: load it even beside customers of your own.

    Returns:
        Kind of row → how many.

    Raises:
        NotAllowedError, DemoAlreadyLoadedError, DatabaseNotEmptyError.
    """
    authorise(by, Permission.USER_MANAGE)
    customers = Customer.objects.unscoped("whether the database is empty concerns all of it")
    with write(by=by, data_changes=True):
        if Batch.objects.filter(is_demo=True).exists():
            raise DemoAlreadyLoadedError
        if not force and customers.exists():
            raise DatabaseNotEmptyError
        batch = Batch.objects.create(
            kind=BatchKind.DEMO, label=COMPANY_NAME, by=by, created_at=now, is_demo=True
        )
        teams = _load_teams()
        loading = Loading(
            history=History(today),
            now=now,
            batch=batch,
            currency=_currency(),
            user_ids=_load_people(teams),
        )
        counts = _load_business(loading)
        Company.objects.filter(pk=1, name="").update(name=COMPANY_NAME, version=F("version") + 1)
    return {"users": len(loading.user_ids), "teams": len(teams), **counts}


def _load_business(loading: Loading) -> dict[str, int]:
    firms = all_firms(loading.history)
    product_ids = load_products(loading)
    id_of = load_customers(firms, loading)
    contacts, positions = load_contacts(firms, id_of, loading)
    members = load_account_teams(firms, id_of, loading)
    counts = load_trade(firms, id_of, product_ids, loading)
    counts |= load_relations(firms, id_of, loading)
    search_index_rebuild(list(id_of.values()))
    statistics_refresh([Customer, Contact, ContactPosition, Product, *FACT_KINDS.values()])
    return {
        "customers": len(id_of),
        "contacts": contacts,
        "positions": positions,
        "team_members": members,
        "products": len(product_ids),
        **counts,
    }


def _currency() -> str:
    company = Company.objects.filter(pk=1).first()
    return company.base_currency if company else "CNY"


def _load_teams() -> dict[str, Team]:
    made: dict[str, Team] = {}
    for key, (name, above) in TEAMS.items():
        made[key], _is_new = Team.objects.get_or_create(
            name=TEAM_PREFIX + name, defaults={"parent": made[above] if above else None}
        )
    return made


def _load_people(teams: dict[str, Team]) -> dict[str, int]:
    """The name a person has in this package → user id."""
    password = make_password(DEMO_PASSWORD)  # slow by design, so once for all of them
    taken = {name.lower() for name in User.objects.values_list("username", flat=True)}
    ids: dict[str, int] = {}
    for person in PEOPLE:
        is_taken = person.username.lower() in taken
        user = User.objects.create(
            username=f"demo.{person.username}" if is_taken else person.username,
            name=person.name,
            role=person.role,
            team=teams[person.team] if person.team else None,
            password=password,
            is_demo=True,
        )
        ids[person.username] = user.pk
    return ids
