"""A small company in which every role has an own, a team's and a foreign row of each kind."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from tests.conftest import NOW, TODAY
from tests.support import hashed

from jishi.customers.models import (
    AccountTeamMember,
    Contact,
    ContactPosition,
    Customer,
    CustomerType,
)
from jishi.facts.models import Complaint, Interaction, Order
from jishi.facts.recording import BY_HAND
from jishi.foundation.enums import SCOPES, Role, Scope
from jishi.foundation.models import Batch, Team, User
from jishi.ingest.mapping.recipe import shipped_recipes
from jishi.ingest.models import ImportJob, SavedRecipe


RELATIONS = ("own", "team", "foreign")


@dataclass
class World:
    people: dict[str, User]
    # parameter name -> relation -> value; "any" where rows are not scoped to a person
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def relations(self, address: Any) -> list[str]:
        scoped = [n for n in address.converters if set(self.rows.get(n, {})) >= set(RELATIONS)]
        return list(RELATIONS) if scoped else ["any"]

    def sees(self, role: str, relation: str) -> bool:
        if relation == "any":
            return True
        scope = SCOPES[role]
        return (
            scope is Scope.ALL or relation == "own" or (relation == "team" and scope is Scope.TEAM)
        )

    def urls(self, address: Any, relation: str) -> list[str]:
        names = list(address.converters)
        choices = [self._values(name, relation) for name in names]
        return [
            reverse(address.name, kwargs=dict(zip(names, values, strict=True)))
            for values in itertools.product(*choices)
        ]

    def _values(self, name: str, relation: str) -> list[Any]:
        known = self.rows[name]
        value = known.get(relation, known.get("any"))
        return list(value) if isinstance(value, tuple) else [value]

    def every_field(self) -> dict[str, str]:
        """Names that a careless endpoint might take from the form."""
        values = {
            name: "1"
            for model in (Customer, Contact, User, Team)
            for name in (f.name for f in model._meta.concrete_fields)
        }
        return {**values, "name": "甲", "code": "X1", "id": "1", "owner": "1", "version": "1"}


def build_world() -> World:
    east = Team.objects.create(name="华东")
    shanghai = Team.objects.create(name="上海", parent=east)
    far = Team.objects.create(name="西北")
    people = {
        role: User.objects.create(
            username=role, password=hashed("jishi-secret-9"), name=role, role=role, team=east
        )
        for role in Role.values
    }
    colleague = User.objects.create_user(
        username="colleague", name="同事", role=Role.KEY_ACCOUNT_MANAGER, team=shanghai
    )
    stranger = User.objects.create_user(
        username="stranger", name="外区", role=Role.KEY_ACCOUNT_MANAGER, team=far
    )
    customers = {
        "own": _customer("OWN", None),
        "team": _customer("TEAM", colleague),
        "foreign": _customer("FAR", stranger),
    }
    for person in people.values():
        AccountTeamMember._base_manager.create(
            customer=customers["own"], user=person, role="regional_sales", started_on=TODAY
        )
    contacts = {relation: _contact(customer) for relation, customer in customers.items()}
    batch = Batch.objects.create(kind="import", label="表.csv", created_at=NOW)
    complaints = {relation: _complaint(customer, batch) for relation, customer in customers.items()}
    world = World(people)
    world.rows = {
        "customer_id": {r: c.pk for r, c in customers.items()},
        "contact_id": {r: c.pk for r, c in contacts.items()},
        "member_id": {r: _helper(customer, stranger).pk for r, customer in customers.items()},
        "complaint_id": {r: c.pk for r, c in complaints.items()},
        "interaction_id": {r: _call(customer, batch).pk for r, customer in customers.items()},
        "order_ref": {r: _order(customer, batch).order_ref for r, customer in customers.items()},
        "user_id": {"any": people[Role.AUDITOR].pk},
        "team_id": {"any": far.pk},
        "type_key": {"any": CustomerType.objects.create(key="retail", name="零售").key},
        "recipe_key": {"any": ("northwind", _recipe().key)},
        "job_id": {"any": ImportJob.objects.create(title="表.csv", created_at=NOW).pk},
    }
    return world


def _recipe() -> SavedRecipe:
    body = shipped_recipes()["northwind"].model_dump(mode="json")
    return SavedRecipe.objects.create(
        key="kept", title="自存", body={**body, "key": "kept"}, created_at=NOW
    )


def _customer(code: str, owner: User | None) -> Customer:
    return Customer._base_manager.create(
        code=code, name=f"客户{code}", owner=owner, created_at=NOW, updated_at=NOW
    )


def _helper(customer: Customer, user: User) -> AccountTeamMember:
    return AccountTeamMember._base_manager.create(
        customer=customer, user=user, role="solution_sales", started_on=TODAY
    )


def _complaint(customer: Customer, batch: Batch) -> Complaint:
    return Complaint._base_manager.create(
        key=f"complaint {customer.code}", customer=customer, occurred_on=TODAY, severity=2,
        summary="漏油", recorded_at=NOW, batch=batch,
    )  # fmt: skip


def _call(customer: Customer, batch: Batch) -> Interaction:
    return Interaction._base_manager.create(
        key=f"{BY_HAND}{customer.code}", customer=customer, occurred_on=TODAY, recorded_at=NOW,
        batch=batch, channel="phone", summary="报价",
    )  # fmt: skip


def _order(customer: Customer, batch: Batch) -> Order:
    return Order._base_manager.create(
        key=f"order {customer.code}", customer=customer, occurred_on=TODAY, recorded_at=NOW,
        batch=batch, order_ref=customer.pk, order_no=f"SO-{customer.pk}", status="completed",
        currency="CNY",
    )  # fmt: skip


def _contact(customer: Customer) -> Contact:
    contact = Contact._base_manager.create(
        name=f"联系人{customer.code}", created_at=NOW, updated_at=NOW
    )
    ContactPosition._base_manager.create(contact=contact, customer=customer, title="经理")
    return contact
