"""客户分群: the customers of the table by type, industry, frequency …, and what each segment adds up to."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from django.http import QueryDict
from tests.conftest import TODAY

from jishi.customers.models import CustomerType
from jishi.web import formats
from jishi.web.pages.customers.columns import KNOWN, SORTABLE
from jishi.web.pages.customers.presenters import segments as present
from jishi.web.pages.customers.queries import counting, listing
from jishi.web.pages.customers.queries.listing import Asked
from jishi.web.pages.customers.queries.segments import DIMENSIONS, Segment, segments, together
from jishi.web.pages.customers.state import ListState, read_state


pytestmark = pytest.mark.django_db
PAGE = "/customers/segments/"


def state(query: str) -> ListState:
    return read_state(QueryDict(query), sortable=SORTABLE, known=KNOWN)


def rows_of(page: str) -> dict[str, list[str]]:
    """Segment → the texts of its cells."""
    body = page.split("</thead>")[1].split("<tfoot")[0]
    rows = {}
    for row in body.split("<tr ")[1:]:
        cells = [
            re.sub(r"<[^>]*>", "", cell).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        ]
        rows[cells[0]] = cells[1:]
    return rows


@pytest.fixture
def company(make_customer, make_user, stand):
    """Twelve graded customers with everything that segments are made of, and holes in all of it."""
    first, second = make_user("key_account_manager"), make_user("key_account_manager")
    CustomerType.objects.create(key="business", name="企业", name_en="Business")
    CustomerType.objects.create(key="retail", name="零售", name_en="Retail")
    for place in range(1, 13):
        owner = first if place <= 6 else second if place <= 10 else None
        customer = make_customer(
            name=f"客户{place:02d}",
            owner=owner,
            industry=("C34", "I65", "")[place % 3],
            stage=("long_term", "first", "")[place % 3],
            region=("430100", "310000", "")[place % 3],
            size_class=("large", "")[place % 2],
            customer_type_id=("business", "retail", None)[place % 3],
        )
        fields = {} if place % 4 else {"margin_e4": None, "margin_pct": None, "overdue_e4": None}
        stand(
            customer,
            rank=place,
            orders=place % 4,
            complaints_open=place % 2,
            latest_interaction_on=TODAY - timedelta(days=85 + place),
            **{
                "overdue_e4": 10_000 * place,
                "purchase_frequency": None if place == 12 else place % 6,
            }
            | fields,
        )
    return first, second


def figures(one: Segment) -> tuple[object, ...]:
    return (
        one.customers,
        one.spend_e4,
        one.margin_e4,
        one.orders,
        one.complaints_open,
        one.overdue_e4,
    )


@pytest.mark.parametrize("query", ["view=all", "view=key&stage=first&stage=", "view=overdue&abc=a"])
def test_segments_add_up_to_the_footer_and_each_to_its_part_of_the_table(
    company, admin, run, query
):
    asked = Asked(admin, state(query), TODAY, run.pk)
    whole = counting.totals(asked)
    for by in DIMENSIONS:
        found = segments(asked, by)
        everybody = together(found)
        assert figures(everybody) == (
            whole.customers, whole.spend_e4, whole.margin_e4, whole.orders,
            whole.complaints_open, whole.overdue_e4,
        )  # fmt: skip
        assert 100 * everybody.margin_e4 / everybody.margin_base_e4 == pytest.approx(
            whole.margin_pct
        )
        for one in found:
            narrowed = replace(asked.state, chosen={**asked.state.chosen, by: (one.value,)})
            part = counting.totals(replace(asked, state=narrowed))
            assert figures(one) == (
                part.customers, part.spend_e4, part.margin_e4, part.orders,
                part.complaints_open, part.overdue_e4,
            )  # fmt: skip


def test_the_figures_are_worked_out_from_the_rows(company, admin, run):
    """The same once more, by hand, over the rows of the table."""
    asked = Asked(admin, state("view=all&rows=200"), TODAY, run.pk)
    rows = listing.page(asked).rows
    for one in segments(asked, "type"):
        mine = [row for row in rows if (row["customer__customer_type_id"] or "") == one.value]
        before = 80_000_000 * sum(100 - row["rank"] for row in mine)
        sold = sum(row["spend_e4"] for row in mine)
        everybody = together(segments(asked, "type"))
        value = {key: figure.value(one, everybody) for key, figure in present.BY_KEY.items()}
        assert value["growth"] == pytest.approx(100 * (sold - before) / before)
        assert value["share"] == pytest.approx(100 * sold / sum(row["spend_e4"] for row in rows))
        assert value["mean_order"] == round(sold / sum(row["orders"] for row in mine))
        key = [row for row in mine if row["tier_key"] != "regular"]
        assert value["key_pct"] == pytest.approx(100 * len(key) / len(mine))
        quiet = TODAY - timedelta(days=90)
        assert value["silent"] == sum(row["latest_interaction_on"] < quiet for row in key)


def test_customers_without_a_value_have_a_row_of_their_own(company, browser_of, admin):
    browser = browser_of(admin)
    for by in ("type", "industry", "size", "stage", "region"):
        found = rows_of(browser.get(f"{PAGE}?by={by}").content.decode())
        assert list(found)[-1] == "未填写", by
        assert sum(int(cells[0]) for cells in found.values()) == 12
    owners = rows_of(browser.get(f"{PAGE}?by=owner").content.decode())
    assert [cells[0] for cells in owners.values()] == ["6", "4", "2"]
    assert list(owners)[-1] == "待分配"
    ages = rows_of(browser.get(f"{PAGE}?by=frequency").content.decode())
    assert list(ages) == [
        "每周",
        "每月",
        "每季",
        "低于每季",
        "仅一次",
        "期间未购买",
        "下次评分后可知",
    ]


def test_everybody_compares_their_own_customers(company, browser_of):
    first, _second = company
    found = rows_of(browser_of(first).get(f"{PAGE}?by=type").content.decode())
    assert sum(int(cells[0]) for cells in found.values()) == 6


def test_every_figure_explains_itself_and_leads_to_its_customers(company, browser_of, admin):
    browser = browser_of(admin)
    page = browser.get(f"{PAGE}?by=type&industry=C34&industry=I65").content.decode()
    urls = [unescape(url) for url in re.findall(r'class="why" href="([^"]*)"', page)]
    keys = {parse_qs(urlsplit(url).query)["key"][0] for url in urls}
    assert keys == set(present.BY_KEY)
    for url in urls:
        answer = browser.get(url, headers={"HX-Request": "true"}).content.decode()
        assert 'class="formula"' in answer
        last = re.findall(
            r'<a href="(/customers/\?[^"]*)">.*?class="num">([\d,]+)<', answer, re.DOTALL
        )
        link, count = last[-1]
        listed = state(urlsplit(unescape(link)).query)
        assert set(listed.chosen["industry"]) == {"C34", "I65"}
        foot = browser.get(unescape(link)).content.decode()
        shown = re.search(r"合计 (\d+) 家", foot)
        assert (shown[1] if shown else "0") == count, url
    for query in ("key=nothing", "key=spend&segment=nobody", ""):
        assert browser.get(f"{PAGE}figure/?{query}").status_code == 404


def test_the_address_is_the_state(company, browser_of, admin):
    browser = browser_of(admin)
    falling = rows_of(browser.get(f"{PAGE}?by=abc&order=-spend").content.decode())
    rising = rows_of(browser.get(f"{PAGE}?by=abc&order=spend").content.decode())
    assert list(falling) == list(rising)[::-1]
    page = browser.get(f"{PAGE}?by=abc&view=key&stage=first&order=-spend").content.decode()
    sorts = [unescape(url) for url in re.findall(r'href="(\?[^"]*)" data-sort', page)]
    assert sorts
    for url in sorts:
        asked = parse_qs(urlsplit(url).query)
        assert (asked["by"], asked["view"], asked["stage"]) == (["abc"], ["key"], ["first"])
    back = re.search(r'<a href="(/customers/\?[^"]*)">表格</a>', page)
    assert parse_qs(urlsplit(unescape(back[1])).query) == {"view": ["key"], "stage": ["first"]}
    for query in ("by=tag", "by=", "order=-nothing", "view=unscored", "view=%00", "frequency=x"):
        assert browser.get(f"{PAGE}?{query}").status_code == 200


def test_the_smallest_of_very_many_segments_are_one_row(company, browser_of, admin, monkeypatch):
    monkeypatch.setattr(present, "MOST", 3)
    page = browser_of(admin).get(f"{PAGE}?by=frequency").content.decode()
    found = rows_of(page)
    assert len(found) == 3
    assert sum(int(cells[0]) for cells in found.values()) == 12
    assert "其余 5 个较小的分群" in found


def test_a_file_has_the_same_figures_exactly(company, browser_of, admin):
    browser = browser_of(admin)
    text = browser.get(f"{PAGE}export/?by=type&view=all&format=csv")
    lines = list(csv.reader(io.StringIO(text.getvalue().decode("utf-8-sig"))))
    assert [line[0] for line in lines[1:]] == ["零售", "企业", "未填写", "合计"]
    spend = [float(line[2]) for line in lines[1:]]
    assert sum(spend[:-1]) == spend[-1] == sum(100 - rank for rank in range(1, 13)) * 10_000
    book = browser.get(f"{PAGE}export/?by=type&view=all").content
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert [row[2].value for row in sheet.iter_rows(min_row=2)] == spend


def test_before_any_grading_the_page_says_what_it_will_do(browser_of, admin):
    page = browser_of(admin).get(PAGE).content.decode()
    assert "尚未评分" in page
    assert "没有同时符合" not in page, "nothing was asked for"
    assert "<table" not in page


def test_frequency_and_contribution_are_facets_and_columns(company, browser_of, admin, run):
    browser = browser_of(admin)
    page = browser.get("/customers/?view=all&cols=frequency&cols=abc&sort=-abc").content.decode()
    found = rows_of(page)
    names = list(found)
    assert [name[-4:] for name in names[:2]] == ["客户01", "客户02"]
    assert [found[name] for name in (names[0], names[4], names[11])] == [
        ["仅一次", "A"], ["每周", "A"], ["—", "C"],
    ]  # fmt: skip
    for query, expected in (
        ("frequency=weekly", [5, 11]),
        ("frequency=weekly&frequency=once", [1, 5, 7, 11]),
        ("frequency=", [12]),
        ("abc=b&frequency=monthly", [10]),
        ("frequency=often", []),
    ):
        page = browser.get(f"/customers/?view=all&{query}").content.decode()
        shown = [int(one) for one in re.findall(r'<a class="name"[^>]*>客户(\d\d)</a>', page)]
        assert shown == expected, query
    counts = counting.facet_counts(Asked(admin, state("view=all"), TODAY, run.pk))
    assert dict(counts["abc"]) == {"a": 5, "b": 5, "c": 2}


def test_a_single_segment_is_no_share_of_itself(company, admin, browser_of):
    browser = browser_of(admin)
    one = browser.get(PAGE, {"by": "stage", "stage": "long_term"}).context["page"].sentence
    assert one == "这些客户的合作阶段都是“长期合作”。"
    assert "%" in browser.get(PAGE, {"by": "stage"}).context["page"].sentence


def test_the_sums_below_the_table_and_in_its_sentence_are_explained(
    company, browser_of, admin, run
):
    browser = browser_of(admin)
    run.summary = {"spend_e4": 925_000_000_000, "margin_e4": 56_400_000_000}
    run.save()
    query = {"view": "all", "industry": "C34", "cols": ["spend", "margin_share"]}
    page = browser.get("/customers/", query).content.decode()
    foot = page.split("<tfoot")[1].split("</tfoot>")[0]
    said = page.split('<p class="lead">')[1].split("</p>")[0]
    assert said.count('class="why"') == 2
    totals = counting.totals(Asked(admin, state("view=all&industry=C34"), TODAY, run.pk))
    cells = [re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", foot)]
    assert cells[-1] == "10.0%", "5.64 of 56.4 million are theirs"
    body = page.split("<tbody")[1].split("</tbody>")[0]
    shares = [float(share) for share in re.findall(r">([\d.]+)%<", body)]
    assert sum(shares) == pytest.approx(10.0, abs=0.2)

    def told(url: str) -> str:
        return browser.get(unescape(url), headers={"HX-Request": "true"}).content.decode()

    [sums] = [
        url for url in re.findall(r'href="([^"]*)" data-explain', page) if "key=totals" in url
    ]
    whole = told(sums)
    figures = dict(
        re.findall(r'<a href="([^"]*)">.*?<td class="num">([^<]*)</td>', whole, re.DOTALL)
    )
    assert len(figures) == 8
    assert {formats.money_full(totals.spend_e4, "CNY"), "10.0%", str(totals.orders),
            formats.percent(totals.contribution_pct)} <= set(figures.values())  # fmt: skip
    for url, value in figures.items():
        assert f'<p class="value">{value}</p>' in told(url)
        assert "industry=C34" in told(url)
