"""今日: only real signals, each with its numbers, the weightiest first, one's own."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import translation
from tests.conftest import NOW, TODAY
from tests.web.grading import days_ago

from jishi.analytics.presets import SCHEME_PRESETS, VALUE_DEPTH_GROWTH
from jishi.customers.models import AccountTeamMember
from jishi.facts.models import Complaint, Interaction, Order, Payment, SatisfactionAnswer
from jishi.scoring.models import Run, SchemeVersion, TierChange
from jishi.web.pages.today import presenters, queries


pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(make_user):
    return make_user("key_account_manager", name="李敏", language="en")


@pytest.fixture
def note(batch):
    """`note(customer, ago, next_step=…, due=…)` → an interaction."""
    count = iter(range(1, 1000))

    def make(customer, ago, **fields):
        return Interaction._base_manager.create(
            key=f"i{next(count)}",
            customer=customer,
            occurred_on=days_ago(ago),
            recorded_at=NOW,
            batch=batch,
            channel="phone",
            **fields,
        )

    return make


def kinds(user) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for signal in queries.signals(user, TODAY):
        found.setdefault(signal.customer_id, set()).add(signal.kind)
    return found


def test_a_quiet_day_has_no_list(owner, make_customer, stand, note, browser_of):
    customer = make_customer(owner=owner)
    stand(customer, rank=1)
    note(customer, 2, next_step="寄样品", next_step_on=days_ago(-10))
    assert kinds(owner) == {}
    page = browser_of(owner).get("/").content.decode()
    assert "nothing is late today" in page
    assert "<ol" not in page.split("<main")[1]


def test_each_signal_is_found_once_it_is_true(
    owner, make_customer, stand, note, batch, run, browser_of
):
    def customer(rank, **fields):
        made = make_customer(owner=owner, name=f"客户{rank}")
        stand(made, rank=rank, **fields)
        return made

    late_payer = customer(1, overdue_e4=10_000)
    silent = customer(2, silence_ratio=2.0)
    untouched = customer(12, latest_interaction_on=days_ago(91))
    customer(13, latest_interaction_on=days_ago(90))
    customer(14, latest_interaction_on=None)
    almost_silent = customer(3, silence_ratio=1.99)
    broken = customer(4)
    note(broken, 30, next_step="给报价", next_step_on=days_ago(2))
    kept = customer(5)
    note(kept, 30, next_step="给报价", next_step_on=days_ago(2))
    note(kept, 1)
    angry = customer(6)
    Complaint._base_manager.create(
        key="c1", customer=angry, occurred_on=days_ago(9), recorded_at=NOW, batch=batch,
        severity=3, summary="漏油",
    )  # fmt: skip
    solved = customer(7)
    Complaint._base_manager.create(
        key="c2", customer=solved, occurred_on=days_ago(9), closed_on=days_ago(1),
        recorded_at=NOW, batch=batch, severity=3, summary="噪声",
    )  # fmt: skip
    for key, score, when in (("s1", 6_000, 90), ("s2", 7_000, 3), ("s3", 6_000, 89)):
        SatisfactionAnswer._base_manager.create(
            key=key, customer=customer(8 if key == "s3" else 9 if key == "s1" else 10),
            occurred_on=days_ago(when), recorded_at=NOW, batch=batch, instrument="nps",
            score_milli=score,
        )  # fmt: skip
    fallen = customer(11)
    TierChange._base_manager.create(
        customer=fallen, run=run, as_of=days_ago(3), from_key="core", from_label={"zh": "核心"},
        to_key="regular", to_label={"zh": "普通"}, is_up=False, cause="data",
        score_before_micro=70_000_000, score_after_micro=60_000_000,
    )  # fmt: skip
    found = kinds(owner)
    assert found[late_payer.pk] == {"overdue"}
    assert found[untouched.pk] == {"untouched"}
    assert found[silent.pk] == {"silent"}
    assert found[broken.pk] == {"next_step"}
    assert found[angry.pk] == {"complaint"}
    assert found[fallen.pk] == {"fall"}
    assert [k for k, v in found.items() if v == {"answer"}] != []
    assert almost_silent.pk not in found
    assert kept.pk not in found, "something was recorded since"
    assert solved.pk not in found
    assert len(found) == 7
    page = browser_of(owner).get("/").content.decode()
    for text in ("给报价", "2 days overdue", "漏油", "2.0 times the usual gap"):
        assert text in page
    assert 'collect <span title="' in page, "an amount in words shows itself in full"


def listed(user) -> list[presenters.Ranked]:
    signals = queries.signals(user, TODAY)
    lines = queries.customers(user, {one.customer_id for one in signals})
    return presenters.ranked(signals, lines, TODAY, user)


def quarters(before: int, last: int) -> str:
    """Sales of the year before and of the last year, in whole units, spread evenly."""
    return ",".join([str(before * 2_500)] * 4 + [str(last * 2_500)] * 4)


def test_the_list_goes_by_what_is_at_stake(owner, make_customer, stand, note, batch):
    def customer(name, rank, **fields):
        made = make_customer(owner=owner, name=name)
        stand(made, rank=rank, margin_pct=20.0, **fields)
        return made

    large = customer("大", 1, quarters_text=quarters(20_000, 20_000))
    small = customer("小", 2, quarters_text=quarters(1_000, 1_000))
    for one in (large, small):
        note(one, 30, next_step="给报价", next_step_on=days_ago(45))
    customer("欠款", 3, quarters_text=quarters(1_000, 1_000), overdue_e4=9_000_000)
    customer("沉默", 4, quarters_text=quarters(4_000, 4_000), silence_ratio=3.0)
    customer("下滑", 5, quarters_text=quarters(8_000, 4_000), growth_yoy_pct=-50.0)
    customer("两样", 6, quarters_text=quarters(8_000, 3_000), growth_yoy_pct=-62.5,
             silence_ratio=5.0)  # fmt: skip
    customer("微降", 7, quarters_text=quarters(8_000, 5_640), growth_yoy_pct=-29.5)
    assert [(one.line.name, one.stake_e4) for one in listed(owner)] == [
        ("欠款", 9_000_000),
        ("两样", 6_000_000),  # a year's margin of 600, whatever else comes to it
        ("沉默", 4_000_000),  # half of 800
        ("下滑", 4_000_000),
        ("大", 3_000_000),  # 5 % of 4,000, half as much again after 45 days
        ("小", 150_000),
    ]


def test_what_is_overdue_is_counted_on_the_day(owner, make_customer, stand, batch, browser_of):
    customer = make_customer(owner=owner)
    stand(customer, rank=1, overdue_e4=1)
    for number, (due, receivable, paid) in enumerate(
        [(days_ago(90), 50_000, 20_000), (days_ago(1), 7_000, 0), (TODAY, 9_000, 0)], start=1
    ):
        Order._base_manager.create(
            key=f"o{number}", customer=customer, occurred_on=days_ago(100), recorded_at=NOW,
            batch=batch, order_ref=number, order_no=f"S{number}", due_on=due, status="completed",
            receivable_e4=receivable, currency="CNY",
        )  # fmt: skip
        if paid:
            Payment._base_manager.create(
                key=f"p{number}", customer=customer, occurred_on=days_ago(3), recorded_at=NOW,
                batch=batch, order_ref=number, amount_e4=paid, currency="CNY",
            )  # fmt: skip
    [line] = listed(owner)
    [debt] = line.signals
    assert (debt.amount_e4, debt.on) == (37_000, days_ago(90))
    assert line.stake_e4 == 55_500
    assert "the oldest for 90 days" in browser_of(owner).get("/").content.decode()
    Order._base_manager.create(
        key="o4", customer=customer, occurred_on=days_ago(100), recorded_at=NOW, batch=batch,
        order_ref=4, order_no="S4", due_on=days_ago(2), status="completed", receivable_e4=8_000,
        currency="USD",
    )  # fmt: skip
    [line] = listed(owner)
    assert line.signals[0].amount_e4 == 1, "dollars are turned into yuan by the grading alone"


def test_each_role_reads_first_what_it_answers_for(make_user, make_customer, stand, batch):
    service = make_user("customer_service", name="林悦")
    manager, director = make_user("key_account_manager"), make_user("sales_director")
    debtor = make_customer(owner=director, name="欠款")
    angry = make_customer(owner=manager, name="投诉")
    stand(debtor, rank=1, overdue_e4=90_000_000)
    stand(angry, rank=20)
    Complaint._base_manager.create(
        key="c1", customer=angry, occurred_on=days_ago(9), recorded_at=NOW, batch=batch,
        severity=1, summary="漏油",
    )  # fmt: skip
    for customer in (debtor, angry):
        for user in (service, manager):
            AccountTeamMember._base_manager.create(
                customer=customer, user=user, role="solution_sales", started_on=days_ago(99)
            )
    assert [one.line.name for one in listed(service)] == ["投诉", "欠款"]
    assert [one.line.name for one in listed(manager)] == ["投诉", "欠款"], "his own come first"
    assert [one.line.name for one in listed(director)] == ["欠款"]


def test_signals_of_one_customer_are_one_line(owner, make_customer, stand, note):
    customer = make_customer(owner=owner)
    stand(customer, rank=1, overdue_e4=10_000, silence_ratio=3.0)
    note(customer, 30, next_step="给报价", next_step_on=days_ago(1))
    [line] = listed(owner)
    assert {one.kind for one in line.signals} == {"overdue", "silent", "next_step"}


@pytest.mark.parametrize(
    ("late", "quiet", "said"),
    [
        (0, 0, ""),
        (1, 0, "<em>1</em> next step is late"),
        (0, 2, "<em>2</em> customers are quieter than usual"),
        (2, 1, "<em>2</em> next steps are late, <em>1</em> customer is quieter than usual"),
    ],
)
def test_nothing_is_said_of_what_there_is_none_of(late, quiet, said):
    with translation.override("en"):
        assert presenters.opening(late, quiet) == said


def test_nobody_sees_the_signals_of_others(owner, make_user, make_customer, stand, browser_of):
    customer = make_customer(owner=owner, name="他人客户")
    stand(customer, rank=1, overdue_e4=10_000)
    stranger = make_user("key_account_manager")
    assert kinds(stranger) == {}
    assert "他人客户" not in browser_of(stranger).get("/").content.decode()


def test_a_director_is_told_of_key_accounts_only(make_user, make_customer, stand):
    director = make_user("sales_director")
    key, regular = make_customer(), make_customer()
    stand(key, rank=1, overdue_e4=10_000)
    stand(regular, rank=20, overdue_e4=10_000)
    assert set(kinds(director)) == {key.pk}


def test_before_any_grading_the_page_says_what_it_will_do(make_user, browser_of, fresh_cache):
    page = browser_of(make_user("admin")).get("/").content.decode()
    for name in ("web:imports", "web:lab", "web:customers"):
        assert reverse(name) in page


def test_as_many_queries_for_many_signals_as_for_few(
    owner, make_customer, stand, note, browser_of, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = browser_of(owner)

    def count():
        with CaptureQueriesContext(connection) as seen:
            assert browser.get("/?all=1").status_code == 200
        return len(seen)

    def signal(rank):
        customer = make_customer(owner=owner)
        stand(customer, rank=rank, overdue_e4=10_000, silence_ratio=3.0)
        note(customer, 30, next_step="给报价", next_step_on=days_ago(1))

    signal(1)
    count()
    few = count()
    for rank in range(2, 60):
        signal(rank)
    assert count() == few


def test_the_sentence_names_the_first_action(owner, make_customer, stand, note, browser_of):
    customer = make_customer(owner=owner, name="长沙中岳")
    stand(customer, rank=1)
    note(customer, 30, next_step="回电确认条款", next_step_on=days_ago(2))
    with translation.override("en"):
        page = browser_of(owner).get("/").content.decode()
    lead = re.search(r'<p class="lead">(.*?)</p>', page, re.DOTALL)[1]
    assert "长沙中岳" in lead
    assert "回电确认条款" in lead


# --- tier changes ---------------------------------------------------------------------------------
@pytest.fixture
def moved(batch):
    """`moved(customer, run, from, to, ago, cause)` → a stored change, labelled by the run's scheme."""

    def make(customer, run, before, after, ago, cause="scheme"):
        labels = {one["key"]: one["label"] for one in run.scheme_version.body["tiers"]}
        return TierChange._base_manager.create(
            customer=customer, run=run, as_of=days_ago(ago), from_key=before,
            from_label=labels.get(before, {}), to_key=after, to_label=labels[after], is_up=None,
            cause=cause, score_before_micro=70_000_000, score_after_micro=60_000_000,
        )  # fmt: skip

    return make


def run_of(scheme, folder):
    """An earlier run under another scheme."""
    version = SchemeVersion.objects.create(
        key=scheme.key, number=1, name_zh="方案", name_en="Scheme", status="draft", created_at=NOW,
        body=scheme.model_dump(mode="json"),
    )  # fmt: skip
    return Run.objects.create(
        scheme_version=version, data_version=0, as_of=TODAY, created_at=NOW, population=0,
        folder=folder, digest="",
    )  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_moves_under_another_scheme_are_named_as_they_were_then(
    make_user, make_customer, stand, moved, browser_of, language
):
    scheme = SCHEME_PRESETS["annual_spend"]
    other = run_of(scheme, "elsewhere")
    owner = make_user("key_account_manager", language=language)
    customer = make_customer(owner=owner)
    stand(customer, rank=1)
    vip, gold = scheme.tiers[0], scheme.tiers[1]
    moved(customer, other, gold.key, vip.key, 3)
    page = browser_of(owner).get("/").content.decode()
    [line] = re.findall(
        r"<li>(.*?)</li>",
        page.split('aria-labelledby="moves"')[1].split("</section>")[0],
        re.DOTALL,
    )
    tongue = "en" if language == "en" else "zh"
    labels = [getattr(tier.label, tongue) for tier in (gold, vip)]
    assert f"{labels[0]} → {labels[1]}" in line
    assert re.search(rf'title="{labels[1]}"|>{labels[1]}<|aria-label="{labels[1]}"', line), line
    assert vip.seal in line
    assert "10.0" not in line, "points of two schemes are not compared"
    assert f">{vip.key[:1].upper()}<" not in line


def test_a_customer_that_moved_often_is_one_customer(
    owner, make_customer, stand, moved, run, browser_of
):
    other = run_of(VALUE_DEPTH_GROWTH.model_copy(update={"key": "another"}), "again")
    for rank in (1, 2):
        customer = make_customer(owner=owner, name=f"客户{rank}")
        stand(customer, rank=rank)
        moved(customer, run, "core", "major", 9)
        moved(customer, other, "major", "strategic", 3)
    count, found = queries.moves(owner, TODAY, limit=8)
    assert count == 2
    assert [(one.name, one.to_key) for one in found] == [
        ("客户1", "strategic"),
        ("客户2", "strategic"),
    ]
    assert "2 in a month" in browser_of(owner).get("/").content.decode()


@pytest.mark.parametrize(
    ("overdue", "shown"),
    [(None, ("—", "no receivables recorded")), (0, ("¥0", "0 customers"))],
)
def test_nothing_overdue_is_told_from_nothing_recorded(
    owner, make_customer, stand, browser_of, overdue, shown
):
    stand(make_customer(owner=owner), rank=1, overdue_e4=overdue)
    page = browser_of(owner).get("/")
    [figure] = [one for one in page.context["page"].figures if one.label == "Overdue"]
    assert (figure.value, figure.note) == shown
