"""What is wrong with a scheme in the form, in words, each beside its field.

Everything that passes here is a scheme; the checks of the scheme itself stay behind as a last guard.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from jishi.scoring.vocabulary import indicator_info, most_indicators
from jishi.web.pages.lab.editing.draft import (
    WITH_ENDS,
    DimensionLine,
    ItemLine,
    SchemeDraft,
    StepLine,
    TierLine,
    weight_sum,
)
from jishi.web.pages.lab.editing.numbers import number, shown


_HUNDRED = Decimal(100)
_HEAVIEST = Decimal(10_000)
_MOST_CUSTOMERS = Decimal(100_000_000)
_LONGEST_MONTHS = 600
_NAME_LENGTH, _NOTE_LENGTH = 200, 300


@dataclass
class Wrong:
    """Messages by the name of the field; `weights`, `dimensions` and `tiers` are of the whole part."""

    messages: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, message: str) -> None:
        """The first thing that is wrong with a field is the one to mend first."""
        self.messages.setdefault(name, message)


def checked(draft: SchemeDraft) -> dict[str, str]:
    """Field → what to change; empty when the draft is a scheme."""
    wrong = Wrong()
    _name(wrong, "name_zh", draft.name_zh)
    _name(wrong, "name_en", draft.name_en)
    for field_name, text in (("about_zh", draft.about_zh), ("about_en", draft.about_en)):
        if len(text.strip()) > _NAME_LENGTH:
            wrong.add(field_name, _("At most %(n)s characters.") % {"n": _NAME_LENGTH})
    if len(draft.note) > _NOTE_LENGTH:
        wrong.add("note", _("At most %(n)s characters.") % {"n": _NOTE_LENGTH})
    if not draft.whole_history:
        _whole(wrong, "months", draft.months, Decimal(1), Decimal(_LONGEST_MONTHS))
    _between(wrong, "coverage", draft.coverage, Decimal(0), _HUNDRED)
    _dimensions(wrong, draft)
    _selection(wrong, draft)
    _tiers(wrong, draft.tiers)
    return wrong.messages


# --- single values -----------------------------------------------------------------------------
def _name(wrong: Wrong, name: str, text: str) -> None:
    if not text.strip():
        wrong.add(name, _("Give it a name."))
    elif len(text.strip()) > _NAME_LENGTH:
        wrong.add(name, _("At most %(n)s characters.") % {"n": _NAME_LENGTH})


def _number(wrong: Wrong, name: str, text: str) -> Decimal | None:
    value = number(text)
    if value is None:
        wrong.add(
            name,
            _("Type a number.")
            if not text.strip()
            else _("“%(text)s” is not a number with at most 6 decimals.") % {"text": text[:40]},
        )
    return value


def _between(wrong: Wrong, name: str, text: str, low: Decimal, high: Decimal) -> Decimal | None:
    value = _number(wrong, name, text)
    if value is not None and not low <= value <= high:
        wrong.add(name, _("From %(low)s to %(high)s.") % {"low": shown(low), "high": shown(high)})
        return None
    return value


def _whole(wrong: Wrong, name: str, text: str, low: Decimal, high: Decimal) -> Decimal | None:
    value = _between(wrong, name, text, low, high)
    if value is not None and value != value.to_integral_value():
        wrong.add(name, _("A whole number, please."))
        return None
    return value


def _indicator(wrong: Wrong, name: str, key: str) -> bool:
    if indicator_info(key) is None:
        wrong.add(name, _("Choose an indicator."))
        return False
    return True


# --- dimensions --------------------------------------------------------------------------------
def _dimensions(wrong: Wrong, draft: SchemeDraft) -> None:
    if not draft.dimensions:
        wrong.add("dimensions", _("A scheme needs at least one dimension: add one."))
        return
    seen: dict[str, str] = {}
    weights = [_dimension(wrong, d, one, seen) for d, one in enumerate(draft.dimensions)]
    count, most = sum(len(one.items) for one in draft.dimensions), most_indicators()
    if count > most:
        wrong.add(
            "dimensions",
            _("At most %(most)s indicators in all, not %(count)s: remove some.")
            % {"most": most, "count": count},
        )
    if all(weight is not None for weight in weights) and weight_sum(draft) != _HUNDRED:
        wrong.add(
            "weights",
            _("The weights of the dimensions add up to %(sum)s, not to 100.")
            % {"sum": shown(weight_sum(draft))},
        )


def _dimension(wrong: Wrong, d: int, one: DimensionLine, seen: dict[str, str]) -> Decimal | None:
    at = f"d{d}"
    _name(wrong, f"{at}.zh", one.zh)
    _name(wrong, f"{at}.en", one.en)
    if not one.items:
        wrong.add(f"{at}.add", _("Add an indicator, or remove the dimension."))
    weights = [_item(wrong, f"{at}.i{i}", item, seen) for i, item in enumerate(one.items)]
    if weights and not any(weight is None or weight > 0 for weight in weights):
        wrong.add(f"{at}.i0.weight", _("At least one indicator must weigh more than 0."))
    return _between(wrong, f"{at}.weight", one.weight, Decimal(0), _HUNDRED)


def _item(wrong: Wrong, at: str, item: ItemLine, seen: dict[str, str]) -> Decimal | None:
    if _indicator(wrong, f"{at}.indicator", item.indicator):
        if item.indicator in seen:
            wrong.add(
                f"{at}.indicator", _("It is in the scheme already and would count twice: keep one.")
            )
        seen[item.indicator] = at
    if item.kind in WITH_ENDS:
        _ends(wrong, at, item)
    if item.kind == "steps":
        _steps(wrong, at, item.steps)
    return _between(wrong, f"{at}.weight", item.weight, Decimal(0), _HEAVIEST)


def _ends(wrong: Wrong, at: str, item: ItemLine) -> None:
    low = _number(wrong, f"{at}.low", item.low) if item.low.strip() else None
    high = _number(wrong, f"{at}.high", item.high) if item.high.strip() else None
    if low is not None and high is not None and low >= high:
        wrong.add(f"{at}.high", _("The upper end must be above the lower end."))


def _steps(wrong: Wrong, at: str, steps: list[StepLine]) -> None:
    typed = [(s, step) for s, step in enumerate(steps) if not step.is_blank]
    if not typed:
        wrong.add(f"{at}.s0.at" if steps else f"{at}.kind", _("Fill in at least one step."))
    before: Decimal | None = None
    for s, step in typed:
        start = _number(wrong, f"{at}.s{s}.at", step.at)
        _between(wrong, f"{at}.s{s}.points", step.points, Decimal(0), _HUNDRED)
        if start is not None and before is not None and start <= before:
            wrong.add(f"{at}.s{s}.at", _("Each step must begin above the one before it."))
        before = start if start is not None else before


# --- who is a key account, and the tiers -------------------------------------------------------
def _selection(wrong: Wrong, draft: SchemeDraft) -> None:
    if draft.selection == "top_n":
        _whole(wrong, "selection_value", draft.selection_value, Decimal(0), _MOST_CUSTOMERS)
    elif draft.selection != "classes":
        _between(wrong, "selection_value", draft.selection_value, Decimal(0), _HUNDRED)


def _tiers(wrong: Wrong, tiers: list[TierLine]) -> None:
    if len(tiers) < 2:
        wrong.add("tiers", _("At least two tiers are needed: add one, or take a ready set."))
        return
    values: list[Decimal | None] = []
    for t, one in enumerate(tiers):
        at = f"t{t}"
        is_last = t == len(tiers) - 1
        _name(wrong, f"{at}.zh", one.zh)
        _name(wrong, f"{at}.en", one.en)
        if len(one.seal.strip()) != 1:
            wrong.add(f"{at}.seal", _("One character."))
        if (one.cut == "rest") is not is_last:
            wrong.add(f"{at}.cut", _("The last tier, and only the last, takes everybody else."))
        if one.is_key and is_last:
            wrong.add(f"{at}.is_key", _("The last tier cannot be one of key accounts."))
        elif one.is_key and not all(before.is_key for before in tiers[:t]):
            wrong.add(f"{at}.is_key", _("Tiers of key accounts stand above the ordinary ones."))
        values.append(_cut(wrong, at, one))
    _in_order(wrong, tiers, values)


def _cut(wrong: Wrong, at: str, one: TierLine) -> Decimal | None:
    if one.cut == "indicator":
        _indicator(wrong, f"{at}.indicator", one.indicator)
        return _number(wrong, f"{at}.value", one.value)
    if one.cut == "count":
        return _whole(wrong, f"{at}.value", one.value, Decimal(0), _MOST_CUSTOMERS)
    if one.cut in ("share", "score"):
        return _between(wrong, f"{at}.value", one.value, Decimal(0), _HUNDRED)
    return None


def _in_order(wrong: Wrong, tiers: list[TierLine], values: list[Decimal | None]) -> None:
    """A tier whose cut lies inside the tier above would stay empty."""
    for t in range(1, len(tiers)):
        above, one, high, low = tiers[t - 1], tiers[t], values[t - 1], values[t]
        alike = (above.cut, above.is_key) == (one.cut, one.is_key)
        if not alike or high is None or low is None:
            continue
        from_the_top = one.cut in ("share", "count")
        same_figure = one.cut != "indicator" or above.indicator == one.indicator
        is_empty = low <= high if from_the_top else same_figure and low >= high
        if is_empty:
            wrong.add(
                f"t{t}.value",
                _("Shares and numbers count from the top: more than %(value)s.")
                % {"value": shown(high)}
                if from_the_top
                else _("Less than %(value)s, where the tier above begins.")
                % {"value": shown(high)},
            )
