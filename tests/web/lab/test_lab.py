"""The laboratory from sliders to a scheme in force, on a company that really is scored."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from tests.warehouse import company

from jishi.customers.models import Customer
from jishi.jobs import tasks
from jishi.jobs.tickets import State, ticket_of, ticket_queue
from jishi.scoring.laboratory import NeedsRunError, lab_answer
from jishi.scoring.models import SchemeVersion, Standing
from jishi.scoring.queries import run_latest, scheme_in_force
from jishi.scoring.runfiles import run_path
from jishi.scoring.services import designation_set, run_score, scheme_save, schemes_setup


pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("data_folder")]
AS_OF = date(2025, 12, 31)
NOW = company.CLOCK + timedelta(days=1)
LAB = "/lab/"


@pytest.fixture
def who() -> list[Customer]:
    who, what = company.customers(20), company.products(4)
    company.sell(who[:16], what, orders=60, minute=1)
    company.other_facts(who[:6], minute=2)
    schemes_setup(by=None, now=NOW)
    run_score(by=None, as_of=AS_OF, now=NOW)
    return who


@pytest.fixture
def signed(client, admin):
    client.force_login(admin)
    return client


@pytest.fixture
def asked(monkeypatch) -> list[tuple]:
    """What was asked of the background, without doing it."""
    wishes: list[tuple] = []
    monkeypatch.setattr(tasks, "ask_score", lambda *ids: wishes.append(ids))
    return wishes


def version(key: str) -> SchemeVersion:
    return SchemeVersion.objects.get(key=key, number=1)


def test_the_scheme_in_force_as_it_stands_moves_nobody(signed, who):
    panels = signed.get(LAB).context["panels"]
    assert [one.count for one in panels.lists] == [0, 0, 0]
    assert all(row.change == 0 for row in panels.tiers)
    assert sum(row.after for row in panels.tiers) == len(who)


def test_what_is_tried_is_what_a_run_with_it_would_say(signed, who):
    """The lists of the laboratory against a real run with the changed scheme."""
    body = {**version("value_with_margin").body, "missing": "worst"}
    body["selection"] = {"kind": "top_n", "value": "7"}
    answer = lab_answer(by=None, body=body, listed=100)
    keys_before = set(
        Standing.objects.unscoped("test").filter(is_key=True).values_list("customer_id", flat=True)
    )
    saved = scheme_save(by=None, body=body, now=NOW)
    run_score(by=None, as_of=AS_OF, now=NOW, scheme=saved)
    after = {
        row.customer_id: row for row in Standing.objects.unscoped("test").order_by("customer_id")
    }
    keys_after = {pk for pk, row in after.items() if row.is_key}
    assert answer.key_accounts == len(keys_after) == 7
    assert {one.customer_id for one in answer.entered.shown} == keys_after - keys_before
    assert {one.customer_id for one in answer.left.shown} == keys_before - keys_after
    for one in [*answer.entered.shown, *answer.moved.shown, *answer.left.shown]:
        assert (one.rank, one.tier_key) == (
            after[one.customer_id].rank, after[one.customer_id].tier_key,
        )  # fmt: skip
    counts = {key: n for key, n in answer.tier_counts.items() if n}
    counted: dict[str, int] = {}
    for row in after.values():
        counted[row.tier_key] = counted.get(row.tier_key, 0) + 1
    assert counts == counted


def test_other_weights_alone_answer_like_scoring_anew(who, monkeypatch):
    body = version("value_depth_growth").body
    turned = [
        {**one, "weight": weight}
        for one, weight in zip(body["dimensions"], ("5", "5", "90"), strict=True)
    ]
    fast = lab_answer(by=None, body={**body, "dimensions": turned}, listed=100)
    monkeypatch.setattr("jishi.analytics.whatif.same_points", lambda one, other: False)
    anew = lab_answer(by=None, body={**body, "dimensions": turned}, listed=100)
    assert anew == fast
    assert fast.moved.count + fast.entered.count > 0, "the weights do change something"


def test_a_persons_decision_stays_whatever_is_tried(who, admin):
    worst = Standing.objects.unscoped("test").order_by("-rank")[0].customer_id
    designation_set(by=admin, customer_id=worst, tier_key="strategic", reason="flagship", now=NOW)
    run_score(by=None, as_of=AS_OF, now=NOW)
    answer = lab_answer(by=None, body=scheme_in_force().body)
    assert answer.left.count == 0
    assert answer.tier_counts == answer.tier_counts_before


def test_a_scheme_without_figures_asks_for_a_run_first(signed, who, asked):
    with pytest.raises(NeedsRunError):
        lab_answer(by=None, body=version("rfm").body)
    page = signed.get(LAB, {"scheme": "rfm.1"})
    assert page.status_code == 200
    assert page.context["needs_run"].key == "rfm"
    rfm = version("rfm")
    signed.post(reverse("web:lab_run"), {"scheme_id": rfm.pk})
    assert asked[0][1] == rfm.pk
    run_score(by=None, as_of=AS_OF, now=NOW, scheme=rfm, publish=False)
    assert signed.get(LAB, {"scheme": "rfm.1"}).context["panels"] is not None


def test_a_run_of_which_a_file_is_lost_is_asked_for_again(signed, who):
    run = run_latest()
    (run_path(run) / "points.npy").unlink()
    page = signed.get(LAB)
    assert page.status_code == 200
    assert page.context["needs_run"] == run.scheme_version


def test_the_sliders_answer_in_place_and_the_address_keeps_them(signed, who):
    form = {"scheme": "value_depth_growth.1", "w_value": "10", "w_depth": "10", "w_growth": "80"}
    part = signed.post(reverse("web:lab_preview"), form)
    assert part.templates[0].name == "lab/panels.html"
    sent_on = signed.post(reverse("web:lab_go"), form)
    page = signed.get(sent_on.url)
    assert page.context["panels"].finding == part.context["panels"].finding
    assert [one.value for one in page.context["sliders"]] == [10, 10, 80]


def test_the_command_line_names_the_scheme_only_when_nothing_was_changed(signed, who):
    plain = signed.get(LAB, {"scheme": "revenue_only.1"}).context["panels"]
    assert plain.command == f"jishi score --scheme revenue_only --as-of {AS_OF}"
    changed = signed.get(LAB, {"scheme": "revenue_only.1", "cut": "top_n", "cut_value": "3"})
    assert changed.context["panels"].command == ""


def test_the_command_line_names_the_version_where_the_key_means_another(signed, who):
    body = {**version("revenue_only").body, "min_coverage_pct": "5"}
    scheme_save(by=None, body=body, now=NOW)
    older = signed.get(LAB, {"scheme": "revenue_only.1"}).context["panels"]
    newer = signed.get(LAB, {"scheme": "revenue_only.2"}).context["panels"]
    assert older.command == f"jishi score --scheme revenue_only.1 --as-of {AS_OF}"
    assert newer.command == f"jishi score --scheme revenue_only --as-of {AS_OF}"


def test_a_scheme_cut_by_its_tiers_can_be_cut_by_a_share(signed, who):
    page = signed.get(LAB, {"scheme": "annual_spend.1"})
    assert (page.context["cut"], page.context["cut_value"]) == ("classes", "20")
    assert 'name="cut_value" value="20"' in page.content.decode()
    form = {"scheme": "annual_spend.1", "w_spend": "100", "cut": "classes", "cut_value": "20"}
    same = signed.get(signed.post(reverse("web:lab_go"), form).url)
    assert same.context["cut"] == "classes"
    assert same.context["panels"].finding == page.context["panels"].finding
    cut = signed.get(signed.post(reverse("web:lab_go"), {**form, "cut": "top_pct"}).url)
    assert (cut.context["cut"], cut.context["cut_value"]) == ("top_pct", "20")


def test_a_draft_keeps_what_was_tried(signed, who):
    address = "scheme=value_depth_growth.1&w_value=20&w_depth=20&w_growth=60&cut=top_n&cut_value=5"
    url = f"{reverse('web:lab_draft')}?{address}"
    assert "60%" in signed.get(url).content.decode()
    response = signed.post(
        url, {"name_zh": "重成长", "name_en": "Growth first", "note": "试", "as_new": "on"}
    )
    saved = SchemeVersion.objects.get(key="growth_first")
    assert response.url.startswith(f"{LAB}?scheme=growth_first.1")
    assert [one["weight"] for one in saved.body["dimensions"]] == ["20", "20", "60"]
    assert saved.body["selection"] == {"kind": "top_n", "value": "5"}
    assert saved.status == "draft"
    signed.post(url, {"name_zh": "默认二", "name_en": "Default two", "note": ""})
    assert SchemeVersion.objects.get(key="value_depth_growth", number=2).status == "draft"


def test_putting_into_force_needs_the_newest_version_and_grades_everybody(
    signed, admin, who, asked
):
    one = version("revenue_only")
    url = reverse("web:lab_activate")
    stale = signed.post(url, {"scheme_id": one.pk, "version": one.version + 1})
    assert stale.status_code == 409
    assert scheme_in_force().key == "value_depth_growth"
    assert asked == []
    signed.post(url, {"scheme_id": one.pk, "version": one.version})
    assert scheme_in_force().key == "revenue_only"
    assert asked == [(admin.pk,)]


@pytest.mark.parametrize(
    ("role", "drafts", "activates"),
    [
        ("analyst", True, False),
        ("key_account_manager", False, False),
        ("sales_director", True, True),
    ],
)
def test_each_role_gets_its_part_of_the_laboratory(client, make_user, who, role, drafts, activates):
    client.force_login(make_user(role))
    page = client.get(LAB)
    assert page.status_code == 200
    assert (page.context["panels"] is not None) is drafts
    assert any(row.can_activate for row in page.context["scheme_rows"]) is activates
    one = version("revenue_only")
    allowed = client.post(reverse("web:lab_preview"), {}).status_code == 200
    assert allowed is drafts
    if not activates:
        sent = {"scheme_id": one.pk, "version": one.version}
        assert client.post(reverse("web:lab_activate"), sent).status_code == 403
        assert scheme_in_force().key == "value_depth_growth"


def test_an_empty_product_offers_ways_to_begin(signed):
    page = signed.get(LAB)
    assert len(page.context["starts"]) == 3


def test_the_bar_of_a_grading_moves_and_then_loads_the_page(signed, who):
    ticket_queue(tasks.SCORE, tasks.RUN)
    page = signed.get(LAB)
    assert page.context["work"] is not None
    hx = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{LAB}?scheme=rfm.1"}
    assert "<progress" in signed.get(reverse("web:lab_progress"), headers=hx).content.decode()
    tasks.score_run.call_local(None, None)
    assert ticket_of(tasks.SCORE).state is State.DONE
    done = signed.get(reverse("web:lab_progress"), headers=hx)
    assert done["HX-Redirect"] == f"{LAB}?scheme=rfm.1"


def test_two_wishes_for_a_grading_are_one(who, monkeypatch):
    calls: list[tuple] = []
    monkeypatch.setattr(tasks, "score_run", lambda *ids: calls.append(ids))
    tasks.ask_score(None)
    tasks.ask_score(None)
    assert len(calls) == 1
