"""What the tests of pages share: a graded company, browsers for its people, a clock that stands."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from tests.conftest import NOW
from tests.warehouse.folder import data_folder
from tests.web.grading import make_run, standing_maker


__all__ = ["data_folder"]


@pytest.fixture
def fresh_cache():
    """Nothing counted by another test."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def on_the_day():
    """Pages believe that it is the day of `tests.conftest.TODAY`."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def run(db: None, fresh_cache: None, on_the_day: None) -> Any:
    return make_run(uuid.uuid4().hex)


@pytest.fixture
def stand(run: Any) -> Callable[..., Any]:
    """`stand(customer, rank=1, …)` → where the customer stands in the run."""
    return standing_maker(run)


@pytest.fixture
def browser_of() -> Callable[[Any], Client]:
    """`browser_of(user)` → a client in which the user is signed in."""

    def sign_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
