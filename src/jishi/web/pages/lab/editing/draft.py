"""A scheme as it stands in the form: every value is the text somebody typed.

Between two clicks the whole scheme travels in the form, so adding a row needs neither scripts nor storage.
Rows are numbered from 0: `d1.i0.weight` is the weight of the first indicator of the second dimension.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from jishi.scoring.vocabulary import hundredths_of
from jishi.web.pages.lab.editing.numbers import grouped, number, shown
from jishi.web.pages.lab.keys import free_key, slug


Body = dict[str, Any]

MOST_DIMENSIONS, MOST_ITEMS, MOST_STEPS, MOST_TIERS = 12, 20, 20, 12
KINDS = ("percentile", "minmax", "log", "z", "steps", "direct")
WITH_ENDS = ("minmax", "log", "direct")
CUTS = ("share", "count", "score", "indicator", "rest")
SELECTIONS = ("top_pct", "top_n", "threshold", "classes")
POLICIES = ("renormalise", "neutral", "worst")
FORMS = ("solid", "outline", "circle", "dashed", "double", "disc")
DIRECTIONS = ("higher", "lower")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_HUNDRED = Decimal(100)


@dataclass
class StepLine:
    at: str = ""
    points: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.at.strip() and not self.points.strip()


@dataclass
class ItemLine:
    """One indicator of a dimension."""

    indicator: str
    weight: str = "1"
    kind: str = "percentile"
    low: str = ""
    high: str = ""
    direction: str = ""
    missing: str = ""
    steps: list[StepLine] = field(default_factory=list)


@dataclass
class DimensionLine:
    key: str = ""
    zh: str = ""
    en: str = ""
    weight: str = ""
    items: list[ItemLine] = field(default_factory=list)


@dataclass
class TierLine:
    key: str = ""
    zh: str = ""
    en: str = ""
    seal: str = ""
    form: str = "outline"
    is_key: bool = False
    cut: str = "share"
    value: str = ""
    indicator: str = ""


@dataclass
class SchemeDraft:
    name_zh: str = ""
    name_en: str = ""
    about_zh: str = ""
    about_en: str = ""
    note: str = ""
    as_new: bool = False
    whole_history: bool = False
    months: str = ""
    missing: str = "renormalise"
    coverage: str = "0"
    selection: str = "top_pct"
    selection_value: str = "20"
    dimensions: list[DimensionLine] = field(default_factory=list)
    tiers: list[TierLine] = field(default_factory=list)

    def items(self) -> Iterator[tuple[int, int, ItemLine]]:
        """Every indicator with the numbers of its dimension and its row."""
        for d, dimension in enumerate(self.dimensions):
            for i, item in enumerate(dimension.items):
                yield d, i, item

    @property
    def used(self) -> set[str]:
        return {item.indicator for _d, _i, item in self.items()}


# --- from a stored scheme and back -------------------------------------------------------------
def from_body(body: Body) -> SchemeDraft:
    """The form of a stored scheme; weights of dimensions become percent."""
    months = body["window_months"]
    about = body.get("description") or {"zh": "", "en": ""}
    draft = SchemeDraft(
        about_zh=about["zh"],
        about_en=about["en"],
        name_zh=body["name"]["zh"],
        name_en=body["name"]["en"],
        whole_history=months is None,
        months="" if months is None else str(months),
        missing=body["missing"],
        coverage=shown(body["min_coverage_pct"]),
        selection=body["selection"]["kind"],
        selection_value=shown(body["selection"]["value"]),
        dimensions=[
            DimensionLine(
                key=one["key"],
                zh=one["label"]["zh"],
                en=one["label"]["en"],
                weight=shown(one["weight"]),
                items=[_item_line(item) for item in one["items"]],
            )
            for one in body["dimensions"]
        ],
        tiers=tier_lines(body["tiers"]),
    )
    if weight_sum(draft) != _HUNDRED:
        balance_weights(draft)
    return draft


def _item_line(item: Body) -> ItemLine:
    rule = item.get("normalise") or {}
    return ItemLine(
        indicator=item["indicator"],
        weight=shown(item.get("weight", 1)),
        kind=rule.get("kind", "percentile"),
        low=grouped(rule.get("low")),
        high=grouped(rule.get("high")),
        direction=item.get("direction") or "",
        missing=item.get("missing") or "",
        steps=[
            StepLine(grouped(one["at_least"]), shown(one["points"]))
            for one in rule.get("steps", [])
        ],
    )


def tier_lines(tiers: list[Body]) -> list[TierLine]:
    return [
        TierLine(
            key=one["key"],
            zh=one["label"]["zh"],
            en=one["label"]["en"],
            seal=one["seal"],
            form=one["form"],
            is_key=one.get("is_key", True),
            cut=one["cut"]["kind"],
            value="" if one["cut"]["kind"] == "rest" else grouped(one["cut"].get("value", 0)),
            indicator=one["cut"].get("indicator", ""),
        )
        for one in tiers
    ]


def to_body(draft: SchemeDraft, base: Body) -> Body:
    """The scheme a checked draft describes; what the form does not show stays as in `base`."""
    body = copy.deepcopy(base)
    dimension_keys = _keys([one.key for one in draft.dimensions], [d.en for d in draft.dimensions])
    tier_keys = _keys([one.key for one in draft.tiers], [one.en for one in draft.tiers])
    about_zh, about_en = draft.about_zh.strip(), draft.about_en.strip()
    body |= {
        "name": {"zh": draft.name_zh.strip(), "en": draft.name_en.strip()},
        "description": {"zh": about_zh or about_en, "en": about_en or about_zh}
        if about_zh or about_en
        else None,
        "window_months": None if draft.whole_history else int(_exact(draft.months)),
        "missing": draft.missing,
        "min_coverage_pct": _exact(draft.coverage),
        "selection": {
            "kind": draft.selection,
            "value": "0" if draft.selection == "classes" else _exact(draft.selection_value),
        },
        "dimensions": [
            {
                "key": key,
                "label": {"zh": one.zh.strip(), "en": one.en.strip()},
                "weight": _exact(one.weight),
                "items": [_item_body(item) for item in one.items],
            }
            for key, one in zip(dimension_keys, draft.dimensions, strict=True)
        ],
        "tiers": [_tier_body(key, one) for key, one in zip(tier_keys, draft.tiers, strict=True)],
    }
    return body


def _exact(text: str) -> str:
    value = number(text)
    return shown(value) if value is not None else text


def _item_body(item: ItemLine) -> Body:
    rule: Body = {"kind": item.kind}
    if item.kind in WITH_ENDS:
        rule |= {
            name: _exact(text)
            for name, text in (("low", item.low), ("high", item.high))
            if text.strip()
        }
    if item.kind == "steps":
        rule["steps"] = [
            {"at_least": _exact(one.at), "points": _exact(one.points)}
            for one in item.steps
            if not one.is_blank
        ]
    return {
        "indicator": item.indicator,
        "weight": _exact(item.weight),
        "normalise": rule,
        "direction": item.direction or None,
        "missing": item.missing or None,
    }


def _tier_body(key: str, one: TierLine) -> Body:
    cut: Body = {"kind": one.cut}
    if one.cut != "rest":
        cut["value"] = _exact(one.value)
    if one.cut == "indicator":
        cut["indicator"] = one.indicator
    return {
        "key": key,
        "label": {"zh": one.zh.strip(), "en": one.en.strip()},
        "seal": one.seal.strip(),
        "form": one.form,
        "is_key": one.is_key,
        "cut": cut,
    }


def _keys(keys: list[str], names: list[str]) -> list[str]:
    """Kept keys as they are, and one of its own for every new row."""
    taken = {key for key in keys if _KEY.fullmatch(key)}
    seen: set[str] = set()
    made = []
    for key, name in zip(keys, names, strict=True):
        if key not in taken or key in seen:
            key = free_key(slug(name, "part"), taken | seen)
        seen.add(key)
        made.append(key)
    return made


# --- weights -----------------------------------------------------------------------------------
def weight_sum(draft: SchemeDraft) -> Decimal:
    """What the weights of the dimensions add up to; what is no number counts as nothing."""
    return sum((number(one.weight) or Decimal(0) for one in draft.dimensions), Decimal(0))


def balance_weights(draft: SchemeDraft) -> None:
    """Bring the weights to exactly 100 in proportion, in hundredths of a percent."""
    weights = [max(number(one.weight) or Decimal(0), Decimal(0)) for one in draft.dimensions]
    if not weights:
        return
    if not any(weights):
        weights = [Decimal(1)] * len(weights)
    parts = hundredths_of([Fraction(one) for one in weights])
    for one, hundredths in zip(draft.dimensions, parts, strict=True):
        one.weight = shown(Decimal(hundredths) / 100)


def shares_of(draft: SchemeDraft) -> dict[tuple[int, int], Fraction]:
    """The share of every indicator in the score, as far as the numbers typed so far tell."""
    whole = Fraction(weight_sum(draft))
    found: dict[tuple[int, int], Fraction] = {}
    for d, dimension in enumerate(draft.dimensions):
        outer = Fraction(number(dimension.weight) or 0)
        inner = [Fraction(number(item.weight) or 0) for item in dimension.items]
        if whole <= 0 or sum(inner) <= 0 or outer < 0 or min(inner) < 0:
            continue
        for i, weight in enumerate(inner):
            found[d, i] = outer / whole * weight / sum(inner)
    return found
