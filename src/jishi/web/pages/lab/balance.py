"""How much of a scheme rests on figures, and how much on what people judge."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from jishi.scoring.vocabulary import indicator_info
from jishi.web import formats


def balance_of(shares: Mapping[str, Fraction]) -> tuple[Fraction, Fraction] | None:
    """Shares of the whole weight, in percent: by figures, by judgement. None when nothing weighs.

    >>> balance_of({"spend_e4": Fraction(3, 4), "rating_potential": Fraction(1, 4)})
    (Fraction(75, 1), Fraction(25, 1))
    """
    total = sum(shares.values(), Fraction(0))
    if total <= 0:
        return None
    judged = sum((part for key, part in shares.items() if _is_judged(key)), Fraction(0))
    return 100 - 100 * judged / total, 100 * judged / total


def _is_judged(key: str) -> bool:
    info = indicator_info(key)
    return info is not None and info.is_judged


def shares_in(body: Mapping[str, Any]) -> dict[str, Fraction]:
    """The share of every indicator of a stored scheme; its keys are each in one dimension."""
    whole = sum((Fraction(str(one["weight"])) for one in body["dimensions"]), Fraction(0))
    found = {}
    for dimension in body["dimensions"]:
        weights = {
            item["indicator"]: Fraction(str(item.get("weight", 1))) for item in dimension["items"]
        }
        inside = sum(weights.values(), Fraction(0))
        for key, weight in weights.items():
            if whole > 0 and inside > 0:
                found[key] = Fraction(str(dimension["weight"])) / whole * weight / inside
    return found


def balance_text(shares: Mapping[str, Fraction]) -> str:
    """“Figures 75% · judgement 25%”; empty when nothing weighs."""
    balance = balance_of(shares)
    if balance is None:
        return ""
    figures, judged = balance
    return _("Figures %(figures)s · judgement %(judgement)s") % {
        "figures": formats.percent(float(figures)),
        "judgement": formats.percent(float(judged)),
    }
