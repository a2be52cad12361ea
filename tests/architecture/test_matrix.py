"""Who may open what: every address × every role × every relation to the row, from the URL map.

A new address without a declared permission fails, and so does one whose parameter this test does
not know how to fill: nobody has to remember to add a row to a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.architecture.world import World, build_world
from tests.support import database_digest

from jishi.foundation.enums import PERMISSIONS, Role


pytestmark = pytest.mark.django_db

# Written by signing in and by looking things up; they are not what a denied request may change.
NOISE = frozenset({"django_session", "foundation_auditentry"})
# They answer 404 while there is nothing yet: nobody has been scored, nothing has been rejected or
# mapped.
NOTHING_YET = {
    "web:customer_receipt", "web:import_rejected", "web:import_mapping_recipe", "web:explain",
    "web:customers_segments_figure",
}  # fmt: skip
SIGN_IN = {"account_login", "account_logout", "account_change_password"}


@dataclass(frozen=True)
class Address:
    name: str
    view: Any
    converters: dict[str, Any]
    pattern: str

    @property
    def permission(self) -> Any:
        return getattr(self.view, "required_permission", "undeclared")

    @property
    def is_public(self) -> bool:
        return getattr(self.view, "login_required", True) is False


def _walk(resolver: URLResolver, namespace: str = "") -> Iterator[Address]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, inner)
        elif isinstance(entry, URLPattern):
            yield Address(
                f"{namespace}{entry.name}", entry.callback, entry.pattern.converters,
                str(entry.pattern),
            )  # fmt: skip


def addresses() -> list[Address]:
    found = [a for a in _walk(get_resolver()) if not a.pattern.startswith("static")]
    return sorted(found, key=lambda a: a.name)


@pytest.fixture
def world() -> World:
    return build_world()


def test_every_address_declares_its_permission():
    undeclared = [
        a.name for a in addresses() if a.permission == "undeclared" and a.name not in SIGN_IN
    ]
    assert undeclared == []
    assert len(addresses()) > 10


def test_every_address_has_a_name_and_no_two_share_one():
    names = [a.name for a in addresses()]
    assert all(names)
    assert len(names) == len(set(names))


def test_every_parameter_can_be_filled(world):
    unknown = {name for a in addresses() for name in a.converters if name not in world.rows}
    assert unknown == set()


def test_strangers_are_sent_to_the_door(world):
    let_in = []
    for address in addresses():
        if address.is_public or address.name in SIGN_IN:
            continue
        for url in world.urls(address, "foreign"):
            for method in ("get", "post"):
                before = database_digest(leave_out=NOISE)
                response = getattr(Client(), method)(url)
                sent_away = (
                    response.status_code == 302 and "/accounts/login/" in response["Location"]
                )
                if not sent_away:
                    let_in.append((address.name, method, response.status_code))
                assert database_digest(leave_out=NOISE) == before
    assert let_in == []


@pytest.mark.parametrize("role", Role.values)
def test_each_role_reads_what_it_may_and_its_own_rows_only(world, role):
    """GET: without the permission 403 (or 404 before that is asked); a foreign row 404; an own
    row anything but a refusal; never a server error."""
    wrong = []
    client = Client(raise_request_exception=False)
    client.force_login(world.people[role])
    for address in addresses():
        if address.name in SIGN_IN:
            continue
        may = address.permission in (None, "undeclared") or (
            address.permission in PERMISSIONS[role]
        )
        for relation in world.relations(address):
            sees = world.sees(role, relation)
            for url in world.urls(address, relation):
                status = client.get(url).status_code
                expected = (
                    {403, 404, 405} if not may
                    else {404, 405} if not sees
                    else {200, 302, 404, 405} if address.name in NOTHING_YET
                    else {200, 204, 302, 400, 405}
                )  # fmt: skip
                if status not in expected:
                    wrong.append((address.name, relation, url, status, sorted(expected)))
    assert wrong == []


@pytest.mark.parametrize("role", Role.values)
def test_denied_writes_change_nothing(world, role):
    """POST without the permission, or on a foreign row: refused, and the database is as before."""
    wrong = []
    client = Client(raise_request_exception=False)
    client.force_login(world.people[role])
    for address in addresses():
        if address.name in SIGN_IN or address.is_public:
            continue
        may = address.permission in (None, "undeclared") or (
            address.permission in PERMISSIONS[role]
        )
        for relation in world.relations(address):
            if may and world.sees(role, relation):
                continue
            before = database_digest(leave_out=NOISE)
            for url in world.urls(address, relation):
                status = client.post(url, world.every_field()).status_code
                if status not in {403, 404, 405}:
                    wrong.append((address.name, relation, status))
            assert database_digest(leave_out=NOISE) == before, address.name
    assert wrong == []


@pytest.mark.parametrize("role", [Role.ADMIN, Role.KEY_ACCOUNT_MANAGER])
def test_an_empty_form_is_answered_not_crashed_on(world, role):
    broken = []
    client = Client(raise_request_exception=False)
    client.force_login(world.people[role])
    for address in addresses():
        if address.name in SIGN_IN or address.is_public:
            continue
        for relation in world.relations(address):
            for url in world.urls(address, relation):
                status = client.post(url).status_code
                if status >= 500:
                    broken.append((address.name, status))
    assert broken == []
