"""Adding and changing by plain forms; whoever saves an old version loses nothing."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse
from tests.conftest import NOW, TODAY
from tests.web.grading import days_ago

from jishi.customers.models import AccountTeamMember, Contact, ContactPosition, Customer
from jishi.facts.models import Interaction
from jishi.foundation.models import Team


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day", "fresh_cache")]


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


@pytest.fixture
def manager(make_user):
    return make_user("key_account_manager", name="李敏")


def test_a_name_is_enough_for_a_customer(browser_of, manager):
    browser = browser_of(manager)
    answer = browser.post(
        reverse("web:customer_create"), {"name": "长沙中岳重工", "stage": "potential"}
    )
    customer = Customer.objects.visible_to(manager).get(name="长沙中岳重工")
    assert answer["Location"] == reverse("web:customer", args=[customer.pk])
    assert customer.owner == manager
    assert customer.code


def test_wrong_fields_are_named_and_the_text_is_kept(browser_of, manager):
    answer = browser_of(manager).post(
        reverse("web:customer_create"),
        {"name": "甲公司", "stage": "potential", "credit_code": "123", "region": "无此地"},
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_credit_code_error"' in page
    assert 'id="id_region_error"' in page
    assert 'value="甲公司"' in page
    assert not Customer.objects.visible_to(manager).exists()


def test_amounts_and_places_survive_a_round_through_the_form(browser_of, manager, make_customer):
    customer = make_customer(
        name="甲",
        owner=manager,
        region="430100",
        annual_revenue_e4=3_915_000_000_000,
        credit_limit_e4=12_345,
        phone="",
    )
    browser = browser_of(manager)
    address = reverse("web:customer_edit", args=[customer.pk])
    page = browser.get(address).content.decode()
    assert 'value="391500000"' in page
    assert 'value="1.2345"' in page
    sent = {**hidden(page), "name": "甲", "code": customer.code, "stage": "potential"}
    sent |= {"annual_revenue": "391500000", "credit_limit": "1.2345", "region": "湖南省长沙市"}
    assert browser.post(address, sent).status_code == 302
    after = Customer.objects.visible_to(manager).get(pk=customer.pk)
    assert (after.annual_revenue_e4, after.credit_limit_e4, after.region) == (
        3_915_000_000_000,
        12_345,
        "430100",
    )
    assert after.version == 2


def test_an_old_version_is_refused_shown_and_can_be_saved_on_purpose(
    browser_of, manager, make_customer
):
    customer = make_customer(name="甲", owner=manager, annual_revenue_e4=39_155_000)
    browser = browser_of(manager)
    address = reverse("web:customer_edit", args=[customer.pk])
    old = {**hidden(browser.get(address).content.decode()), "code": customer.code}
    old["annual_revenue"] = "3915.50"
    first = {**old, "name": "乙", "stage": "first"}
    assert browser.post(address, first).status_code == 302
    late = browser.post(address, {**old, "name": "丙", "stage": "potential"})
    page = late.content.decode()
    assert late.status_code == 409
    assert Customer.objects.visible_to(manager).get(pk=customer.pk).name == "乙"
    found = [(one.typed, one.stored) for one in late.context["differences"]]
    assert found == [("丙", "乙"), ("潜在", "初次合作")], "the same amount is no difference"
    again = {**hidden(page), "name": "丙", "stage": "potential", "code": customer.code}
    assert again["version"] == "2"
    assert browser.post(address, again).status_code == 302
    assert Customer.objects.visible_to(manager).get(pk=customer.pk).name == "丙"


def test_a_customer_joins_a_group_and_circles_are_refused(browser_of, manager, make_customer):
    parent = make_customer(name="集团", owner=manager)
    child = make_customer(name="子公司", owner=manager)
    browser = browser_of(manager)

    def put(customer, code):
        address = reverse("web:customer_group", args=[customer.pk])
        version = hidden(browser.get(address).content.decode())["version"]
        return browser.post(address, {"version": version, "parent_code": code}).status_code

    assert put(child, parent.code) == 302
    assert Customer.objects.visible_to(manager).get(pk=child.pk).parent_id == parent.pk
    assert put(parent, child.code) == 422
    assert put(child, "无此编号") == 422
    page = browser.get(reverse("web:customer", args=[parent.pk]) + "?tab=record").content.decode()
    assert "子公司" in page


def test_a_contact_is_added_and_changed(browser_of, manager, make_customer):
    customer = make_customer(owner=manager)
    browser = browser_of(manager)
    address = reverse("web:customer_contact_new", args=[customer.pk])
    assert browser.post(address, {"name": "曾国平", "title": "采购总监"}).status_code == 302
    contact = Contact.objects.visible_to(manager).get(name="曾国平")
    change = reverse("web:customer_contact", args=[customer.pk, contact.pk])
    page = browser.get(change).content.decode()
    sent = {
        **hidden(page),
        "name": "曾国平",
        "title": "总经理",
        "stance": "supporter",
        "birth_calendar": "lunar",
        "birth_month": "10",
        "birth_day": "19",
    }
    assert browser.post(change, sent).status_code == 302
    position = ContactPosition.objects.visible_to(manager).get(contact=contact)
    assert (position.title, position.stance) == ("总经理", "supporter")
    refused = browser.post(change, {**sent, "title": "董事长"})
    assert refused.status_code == 409, "the versions are old now"
    differences = refused.context["differences"]
    assert ("董事长", "总经理") in [(one.typed, one.stored) for one in differences]
    again = {**sent, **hidden(refused.content.decode()), "title": "董事长"}
    assert browser.post(change, again).status_code == 302, "saving again is a decision"
    record = browser.get(reverse("web:customer", args=[customer.pk]) + "?tab=record")
    assert "农历十月十九" in record.content.decode()


def figure(page: str, label: str) -> str:
    """A figure of a customer's head, as text."""
    value = page.split(f"<dt>{label}</dt>", 1)[1].split("</dd>", 1)[0]
    return " ".join(re.sub(r"<[^>]*>", " ", value).split())


def seen(browser, customer) -> tuple[str, bool, bool, set[str]]:
    """What pages say of the latest interaction: the head; whether the silent are thought to include
    the customer; whether the table says today; and what the page of today asks for."""
    table = reverse("web:customers")
    row = browser.get(f"{table}?view=all&cols=last_interaction").content.decode()
    cells = row.split("<tbody", 1)[1].split(customer.name, 1)[1].split("</tr>", 1)[0]
    head = browser.get(reverse("web:customer", args=[customer.pk])).content.decode()
    return (
        figure(head, "最近互动"),
        customer.name in browser.get(f"{table}?view=silent").content.decode(),
        "今天" in cells,
        {
            text
            for text in ("寄样品", "120 天没有互动")
            if text in browser.get("/").content.decode()
        },
    )


def test_an_interaction_is_logged_with_its_next_step(
    browser_of, manager, make_customer, stand, batch
):
    customer = make_customer(owner=manager, name="卓诚矿山")
    long_ago = days_ago(120)
    Interaction._base_manager.create(
        key="file:1", customer=customer, occurred_on=long_ago, recorded_at=NOW, batch=batch,
        channel="phone", next_step="寄样品", next_step_on=days_ago(100),
    )  # fmt: skip
    stand(customer, rank=1, latest_interaction_on=long_ago, silence_ratio=None)
    browser = browser_of(manager)
    before = seen(browser, customer)
    assert before == ("3 个月前", True, False, {"寄样品", "120 天没有互动"})
    address = reverse("web:customer_interaction", args=[customer.pk])
    sent = {
        "occurred_on": TODAY.isoformat(),
        "channel": "meeting",
        "summary": "谈续约",
        "next_step": "给报价",
        "next_step_on": "2026-12-01",
    }
    assert browser.post(address, sent).status_code == 302
    fact = Interaction.objects.visible_to(manager).get(customer=customer, occurred_on=TODAY)
    assert (fact.summary, fact.next_step, fact.user) == ("谈续约", "给报价", manager)
    wrong = {**sent, "occurred_on": "2027-01-01", "next_step": ""}
    assert browser.post(address, wrong).status_code == 422
    stream = browser.get(reverse("web:customer", args=[customer.pk]) + "?tab=interactions")
    assert "谈续约" in stream.content.decode()
    assert seen(browser, customer) == ("今天", False, True, set())

    withdraw = reverse("web:customer_interaction_withdraw", args=[customer.pk, fact.pk])
    assert browser.post(withdraw, {"reason": "记错客户"}).status_code == 302
    assert seen(browser, customer) == before


def test_handing_over_and_the_team(browser_of, make_user, make_customer, manager):
    director = make_user("sales_director")
    service = make_user("customer_service", name="陶勇")
    customer = make_customer(owner=None)
    browser = browser_of(director)
    address = reverse("web:customer_owner", args=[customer.pk])
    version = hidden(browser.get(address).content.decode())["version"]
    handed = {"version": version, "owner": manager.pk, "started_on": "2026-03-01"}
    assert browser.post(address, handed).status_code == 302
    assert Customer.objects.visible_to(manager).filter(pk=customer.pk).exists()
    version = hidden(browser.get(address).content.decode())["version"]
    for day, says in (("2026-02-28", "2026-03-01"), ("2026-11-24", "这一天还没有到"), ("", "必填")):
        refused = browser.post(address, {"version": version, "owner": "", "started_on": day})
        assert refused.status_code == 422, day
        assert says in refused.content.decode(), day
    team = reverse("web:customer_team", args=[customer.pk])
    sent = {"user": service.pk, "role": "customer_service", "started_on": "2026-11-02"}
    assert browser.post(team, sent).status_code == 302
    assert browser.post(team, sent).status_code == 422, "has the role already"
    members = AccountTeamMember.objects.visible_to(director).filter(customer=customer)
    assert dict(members.values_list("user__name", "started_on")) == {
        manager.name: date(2026, 3, 1), "陶勇": date(2026, 11, 2),
    }  # fmt: skip
    member = members.get(user=service)
    end = reverse("web:customer_team_end", args=[customer.pk, member.pk])
    form = browser.get(end).content.decode()
    assert "陶勇" in form
    assert f'value="{TODAY.isoformat()}"' in form, "today unless one says"
    for day, says in (("2026-11-01", "早于开始"), ("2026-11-24", "这一天还没有到"), ("", "必填")):
        refused = browser.post(end, {"version": member.version, "ended_on": day})
        assert (refused.status_code, says in refused.content.decode()) == (422, True), day
    gone = {"version": member.version, "ended_on": "2026-11-10"}
    assert browser.post(end, gone).status_code == 302
    assert members.get(pk=member.pk).ended_on == date(2026, 11, 10)
    assert browser.post(end, gone).status_code == 422, "has left already"
    assert browser_of(manager).post(team, sent).status_code == 403


def test_a_group_one_does_not_see_is_neither_told_nor_left(browser_of, manager, make_customer):
    group = make_customer(code="SECRET-7", name="看不见的集团")
    customer = make_customer(name="甲", owner=manager, parent=group)
    browser = browser_of(manager)
    address = reverse("web:customer_group", args=[customer.pk])
    form = browser.get(address)
    assert "SECRET-7" not in form.content.decode()
    other = make_customer(name="乙", owner=manager)
    for code in ("", other.code):
        sent = {**hidden(form.content.decode()), "parent_code": code}
        assert browser.post(address, sent).status_code == 422
    assert Customer.objects.visible_to(manager).get(pk=customer.pk).parent_id == group.pk


@pytest.mark.parametrize(
    ("form", "typed", "made"),
    [
        ("customer_create", {"name": "一次就好", "stage": "potential"}, Customer),
        ("customer_contact_new", {"name": "张三"}, Contact),
        (
            "customer_interaction",
            {"occurred_on": TODAY.isoformat(), "channel": "phone", "summary": "报价"},
            Interaction,
        ),
    ],
)
def test_a_form_sent_twice_is_carried_out_once(
    browser_of, manager, make_customer, form, typed, made
):
    customer = make_customer(name="甲", owner=manager)
    browser = browser_of(manager)
    address = reverse(f"web:{form}", args=[] if made is Customer else [customer.pk])
    rows = made.objects.visible_to(manager)
    before = rows.count()
    sent = {**hidden(browser.get(address).content.decode()), **typed}
    wrong = dict.fromkeys(typed, "")
    assert browser.post(address, {**sent, **wrong}).status_code == 422
    answers = [browser.post(address, sent) for _time in range(2)]
    assert [one.status_code for one in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert rows.count() == before + 1
    # A new form, or the old one with something else typed into it, is another wish.
    anew = {**hidden(browser.get(address).content.decode()), **typed}
    for other in (anew, {**sent, "name": "另一个", "summary": "另一次"}):
        assert browser.post(address, other).status_code == 302
    assert rows.count() == before + 3


def test_a_year_of_two_digits_is_no_year(browser_of, manager, make_customer):
    customer = make_customer(name="甲", owner=manager)
    sent = {"occurred_on": "0026-11-20", "channel": "phone", "summary": "报价"}
    address = reverse("web:customer_interaction", args=[customer.pk])
    answer = browser_of(manager).post(address, sent)
    assert answer.status_code == 422
    assert 'id="id_occurred_on_error"' in answer.content.decode()
    assert not Interaction.objects.visible_to(manager).exists()


def test_whoever_hands_a_customer_out_of_sight_is_led_back_to_the_table(
    browser_of, make_user, make_customer
):
    team = Team.objects.create(name="华南")
    leader, other = make_user("regional_manager", team=team), make_user("key_account_manager")
    customer = make_customer(name="甲", owner=leader)
    address = reverse("web:customer_owner", args=[customer.pk])
    answer = browser_of(leader).post(
        address, {"owner": other.pk, "version": 1, "started_on": "2026-11-23"}, follow=True
    )
    assert answer.redirect_chain == [(reverse("web:customers"), 302)]
    assert "甲" in str(next(iter(answer.context["messages"])))
