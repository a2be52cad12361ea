"""How a value became points, in words: a receipt's line says by which rule and among whom."""

from __future__ import annotations

from math import expm1
from typing import Any

from django.utils.translation import gettext as _

from jishi.web import formats
from jishi.web.pages.grading.units import unit_text
from jishi.web.wording import listed


def points_note(line: dict[str, Any], lang: str, currency: str) -> str:
    """One sentence about the points of an indicator's line of a receipt.

    Args:
        line: the line as `analytics.receipt` writes it.
        lang: the reader's language.
        currency: of amounts.
    """
    if line["raw"] is None:
        return _without_value(line["missing"])
    rule = line["normalisation"]
    if rule["kind"] == "percentile":
        return _percentile(rule)
    if rule["kind"] == "steps":
        return _steps(rule, line["unit"], lang, currency)
    scale = float(rule["scale"])

    def shown(value: float) -> str:
        return unit_text(value, line["unit"], lang, currency)

    if rule["kind"] == "z":
        return _("The mean, %(mean)s, has 50 points; three deviations of %(deviation)s are 50 more or fewer.") % {
            "mean": shown(float(rule["mean"])),
            "deviation": shown(float(rule["deviation"])),
        }  # fmt: skip
    ends = [float(rule["low"]), float(rule["high"])]
    if rule["kind"] == "log":
        ends = [expm1(end) * scale for end in ends]
    if rule["lower_is_better"]:
        ends.reverse()
    said = {"worst": shown(ends[0]), "best": shown(ends[1])}
    if rule["kind"] == "log":
        return (
            _(
                "%(worst)s has 0 points, %(best)s has 100, on a logarithmic scale: each doubling counts about alike."
            )
            % said
        )
    return _("%(worst)s has 0 points, %(best)s has 100, evenly between them.") % said


def _without_value(policy: str | None) -> str:
    if policy == "neutral":
        return _("Without a value it has 50 points.")
    if policy == "worst":
        return _("Without a value it has 0 points.")
    return _("Without a value its weight goes to the others.")


def _percentile(rule: dict[str, Any]) -> str:
    said = {
        "known": formats.number(rule["known"]),
        "below": formats.number(rule["below"]),
        "same": formats.number(rule["equal"] - 1),
    }
    if rule["equal"] > 1:
        text = _(
            "Of %(known)s customers with a value, %(below)s have less and %(same)s the same: the middle of their places counts."
        )
    else:
        text = _("Of %(known)s customers with a value, %(below)s have less.")
    text %= said
    return _("%(text)s Less is better.") % {"text": text} if rule["lower_is_better"] else text


def _steps(rule: dict[str, Any], unit: str, lang: str, currency: str) -> str:
    """The table, step by step."""
    steps = [
        _("from %(limit)s %(points)s points")
        % {
            "limit": unit_text(float(step["at_least"]), unit, lang, currency),
            "points": formats.number(float(step["points"]), 1),
        }
        for step in rule["steps"]
    ]
    return listed(steps)
