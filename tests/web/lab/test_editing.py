"""The form of a scheme: numbers, buttons and checks, without a page."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from jishi.analytics.indicators import REGISTRY
from jishi.analytics.presets import SCHEME_PRESETS, TIER_PRESETS
from jishi.analytics.scheme import Scheme
from jishi.web.pages.lab.balance import balance_of, shares_in
from jishi.web.pages.lab.editing.actions import act, tidy
from jishi.web.pages.lab.editing.checks import checked
from jishi.web.pages.lab.editing.draft import (
    CUTS,
    KINDS,
    SELECTIONS,
    DimensionLine,
    ItemLine,
    SchemeDraft,
    StepLine,
    TierLine,
    from_body,
    to_body,
    weight_sum,
)
from jishi.web.pages.lab.editing.numbers import grouped, number, shown
from jishi.web.pages.lab.editing.sending import from_post
from jishi.web.pages.lab.keys import free_key, slug


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def body_of(key: str) -> dict[str, Any]:
    return SCHEME_PRESETS[key].model_dump(mode="json")


def draft_of(key: str = "sales_potential") -> SchemeDraft:
    return from_body(body_of(key))


@pytest.mark.parametrize("key", sorted(SCHEME_PRESETS))
def test_a_ready_scheme_comes_out_as_it_went_in(key):
    draft = draft_of(key)
    assert checked(draft) == {}
    made, stored = Scheme.model_validate(to_body(draft, body_of(key))), SCHEME_PRESETS[key]
    if sum(one.weight for one in stored.dimensions) == 100:
        assert made == stored
    else:
        assert weight_sum(draft) == 100
        assert made.model_copy(update={"dimensions": stored.dimensions}) == stored
        shares = zip(made.weight_units(), stored.weight_units(), strict=True)
        assert all(abs(one - other) < 2_000 for one, other in shares)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1,000,000", "1000000"), ("１２.５", "12.5"), ("100万", "1000000"), ("1.5亿", "150000000"),
        ("20 %", "20"), (" 7 ", "7"), ("-3", "-3"), (".5", "0.5"), ("12,5", None), ("1e9", None),
        ("NaN", None), ("", None), ("万", None), ("1,00", None), ("0.1234567", None),
        ("999999999999999", None), ("٣", None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(typed, meant):
    value = number(typed)
    assert (None if value is None else shown(value)) == meant


@given(st.decimals(-(10**13), 10**13, places=6))
def test_a_shown_number_is_read_back(value):
    assert number(shown(value)) == number(grouped(value)) == value


def change(draft: SchemeDraft, path: str, value: Any) -> None:
    *steps, last = path.split(".")
    target: Any = draft
    for step in steps:
        target = target[int(step)] if step.isdecimal() else getattr(target, step)
    setattr(target, last, value)


@pytest.mark.parametrize(
    ("path", "value", "field", "words"),
    [
        ("name_zh", " ", "name_zh", "name"),
        ("name_en", "x" * 201, "name_en", "200"),
        ("note", "x" * 301, "note", "300"),
        ("months", "0", "months", "From 1 to 600"),
        ("months", "1.5", "months", "whole"),
        ("coverage", "101", "coverage", "From 0 to 100"),
        ("dimensions.0.weight", "30", "weights", "add up to 90"),
        ("dimensions.0.weight", "many", "d0.weight", "“many” is not a number"),
        ("dimensions.0.zh", "", "d0.zh", "name"),
        ("dimensions.0.items.0.indicator", "turnover", "d0.i0.indicator", "Choose"),
        ("dimensions.1.items.0.indicator", "orders", "d1.i0.indicator", "twice"),
        ("dimensions.0.items.0.weight", "-1", "d0.i0.weight", "From 0"),
        ("dimensions.0.items", [], "d0.add", "Add an indicator"),
        ("dimensions.0.items.0.kind", "steps", "d0.i0.kind", "at least one step"),
        ("dimensions", [], "dimensions", "at least one dimension"),
        ("selection_value", "120", "selection_value", "From 0 to 100"),
        ("tiers.0.seal", "战略", "t0.seal", "One character"),
        ("tiers.1.value", "20", "t1.value", "more than 20"),
        ("tiers.0.is_key", False, "t1.is_key", "above the ordinary"),
        ("tiers.3.is_key", True, "t3.is_key", "cannot be"),
        ("tiers.3.cut", "share", "t3.cut", "everybody else"),
        ("tiers.0.cut", "rest", "t0.cut", "everybody else"),
        ("tiers", [], "tiers", "two tiers"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(path, value, field, words):
    draft = draft_of()
    change(draft, path, value)
    assert words in checked(draft)[field]


def test_steps_ends_and_thresholds_that_do_not_fit_are_named():
    draft = draft_of()
    draft.dimensions[0].items[0] = ItemLine(
        "spend_e4", kind="steps", steps=[StepLine("5", "20"), StepLine(), StepLine("5", "101")]
    )
    draft.dimensions[0].items[1] = ItemLine("orders", kind="minmax", low="9", high="3")
    draft.tiers = draft_of("annual_spend").tiers
    draft.tiers[1].value = "2,000,000"
    wrong = checked(draft)
    assert set(wrong) == {"d0.i0.s2.at", "d0.i0.s2.points", "d0.i1.high", "t1.value"}
    assert "Less than 1000000" in wrong["t1.value"]


def test_buttons_add_and_remove_rows():
    draft = draft_of()
    assert act(draft, "add-d", {}) == "d4.zh"
    assert act(draft, "add-i-4", {"d4.add": "rating_brand"}) == "d4.i0.weight"
    assert draft.dimensions[4].items == [ItemLine("rating_brand", kind="direct")]
    act(draft, "add-i-4", {"d4.add": "rating_brand"})
    act(draft, "add-i-4", {"d4.add": "turnover"})
    assert len(draft.dimensions[4].items) == 1
    draft.dimensions[4].items[0].kind = "steps"
    tidy(draft)
    assert len(draft.dimensions[4].items[0].steps) == 3
    assert act(draft, "add-s-4-0", {}) == "d4.i0.s3.at"
    act(draft, "remove-s-4-0-3", {})
    assert len(draft.dimensions[4].items[0].steps) == 3
    act(draft, "remove-i-0-1", {})
    assert [item.indicator for item in draft.dimensions[0].items] == ["spend_e4"]
    act(draft, "remove-d-4", {})
    assert len(draft.dimensions) == 4
    assert act(draft, "add-t", {}) == "t3.seal"
    assert (draft.tiers[3].is_key, draft.tiers[4].cut) == (True, "rest")
    act(draft, "remove-t-3", {})
    act(draft, "tiers", {"preset": "gold_silver_bronze"})
    assert [tier.zh for tier in draft.tiers] == ["金", "银", "铜"]


@pytest.mark.parametrize(
    "then",
    ["", "refresh", "remove-d-9", "remove-i-0", "add-s-0", "add-i-0-0-0", "tiers", "nonsense"],
)
def test_a_button_that_fits_nothing_changes_nothing(then):
    draft = draft_of()
    act(draft, then, {"preset": "platinum"})
    assert draft == draft_of()


def test_weights_are_brought_to_a_hundred_in_proportion():
    draft = draft_of("rfm")
    for one, weight in zip(draft.dimensions, ("30", "x", "30"), strict=True):
        one.weight = weight
    act(draft, "balance", {})
    assert [one.weight for one in draft.dimensions] == ["50", "0", "50"]
    for one in draft.dimensions:
        one.weight = "1"
    act(draft, "balance", {})
    assert weight_sum(draft) == 100


def test_new_rows_get_keys_of_their_own_and_old_ones_keep_theirs():
    draft = draft_of()
    draft.dimensions[0].zh = "规模"
    draft.dimensions.append(DimensionLine("", "声誉", "Sales", "0", [ItemLine("rating_brand")]))
    draft.tiers.insert(3, TierLine("", "备选", "备选", "备", "double", True, "count", "3"))
    made = to_body(draft, body_of("sales_potential"))
    assert [one["key"] for one in made["dimensions"]] == [
        "sales", "potential", "demonstration", "winnable", "sales_2",
    ]  # fmt: skip
    assert [one["key"] for one in made["tiers"]][3] == "part"
    Scheme.model_validate(made)
    assert (slug("2026 plan", "scheme"), slug("方案", "scheme")) == ("scheme_2026_plan", "scheme")
    assert free_key("rfm", {"rfm", "rfm_2"}) == "rfm_3"


def test_rows_trade_places_and_keep_what_is_typed_in_them():
    draft = draft_of()
    first, second = draft.dimensions[:2]
    items, tiers = list(first.items), list(draft.tiers)
    assert act(draft, "down-d-0", {}) == "d1.zh"
    assert draft.dimensions[:2] == [second, first]
    assert act(draft, "up-i-1-1", {}) == "d1.i0.weight"
    assert first.items == [items[1], items[0], *items[2:]]
    assert act(draft, "up-t-2", {}) == "t1.zh"
    assert draft.tiers == [tiers[0], tiers[2], tiers[1], tiers[3]]
    before = copy.deepcopy(draft)
    for nowhere in (
        "up-d-0",
        "down-d-3",
        "up-i-1-0",
        "up-t-0",
        "down-t-2",
        "up-t-3",
        "up-d",
        "up-i-9-1",
    ):
        assert act(draft, nowhere, {}) == ""
    assert draft == before


def test_a_description_stays_with_another_name_and_one_language_stands_for_both():
    draft = draft_of("annual_spend")
    about = (draft.about_zh, draft.about_en)
    draft.name_zh, draft.name_en = "新门槛", "New threshold"
    assert to_body(draft, body_of("annual_spend"))["description"] == dict(
        zip(("zh", "en"), about, strict=True)
    )
    draft.about_en = " "
    made = Scheme.model_validate(to_body(draft, body_of("annual_spend")))
    assert made.description.en == made.description.zh == about[0]
    draft.about_zh = ""
    assert to_body(draft, body_of("annual_spend"))["description"] is None
    draft.about_zh = "长" * 201
    assert "about_zh" in checked(draft)


TEXT = st.one_of(
    st.sampled_from(["", "0", "1", "3", "50", "100", "1,000", "x", "-1", "0.5", "1e9"]),
    st.text(max_size=5),
)
ITEMS = st.builds(
    ItemLine, st.sampled_from([*sorted(REGISTRY)[:12], "turnover"]), TEXT, st.sampled_from(KINDS),
    TEXT, TEXT, st.sampled_from(["", "lower"]), st.sampled_from(["", "worst"]),
    st.lists(st.builds(StepLine, TEXT, TEXT), max_size=3),
)  # fmt: skip
DIMENSIONS = st.builds(
    DimensionLine, st.sampled_from(["", "a", "b", "9"]), TEXT, TEXT,
    st.sampled_from(["0", "50", "100"]), st.lists(ITEMS, max_size=2),
)  # fmt: skip
TIERS = st.builds(
    TierLine, st.sampled_from(["", "a", "b"]), TEXT, TEXT, st.sampled_from(["金", "", "ab"]),
    st.just("solid"), st.booleans(), st.sampled_from(CUTS), TEXT, st.sampled_from(["", "spend_e4"]),
)  # fmt: skip
DRAFTS = st.builds(
    SchemeDraft, TEXT, TEXT, TEXT, TEXT, TEXT, st.booleans(), st.booleans(), TEXT,
    st.sampled_from(["worst", "neutral"]), TEXT, st.sampled_from(SELECTIONS), TEXT,
    st.lists(DIMENSIONS, max_size=2), st.lists(TIERS, max_size=3),
)  # fmt: skip


@st.composite
def nearly_right(draw):
    """A ready scheme with one or two fields changed to anything."""
    draft = draft_of(draw(st.sampled_from(sorted(SCHEME_PRESETS))))
    for _ in range(draw(st.integers(1, 2))):
        item = draw(st.sampled_from([item for _d, _i, item in draft.items()]))
        what, name = draw(
            st.sampled_from([
                (draft, "months"), (draft, "coverage"), (draft, "selection_value"),
                (item, "weight"), (item, "low"), (item, "high"),
                (draft.tiers[0], "value"), (draft.tiers[1], "value"), (draft.tiers[0], "zh"),
            ])
        )  # fmt: skip
        setattr(what, name, draw(TEXT))
    return draft


@settings(max_examples=300, deadline=None)
@given(st.one_of(DRAFTS, nearly_right()))
def test_whatever_passes_the_checks_is_a_scheme(draft):
    tidy(draft)
    if not checked(draft):
        Scheme.model_validate(to_body(draft, body_of("rfm")))


@pytest.mark.parametrize("key", sorted(SCHEME_PRESETS))
def test_a_form_that_is_sent_is_read_as_it_stood(key):
    draft = draft_of(key)
    draft.note, draft.as_new = "为何", True
    sent = QueryDict(mutable=True)
    sent.update({"name_zh": draft.name_zh, "name_en": draft.name_en, "note": draft.note})
    sent.update({"about_zh": draft.about_zh, "about_en": draft.about_en})
    sent.update({"as_new": "on", "period": "months", "months": draft.months})
    sent.update({name: getattr(draft, name) for name in ("missing", "coverage", "selection")})
    sent["selection_value"] = draft.selection_value
    for d, dimension in enumerate(draft.dimensions):
        for name in ("key", "zh", "en", "weight"):
            sent[f"d{d}.{name}"] = getattr(dimension, name)
        for i, item in enumerate(dimension.items):
            for name in ("indicator", "weight", "kind", "low", "high", "direction", "missing"):
                sent[f"d{d}.i{i}.{name}"] = getattr(item, name)
            for s, step in enumerate(item.steps):
                sent[f"d{d}.i{i}.s{s}.at"] = step.at
                sent[f"d{d}.i{i}.s{s}.points"] = step.points
    for t, tier in enumerate(draft.tiers):
        for name in ("key", "zh", "en", "seal", "form", "cut", "value", "indicator"):
            sent[f"t{t}.{name}"] = getattr(tier, name)
        if tier.is_key:
            sent[f"t{t}.is_key"] = "on"
    assert from_post(sent) == draft


def test_there_are_only_so_many_indicators():
    draft = draft_of()
    items = [ItemLine(key) for key in REGISTRY]
    draft.dimensions = [
        DimensionLine(f"d{n}", "维", "Part", "25", items[n * 14 : n * 14 + 14]) for n in range(4)
    ]
    assert "56" in checked(draft)["dimensions"]
    del draft.dimensions[0].items[:4]
    assert checked(draft) == {}


def test_the_balance_of_figures_and_judgement():
    shares = shares_in(body_of("sales_potential"))
    assert sum(shares.values()) == 1
    figures, judged = balance_of(shares)
    assert (float(figures), float(judged)) == (62.5, 37.5)
    assert balance_of({}) is None
    only_figures = balance_of(shares_in(body_of("revenue_only")))
    assert only_figures == (100, 0)


def test_ready_sets_of_tiers_are_left_alone():
    before = copy.deepcopy(TIER_PRESETS)
    draft = draft_of()
    act(draft, "tiers", {"preset": "vip_gold"})
    draft.tiers[0].zh = "别的"
    to_body(draft, body_of("rfm"))
    assert before == TIER_PRESETS
