"""What every test shares: the engine, the seed, a few people and customers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support import hashed


# The same examples in every run.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")

ON_POSTGRES = os.environ.get("JISHI_TEST_ENGINE") == "postgres"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def pytest_report_header() -> str:
    return f"engine: {'postgresql' if ON_POSTGRES else 'sqlite'}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A PostgreSQL run repeats only what touches the database."""
    keep, drop = [], []
    for item in items:
        if ON_POSTGRES:
            wanted = item.get_closest_marker("django_db") and not item.get_closest_marker("sqlite")
            wanted = wanted and not item.get_closest_marker("browser")
        else:
            wanted = not item.get_closest_marker("postgres")
        (keep if wanted else drop).append(item)
    if drop:
        config.hook.pytest_deselected(items=drop)
        items[:] = keep


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """SQLite in a file, as in the product: every thread has a connection of its own.

    In memory, Django hands one connection to all threads of the server a browser talks to.
    """
    if ON_POSTGRES:
        return
    from django.db import connections

    database = connections["default"].settings_dict
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    database["TEST"]["NAME"] = str(Path(os.environ["JISHI_DATA_DIR"]).parent / f"{worker}.sqlite3")


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def today() -> date:
    return TODAY


@pytest.fixture
def make_user(db: None) -> Callable[..., Any]:
    """`make_user(role, name=…, team=…)` → a user who may sign in with password `jishi-secret-9`."""
    from jishi.foundation.models import User

    count = iter(range(1, 1000))

    def make(role: str = "admin", **fields: Any) -> User:
        number = next(count)
        fields.setdefault("username", f"{role}{number}")
        fields.setdefault("name", f"{role} {number}")
        return User.objects.create(password=hashed("jishi-secret-9"), role=role, **fields)

    return make


@pytest.fixture
def admin(make_user: Callable[..., Any]) -> Any:
    return make_user("admin")


@pytest.fixture
def make_customer(db: None) -> Callable[..., Any]:
    """`make_customer(name=…, owner=…)` → a stored customer with a code of its own."""
    from jishi.customers.models import Customer

    count = iter(range(1, 100_000))

    def make(**fields: Any) -> Customer:
        number = next(count)
        fields.setdefault("code", f"C{number:05d}")
        fields.setdefault("name", f"客户{number}")
        fields.setdefault("created_at", NOW)
        fields.setdefault("updated_at", NOW)
        return Customer._base_manager.create(**fields)

    return make


@pytest.fixture
def batch(db: None) -> Any:
    from jishi.foundation.models import Batch

    return Batch.objects.create(kind="import", label="test", created_at=NOW)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One Chromium for all tests of a process: the one on PATH, else Playwright's own."""
    from playwright.sync_api import sync_playwright

    # Playwright's synchronous interface runs a loop in this thread; Django would refuse the ORM.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


class _MissingVariable(str):
    """Django fills a template's unknown variable with this; the tests do not let it pass."""

    def __contains__(self, part: object) -> bool:
        return part == "%s"

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"a template uses {name}, which its view does not give it")


@pytest.fixture(autouse=True)
def strict_templates() -> None:
    """A misspelt template variable fails instead of showing nothing."""
    from django.template import engines

    engines["django"].engine.string_if_invalid = _MissingVariable("%s")  # type: ignore[attr-defined]  # the Django backend
