"""How the form of a scheme reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from jishi.foundation.queries import company
from jishi.scoring.vocabulary import (
    IndicatorInfo,
    indicator_info,
    indicators_by_family,
    tier_presets,
    unrecorded_behind,
)
from jishi.web import formats
from jishi.web.pages.grading.silence import silence_texts
from jishi.web.pages.lab import choices
from jishi.web.pages.lab.balance import balance_text
from jishi.web.pages.lab.choices import Choice
from jishi.web.pages.lab.editing.draft import (
    MOST_DIMENSIONS,
    MOST_ITEMS,
    MOST_STEPS,
    MOST_TIERS,
    WITH_ENDS,
    DimensionLine,
    ItemLine,
    SchemeDraft,
    TierLine,
    shares_of,
    weight_sum,
)
from jishi.web.pages.lab.editing.numbers import shown
from jishi.web.pages.lab.editing.parts import (
    Box,
    Boxes,
    DimensionPart,
    Editor,
    ItemPart,
    Problem,
    StepPart,
    TierPart,
)
from jishi.web.pages.lab.presenters import lang, text_of


def editor_of(
    draft: SchemeDraft,
    wrong: Mapping[str, str],
    *,
    focus: str = "",
    unrecorded: Sequence[str] = (),
) -> Editor:
    """The form of a draft, with the messages of `checks` beside its fields.

    Args:
        draft: what stands in the form.
        wrong: field → what to change.
        focus: the field to go on with.
        unrecorded: the kinds of facts that nobody had ever recorded when everybody was last graded.
    """
    boxes = Boxes(wrong, focus)
    shares = shares_of(draft)
    by_key = {draft.dimensions[d].items[i].indicator: part for (d, i), part in shares.items()}
    currency = company().base_currency
    total = weight_sum(draft)
    editor = Editor(
        names=[
            boxes("name_zh", _("Name"), draft.name_zh),
            boxes("name_en", _("English name"), draft.name_en),
        ],
        about=[
            boxes("about_zh", _("Description"), draft.about_zh),
            boxes("about_en", _("English description"), draft.about_en),
        ],
        note=boxes("note", _("Note"), draft.note),
        as_new=draft.as_new,
        whole_history=draft.whole_history,
        months=boxes("months", _("Months"), draft.months, kind="number", size=5),
        dimensions=[
            _dimension(boxes, draft, d, one, shares, currency, unrecorded)
            for d, one in enumerate(draft.dimensions)
        ],
        add_dimension="add-d" if len(draft.dimensions) < MOST_DIMENSIONS else "",
        weight_sum=shown(total),
        is_balanced=total == 100,
        balance=balance_text(by_key),
        missing=boxes(
            "missing", _("When a value is missing"), draft.missing,
            kind="select", choices=choices.policies(),
        ),
        coverage=boxes(
            "coverage", _("Least known share of the score, %"), draft.coverage, kind="number", size=6
        ),
        selection=boxes(
            "selection", _("Who counts as a key account"), draft.selection,
            kind="select", choices=choices.selections(), refreshes=True,
        ),
        selection_value=None
        if draft.selection == "classes"
        else boxes(
            "selection_value", _("Threshold"), draft.selection_value, kind="number",
            after=choices.selection_unit(draft.selection), size=8,
        ),
        tiers=[_tier(boxes, t, draft.tiers, currency) for t in range(len(draft.tiers))],
        add_tier="add-t" if len(draft.tiers) < MOST_TIERS else "",
        presets=[(key, "·".join(text_of(one["label"]) for one in tiers))
                 for key, tiers in tier_presets().items()],
        problems=[],
        reference=_reference(currency),
    )  # fmt: skip
    return _with_problems(editor, boxes)


def _with_problems(editor: Editor, boxes: Boxes) -> Editor:
    whole = {
        "weights": (_("Weights of the dimensions"), "weights"),
        "dimensions": (_("Dimensions"), "dimensions"),
        "tiers": (_("Tiers"), "tiers"),
        "": ("", ""),
    }
    known = boxes.made | whole
    problems = []
    for name, message in boxes.wrong.items():
        label, anchor = known.get(name, ("", ""))
        problems.append(Problem(label, message, anchor))
    return replace(editor, problems=problems)


# --- dimensions --------------------------------------------------------------------------------
def _dimension(
    boxes: Boxes,
    draft: SchemeDraft,
    d: int,
    one: DimensionLine,
    shares: Mapping[tuple[int, int], Fraction],
    currency: str,
    unrecorded: Sequence[str],
) -> DimensionPart:
    at = f"d{d}"
    name = (one.zh if formats.is_chinese(lang()) else one.en).strip()
    legend = name or _("Dimension %(n)s") % {"n": d + 1}
    free = len(one.items) < MOST_ITEMS
    return DimensionPart(
        legend=legend,
        key=Box(f"{at}.key", "", one.key),
        zh=boxes(f"{at}.zh", _("Name"), one.zh, legend),
        en=boxes(f"{at}.en", _("English name"), one.en, legend),
        weight=boxes(f"{at}.weight", _("Weight"), one.weight, legend, kind="number", after="%", size=6),
        items=[
            replace(
                _item(boxes, f"{at}.i{i}", (d, i), item, shares.get((d, i)), currency),
                silence=silence_texts(unrecorded_behind(item.indicator, unrecorded)),
                up=f"up-i-{d}-{i}" if i else "",
                down=f"down-i-{d}-{i}" if i < len(one.items) - 1 else "",
            )
            for i, item in enumerate(one.items)
        ],
        add=boxes(f"{at}.add", _("Add an indicator"), "", legend),
        offers=_offers(draft.used) if free else [],
        add_item=f"add-i-{d}" if free else "",
        up=f"up-d-{d}" if d else "",
        down=f"down-d-{d}" if d < len(draft.dimensions) - 1 else "",
        remove=f"remove-d-{d}",
    )  # fmt: skip


def _item(
    boxes: Boxes,
    at: str,
    spot: tuple[int, int],
    item: ItemLine,
    share: Fraction | None,
    currency: str,
) -> ItemPart:
    d, i = spot
    definition = indicator_info(item.indicator)
    title = indicator_title(definition) if definition else item.indicator
    unit = unit_text(definition, currency) if definition else ""
    ends = (
        ("low", _("Lower end"), item.low, "0"),
        ("high", _("Upper end"), item.high, "100"),
    )
    return ItemPart(
        indicator=boxes(f"{at}.indicator", title, item.indicator),
        title=title,
        question=_(definition.question) if definition else "",
        formula=_(definition.formula) if definition else "",
        silence=(),
        weight=boxes(f"{at}.weight", _("Weight within"), item.weight, title, kind="number", size=5),
        share="" if share is None else formats.percent(float(share * 100)),
        kind=boxes(
            f"{at}.kind", _("How values become points"), item.kind, title,
            kind="select", choices=choices.kinds(), refreshes=True,
        ),
        ends=[
            boxes(f"{at}.{name}", label, value, title, kind="number", after=unit, size=10,
                  placeholder=end if item.kind == "direct" else _("by the data"))
            for name, label, value, end in ends
        ]
        if item.kind in WITH_ENDS
        else [],
        steps=[
            StepPart(
                boxes(f"{at}.s{s}.at", _("From this value on"), step.at, title, kind="number",
                      after=unit, size=12),
                boxes(f"{at}.s{s}.points", _("Points"), step.points, title, kind="number", size=5),
                f"remove-s-{d}-{i}-{s}",
            )
            for s, step in enumerate(item.steps)
        ]
        if item.kind == "steps"
        else [],
        add_step=f"add-s-{d}-{i}" if item.kind == "steps" and len(item.steps) < MOST_STEPS else "",
        direction=boxes(
            f"{at}.direction", _("Which values are good"), item.direction, title,
            kind="select", choices=choices.directions(definition),
        ),
        missing=boxes(
            f"{at}.missing", _("When a value is missing"), item.missing, title,
            kind="select", choices=[("", _("as for the whole scheme")), *choices.policies()],
        ),
        is_special=bool(
            item.direction or item.missing
            or boxes.wrong.keys() & {f"{at}.direction", f"{at}.missing"}
        ),
        up="",
        down="",
        remove=f"remove-i-{d}-{i}",
    )  # fmt: skip


def indicator_title(one: IndicatorInfo) -> str:
    """Its name; the age of a rating is told apart from the rating."""
    name = _(one.label)
    if one.key.startswith("rating_") and one.key.endswith("_age_days"):
        return _("%(rating)s: days since it was rated") % {"rating": name}
    return name


def unit_text(one: IndicatorInfo, currency: str) -> str:
    """The unit that thresholds of an indicator are typed in."""
    return {
        "money_e4": currency,
        "pct": "%",
        "days": _("days"),
        "hours_milli": _("hours"),
    }.get(one.unit, "")


def _families() -> Iterable[tuple[str, Sequence[IndicatorInfo]]]:
    for label, members in indicators_by_family():
        yield _(label), members


def _offers(used: set[str]) -> list[tuple[str, Sequence[Choice]]]:
    return [
        (family, [(one.key, indicator_title(one)) for one in members if one.key not in used])
        for family, members in _families()
    ]


def _reference(currency: str) -> list[tuple[str, Sequence[Mapping[str, Any]]]]:
    return [
        (
            family,
            [
                {
                    "title": indicator_title(one),
                    "question": _(one.question),
                    "formula": _(one.formula),
                    "unit": unit_text(one, currency),
                    "direction": _("less is better")
                    if one.is_lower_better
                    else _("more is better"),
                }
                for one in members
            ],
        )
        for family, members in _families()
    ]


# --- tiers -------------------------------------------------------------------------------------
def _tier(boxes: Boxes, t: int, tiers: Sequence[TierLine], currency: str) -> TierPart:
    one, at, is_last = tiers[t], f"t{t}", t == len(tiers) - 1
    name = (one.zh if formats.is_chinese(lang()) else one.en).strip()
    legend = name or _("Tier %(n)s") % {"n": t + 1}
    by_figure = one.cut == "indicator" and not is_last
    figure = indicator_info(one.indicator)
    unit = {"share": "%", "score": _("points"), "count": _("customers")}.get(one.cut, "")
    if by_figure and figure:
        unit = unit_text(figure, currency)
    return TierPart(
        legend=legend,
        key=Box(f"{at}.key", "", one.key),
        seal=boxes(f"{at}.seal", _("Seal"), one.seal, legend, size=2),
        form=boxes(f"{at}.form", _("Shape"), one.form, legend, kind="select", choices=choices.forms()),
        zh=boxes(f"{at}.zh", _("Name"), one.zh, legend),
        en=boxes(f"{at}.en", _("English name"), one.en, legend),
        is_key=None
        if is_last
        else boxes(f"{at}.is_key", _("They are key accounts"), "on" if one.is_key else "", legend, kind="check"),
        cut=boxes(
            f"{at}.cut", _("Who belongs to it"), one.cut, legend, kind="select",
            choices=[("rest", _("everybody else"))] if is_last else choices.cuts(), refreshes=not is_last,
        ),
        value=None
        if is_last
        else boxes(f"{at}.value", _("Threshold"), one.value, legend, kind="number", after=unit, size=12),
        indicator=boxes(
            f"{at}.indicator", _("Figure"), one.indicator, legend, kind="select", refreshes=True,
            choices=[
                (each.key, indicator_title(each))
                for _family, members in indicators_by_family() for each in members
            ],
        )
        if by_figure
        else None,
        up=f"up-t-{t}" if t and not is_last else "",
        down=f"down-t-{t}" if t < len(tiers) - 2 else "",
        remove="" if is_last else f"remove-t-{t}",
        preview=(one.seal.strip()[:1] or "·", one.form, legend),
    )  # fmt: skip
