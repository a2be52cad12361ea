"""What people record by hand is checked, attributed, correctable and never changed in place."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from tests.foundation.digest import unchanged

from jishi.customers.models import AccountTeamMember
from jishi.facts import queries, recording
from jishi.facts.models import Complaint, ExpertRating, Interaction, Referral
from jishi.foundation.models import Batch
from jishi.foundation.writing import NotAllowedError, data_version


pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture
def li(make_user):
    return make_user("key_account_manager", name="李")


@pytest.fixture
def customer(li, make_customer):
    return make_customer(owner=li, code="K1")


def acts(by, customer, now, **changed):
    """Every kind of record with valid values, changed where asked."""
    base = {"by": by, "customer_id": customer.pk, "now": now, "occurred_on": DAY}
    valid = {
        recording.interaction_record: {"channel": "meeting", "summary": "谈续约"},
        recording.complaint_record: {"severity": 2, "summary": "漏油"},
        recording.satisfaction_record: {"instrument": "nps", "score_milli": 9_000},
        recording.rating_record: {
            "criterion": "potential", "value_pct": 80, "evidence_kind": "interview", "source": "王总访谈",
        },
        recording.referral_record: {"referred_name": "隔壁厂"},
        recording.service_record: {"kind": "training", "hours_milli": 1_500},
    }  # fmt: skip
    return [
        (lambda act=act, values=values: act(**{**base, **values, **changed}))
        for act, values in valid.items()
    ]


def test_each_kind_is_kept_under_a_batch_of_its_own(li, customer, now):
    before = data_version()
    facts = [act() for act in acts(li, customer, now)]
    assert data_version() == before + 6
    assert len({fact.batch_id for fact in facts}) == 6
    for fact in facts:
        assert (fact.customer_id, fact.occurred_on, fact.recorded_at) == (customer.pk, DAY, now)
        assert (fact.batch.kind, fact.batch.by, fact.batch.label[-2:]) == ("manual", li, "K1")
    assert Interaction._base_manager.get().user == li
    assert ExpertRating._base_manager.get().source == "王总访谈"


def test_without_right_or_sight_nothing_changes(make_user, customer, now):
    for by, error in (
        (make_user("auditor"), NotAllowedError),
        (make_user("analyst"), NotAllowedError),
        (make_user("key_account_manager"), Http404),
    ):
        for act in acts(by, customer, now):
            with unchanged(), pytest.raises(error):
                act()


def test_the_future_is_not_recorded(li, customer, now):
    for act in acts(li, customer, now, occurred_on=date(2026, 11, 24)):
        with unchanged(), pytest.raises(ValidationError) as caught:
            act()
        assert set(caught.value.message_dict) == {"occurred_on"}


@pytest.mark.parametrize(
    ("act", "values", "field"),
    [
        (recording.interaction_record, {"channel": "pigeon"}, "channel"),
        (recording.interaction_record, {"channel": "phone", "with_whom": "长" * 201}, "with_whom"),
        (recording.interaction_record, {"channel": "phone", "next_step_on": DAY}, "next_step"),
        (recording.complaint_record, {"severity": 4, "summary": "x"}, "severity"),
        (recording.complaint_record, {"severity": 1, "summary": " "}, "summary"),
        (recording.satisfaction_record, {"instrument": "xyz", "score_milli": 1_000}, "instrument"),
        (
            recording.satisfaction_record,
            {"instrument": "nps", "score_milli": 10_001},
            "score_milli",
        ),
        (recording.satisfaction_record, {"instrument": "csat", "score_milli": 0}, "score_milli"),
        (recording.satisfaction_record, {"instrument": "ces", "score_milli": 7_001}, "score_milli"),
        (recording.referral_record, {}, "referred_name"),
        (recording.referral_record, {"referred_id": 0}, "referred_id"),
        (recording.service_record, {"kind": "training", "hours_milli": -1}, "hours_milli"),
        (recording.service_record, {"kind": "dinner", "hours_milli": 1}, "kind"),
    ],
)
def test_a_wrong_value_is_refused_by_field(li, customer, now, act, values, field):
    with unchanged(), pytest.raises(ValidationError) as caught:
        act(by=li, customer_id=customer.pk, now=now, occurred_on=DAY, **values)
    assert set(caught.value.message_dict) == {field}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"criterion": "beauty"}, "criterion"),
        ({"value_pct": 101}, "value_pct"),
        ({"value_pct": -1}, "value_pct"),
        ({"evidence_kind": "rumour"}, "evidence_kind"),
        ({"source": ""}, "source"),
    ],
)
def test_a_rating_needs_its_evidence(li, customer, now, changed, field):
    valid = {"criterion": "potential", "value_pct": 50, "evidence_kind": "data", "source": "年报"}
    with unchanged(), pytest.raises(ValidationError) as caught:
        recording.rating_record(
            by=li, customer_id=customer.pk, now=now, occurred_on=DAY, **{**valid, **changed}
        )
    assert set(caught.value.message_dict) == {field}


def test_closing_a_complaint_keeps_what_we_knew_before(li, customer, now):
    opened = recording.complaint_record(
        by=li, customer_id=customer.pk, now=now, occurred_on=DAY, severity=3, summary="漏油"
    )
    later = now + timedelta(hours=5)
    with unchanged(), pytest.raises(ValidationError):
        recording.complaint_close(
            by=li, complaint_id=opened.pk, now=later, closed_on=DAY - timedelta(days=1)
        )
    closed = recording.complaint_close(by=li, complaint_id=opened.pk, now=later, closed_on=DAY)
    assert (closed.key, closed.closed_on, closed.severity, closed.summary) == (
        opened.key, DAY, 3, "漏油",
    )  # fmt: skip
    rows = Complaint.objects.unscoped("test")
    assert [c.closed_on for c in rows.known_at(now)] == [None]
    assert [c.closed_on for c in rows.current()] == [DAY]
    with unchanged(), pytest.raises(recording.FactSupersededError):
        recording.complaint_close(by=li, complaint_id=opened.pk, now=later, closed_on=DAY)


def test_what_was_done_about_a_complaint_stands_beside_its_text(li, customer, now):
    opened = recording.complaint_record(
        by=li, customer_id=customer.pk, now=now, occurred_on=DAY, severity=3, summary="漏油"
    )
    closed = recording.complaint_close(
        by=li, complaint_id=opened.pk, now=now + timedelta(hours=5), closed_on=DAY,
        resolution=" 换了密封件 ",
    )  # fmt: skip
    assert (closed.summary, closed.resolution) == ("漏油", "换了密封件")


def test_a_record_can_be_withdrawn_once(li, customer, make_user, now):
    fact = recording.interaction_record(
        by=li, customer_id=customer.pk, now=now, occurred_on=DAY, channel="phone"
    )

    def withdraw(by, reason="记错了客户", at=now):
        recording.fact_withdraw(by=by, kind="interaction", fact_id=fact.pk, now=at, reason=reason)

    stranger = make_user("regional_sales")
    with unchanged(), pytest.raises(Http404):
        withdraw(stranger)
    for reason in (" ", "长" * 201):
        with unchanged(), pytest.raises(ValidationError) as refused:
            withdraw(li, reason)
        assert list(refused.value.message_dict) == ["reason"]
    later = now + timedelta(seconds=8)
    withdraw(li, " 记错了\n客户 ", later)
    rows = Interaction.objects.unscoped("test")
    assert (rows.current().count(), rows.known_at(now).count()) == (0, 1)
    taken = rows.get().superseded_by
    assert (taken.kind, taken.label, taken.by) == ("undo", "记错了 客户", li)
    assert queries.withdrawn(li, [customer.pk], "interaction") == [rows.get()]
    assert queries.withdrawn(stranger, [customer.pk], "interaction") == []
    with unchanged(), pytest.raises(recording.FactSupersededError):
        withdraw(li, at=later)


def test_only_who_recorded_it_or_who_leads_withdraws_it(li, customer, make_user, now):
    colleague, director = make_user("key_account_manager"), make_user("sales_director")
    AccountTeamMember._base_manager.create(
        customer=customer, user=colleague, role="regional_sales", started_on=DAY
    )
    fact = recording.interaction_record(
        by=li, customer_id=customer.pk, now=now, occurred_on=DAY, channel="phone"
    )
    with unchanged(), pytest.raises(NotAllowedError):
        recording.fact_withdraw(
            by=colleague, kind="interaction", fact_id=fact.pk, now=now, reason="重复"
        )
    recording.fact_withdraw(
        by=director, kind="interaction", fact_id=fact.pk, now=now, reason="重复"
    )
    assert not Interaction.objects.unscoped("test").current().exists()


def test_an_imported_fact_is_not_withdrawn_alone(li, customer, batch, now):
    fact = Interaction._base_manager.create(
        key="file:1", customer=customer, occurred_on=DAY, recorded_at=now, batch=batch,
        channel="phone",
    )  # fmt: skip
    with unchanged(), pytest.raises(ValidationError, match="撤销那次导入"):
        recording.fact_withdraw(by=li, kind="interaction", fact_id=fact.pk, now=now, reason="记错")


def test_a_referral_names_only_customers_one_sees(li, customer, make_customer, now):
    hidden, other = make_customer(), make_customer(owner=li)
    for wrong in (hidden.pk, customer.pk):
        with unchanged(), pytest.raises(ValidationError):
            recording.referral_record(
                by=li, customer_id=customer.pk, now=now, occurred_on=DAY, referred_id=wrong
            )
    recording.referral_record(
        by=li, customer_id=customer.pk, now=now, occurred_on=DAY, referred_id=other.pk, won=True
    )
    assert Referral._base_manager.get().referred == other


def test_records_of_the_demo_company_go_with_it(li, make_customer, now):
    demo = make_customer(owner=li, is_demo=True)
    recording.interaction_record(
        by=li, customer_id=demo.pk, now=now, occurred_on=DAY, channel="phone"
    )
    assert Batch.objects.get().is_demo
