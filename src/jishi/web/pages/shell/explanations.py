"""Every number explains itself: what it answers, how it is computed, from what, as of when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext as translated

from jishi.customers.access import customer_for_view
from jishi.foundation.queries import company
from jishi.scoring.following import LIVE_KEYS
from jishi.scoring.queries import indicator_texts
from jishi.scoring.receipts import facts_behind, receipt_of, what_raises_it_for
from jishi.scoring.runfiles import RunFilesMissingError
from jishi.web import formats
from jishi.web.components.parts import ExplainedInput, Explanation
from jishi.web.pages.customers import explained as dealings
from jishi.web.pages.data import explained as data
from jishi.web.pages.grading import queries
from jishi.web.pages.grading.points import points_note
from jishi.web.pages.grading.units import unit_text
from jishi.web.pages.lab import explained as laboratory
from jishi.web.pages.today import explained as figures


if TYPE_CHECKING:
    from jishi.foundation.models import User


# What tables and pages call an indicator → its key.
INDICATORS = {
    "spend": "spend_e4",
    "growth": "growth_yoy_pct",
    "margin": "margin_e4",
    "margin_pct": "margin_pct",
    "margin_share": "margin_contribution_pct",
    "contribution": "contribution_pct",
    "satisfaction": "satisfaction_pct",
    "overdue": "overdue_e4",
    "orders": "orders",
    "returns": "return_rate_pct",
    "complaints": "complaints_open",
    "silence": "silence_ratio",
    "frequency": "purchase_frequency",
    "abc": "abc_class",
}
# Indicator → another one that says more than its class.
BESIDE = {"abc_class": "contribution_pct"}
# Facts → the tab of the customer's page that shows them.
TABS = {"orders": "trade", "order_lines": "trade", "payments": "trade", "returns": "trade"}


@dataclass(frozen=True)
class Asked:
    key: str
    customer_id: int | None
    run_id: int | None
    lang: str
    today: date
    params: QueryDict


def explanation(by: User, asked: Asked) -> Explanation | None:
    """None when there is no such number. Raises Http404 for a customer that is not seen."""
    if asked.customer_id is None:
        frame = (asked.lang, asked.today)
        return (
            figures.explanation(by, asked.key, *frame)
            or laboratory.explanation(by, asked.key, asked.params, *frame)
            or data.explanation(by, asked.key, *frame)
            or _defined(asked)
        )
    customer = customer_for_view(by, asked.customer_id)
    found = dealings.explanation(by, asked.key, customer, asked.lang, asked.today)
    if found is not None:
        return found
    grading = queries.grading()
    if grading is None:
        return None
    if asked.key in {"score", "rank"}:
        return _score(by, asked, grading, customer.name)
    return _indicator(by, asked, grading, customer.name)


def _frame(asked: Asked, grading: queries.Grading, *, is_live: bool = False) -> dict[str, str]:
    """Figures are those of the grading; live ones follow what is recorded."""
    anew = asked.run_id is not None and asked.run_id != grading.run_id
    return {
        "outdated": _(
            "Everybody was graded anew since this page was opened; this is the present figure."
        )
        if anew
        else "",
        "as_of": formats.day(asked.today if is_live else grading.as_of, asked.lang, asked.today),
        "source": _("scheme %(name)s, version %(number)s")
        % {"name": grading.scheme_name, "number": grading.scheme_number},
        "more_url": _tab(asked, "scoring"),
    }


def _tab(asked: Asked, tab: str) -> str:
    return f"{reverse('web:customer', args=[asked.customer_id])}?tab={tab}"


def _texts(key: str) -> dict[str, Any] | None:
    try:
        return indicator_texts(key)
    except KeyError:
        return None


def _defined(asked: Asked) -> Explanation | None:
    """What a column means, without a customer."""
    texts = _texts(INDICATORS.get(asked.key, asked.key))
    if texts is None:
        return None
    return Explanation(
        title=translated(texts["label"]),
        value="",
        question=translated(texts["question"]),
        formula=translated(texts["formula"]),
    )


def _receipt(by: User, asked: Asked) -> dict[str, Any] | None:
    """None while the files of the run are missing."""
    try:
        return receipt_of(by=by, customer_id=asked.customer_id or 0)
    except RunFilesMissingError:
        return None


# --- the score -----------------------------------------------------------------------------------
def _score(by: User, asked: Asked, grading: queries.Grading, name: str) -> Explanation | None:
    standing = queries.standing_values(by, asked.customer_id or 0, asked.today)
    if standing is None:
        return None
    paper = _receipt(by, asked)
    tongue = "en" if asked.lang.startswith("en") else "zh"
    inputs = [
        ExplainedInput(
            label=dimension["label"][tongue],
            value=formats.number(dimension["contribution"], 1),
            note=_("weighs %(share)s")
            % {"share": formats.percent(float(dimension["weight"]) * 100)},
        )
        for dimension in (paper or {}).get("dimensions", ())
    ]
    rank = formats.number(standing["rank"])
    score = formats.score(standing["score_micro"])
    of = _("rank %(rank)s of %(population)s") % {
        "rank": rank,
        "population": formats.number(grading.population),
    }
    tier = grading.tier(standing["tier_key"])
    return Explanation(
        title=_("Score of %(name)s") % {"name": name}
        if asked.key == "score"
        else _("Rank of %(name)s") % {"name": name},
        value=score if asked.key == "score" else rank,
        question=f"{tier.label} · {of}" if asked.key == "score" else f"{tier.label} · {score}",
        formula=_("Score = sum of points × weight over all indicators, 0 to 100."),
        inputs=[
            *inputs,
            ExplainedInput(
                _("Known share of the score"), formats.percent(standing["coverage_pct"])
            ),
        ],
        advice=_advice(by, asked),
        **_frame(asked, grading),
    )


def _advice(by: User, asked: Asked, indicator: str = "") -> str:
    """The one step that would raise the score most, or that of one indicator."""
    try:
        lines = what_raises_it_for(by=by, customer_id=asked.customer_id or 0)
    except RunFilesMissingError:
        return ""
    wanted = [line for line in lines if not indicator or line.indicator == indicator]
    if not wanted:
        return ""
    line = wanted[0]
    currency = company().base_currency
    return _("%(label)s from %(now)s to %(goal)s would add %(gain)s points: rank %(rank)s.") % {
        "label": translated(line.label),
        "now": unit_text(line.raw, line.unit, asked.lang, currency),
        "goal": unit_text(line.target_raw, line.unit, asked.lang, currency),
        "gain": formats.score(line.gain_micro),
        "rank": formats.number(line.rank),
    }


# --- an indicator --------------------------------------------------------------------------------
def _indicator(by: User, asked: Asked, grading: queries.Grading, name: str) -> Explanation | None:
    key = INDICATORS.get(asked.key, asked.key)
    texts = _texts(key)
    standing = queries.standing_values(by, asked.customer_id or 0, asked.today)
    if texts is None or standing is None:
        return None
    currency = company().base_currency
    part = _part(_receipt(by, asked), key)
    raw = standing[key] if key in standing else part.get("raw")
    inputs = [
        ExplainedInput(
            label=facts.label,
            value=formats.number(facts.count),
            url=_tab(asked, TABS.get(facts.table, "interactions")),
            note=_period(facts.start_on, facts.end_on, asked),
        )
        for facts in facts_behind(
            by=by,
            customer_id=asked.customer_id or 0,
            indicator=key,
            live_on=asked.today if key in LIVE_KEYS else None,
        )
    ]
    if texts["unit"] == "money_e4" and raw is not None:
        full = formats.money_full(int(float(raw)), currency)
        inputs.insert(0, ExplainedInput(_("Exactly"), full))
    beside = BESIDE.get(key)
    if beside and standing[beside] is not None:
        label = translated(indicator_texts(beside)["label"])
        inputs.insert(0, ExplainedInput(label, formats.percent(standing[beside])))
    if part:
        inputs.append(
            ExplainedInput(
                _("Points"),
                formats.number(part["normalised"], 1) if part["counts"] else formats.MISSING,
                note=points_note(part, asked.lang, currency),
            )
        )
        inputs.append(
            ExplainedInput(
                _("In the score"),
                formats.number(part["contribution"], 1),
                note=_("%(points)s of 100 points × %(weight)s")
                % {
                    "points": formats.number(part["normalised"], 1),
                    "weight": formats.percent(float(part["weight"]) * 100),
                },
            )
        )
    return Explanation(
        title=f"{translated(texts['label'])} · {name}",
        value=unit_text(raw, texts["unit"], asked.lang, currency),
        question=translated(texts["question"]),
        formula=translated(texts["formula"]),
        inputs=inputs,
        advice=_advice(by, asked, key) if part else "",
        **_frame(asked, grading, is_live=key in LIVE_KEYS),
    )


def _part(paper: dict[str, Any] | None, key: str) -> dict[str, Any]:
    """The receipt's line of an indicator; empty when the scheme does not use it."""
    for dimension in (paper or {}).get("dimensions", ()):
        for line in dimension["indicators"]:
            if line["key"] == key:
                return dict(line)
    return {}


def _period(start: date | None, end: date, asked: Asked) -> str:
    until = formats.day(end, asked.lang, asked.today)
    if start is None:
        return _("up to %(end)s") % {"end": until}
    return _("%(start)s to %(end)s") % {
        "start": formats.day(start, asked.lang, asked.today),
        "end": until,
    }
