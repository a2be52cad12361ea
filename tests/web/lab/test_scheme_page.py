"""A scheme written in its form: from a ready one to a draft that is tried, run and put in force."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from tests.warehouse import company
from tests.web.sending import buttons_of, fields_of

from jishi.analytics.presets import SCHEME_PRESETS, TIER_PRESETS
from jishi.jobs import tasks
from jishi.scoring.laboratory import NeedsRunError, lab_answer
from jishi.scoring.models import SchemeVersion, Standing
from jishi.scoring.queries import scheme_in_force, scheme_named
from jishi.scoring.services import run_score, schemes_setup


pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("data_folder")]
AS_OF = date(2025, 12, 31)
NOW = company.CLOCK + timedelta(days=1)
LAB, PAGE, FORM = "/lab/", "/lab/scheme/", "scheme-editor"


@pytest.fixture
def ready():
    schemes_setup(by=None, now=NOW)


@pytest.fixture
def signed(client, admin, ready):
    admin.language = "en"
    admin.save()
    client.force_login(admin)
    return client


@pytest.fixture
def asked(monkeypatch) -> list[tuple]:
    """What was asked of the background, without doing it."""
    wishes: list[tuple] = []
    monkeypatch.setattr(tasks, "ask_score", lambda *ids: wishes.append(ids))
    return wishes


def opened(client: Any, scheme: str, **more: str) -> dict[str, str]:
    """The form as it stands when the page is opened."""
    return fields_of(client.get(PAGE, {"scheme": scheme, **more}), FORM)


def pressed(client: Any, form: dict[str, str], then: str, **changes: str) -> dict[str, str]:
    """The form after a button that keeps it open."""
    response = client.post(PAGE, {**form, **changes, "then": then})
    assert response.status_code == 200
    return fields_of(response, FORM)


def saved(client: Any, form: dict[str, str], **changes: str) -> SchemeVersion:
    response = client.post(PAGE, {**form, **changes, "then": "save"})
    assert response.status_code == 302, response.context["editor"].problems
    version = SchemeVersion.objects.order_by("-pk")[0]
    spot = f"{version.key}.{version.number}"
    assert response.url == f"{LAB}?scheme={spot}&changed={version.pk}"
    return version


@pytest.mark.parametrize("key", sorted(SCHEME_PRESETS))
def test_every_ready_scheme_opens_whole_and_is_not_kept_without_a_change(signed, key):
    form = opened(signed, f"{key}.1")
    before = SchemeVersion.objects.count()
    response = signed.post(PAGE, {**form, "then": "save"})
    assert response.status_code == 422
    assert "Nothing has been changed" in response.content.decode()
    assert SchemeVersion.objects.count() == before


def test_the_amount_that_makes_a_vip_and_the_period_are_changed(signed):
    form = opened(signed, "annual_spend.1")
    assert (form["t0.value"], form["months"]) == ("1,000,000", "12")
    version = saved(
        signed, form, **{"t0.value": "200万", "months": "24", "note": "董事会", "t0.zh": "贵宾"}
    )
    assert (version.key, version.number, version.status) == ("annual_spend", 2, "draft")
    assert version.note == "董事会"
    scheme = version.scheme
    assert (scheme.window_months, scheme.tiers[0].cut.value) == (24, 2_000_000)
    assert scheme.tiers[0].label.zh == "贵宾"
    assert scheme.tiers[1:] == SCHEME_PRESETS["annual_spend"].tiers[1:]
    assert scheme_in_force().key == "value_depth_growth"
    whole = saved(signed, opened(signed, "annual_spend.2"), period="all")
    assert whole.scheme.window_months is None


def test_rows_are_moved_by_buttons_and_kept_in_their_new_order(signed):
    page = signed.get(PAGE, {"scheme": "sales_potential.1"})
    offered = buttons_of(page, FORM)
    assert {"down-d-0", "up-d-3", "down-i-0-0", "down-t-0", "up-t-2"} <= set(offered)
    assert not {"up-d-0", "down-d-3", "up-i-0-0", "up-t-3", "down-t-2"} & set(offered)
    form = pressed(signed, fields_of(page, FORM), "down-d-0")
    form = pressed(signed, form, "down-i-0-0")
    version = saved(signed, form, name_zh="改名", about_zh="为了东区。", about_en="For the east.")
    scheme, stored = version.scheme, SCHEME_PRESETS["sales_potential"]
    order = [one.key for one in stored.dimensions]
    assert [one.key for one in scheme.dimensions] == [order[1], order[0], *order[2:]]
    keys = [one.indicator for one in stored.dimensions[1].items]
    assert [one.indicator for one in scheme.dimensions[0].items] == [keys[1], keys[0], *keys[2:]]
    assert scheme.description.en == "For the east."


def test_a_draft_is_retired_after_a_question_and_the_one_in_force_never(signed):
    draft = scheme_named("rfm.1")
    url = reverse("web:lab_retire")
    page = signed.get(url, {"scheme": "rfm.1"})
    assert "Retire RFM: recency, frequency, monetary v1?" in page.content.decode()
    draft.refresh_from_db()
    assert draft.status == "draft", "asking changes nothing"
    sent = {"scheme": "rfm.1", "version": page.context["row_version"]}
    assert signed.post(url, {**sent, "version": "0"}).status_code == 409
    assert signed.post(url, sent).url == f"{LAB}?changed={draft.pk}"
    draft.refresh_from_db()
    assert draft.status == "retired"
    force = scheme_in_force()
    sent = {"scheme": f"{force.key}.{force.number}", "version": force.version}
    refused = signed.post(url, sent)
    assert refused.status_code == 409
    assert "Put another scheme in force first." in refused.content.decode()
    assert signed.get(url, {"scheme": "nothing.1"}).status_code == 404


def test_the_form_says_of_which_indicators_nothing_was_ever_recorded(signed):
    company.sell(company.customers(4), company.products(2), orders=8, minute=1)
    run_score(by=None, as_of=AS_OF, now=NOW)
    silent = "No interactions have ever been recorded."
    page = signed.get(PAGE, {"scheme": "sales_potential.1"}).content.decode()
    assert page.count(silent) == 1
    assert reverse("web:import_new") in page
    panels = signed.get(LAB).content.decode()
    assert silent in panels
    assert "unknown for everybody: Number of interactions, 5.0% of the weight" in panels


def test_a_scheme_is_built_from_dimensions_to_tiers(signed):
    form = opened(signed, "revenue_only.1")
    form = pressed(signed, form, "add-d")
    form |= {"d1.zh": "声誉", "d1.en": "Reputation", "d0.weight": "60", "d1.weight": "20"}
    form = pressed(signed, form, "add-i-1", **{"d1.add": "rating_brand"})
    form = pressed(signed, form, "add-i-1", **{"d1.add": "referrals_made"})
    form = pressed(signed, form, "balance")
    assert (form["d0.weight"], form["d1.weight"]) == ("75", "25")
    form = pressed(signed, form, "refresh", **{"d0.i0.kind": "steps"})
    assert [name for name in form if name.endswith(".at")] == [
        "d0.i0.s0.at", "d0.i0.s1.at", "d0.i0.s2.at",
    ]  # fmt: skip
    form |= {"d0.i0.s0.at": "10万", "d0.i0.s0.points": "40"}
    form |= {"d0.i0.s1.at": "1,000,000", "d0.i0.s1.points": "100"}
    form = pressed(signed, form, "tiers", preset="gold_silver_bronze")
    form = pressed(signed, form, "add-t")
    form |= {"t2.zh": "潜力", "t2.en": "Rising", "t2.seal": "潜", "t2.form": "disc"}
    form = pressed(signed, form, "refresh", **{"t2.cut": "indicator"})
    form |= {"t2.indicator": "growth_yoy_pct", "t2.value": "30"}
    form.pop("t2.is_key")
    form |= {"d1.i1.direction": "lower", "d1.i1.missing": "worst", "coverage": "10"}
    form |= {"selection": "top_n", "selection_value": "40", "as_new": "on"}
    version = saved(signed, form, name_zh="规模与声誉", name_en="Size and reputation")
    assert (version.key, version.number) == ("size_and_reputation", 1)
    scheme = version.scheme
    assert [one.weight for one in scheme.dimensions] == [75, 25]
    assert scheme.indicator_keys == ("spend_e4", "rating_brand", "referrals_made")
    assert [(one.at_least, one.points) for one in scheme.dimensions[0].items[0].normalise.steps] == [
        (100_000, 40), (1_000_000, 100),
    ]  # fmt: skip
    brand, referrals = scheme.dimensions[1].items
    assert brand.normalise.kind == "direct"
    assert (referrals.direction, referrals.missing) == ("lower", "worst")
    assert [one.label.zh for one in scheme.tiers] == ["金", "银", "潜力", "铜"]
    assert (scheme.tiers[2].cut.indicator, scheme.tiers[2].is_key) == ("growth_yoy_pct", False)
    assert (scheme.selection.kind, scheme.selection.value) == ("top_n", 40)
    assert scheme.min_coverage_pct == 10


def test_mistakes_are_named_above_and_beside_and_nothing_typed_is_lost(signed):
    form = opened(signed, "annual_spend.1")
    before = SchemeVersion.objects.count()
    wrong = {
        "t0.value": "plenty",
        "d0.weight": "90",
        "months": "0",
        "name_zh": "  门槛",
        "t1.zh": "",
    }
    response = signed.post(PAGE, {**form, **wrong, "then": "save"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "“plenty” is not a number" in page
    assert 'href="#f-t0-value"' in page
    assert 'aria-describedby="f-t0-value-error"' in page
    assert "add up to 90, not to 100" in page
    assert "balance" in buttons_of(response, FORM)
    messages = {one.anchor for one in response.context["editor"].problems}
    assert messages == {"f-t0-value", "weights", "f-months", "f-t1-zh"}
    kept = fields_of(response, FORM)
    assert {name: kept[name] for name in form if name != "csrfmiddlewaretoken"} == {
        name: value for name, value in {**form, **wrong}.items() if name != "csrfmiddlewaretoken"
    }
    assert SchemeVersion.objects.count() == before


def test_every_indicator_is_offered_once_and_explained(signed):
    from jishi.analytics.indicators import REGISTRY

    page = signed.get(PAGE, {"scheme": "annual_spend.1"})
    editor = page.context["editor"]
    offered = [key for _family, choices in editor.dimensions[0].offers for key, _label in choices]
    assert sorted([*offered, "spend_e4"]) == sorted(REGISTRY)
    rows = [row for _family, rows in editor.reference for row in rows]
    assert len(rows) == len(REGISTRY)
    assert all(row["title"] and row["question"] and row["formula"] for row in rows)


@pytest.mark.parametrize("preset", sorted(TIER_PRESETS))
def test_every_set_of_tiers_can_be_taken(signed, preset):
    form = pressed(signed, opened(signed, "rfm.1"), "tiers", preset=preset)
    version = saved(signed, form, note=preset, months="6")
    assert [one.key for one in version.scheme.tiers] == [one["key"] for one in TIER_PRESETS[preset]]


def test_what_was_tried_in_the_laboratory_goes_along(signed):
    sent = {"scheme": "value_depth_growth.1", "w_value": "20", "w_depth": "20", "w_growth": "60"}
    answer = signed.post(reverse("web:lab_go"), {**sent, "then": "edit", "missing": "neutral"})
    assert answer.url.startswith(PAGE)
    form = fields_of(signed.get(answer.url), FORM)
    assert [form[f"d{d}.weight"] for d in range(3)] == ["20", "20", "60"]
    assert form["missing"] == "neutral"
    version = saved(signed, form)
    assert [one.weight for one in version.scheme.dimensions] == [20, 20, 60]


def test_a_draft_is_previewed_run_and_put_in_force(signed, admin, asked):
    who, what = company.customers(20), company.products(4)
    company.sell(who[:16], what, orders=60, minute=1)
    run_score(by=None, as_of=AS_OF, now=NOW)
    form = opened(signed, "revenue_only.1")
    draft = saved(signed, form, period="all", selection="top_n", selection_value="3")
    spot = {"scheme": "revenue_only.2"}
    assert signed.get(LAB, spot).context["needs_run"] == draft
    with pytest.raises(NeedsRunError):
        lab_answer(by=None, body=draft.body)
    signed.post(reverse("web:lab_run"), {"scheme_id": draft.pk})
    assert asked == [(admin.pk, draft.pk)]
    run_score(by=None, as_of=AS_OF, now=NOW, scheme=draft, publish=False)
    assert sum(row.after for row in signed.get(LAB, spot).context["panels"].tiers) == 20
    signed.post(reverse("web:lab_activate"), {"scheme_id": draft.pk, "version": draft.version})
    assert scheme_in_force() == draft
    run_score(by=None, as_of=AS_OF, now=NOW)
    assert Standing.objects.unscoped("test").filter(is_key=True).count() == 3


def test_the_laboratory_says_what_the_weight_rests_on(signed):
    company.sell(company.customers(4), company.products(2), orders=8, minute=1)
    run_score(by=None, as_of=AS_OF, now=NOW, scheme=scheme_named("sales_potential"))
    page = signed.get(LAB, {"scheme": "sales_potential.1"})
    assert "Figures 62.5% · judgement 37.5%" in page.content.decode()
    turned = {
        "scheme": "sales_potential.1", "w_sales": "100", "w_potential": "0", "w_demonstration": "0",
        "w_winnable": "0",
    }  # fmt: skip
    part = signed.post(reverse("web:lab_preview"), turned).content.decode()
    assert "Figures 100.0% · judgement 0.0%" in part
    editor = signed.get(PAGE, {"scheme": "sales_potential.1"}).context["editor"]
    assert editor.balance == "Figures 62.5% · judgement 37.5%"


@pytest.mark.parametrize(
    ("role", "writes"),
    [("analyst", True), ("sales_director", True), ("key_account_manager", False)],
)
def test_only_who_may_draft_writes_schemes(client, make_user, ready, role, writes):
    client.force_login(make_user(role))
    assert client.get(PAGE).status_code == (200 if writes else 403)
    before = SchemeVersion.objects.count()
    sent = {"scheme": "rfm.1", "then": "save", "name_en": "x"}
    assert client.post(PAGE, sent).status_code == (422 if writes else 403)
    assert SchemeVersion.objects.count() == before


def test_a_form_with_nothing_in_it_starts_anew(signed):
    assert signed.post(PAGE, {}).status_code == 200
    strange = {
        "d0.key": "\0",
        "d0.i0.indicator": "'",
        "t0.key": "",
        "then": "add-i-0",
        "d0.add": "x",
    }
    assert signed.post(PAGE, strange).status_code == 200
