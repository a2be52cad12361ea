"""What the buttons of the form do to the draft. Each gives the field to go on with."""

from __future__ import annotations

import re
from typing import Any

from jishi.scoring.vocabulary import indicator_keys, tier_presets
from jishi.web.pages.lab.editing.draft import (
    MOST_DIMENSIONS,
    MOST_ITEMS,
    MOST_STEPS,
    MOST_TIERS,
    DimensionLine,
    ItemLine,
    SchemeDraft,
    StepLine,
    TierLine,
    balance_weights,
    tier_lines,
)


FIRST_INDICATOR = "spend_e4"
_ACTION = re.compile(r"(add|remove|up|down)-([dist])((?:-\d{1,2})*)")


def act(draft: SchemeDraft, then: str, choices: dict[str, str]) -> str:
    """Do what a button asks; what cannot be done is left undone.

    Args:
        then: `balance`, `tiers`, or `add-`/`remove-`/`up-`/`down-` with d, i, s or t (dimension, indicator,
            step, tier) and the numbers of the rows, such as `remove-s-0-2-1`.
        choices: what stands in the lists beside the buttons.

    Returns:
        The field to go on with; empty when nothing is.
    """
    if then == "balance":
        balance_weights(draft)
        return ""
    if then == "tiers":
        tiers = tier_presets().get(choices.get("preset", ""))
        if tiers:
            draft.tiers = tier_lines(tiers)
        return ""
    found = _ACTION.fullmatch(then)
    if found is None:
        return ""
    verb, what, rows = found.groups()
    numbers = [int(one) for one in rows.split("-")[1:]]
    try:
        if verb == "add":
            return _add(draft, what, numbers, choices)
        if verb == "remove":
            return _remove(draft, what, numbers)
        return _move(draft, what, numbers, -1 if verb == "up" else 1)
    except (IndexError, ValueError):
        return ""


def _add(draft: SchemeDraft, what: str, rows: list[int], choices: dict[str, str]) -> str:
    if what == "d" and len(draft.dimensions) < MOST_DIMENSIONS:
        draft.dimensions.append(DimensionLine(weight="0"))
        return f"d{len(draft.dimensions) - 1}.zh"
    if what == "t" and len(draft.tiers) < MOST_TIERS:
        place = max(len(draft.tiers) - 1, 0)
        is_key = place == 0 or draft.tiers[place - 1].is_key
        draft.tiers.insert(place, TierLine(is_key=is_key))
        return f"t{place}.seal"
    if what == "i":
        (d,) = rows
        items, key = draft.dimensions[d].items, choices.get(f"d{d}.add", "")
        if key not in indicator_keys() or key in draft.used or len(items) >= MOST_ITEMS:
            return f"d{d}.add"
        kind = "direct" if key.startswith("rating_") and not key.endswith("_days") else "percentile"
        items.append(ItemLine(key, kind=kind))
        return f"d{d}.i{len(items) - 1}.weight"
    if what == "s":
        d, i = rows
        steps = draft.dimensions[d].items[i].steps
        if len(steps) < MOST_STEPS:
            steps.append(StepLine())
            return f"d{d}.i{i}.s{len(steps) - 1}.at"
    return ""


def _remove(draft: SchemeDraft, what: str, rows: list[int]) -> str:
    if what == "d":
        (d,) = rows
        del draft.dimensions[d]
    elif what == "t":
        (t,) = rows
        del draft.tiers[t]
    elif what == "i":
        d, i = rows
        del draft.dimensions[d].items[i]
        return f"d{d}.add"
    else:
        d, i, s = rows
        del draft.dimensions[d].items[i].steps[s]
        return f"d{d}.i{i}.kind"
    return ""


def _move(draft: SchemeDraft, what: str, rows: list[int], by: int) -> str:
    """Swap a row with its neighbour; the tier of everybody else stays the last."""
    *outer, row = rows
    there = row + by
    if what == "d":
        _swap(draft.dimensions, row, there)
        return f"d{there}.zh"
    if what == "i":
        (d,) = outer
        _swap(draft.dimensions[d].items, row, there)
        return f"d{d}.i{there}.weight"
    if what == "t" and max(row, there) < len(draft.tiers) - 1:
        _swap(draft.tiers, row, there)
        return f"t{there}.zh"
    return ""


def _swap(rows: list[Any], one: int, other: int) -> None:
    if min(one, other) < 0:
        raise IndexError
    rows[one], rows[other] = rows[other], rows[one]


def tidy(draft: SchemeDraft) -> None:
    """Rows that must be there, are: the last tier takes the rest, a step table has lines to fill in."""
    for _d, _i, item in draft.items():
        if item.kind == "steps" and not item.steps:
            item.steps = [StepLine() for _ in range(3)]
    for tier in draft.tiers[:-1]:
        if tier.cut == "rest":
            tier.cut = "share"
        if tier.cut == "indicator" and not tier.indicator:
            tier.indicator = FIRST_INDICATOR
    if draft.tiers:
        last = draft.tiers[-1]
        last.cut, last.value, last.indicator, last.is_key = "rest", "", "", False
