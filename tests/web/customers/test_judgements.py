"""Expert ratings and designations: what people judge, with reason and evidence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.conftest import NOW, TODAY

from jishi.facts.models import ExpertRating
from jishi.jobs import tasks
from jishi.scoring.models import Designation


pytestmark = pytest.mark.django_db
RATING = {
    "criterion": "potential", "value_pct": "85", "evidence_kind": "interview",
    "source": "与总经理面谈", "occurred_on": "2026-11-20",
}  # fmt: skip


@pytest.fixture
def graded(make_customer, make_user, stand):
    owner = make_user("key_account_manager", name="李敏")
    customer = make_customer(name="甲公司", owner=owner)
    stand(customer, rank=1)
    return owner, customer


def address(name, customer):
    return reverse(f"web:{name}", args=[customer.pk])


def test_an_expert_rating_is_recorded_with_its_evidence(graded, browser_of):
    owner, customer = graded
    browser = browser_of(owner)
    assert browser.get(address("customer_rating", customer)).status_code == 200
    answer = browser.post(address("customer_rating", customer), RATING)
    assert answer.status_code == 302
    rating = ExpertRating.objects.visible_to(owner).get()
    assert (rating.criterion, rating.value_pct, rating.evidence_kind) == (
        "potential", 85, "interview",
    )  # fmt: skip
    assert rating.source == "与总经理面谈"
    assert rating.occurred_on.isoformat() == "2026-11-20"


@pytest.mark.parametrize(
    ("field", "value"),
    [("value_pct", "101"), ("source", ""), ("occurred_on", "2999-01-01"), ("criterion", "beauty")],
)
def test_a_wrong_rating_is_refused_at_its_field(graded, browser_of, field, value):
    owner, customer = graded
    answer = browser_of(owner).post(address("customer_rating", customer), RATING | {field: value})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not ExpertRating.objects.visible_to(owner).exists()


@pytest.fixture
def asked(monkeypatch):
    """Who asked for a grading."""
    found = []
    monkeypatch.setattr(tasks, "ask_score", found.append)
    return found


def test_a_director_designates_with_a_reason_and_ends_it(graded, browser_of, make_user, asked):
    _, customer = graded
    boss = make_user("sales_director", name="沈国栋")
    browser = browser_of(boss)
    history = reverse("web:customer", args=[customer.pk]) + "?tab=history"
    assert address("customer_designation", customer) in browser.get(history).content.decode()

    wrong = browser.post(address("customer_designation", customer), {"tier_key": "strategic"})
    assert wrong.status_code == 422
    assert asked == []
    sent = {"tier_key": "strategic", "reason": "行业标杆", "evidence": "董事会决议"}
    assert browser.post(address("customer_designation", customer), sent).status_code == 302
    page = browser.get(history).content.decode()
    assert "行业标杆" in page
    assert "董事会决议" in page
    assert "沈国栋" in page

    decision = Designation.objects.visible_to(boss).get()
    end = {"designation": decision.pk, "version": decision.version}
    assert browser.post(address("customer_designation_end", customer), end).status_code == 302
    decision.refresh_from_db()
    assert decision.ended_by == boss
    assert "行业标杆" not in browser.get(history).content.decode()
    again = browser.post(address("customer_designation_end", customer), end)
    assert again.status_code in {409, 422}
    assert asked == [boss.pk, boss.pk], "everybody is graded by the decision, and by its end"


def test_a_designation_counts_until_its_last_day(graded, browser_of, make_user):
    _, customer = graded
    boss = make_user("sales_director")
    Designation._base_manager.create(
        customer=customer, tier_key="core", reason="试点", by=boss, created_at=NOW,
        expires_on=TODAY - timedelta(days=1000),
    )  # fmt: skip
    page = browser_of(boss).get(reverse("web:customer", args=[customer.pk]) + "?tab=history")
    assert "试点" not in page.content.decode()


def test_who_may_not_designate_sees_the_decision_but_no_form(graded, browser_of, make_user):
    owner, customer = graded
    Designation._base_manager.create(
        customer=customer, tier_key="core", reason="行业标杆", by=make_user("admin"), created_at=NOW
    )
    browser = browser_of(owner)
    page = browser.get(reverse("web:customer", args=[customer.pk]) + "?tab=history")
    assert "行业标杆" in page.content.decode()
    assert "现行方案没有这个级别" not in page.content.decode()
    assert address("customer_designation", customer) not in page.content.decode()
    Designation._base_manager.filter(customer=customer).update(tier_key="vip")
    page = browser.get(reverse("web:customer", args=[customer.pk]) + "?tab=history")
    assert "现行方案没有这个级别" in page.content.decode(), "it is not said to hold"
    assert browser.post(address("customer_designation", customer), {}).status_code == 403
