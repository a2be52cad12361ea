"""Who is selected and which tier everybody gets, by the book: plain Python, nothing of the product's code."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any


WHOLE = 10_000_000


def taken(group: Sequence[int], scores: Sequence[int], count: int, *, best: bool) -> list[int]:
    """The best of a group, at most `count`; customers with equal scores are taken together or not at all.

    With `best` the very best are taken although they are more, unless they are more than half of the group.
    """
    found: list[int] = []
    for _score, equals in groupby(group, key=lambda row: scores[row]):
        block = list(equals)
        if len(found) + len(block) > count:
            if best and count and not found and len(block) <= len(group) / 2:
                return block
            break
        found += block
    return found


def part_of(total: int, pct: Any) -> int:
    part = Fraction(str(pct))
    if total == 0 or part <= 0:
        return 0
    return min(total, max(1, math.floor(total * part / 100 + Fraction(1, 2))))


def selected(body: dict[str, Any], scores: Sequence[int], coverage: Sequence[int]) -> list[int]:
    """The rows that count as key accounts, best first. Rows stand in the order of the codes."""
    least = max(1, math.floor(Fraction(str(body["min_coverage_pct"])) * WHOLE / 100))
    order = sorted(range(len(scores)), key=lambda row: -scores[row])
    group = [row for row in order if coverage[row] >= least]
    kind, value = body["selection"]["kind"], Fraction(str(body["selection"]["value"]))
    if kind == "top_pct":
        return taken(group, scores, part_of(len(scores), value), best=True)
    if kind == "top_n":
        return taken(group, scores, int(value), best=True)
    if kind == "threshold":
        return [row for row in group if scores[row] >= value * 1_000_000]
    return group


def tiers(body: dict[str, Any], scores: Sequence[int], coverage: Sequence[int]) -> list[int]:
    """The place of everybody's tier, for schemes whose tiers cut by share, count or score."""
    everybody = sorted(range(len(scores)), key=lambda row: -scores[row])
    chosen = selected(body, scores, coverage)
    last = len(body["tiers"]) - 1
    found = [last] * len(scores)
    for place, tier in enumerate(body["tiers"][:-1]):
        group = chosen if tier["is_key"] else everybody
        value = Fraction(str(tier["cut"]["value"]))
        if tier["cut"]["kind"] == "score":
            passing = [row for row in group if scores[row] >= value * 1_000_000]
        elif tier["cut"]["kind"] == "share":
            passing = taken(group, scores, part_of(len(group), value), best=True)
        else:
            passing = taken(group, scores, int(value), best=False)
        for row in passing:
            if found[row] == last:
                found[row] = place
    return found
