"""大客户表: whose rows, in which order, how many, what they add up to."""

from __future__ import annotations

import csv
import io
import random
import re
import statistics
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.conftest import NOW, TODAY

from jishi.customers.models import Customer, CustomerType
from jishi.customers.search import search_index_refresh
from jishi.customers.services import contact_create
from jishi.foundation.models import Team, User
from jishi.web.pages.customers.columns import COLUMNS, KNOWN, SORTABLE
from jishi.web.pages.customers.queries import counting, listing
from jishi.web.pages.customers.queries.listing import Asked
from jishi.web.pages.customers.state import ListState, read_state


pytestmark = pytest.mark.django_db
TABLE = "/customers/"


def names(response) -> list[str]:
    return re.findall(r'<a class="name"[^>]*>([^<]*)</a>', response.content.decode())


def state(query: str) -> ListState:
    return read_state(QueryDict(query), sortable=SORTABLE, known=KNOWN)


@pytest.fixture
def company(make_customer, make_user, stand):
    """Twelve graded customers: six of the first owner, four of the second, two without."""
    first, second = make_user("key_account_manager"), make_user("key_account_manager")
    CustomerType.objects.create(key="business", name="企业", name_en="Business")
    customers = []
    for place in range(1, 13):
        owner = first if place <= 6 else second if place <= 10 else None
        customer = make_customer(
            name=f"客户{place:02d}",
            owner=owner,
            industry="C34" if place % 2 else "I65",
            stage="long_term" if place < 5 else "first",
            region="430100" if place < 4 else "310000",
            customer_type_id="business" if place < 8 else None,
        )
        stand(customer, rank=place, overdue_e4=50_000 * place if place % 3 == 0 else 0)
        customers.append(customer)
    return first, second, customers


# --- whose ---------------------------------------------------------------------------------------
def test_everybody_sees_the_rows_and_the_counts_of_their_own_customers(company, browser_of):
    first, second, _customers = company
    assert names(browser_of(first).get(TABLE + "?view=all")) == [
        f"客户{n:02d}" for n in range(1, 7)
    ]
    page = browser_of(second).get(TABLE + "?view=all")
    assert names(page) == [f"客户{n:02d}" for n in range(7, 11)]
    assert "客户01" not in page.content.decode()
    assert "C00001" not in page.content.decode()


def test_a_count_kept_for_one_person_is_not_shown_to_another(company, browser_of, admin):
    first, _second, _customers = company

    def counted(user) -> str:
        foot = browser_of(user).get(TABLE + "?view=all").content.decode().split("<tfoot")[1]
        return re.search(r"合计 (\d+) 家", " ".join(re.sub(r"<[^>]*>", " ", foot).split()))[1]

    assert (counted(admin), counted(first), counted(admin)) == ("12", "6", "12")


def test_what_a_manager_counts_follows_the_people_of_the_team(company, make_user, run):
    first, second, _customers = company
    team = Team.objects.create(name="华南")
    User.objects.filter(pk__in=[first.pk, second.pk]).update(team=team)
    asked = Asked(make_user("regional_manager", team=team), ListState(view="all"), TODAY, run.pk)
    assert counting.totals(asked).customers == 10
    User.objects.filter(pk=second.pk).update(team=None)
    assert counting.totals(asked).customers == 6


def test_key_accounts_are_what_one_sees_first(company, browser_of, admin):
    assert names(browser_of(admin).get(TABLE)) == [f"客户{n:02d}" for n in range(1, 10)]


def test_the_columns_of_the_classification_are_there_unasked(company, browser_of, admin):
    head = browser_of(admin).get(TABLE).content.decode().split("<thead")[1].split("</thead>")[0]
    assert [word for word in ("客户类型", "行业属性", "合作阶段", "主要需求", "管理策略")
            if word not in head] == []  # fmt: skip


@pytest.mark.parametrize(
    ("view", "expected"),
    [("mine", [1, 2, 3, 4, 5, 6]), ("overdue", [3, 6]), ("silent", []), ("unassigned", [])],
)
def test_views_of_an_owner(company, browser_of, view, expected):
    first, _second, _customers = company
    page = browser_of(first).get(f"{TABLE}?view={view}")
    assert names(page) == [f"客户{n:02d}" for n in expected]


def test_silence_is_counted_from_today(company, stand, make_customer, browser_of, admin):
    quiet = make_customer(name="静")
    stand(quiet, rank=13, tier_key="core", latest_interaction_on=TODAY - timedelta(days=91))
    edge = make_customer(name="界")
    stand(edge, rank=14, tier_key="core", latest_interaction_on=TODAY - timedelta(days=90))
    never = make_customer(name="无")
    stand(never, rank=15, tier_key="core", latest_interaction_on=None)
    assert names(browser_of(admin).get(TABLE + "?view=silent")) == ["静", "无"]


def test_new_customers_wait_in_a_view_of_their_own(company, make_customer, browser_of, admin):
    make_customer(name="新来")
    browser = browser_of(admin)
    assert names(browser.get(TABLE + "?view=unscored")) == ["新来"]
    assert "新来" not in browser.get(TABLE + "?view=all").content.decode()


def test_before_any_grading_the_table_lists_everybody(make_customer, browser_of, admin, on_the_day):
    customer = make_customer(name="甲")
    page = browser_of(admin).get(TABLE)
    assert names(page) == ["甲"]
    assert [view.label for view in page.context["page"].views if view.active] == ["未评级"]
    history = browser_of(admin).get(reverse("web:customer", args=[customer.pk]) + "?tab=history")
    assert "首次评级以来" not in history.content.decode()


def test_an_empty_product_offers_three_ways_to_begin(browser_of, admin, fresh_cache):
    page = browser_of(admin).get(TABLE).content.decode()
    for address in ("web:imports", "web:customer_create", "web:settings_demo"):
        assert reverse(address) in page


# --- order and pages -----------------------------------------------------------------------------
@pytest.mark.parametrize("column", [c.key for c in COLUMNS if c.path])
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_column_sorts_both_ways(company, admin, run, column, sign):
    asked = Asked(admin, state(f"view=all&sort={sign}{column}"), TODAY, run.pk)
    rows = listing.page(asked).rows
    path = asked.order.path
    values = [row[path] for row in rows if row[path] is not None]
    assert len(rows) == 12
    assert values == sorted(values, reverse=asked.order.descending)
    blanks = [row[path] is None for row in rows]
    assert blanks == sorted(blanks), "rows without a value come last"


def test_the_best_score_comes_first_when_sorted_downwards(company, browser_of, admin):
    assert names(browser_of(admin).get(TABLE + "?sort=-score"))[0] == "客户01"
    assert names(browser_of(admin).get(TABLE + "?view=all&sort=score"))[0] == "客户12"


@pytest.mark.parametrize(
    "query",
    [
        "after=vx~1", "after=v1~x", "after=f1e999~1", "after=sabc~1&sort=-spend", "after=r~7&sort=needs",
        "after=s2026-99-99~1&sort=-last_order", "before=n~999999999999999999", "rows=-1",
        "rows=99999999999", "sort=drop table", "view=nothing", "owner=abc", "owner=²", "owner=99999999999999999999",
        "tier=%00", "q=%00", "at=0", "cols=nothing", "region=%25", "type=x&size=y&stage=z", "peek=x",
    ],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_error(company, browser_of, admin, query):
    assert browser_of(admin).get(f"{TABLE}?{query}").status_code == 200


def test_pager_says_where_one_stands(make_customer, stand, browser_of, admin):
    for rank in range(1, 131):
        stand(make_customer(), rank=rank)
    browser = browser_of(admin)
    page = browser.get(TABLE + "?view=all&rows=50").content.decode()
    following = re.search(r'rel="next" href="([^"]*)"', page)[1].replace("&amp;", "&")
    second = browser.get(TABLE + following)
    assert re.search(r"51\D+100\D+130", second.content.decode())
    assert len(names(second)) == 50
    assert 'rel="prev"' in second.content.decode()


# --- filters, state, totals ----------------------------------------------------------------------
def test_facets_count_and_narrow(company, browser_of, admin):
    browser = browser_of(admin)
    page = browser.get(TABLE + "?view=all&industry=C34&stage=long_term")
    assert names(page) == ["客户01", "客户03"]
    asked = Asked(admin, state("view=all&industry=C34"), TODAY, _run_id())
    counts = counting.facet_counts(asked)
    assert dict(counts["industry"]) == {"C34": 6, "I65": 6}, "its own choice stays open"
    assert dict(counts["stage"]) == {"long_term": 2, "first": 4}
    assert dict(counts["region"]) == {"43": 2, "31": 4}
    assert dict(counts["type"])[""] == 2


def _run_id() -> int:
    from jishi.scoring.models import Run

    return Run.objects.order_by("-pk").values_list("pk", flat=True)[0]


def test_owners_are_a_facet_and_so_is_having_none(company, browser_of, admin):
    first, _second, _customers = company
    browser = browser_of(admin)
    assert len(names(browser.get(f"{TABLE}?view=all&owner={first.pk}"))) == 6
    assert names(browser.get(f"{TABLE}?view=all&owner=")) == ["客户11", "客户12"]
    assert browser.get(f"{TABLE}?view=all&owner=²").status_code == 200


def test_the_address_is_the_state(company, browser_of, admin):
    address = TABLE + "?view=all&industry=I65&sort=-overdue&cols=overdue&cols=owner&rows=50"
    browser = browser_of(admin)
    first, second = browser.get(address), browser.get(address)

    def text(response):
        return re.sub(
            r"(nonce|csrfmiddlewaretoken|X-CSRFToken)[^>]*", "", response.content.decode()
        )

    assert text(first) == text(second)
    columns = re.findall(r'data-column="(\w+)"', first.content.decode())
    assert columns == ["name", "overdue", "owner"]
    link = re.search(r'<a class="name" href="([^"]*)"', first.content.decode())[1]
    kept = parse_qs(urlsplit(link.replace("&amp;", "&")).query)
    assert kept["industry"] == ["I65"]
    assert kept["sort"] == ["-overdue"]


def test_footer_adds_up_the_filtered_rows_not_the_page(company, admin, run, make_customer, stand):
    for rank in range(20, 90):
        stand(make_customer(industry="C34"), rank=rank, margin_e4=None, margin_pct=None)
    asked = Asked(admin, state("view=all&industry=C34&rows=50"), TODAY, run.pk)
    totals = counting.totals(asked)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*), SUM(s.spend_e4), SUM(s.margin_e4), SUM(s.overdue_e4), SUM(s.orders),"
            " SUM(CASE WHEN s.margin_e4 IS NULL THEN 0 ELSE s.spend_e4 END)"
            " FROM scoring_standing s JOIN customers_customer c ON c.id = s.customer_id"
            " WHERE c.industry = 'C34'"
        )
        count, spend, margin, overdue, orders, base = cursor.fetchone()
    assert count == 76
    assert (totals.customers, totals.spend_e4, totals.margin_e4) == (count, spend, margin)
    assert (totals.overdue_e4, totals.orders) == (overdue, orders)
    assert totals.margin_pct == pytest.approx(float(margin) * 100 / float(base))
    assert len(listing.page(asked).rows) == 50


def test_a_new_contact_counts_at_once_where_it_is_searched(company, admin, run):
    _first, _second, customers = company
    looked = Asked(admin, state("view=all&q=欧阳晓"), TODAY, run.pk)
    assert counting.totals(looked).customers == 0
    contact_create(by=admin, customer_id=customers[0].pk, now=NOW, name="欧阳晓")
    assert counting.totals(replace(looked)).customers == 1


def test_amounts_that_no_figure_counts_are_spoken_of(company, browser_of, admin, run):
    browser = browser_of(admin)
    assert "USD" not in browser.get(TABLE).content.decode()
    type(run).objects.filter(pk=run.pk).update(summary={"left_out": {"USD": 2}}, folder="other")
    [notice] = [one.text for one in browser.get(TABLE).context["page"].notices]
    assert "USD" in notice


def test_the_share_of_the_margin_is_that_of_the_lines_whose_cost_is_known(
    company, admin, run, make_customer, stand
):
    known = {"margin_e4": 400_000, "margin_pct": 100 * 400_000 / 3_000_000}
    stand(make_customer(industry="H61"), rank=91, spend_e4=4_000_000, **known)
    asked = Asked(admin, state("view=all&industry=H61"), TODAY, run.pk)
    assert counting.totals(asked).margin_pct == pytest.approx(known["margin_pct"])
    for rank, margin_e4, margin_pct in ((92, 0, 0.0), (93, -10, None), (94, None, None)):
        stand(make_customer(industry="H62"), rank=rank, spend_e4=1_000_000,
              margin_e4=margin_e4, margin_pct=margin_pct)  # fmt: skip
    stand(make_customer(industry="H62"), rank=95, spend_e4=4_000_000, **known)
    totals = counting.totals(replace(asked, state=state("view=all&industry=H62")))
    assert totals.margin_pct == pytest.approx(100 * 399_990 / 4_000_000)


def test_the_table_finds_by_initials_and_by_part_of_a_name(company, browser_of, admin, stand):
    customer = Customer.objects.visible_to(admin).get(code="C00003")
    Customer._base_manager.filter(pk=customer.pk).update(name="长沙中联重科")
    search_index_refresh([customer.pk])
    browser = browser_of(admin)
    assert names(browser.get(TABLE + "?view=all&q=zlzk")) == ["长沙中联重科"]
    assert names(browser.get(TABLE + "?view=all&q=中联")) == ["长沙中联重科"]
    assert names(browser.get(TABLE + "?view=all&q=nobody")) == []


# --- cost ----------------------------------------------------------------------------------------
def test_as_many_queries_for_ten_rows_as_for_two_hundred(
    make_customer, make_user, stand, browser_of, admin
):
    owner = make_user("key_account_manager")
    browser = browser_of(admin)

    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(TABLE + "?view=all&rows=200").status_code == 200
        return len(seen)

    for rank in range(1, 11):
        stand(make_customer(owner=owner), rank=rank)
    queries()  # the run is read once for all
    few = queries()
    for rank in range(11, 191):
        stand(make_customer(owner=owner), rank=rank)
    assert queries() == few
    assert few < 30


def test_a_large_table_shows_its_rows_before_it_has_counted(
    company, browser_of, admin, run, monkeypatch
):
    from jishi.web.pages.customers.views import listing as view

    monkeypatch.setattr(view, "LARGE", 0)
    browser = browser_of(admin)
    first = browser.get(TABLE + "?view=all").content.decode()
    assert first.count('<a class="name"') == 12
    assert "<tfoot" not in first
    later = re.search(r'href="([^"]*)" data-later', first)[1].replace("&amp;", "&")
    counted = browser.get(TABLE + later, headers={"HX-Request": "true"}).content.decode()
    assert "<tfoot" in counted
    assert "counts=1" not in counted
    again = browser.get(TABLE + "?view=all&sort=name").content.decode()
    assert "<tfoot" in again, "counted once, whatever the order"
    assert "data-later" not in again


# --- looking in and taking out -------------------------------------------------------------------
def test_a_row_can_be_looked_into(company, browser_of):
    first, _second, customers = company
    browser = browser_of(first)
    address = reverse("web:customer_peek", args=[customers[0].pk])
    part = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    assert 'id="drawer"' in part
    assert "<html" not in part
    plain = browser.get(address)
    assert plain.status_code == 302
    opened = browser.get(plain["Location"]).content.decode()
    assert '<dialog class="drawer" id="drawer" aria-labelledby="drawer-title" open' in opened
    foreign = reverse("web:customer_peek", args=[customers[8].pk])
    assert browser.get(foreign).status_code == 404
    assert 'id="drawer"' not in browser.get(f"{TABLE}?peek={customers[8].pk}").content.decode()


def test_the_export_holds_every_filtered_row_and_runs_nothing(
    company, browser_of, make_user, admin
):
    _first, _second, customers = company
    Customer._base_manager.filter(pk=customers[0].pk).update(needs="=1+1")
    browser = browser_of(admin)
    response = browser.get(TABLE + "export/?format=csv&view=all&industry=C34&sort=-spend")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["_id"] for row in rows] == [str(c.pk) for c in customers[::2]]
    assert "'=1+1" in text
    book = browser.get(TABLE + "export/?format=xlsx&view=all")
    assert book.content[:2] == b"PK"
    seller = make_user("regional_sales")
    assert browser_of(seller).get(TABLE + "export/").status_code == 403


@pytest.mark.parametrize("rows", [1, 4, 7])
def test_the_footer_can_say_means_and_medians_of_those_who_have_a_value(
    run, make_customer, stand, browser_of, admin, rows
):
    chance = random.Random(rows)
    spends = [chance.randrange(1, 9_000_000) * 10_000 for _ in range(rows)]
    orders = range(1, rows + 1)
    for rank, spend in enumerate(spends, 1):
        stand(make_customer(), rank=rank, spend_e4=spend, orders=rank, satisfaction_pct=None)
    for footer, of, words in (
        ("mean", statistics.mean, f"{rows} 家客户的平均值"),
        ("median", statistics.median, f"{rows} 家客户的中位数"),
    ):
        query = f"view=all&footer={footer}&cols=spend&cols=orders&cols=satisfaction"
        found = counting.typical(Asked(admin, state(query), TODAY, run.pk))
        assert found == pytest.approx({"spend": of(spends), "orders": of(orders)})
        page = browser_of(admin).get(f"{TABLE}?{query}").content.decode()
        foot = page.split("<tfoot")[1].split("</tfoot>")[0]
        assert words in foot
        assert f">{of(orders):.1f}<" in foot
    assert counting.typical(Asked(admin, state("footer=nonsense"), TODAY, run.pk)) == {}
