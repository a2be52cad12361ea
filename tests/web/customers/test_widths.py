"""Widths and frozen columns of 大客户表."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest


pytestmark = pytest.mark.django_db
TABLE = "/customers/"


def test_widths_and_frozen_columns_stand_in_the_address(client, admin, make_customer, stand):
    stand(make_customer(name="客户"), rank=1)
    client.force_login(admin)
    asked = "view=all&w.spend=150&w.score=wide&w.rank=9&w.odd=100&w.name=&freeze=2"
    page = client.get(f"{TABLE}?{asked}")
    html = page.content.decode()
    assert 'class="grid f2 w192"' in html
    heads = dict(re.findall(r'class="([^"]*)" data-column="(\w+)"', html))
    assert {"w w192", "w w152 num"} <= set(heads), "the frozen one does not grow"
    fields = dict(re.findall(r'name="w\.(\w+)" value="(\d*)"', html.partition("data-columns")[2]))
    assert {key: px for key, px in fields.items() if px} == {"spend": "152", "rank": "64"}
    assert "w.spend=150" in page.context["page"].views[0].url, "another view looks the same"
    assert "freeze=2" in page.context["page"].views[0].url
    assert 'name="w.spend" value="150"' not in html.partition("data-columns")[2], "said once"
    plain = client.get(f"{TABLE}?view=all&w.spend=150&freeze=0").content.decode()
    assert 'class="grid f0"' in plain
    (standard,) = re.findall(r'href="([^"]*)" data-standard', plain)
    assert parse_qs(urlsplit(standard.replace("&amp;", "&")).query) == {
        "view": ["all"], "freeze": ["0"],
    }  # fmt: skip
