"""Complaints and satisfaction answers, typed in on a customer's page; a complaint is closed once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.conftest import NOW, TODAY
from tests.warehouse.folder import data_folder

from jishi.facts.models import Complaint, Referral, SatisfactionAnswer
from jishi.facts.recording import complaint_close, complaint_record, referral_record
from jishi.scoring.models import Standing
from jishi.scoring.services import run_score, schemes_setup


__all__ = ["data_folder"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day", "fresh_cache")]
COMPLAINT = {"summary": "漏油", "severity": "3", "occurred_on": "2026-11-20"}
ANSWER = {
    "instrument": "csat", "score": "2", "comment": "曾国平：交期太长", "occurred_on": "2026-11-20",
}  # fmt: skip
CLOSED = {"resolution": "换了密封件，客户确认", "closed_on": "2026-11-22"}
FORMS = {"customer_complaint": COMPLAINT, "customer_satisfaction": ANSWER}


@pytest.fixture
def manager(make_user):
    return make_user("key_account_manager", name="李敏")


@pytest.fixture
def customer(make_customer, manager):
    return make_customer(name="甲公司", owner=manager)


@pytest.fixture
def opened(customer, manager):
    return complaint_record(
        by=manager, customer_id=customer.pk, now=NOW, occurred_on=TODAY - timedelta(days=9),
        severity=2, summary="电机异响",
    )  # fmt: skip


def address(name, *ids):
    return reverse(f"web:{name}", args=ids)


def close_of(complaint):
    return address("customer_complaint_close", complaint.customer_id, complaint.pk)


def stream(browser, customer, kind=""):
    tab = f"{address('customer', customer.pk)}?tab=interactions&kind={kind}"
    return browser.get(tab).content.decode()


def test_a_complaint_is_recorded_and_shown_as_open(browser_of, manager, customer):
    browser = browser_of(manager)
    assert address("customer_complaint", customer.pk) in stream(browser, customer)
    answer = browser.post(address("customer_complaint", customer.pk), COMPLAINT)
    assert answer["Location"] == f"{address('customer', customer.pk)}?tab=interactions"
    complaint = Complaint.objects.visible_to(manager).get()
    assert (complaint.customer, complaint.summary, complaint.severity) == (customer, "漏油", 3)
    assert (complaint.occurred_on.isoformat(), complaint.closed_on) == ("2026-11-20", None)
    page = stream(browser, customer)
    assert "漏油" in page
    assert "投诉未结" in page
    assert close_of(complaint) in page


@pytest.mark.parametrize(
    ("instrument", "typed", "stored", "shown"),
    [("csat", "2", 2_000, "CSAT 2 / 5"), ("nps", "10", 10_000, "NPS 10 / 10"),
     ("ces", "6.5", 6_500, "CES 6.5 / 7")],
)  # fmt: skip
def test_an_answer_is_kept_on_the_scale_of_its_question(
    browser_of, manager, customer, instrument, typed, stored, shown
):
    browser = browser_of(manager)
    assert address("customer_satisfaction", customer.pk) in stream(browser, customer)
    sent = ANSWER | {"instrument": instrument, "score": typed}
    answer = browser.post(address("customer_satisfaction", customer.pk), sent)
    assert answer["Location"] == f"{address('customer', customer.pk)}?tab=interactions"
    found = SatisfactionAnswer.objects.visible_to(manager).get()
    assert (found.instrument, found.score_milli) == (instrument, stored)
    assert (found.customer, found.occurred_on.isoformat()) == (customer, "2026-11-20")
    page = stream(browser, customer)
    assert shown in page
    assert "曾国平：交期太长" in page


def test_fresh_forms_offer_today_and_the_first_field(browser_of, manager, opened):
    browser = browser_of(manager)
    for url, first in (
        (address("customer_complaint", opened.customer_id), "summary"),
        (address("customer_satisfaction", opened.customer_id), "instrument"),
        (close_of(opened), "resolution"),
    ):
        answer = browser.get(url)
        assert answer.status_code == 200
        page = answer.content.decode()
        assert f'value="{TODAY.isoformat()}"' in page
        assert page.count("autofocus") == 1
        assert "autofocus" in str(answer.context["form"][first])


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("customer_complaint", "summary", "  "),
        ("customer_complaint", "severity", "4"),
        ("customer_complaint", "severity", "bad"),
        ("customer_complaint", "occurred_on", "2026-11-24"),
        ("customer_complaint", "occurred_on", "去年"),
        ("customer_satisfaction", "instrument", "stars"),
        ("customer_satisfaction", "score", "6"),
        ("customer_satisfaction", "score", "0"),
        ("customer_satisfaction", "score", "-1"),
        ("customer_satisfaction", "score", "NaN"),
        ("customer_satisfaction", "score", ""),
        ("customer_satisfaction", "occurred_on", "2026-11-24"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(browser_of, manager, customer, name, field, value):
    url = address(name, customer.pk)
    answer = browser_of(manager).post(url, FORMS[name] | {field: value})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert "autofocus" in str(answer.context["form"][field]), "where to go on typing"
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not Complaint.objects.visible_to(manager).exists()
    assert not SatisfactionAnswer.objects.visible_to(manager).exists()


def test_a_day_to_come_is_refused_in_words(browser_of, manager, opened):
    browser = browser_of(manager)
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    for url, sent in (
        (address("customer_complaint", opened.customer_id), COMPLAINT | {"occurred_on": tomorrow}),
        (address("customer_satisfaction", opened.customer_id), ANSWER | {"occurred_on": tomorrow}),
        (close_of(opened), CLOSED | {"closed_on": tomorrow}),
    ):
        assert "这一天还没有到。" in browser.post(url, sent).content.decode()


def test_a_complaint_is_closed_with_what_was_done(browser_of, manager, customer, opened):
    browser = browser_of(manager)
    assert "电机异响" in browser.get(close_of(opened)).content.decode()
    answer = browser.post(close_of(opened), CLOSED)
    assert answer["Location"].endswith("?tab=interactions&kind=complaint")
    after = Complaint.objects.visible_to(manager).current().get()
    assert (after.closed_on.isoformat(), after.severity) == ("2026-11-22", 2)
    assert after.occurred_on == opened.occurred_on
    page = stream(browser, customer, "complaint")
    assert "电机异响" in page
    assert "换了密封件，客户确认" in page
    assert "→" not in page.partition("电机异响")[2].partition("换了密封件")[0]
    assert "投诉未结" not in page
    assert "/close/" not in page
    rows = Complaint.objects.visible_to(manager)
    assert rows.filter(summary="电机异响", closed_on=None).count() == 1, "what we knew before"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("resolution", ""),
        ("closed_on", ""),
        ("closed_on", "2026-11-24"),
        ("closed_on", "2026-11-13"),
    ],
)
def test_a_wrong_end_is_refused_at_its_field(browser_of, manager, opened, field, value):
    answer = browser_of(manager).post(close_of(opened), CLOSED | {field: value})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert Complaint.objects.visible_to(manager).get() == opened


def test_who_closes_second_is_told_and_changes_nothing(browser_of, make_user, manager, opened):
    boss = make_user("sales_director")
    first, second = browser_of(manager), browser_of(boss)
    assert second.get(close_of(opened)).status_code == 200
    assert first.post(close_of(opened), CLOSED).status_code == 302
    late = second.post(close_of(opened), {"resolution": "退了货", "closed_on": "2026-11-23"})
    assert late.status_code == 409
    assert "退了货" in late.content.decode(), "nothing typed is lost"
    after = Complaint.objects.visible_to(boss).current().get()
    assert after.closed_on.isoformat() == "2026-11-22"
    assert "退了货" not in after.summary
    again = second.get(close_of(opened), follow=True)
    assert again.redirect_chain[-1][0].endswith("?tab=interactions&kind=complaint")
    assert "期间有人更正了这条记录" in again.content.decode()
    assert second.post(close_of(after), CLOSED).status_code == 409, "closed ones stay as they are"
    assert Complaint.objects.visible_to(boss).current().get() == after


def test_closing_at_the_same_moment_is_a_conflict(browser_of, manager, opened, monkeypatch):
    """The other one saves between our look at the row and our write."""
    from jishi.web.pages.customers.views import feedback

    def after_another(**values):
        complaint_close(
            by=manager, complaint_id=opened.pk, now=NOW, closed_on=TODAY, resolution="甲"
        )
        return complaint_close(**values)

    monkeypatch.setattr(feedback, "complaint_close", after_another)
    answer = browser_of(manager).post(close_of(opened), CLOSED)
    assert answer.status_code == 409


def test_a_foreign_customer_is_not_there(browser_of, make_user, make_customer, manager, opened):
    stranger = make_user("key_account_manager")
    browser = browser_of(stranger)
    for name, sent in FORMS.items():
        assert browser.get(address(name, opened.customer_id)).status_code == 404
        assert browser.post(address(name, opened.customer_id), sent).status_code == 404
    assert browser.get(close_of(opened)).status_code == 404
    assert browser.post(close_of(opened), CLOSED).status_code == 404
    own = make_customer(owner=stranger)
    detour = address("customer_complaint_close", own.pk, opened.pk)
    assert browser.post(detour, CLOSED).status_code == 404
    sister = make_customer(owner=manager)
    detour = address("customer_complaint_close", sister.pk, opened.pk)
    assert browser_of(manager).post(detour, CLOSED).status_code == 404, "of another customer"
    assert Complaint.objects.visible_to(manager).get() == opened


def test_who_may_only_read_sees_no_buttons(browser_of, make_user, customer, opened):
    browser = browser_of(make_user("auditor"))
    page = stream(browser, customer)
    assert "电机异响" in page
    for path in ("/complaints/", "/satisfaction/"):
        assert path not in page
    for name, sent in FORMS.items():
        assert browser.get(address(name, customer.pk)).status_code == 403
        assert browser.post(address(name, customer.pk), sent).status_code == 403
    assert browser.post(close_of(opened), CLOSED).status_code == 403


def test_customer_service_may_record_though_it_may_not_edit(browser_of, make_user, make_customer):
    service = make_user("customer_service")
    customer = make_customer(owner=service)
    browser = browser_of(service)
    assert browser.post(address("customer_complaint", customer.pk), COMPLAINT).status_code == 302
    complaint = Complaint.objects.visible_to(service).get()
    assert close_of(complaint) in stream(browser, customer)
    assert browser.post(close_of(complaint), CLOSED).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_the_next_grading_counts_what_is_open(
    browser_of, make_user, manager, customer, data_folder
):
    schemes_setup(by=None, now=NOW)
    browser = browser_of(manager)

    def open_ones(day):
        run_score(by=None, as_of=day, now=NOW + timedelta(hours=1))
        return Standing.objects.visible_to(manager).get(customer=customer).complaints_open

    for text in ("漏油", "异响"):
        browser.post(address("customer_complaint", customer.pk), COMPLAINT | {"summary": text})
    assert open_ones(TODAY) == 2
    complaint = Complaint.objects.visible_to(manager).current().get(summary="漏油")
    assert browser.post(close_of(complaint), CLOSED).status_code == 302
    assert open_ones(TODAY) == 1


def test_whom_a_customer_referred_is_told_to_those_who_see_both(
    browser_of, manager, customer, make_customer, admin
):
    other = make_customer(name="看不见的公司")
    fact = referral_record(
        by=admin, customer_id=customer.pk, now=NOW, occurred_on=TODAY, referred_id=other.pk
    )
    Referral._base_manager.bulk_create(
        [Referral(**{f.attname: getattr(fact, f.attname) for f in Referral._meta.concrete_fields
                     if f.attname != "id"} | {"key": "file-1", "referred_name": other.name})]
    )  # fmt: skip
    assert other.name in stream(browser_of(admin), customer)
    page = stream(browser_of(manager), customer)
    assert other.name not in page
    assert page.count("你看不到的客户") == 2
