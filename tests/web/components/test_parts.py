"""Every part draws, escapes what it is given, and needs nothing the security policy forbids."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.http import QueryDict
from django.template import engines
from django.test import Client
from django.utils.html import escape

from jishi.web.components import parts
from jishi.web.components.table import Column, Explained, Name, Row, Table, render_table


pytestmark = pytest.mark.urls("tests.web.components.urls")

EVIL = '<img src=x onerror="alert(1)">\'&'


def draw(source: str, **context: Any) -> str:
    return engines["django"].from_string("{% load jishi %}" + source).render(context)


def table(**changes: Any) -> Table:
    rows = [
        Row(
            key=number,
            url=f"/customers/{number}/",
            cells={"name": Name(f"C{number}", f"/customers/{number}/"), "spend": number * 10**8},
        )
        for number in range(120)
    ]
    fields: dict[str, Any] = {
        "label": "Customers",
        "columns": [
            Column("name", "Customer", "name", "xxl", on_phone=True),
            Column("spend", "Sales", "money", unit="万元"),
        ],
        "rows": rows,
        "today": date(2026, 11, 22),
        "lang": "zh-hans",
    }
    return Table(**{**fields, **changes})


@pytest.fixture
def page(client: Client, make_user: Callable[..., Any]) -> Callable[[str], str]:
    """`page(lang)` → the catalogue as that user's browser gets it."""

    def get(lang: str = "zh-hans") -> str:
        client.force_login(make_user(language=lang))
        response = client.get("/catalogue/")
        assert response.status_code == 200
        return response.content.decode()

    return get


@pytest.mark.django_db
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_catalogue_obeys_the_security_policy(page: Callable[[str], str], lang: str) -> None:
    html = page(lang)
    assert not re.findall(r"<[^>]*\sstyle=", html)
    assert not re.findall(r"<[^>]*\son[a-z]+=", html)
    for script in re.findall(r"<script[^>]*>", html):
        assert "nonce=" in script or "application/json" in script


@pytest.mark.django_db
def test_no_id_is_used_twice(page: Callable[[str], str]) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page("zh-hans"))
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("form", parts.SEAL_FORMS)
def test_a_seal_says_its_tier(form: str) -> None:
    html = draw('{% seal "战" form "战略" %}', form=form)
    assert f"seal-{form}" in html
    assert '<span class="sr">战略</span>' in html


def test_a_seal_of_no_known_form_is_refused() -> None:
    with pytest.raises(ValueError, match="solid"):
        parts.seal("战", "triangle", "战略")


@pytest.mark.parametrize(
    "source",
    [
        "{% seal evil 'solid' evil %}",
        "{% badge evil evil %}",
        "{% explain evil evil %}",
        "{% sparkline values evil %}",
        "{% bar 0.5 evil %}",
        "{% life_bar 2 evil evil %}",
        "{% figure evil evil note=evil why=evil %}",
        "{% note evil %}{{ evil }}{% endnote %}",
        "{% slider evil evil 3 hint=evil %}",
        "{% steps labels 1 %}",
        "{% drawer evil back_url=evil %}{{ evil }}{% enddrawer %}",
    ],
)
def test_what_a_part_is_given_is_escaped(source: str) -> None:
    html = draw(source, evil=EVIL, values=[1, 2], labels=[EVIL])
    assert "<img" not in html
    assert 'onerror="' not in html


def test_table_cells_are_escaped() -> None:
    columns = [Column("name", EVIL, "name"), Column("text", "T"), Column("spend", EVIL, "money")]
    row = Row(
        key=EVIL,
        url=EVIL,
        peek_url=EVIL,
        cells={
            "name": Name(EVIL, EVIL, EVIL, "solid", EVIL),
            "text": EVIL,
            "spend": Explained(1, EVIL),
        },
    )
    html = render_table(table(label=EVIL, columns=columns, rows=[row], totals={"name": EVIL}))
    assert "<img" not in html
    assert 'onerror="' not in html


@pytest.mark.parametrize(
    ("value", "unit", "classes", "text"),
    [
        (18.64, "%", "dir up", "+18.6%"),
        (-6.4, "%", "dir down", "-6.4%"),
        (0.04, "%", "dir level", "0.0%"),
        (-3, "points", "dir down", "-3.0 个百分点"),
    ],
)
def test_direction(value: float, unit: str, classes: str, text: str) -> None:
    html = draw("{% direction value unit %}", value=value, unit=unit)
    assert html == f'<span class="{classes}">{text}</span>'


def test_a_missing_change_is_a_dash() -> None:
    assert draw("{% direction none %}", none=None) == "—"


def test_rows_come_in_blocks_of_fifty() -> None:
    html = render_table(table())
    assert re.findall(r"<tbody[^>]*>", html) == [
        '<tbody role="rowgroup">',
        '<tbody role="rowgroup" class=late>',
        '<tbody role="rowgroup">',
    ]
    assert html.count("<tr role=") == 121


def test_header_links_turn_the_sort_round() -> None:
    params = QueryDict("view=mine&page=3&sort=-spend")
    html = render_table(table(sort="-spend", params=params, rows=[]))
    assert 'aria-sort="descending"' in html
    assert 'href="?view=mine&amp;sort=spend"' in html
    assert 'href="?view=mine&amp;sort=name"' in html


def test_numbers_sort_largest_first() -> None:
    assert 'href="?sort=-spend"' in render_table(table(sort="name", rows=[]))


def test_totals_read_like_their_column() -> None:
    html = render_table(table(totals={"name": "合计 120 家", "spend": 124_863_000 * 10_000}))
    foot = html[html.index("<tfoot") :]
    assert "合计 120 家" in foot
    assert "12,486.3" in foot


def test_amounts_show_in_full_on_hover() -> None:
    rows = [Row(key=1, cells={"name": Name("A", "/"), "spend": Explained(124_863_250_100, "/why")})]
    html = render_table(table(rows=rows, currency="CNY", totals={"spend": 10_000}))
    assert '<span title="¥12,486,325.01">1,248.6</span></a>' in html
    assert '<span title="¥1.00">' in html[html.index("<tfoot") :]
    figure = draw('{% figure "销售额" "1,248.6 万" full=full %}', full="¥12,486,325.01")
    assert '<dd title="¥12,486,325.01">' in figure
    amount = parts.amount_text(124_863_250_100, "zh-hans", "CNY")
    assert (
        parts.worded("<%(who)s> %(amount)s", who=EVIL, amount=amount)
        == f'&lt;{escape(EVIL)}&gt; <span title="¥12,486,325.01">¥1,248.6 万</span>'
    )


def test_a_missing_value_is_a_dash() -> None:
    rows = [Row(key=1, cells={"name": Name("A", "/"), "spend": None})]
    assert '<td role="cell" class="m num opt">—</td>' in render_table(table(rows=rows))


def test_an_unknown_kind_of_column_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        render_table(table(columns=[Column("x", "X", "hologram")]))


def test_query_with_changes_and_drops() -> None:
    params = QueryDict("a=1&b=2&b=3")
    assert parts.query_with(params, a=None, c=4) == "?b=2&b=3&c=4"
    assert parts.query_with(params, b=["5", "6"]) == "?a=1&b=5&b=6"


@pytest.mark.parametrize(
    ("work", "percent"),
    [
        (parts.Progress("x", 0, 0), 0),
        (parts.Progress("x", 20_500, 50_000), 41),
        (parts.Progress("x", 70, 50), 100),
        (parts.Progress("x", 1, 50, finished=True), 100),
    ],
)
def test_progress_in_percent(work: parts.Progress, percent: int) -> None:
    assert work.percent == percent


def test_progress_asks_again_only_while_it_runs() -> None:
    running = draw("{% progress work %}", work=parts.Progress("x", 1, 2, poll_url="/p/"))
    finished = draw("{% progress work %}", work=parts.Progress("x", 2, 2, True, "/p/"))
    assert 'hx-get="/p/"' in running
    assert "hx-get" not in finished
