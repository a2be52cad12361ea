"""为什么是这个分数: the receipt as a waterfall and as a table down to the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext as translated

from jishi.facts.enums import (
    Channel,
    Criterion,
    EvidenceKind,
    Instrument,
    OrderStatus,
    ServiceKind,
    Severity,
)
from jishi.scoring.receipts import FactsBehind, RaiseLine
from jishi.web import formats
from jishi.web.components.parts import explain_url, query_with
from jishi.web.pages.customers.presenters.listing import Frame
from jishi.web.pages.grading.silence import silence_texts, way_in
from jishi.web.pages.grading.units import unit_text
from jishi.web.svg.charts import Step, waterfall
from jishi.web.svg.plot import Chart
from jishi.web.wording import listed


@dataclass(frozen=True)
class IndicatorLine:
    """One indicator of the receipt, as text."""

    label: str
    raw: str
    points: str
    weight: str
    contribution: str
    share: float
    why: str
    facts_url: str
    is_missing: bool


@dataclass(frozen=True)
class DimensionLine:
    label: str
    weight: str
    points: str
    contribution: str
    share: float
    lines: Sequence[IndicatorLine]


@dataclass(frozen=True)
class Receipt:
    """The score, taken apart."""

    score: str
    finding: str
    dimensions: Sequence[DimensionLine]
    chart: Chart
    json_url: str
    scheme: str
    as_of: str
    known: Sequence[str]
    silence: Sequence[str]
    way_in: str
    no_raise: str


@dataclass(frozen=True)
class Raise:
    """One way to a better score."""

    text: str
    gain: str
    rank: str


@dataclass(frozen=True)
class FactCell:
    """A value of a fact; the number of an order leads to its page."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class FactsTable:
    label: str
    note: str
    head: Sequence[str]
    rows: Sequence[Sequence[FactCell]]


def receipt_view(paper: dict[str, Any], customer_id: int, frame: Frame) -> Receipt:
    tongue = "en" if frame.lang.startswith("en") else "zh"
    score = float(paper["score"])
    dimensions = [_dimension(one, tongue, customer_id, frame) for one in paper["dimensions"]]
    best = max(paper["dimensions"], key=lambda one: float(one["contribution"]))
    finding = _("%(dimension)s brings %(points)s of %(score)s points") % {
        "dimension": best["label"][tongue],
        "points": formats.number(best["contribution"], 1),
        "score": formats.number(paper["score"], 1),
    }
    steps = [
        Step(
            one["label"][tongue],
            float(one["contribution"]),
            formats.number(one["contribution"], 1),
        )
        for one in paper["dimensions"]
    ]
    total = Step(_("Score"), score, formats.number(paper["score"], 1))
    grading = frame.grading
    return Receipt(
        score=formats.number(paper["score"], 1),
        finding=finding,
        dimensions=dimensions,
        chart=waterfall(finding, steps, total=total),
        json_url=reverse("web:customer_receipt", args=[customer_id]),
        scheme=_("scheme %(name)s, version %(number)s")
        % {"name": paper["scheme"]["name"][tongue], "number": paper["scheme"]["version"]},
        as_of=formats.day(grading.as_of, frame.lang, frame.asked.today) if grading else "",
        known=_known(paper),
        silence=silence_texts(kind for line in _lines(paper) for kind in line["unrecorded"]),
        way_in=way_in(frame.asked.by),
        no_raise=_no_raise(paper),
    )


def _lines(paper: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for dimension in paper["dimensions"] for line in dimension["indicators"]]


def _known(paper: dict[str, Any]) -> list[str]:
    """How much of the score is known, and what the scheme does with what is not."""
    share = {"share": formats.percent(float(paper["coverage_pct"]))}
    policies = {line["missing"] for line in _lines(paper) if line["raw"] is None}
    if not policies:
        return [_("All values behind the score are known.")]
    if not float(paper["counted_weight"]):
        return [_("No value is known yet, so there is nothing to score.")]
    text = [_("%(share)s of the score rests on known values.") % share]
    if "renormalise" in policies:
        text.append(_("The weight of unknown ones is spread over the others."))
    if "neutral" in policies:
        text.append(_("Unknown ones count as 50 points, neither good nor bad."))
    if "worst" in policies:
        text.append(_("Unknown ones count as 0 points, the worst."))
    return text


def _no_raise(paper: dict[str, Any]) -> str:
    """Why no step of one indicator raises the score."""
    lines = _lines(paper)
    unknown = [translated(line["label"]) for line in lines if line["raw"] is None]
    if len(unknown) == len(lines):
        return _("No indicator has a value yet: the first ones will count.")
    if unknown:
        return _("No known value has a next step that brings points. Unknown yet: %(labels)s.") % {
            "labels": listed(unknown)
        }
    if all(float(line["normalised"]) >= 100 for line in lines):
        return _("Nothing: every indicator is at its best.")
    return _(
        "In no indicator that we can act on does the step to the next tenth of the customers bring points."
    )


def _dimension(one: dict[str, Any], tongue: str, customer_id: int, frame: Frame) -> DimensionLine:
    weight, contribution = float(one["weight"]), float(one["contribution"])
    return DimensionLine(
        label=one["label"][tongue],
        weight=formats.percent(weight * 100),
        points=formats.number(contribution / weight, 1) if weight else formats.MISSING,
        contribution=formats.number(one["contribution"], 1),
        share=contribution / (weight * 100) if weight else 0.0,
        lines=[_line(line, customer_id, frame) for line in one["indicators"]],
    )


def _line(line: dict[str, Any], customer_id: int, frame: Frame) -> IndicatorLine:
    run = frame.grading.run_id if frame.grading else None
    weight = float(line["weight"])
    facts = query_with(frame.params, tab="scoring", facts=line["key"])
    return IndicatorLine(
        label=translated(line["label"]),
        raw=unit_text(line["raw"], line["unit"], frame.lang, frame.currency),
        points=formats.number(line["normalised"], 1) if line["counts"] else formats.MISSING,
        weight=formats.percent(weight * 100),
        contribution=formats.number(line["contribution"], 1),
        share=float(line["normalised"]) / 100 if line["counts"] else 0.0,
        why=explain_url(line["key"], customer=customer_id, run=run),
        facts_url=f"{facts}#facts",
        is_missing=line["raw"] is None,
    )


def raises(lines: Sequence[RaiseLine], frame: Frame, *, limit: int = 5) -> list[Raise]:
    """What would raise the score, the largest gain first."""
    return [
        Raise(
            text=_("%(label)s from %(now)s to %(goal)s")
            % {
                "label": translated(line.label),
                "now": unit_text(line.raw, line.unit, frame.lang, frame.currency),
                "goal": unit_text(line.target_raw, line.unit, frame.lang, frame.currency),
            },
            gain="+" + formats.score(line.gain_micro),
            rank=_("rank %(rank)s") % {"rank": formats.number(line.rank)},
        )
        for line in lines[:limit]
        if line.gain_micro > 0
    ]


# --- the facts behind an indicator ---------------------------------------------------------------
def facts_tables(
    found: Sequence[FactsBehind],
    called: Mapping[str, Mapping[int, str]],
    customer_id: int,
    frame: Frame,
) -> list[FactsTable]:
    """`called`: column that holds a number of ours → that number → what people call it."""
    return [_facts(one, called, customer_id, frame) for one in found]


def _facts(
    one: FactsBehind, called: Mapping[str, Mapping[int, str]], customer_id: int, frame: Frame
) -> FactsTable:
    hidden = {"id", "key", "recorded_at", "batch_id", "currency"}
    if one.table == "orders":
        hidden.add("order_ref")
    names = [name for name in (one.rows[0] if one.rows else {}) if name not in hidden]
    shown = formats.number(len(one.rows))
    note = _("%(count)s in all, %(shown)s shown") % {
        "count": formats.number(one.count),
        "shown": shown,
    }
    return FactsTable(
        label=one.label,
        note=note,
        head=[_heading(name) for name in names],
        rows=[
            [
                FactCell(
                    _value(name, row[name], row, called, frame),
                    _order_url(name, row, called, customer_id),
                )
                for name in names
            ]
            for row in one.rows
        ],
    )


def _order_url(
    name: str, row: dict[str, Any], called: Mapping[str, Mapping[int, str]], customer_id: int
) -> str:
    """Where the order is shown, for the cell that names it, if the reader sees it."""
    ref = row.get("order_ref")
    if name not in {"order_no", "order_ref"} or ref not in called.get("order_ref", {}):
        return ""
    return reverse("web:customer_order", args=[customer_id, ref])


def _heading(name: str) -> str:
    return {
        "occurred_on": _("Date"),
        "order_no": _("Order number"),
        "status": _("Status"),
        "due_on": _("Payment due"),
        "receivable_e4": _("Amount to be paid"),
        "order_ref": _("Order"),
        "product_id": _("Product"),
        "quantity_milli": _("Quantity"),
        "amount_e4": _("Amount"),
        "discount_e4": _("Discount"),
        "cost_e4": _("Cost"),
        "channel": _("Channel"),
        "severity": _("Severity"),
        "closed_on": _("Solved on"),
        "instrument": _("Instrument"),
        "score_milli": _("Score"),
        "criterion": _("Criterion"),
        "value_pct": _("Rating"),
        "evidence_kind": _("Evidence"),
        "source": _("Source"),
        "referred_id": _("Referred to us"),
        "won": _("Became a customer"),
        "kind": _("Service"),
        "hours_milli": _("Hours"),
    }.get(name, name)


_CHOICES: Mapping[str, Sequence[tuple[Any, Any]]] = {
    "status": OrderStatus.choices,
    "channel": Channel.choices,
    "severity": Severity.choices,
    "instrument": Instrument.choices,
    "criterion": Criterion.choices,
    "evidence_kind": EvidenceKind.choices,
    "kind": ServiceKind.choices,
}


def _value(
    name: str,
    value: Any,
    row: dict[str, Any],
    called: Mapping[str, Mapping[int, str]],
    frame: Frame,
) -> str:
    if value is None or value == "":
        return formats.MISSING
    if name.endswith("_e4"):
        return formats.money_full(value, row.get("currency", frame.currency))
    if name.endswith("_milli"):
        return formats.quantity(value)
    if name.endswith("_on"):
        return formats.day(value, frame.lang, frame.asked.today)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in called:
        return called[name].get(value, formats.MISSING)
    return str(dict(_CHOICES.get(name, ())).get(value, value))
