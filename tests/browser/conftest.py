"""A real Chromium over a company that was really graded."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser.site import Site, served
from tests.warehouse import company
from tests.warehouse.folder import data_folder


__all__ = ["data_folder"]

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def site(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo company in a process of its own, loaded and scored once per run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base  # of all its workers
    with served(tmp_path_factory.mktemp("site"), shared=shared / "demo") as url:
        yield Site(url, chromium)


@pytest.fixture
def graded(data_folder: Any) -> list[Any]:
    """Sixty customers with two years of facts up to today, contacts and search, graded."""
    from jishi.customers.models import Contact, ContactPosition, Customer
    from jishi.customers.search import search_index_rebuild
    from jishi.scoring.services import run_score, schemes_setup

    cache.clear()
    now, today = timezone.now(), timezone.localdate()
    who, what = company.customers(60), company.products(5)
    for place, customer in enumerate(who):
        Customer._base_manager.filter(pk=customer.pk).update(
            name="长沙中联重科" if place == 7 else f"客户{place:02d}有限公司",
            industry="C34" if place % 2 else "I65",
            region="430100" if place % 3 else "310000",
            stage="long_term" if place < 30 else "first",
        )
        contact = Contact._base_manager.create(
            name=f"联系人{place}", birth_calendar="lunar", birth_month=10, birth_day=19,
            created_at=now, updated_at=now,
        )  # fmt: skip
        ContactPosition._base_manager.create(
            contact=contact, customer=customer, title="采购经理", buying_role="buyer",
            stance="supporter",
        )  # fmt: skip
    company.sell(who[:50], what, orders=160, minute=1)
    company.other_facts(who[:20], minute=2)
    search_index_rebuild()
    schemes_setup(by=None, now=now)
    run_score(by=None, as_of=company.START + timedelta(days=500), now=now - timedelta(days=1))
    run_score(by=None, as_of=min(today, company.START + timedelta(days=700)), now=now)
    return list(Customer.objects.unscoped("test").order_by("standing__rank"))


@pytest.fixture
def look(chromium: Browser, live_server: Any, make_user: Callable[..., Any]) -> Iterator[Open]:
    """`look(path, width=…, scheme=…, scripts=…, **user)` → the page, signed in; no console error."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(
        path: str,
        *,
        width: int = 1440,
        scheme: Any = "light",
        scripts: bool = True,
        **user: Any,
    ) -> Page:
        client = Client()
        client.force_login(make_user(**{"role": "sales_director", **user}))
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        contexts.append(context)
        cookie = client.cookies["sessionid"]
        context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
