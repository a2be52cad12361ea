"""The frame: navigation by role, the current place, preferences, the words for scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client


pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.components.urls")]

Get = Callable[..., str]


@pytest.fixture
def get(client: Client, make_user: Callable[..., Any]) -> Get:
    def fetch(path: str = "/catalogue/", role: str = "admin", **user: Any) -> str:
        client.force_login(make_user(role, **{"language": "en", **user}))
        return client.get(path).content.decode()

    return fetch


def entries(html: str) -> list[str]:
    return re.findall(r'<span class="label long">([^<]+)</span>', html)


def test_navigation_follows_the_order_of_use(get: Get) -> None:
    assert entries(get()) == [
        "Today",
        "Key accounts",
        "Identification lab",
        "Import and quality",
        "Settings",
    ]


def test_nobody_sees_a_place_they_may_not_open(get: Get) -> None:
    assert "Import and quality" not in entries(get(role="customer_service"))


def test_no_place_is_current_on_a_page_outside_the_navigation(get: Get) -> None:
    assert 'aria-current="page"' not in get().split("</nav>")[0]


def test_the_place_of_a_page_is_marked(get: Get) -> None:
    rail = get("/list/").split("</nav>")[0]
    assert 'aria-current="page"' not in rail
    rail = get("/lab/page/").split("</nav>")[0]
    current = re.findall(r'<a class="entry"[^>]*aria-current="page">.*?long">([^<]+)<', rail)
    assert current == ["Identification lab"]


def test_preferences_are_on_the_html_element(get: Get) -> None:
    html = get(theme="dark", density="compact", direction_colours="red_up", language="zh-hans")
    tag = re.search(r"<html[^>]*>", html)
    assert tag
    for attribute in (
        'lang="zh-CN"',
        'data-theme="dark"',
        'data-density="compact"',
        'data-direction="red_up"',
    ):
        assert attribute in tag.group()


def test_the_system_theme_leaves_the_choice_to_the_browser(get: Get) -> None:
    tag = re.search(r"<html[^>]*>", get(theme="system"))
    assert tag
    assert "data-theme" not in tag.group()


def test_the_rail_stays_narrow_on_a_device_that_asked_for_it(client: Client, get: Get) -> None:
    client.cookies["rail"] = "narrow"
    assert 'data-rail="narrow"' in get()
    client.cookies["rail"] = '"><script>'
    assert 'data-rail="wide"' in get()


def test_a_name_cannot_break_out_of_the_frame(get: Get) -> None:
    html = get(name="</script><img src=x>")
    assert "<img src=x>" not in html
