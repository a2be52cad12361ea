"""What somebody tries in the laboratory. The address holds all of it, so it reloads and is shared."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict


Body = dict[str, Any]

WEIGHT_PREFIX = "w_"
CUTS = ("top_pct", "top_n", "threshold")
# Those that may be put in place of each other; a rating or a step table keeps its own.
NORMALISATIONS = ("percentile", "minmax", "log", "z")
POLICIES = ("renormalise", "neutral", "worst")
_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class LabState:
    """Changes to a stored scheme. Whatever is empty stays as the scheme has it."""

    scheme: str
    weights: Mapping[str, int] = field(default_factory=dict)
    locked: frozenset[str] = frozenset()
    cut: str = ""
    cut_value: Decimal | None = None
    normalise: str = ""
    missing: str = ""
    coverage: Decimal | None = None

    def query(self) -> str:
        """The query string that brings this state back."""
        pairs: list[tuple[str, str]] = [("scheme", self.scheme)]
        pairs += [(f"{WEIGHT_PREFIX}{key}", str(value)) for key, value in self.weights.items()]
        pairs += [("locked", f"{WEIGHT_PREFIX}{key}") for key in sorted(self.locked)]
        pairs += [
            (name, str(value))
            for name, value in (
                ("cut", self.cut),
                ("cut_value", self.cut_value),
                ("normalise", self.normalise),
                ("missing", self.missing),
                ("coverage", self.coverage),
            )
            if value not in ("", None)
        ]
        return urlencode(pairs)


def weights_of(body: Body) -> dict[str, int]:
    """The weight of each dimension in whole percent, adding up to 100 by largest remainder.

    >>> weights_of({"dimensions": [{"key": k, "weight": 1} for k in "abc"]})
    {'a': 34, 'b': 33, 'c': 33}
    """
    shares = {one["key"]: Fraction(str(one["weight"])) for one in body["dimensions"]}
    total = sum(shares.values())
    exact = {key: share / total * 100 for key, share in shares.items()}
    whole = {key: int(share) for key, share in exact.items()}
    keys = list(exact)
    by_rest = sorted(keys, key=lambda key: (whole[key] - exact[key], keys.index(key)))
    for key in by_rest[: 100 - sum(whole.values())]:
        whole[key] += 1
    return whole


def read_state(params: QueryDict, scheme: str, body: Body) -> LabState:
    """What the address or the form asks for; what makes no sense is as the scheme has it."""
    own = weights_of(body)
    weights = {
        key: _whole(params.get(f"{WEIGHT_PREFIX}{key}"), shown) for key, shown in own.items()
    }
    if not any(weights.values()):
        weights = own
    cut = params.get("cut", "")
    locked = {name.removeprefix(WEIGHT_PREFIX) for name in params.getlist("locked")}
    return LabState(
        scheme=scheme,
        weights={} if weights == own else weights,
        locked=frozenset(locked & set(own)),
        cut=cut if cut in CUTS else "",
        cut_value=_number(params.get("cut_value"), cut),
        normalise=_one_of(params.get("normalise"), NORMALISATIONS),
        missing=_one_of(params.get("missing"), POLICIES),
        coverage=_number(params.get("coverage"), "top_pct"),
    )


def _one_of(text: str | None, known: tuple[str, ...]) -> str:
    return text if text in known else ""


def _whole(text: str | None, otherwise: int) -> int:
    number = _number(text, "top_pct")
    return otherwise if number is None else int(number)


def _number(text: str | None, kind: str) -> Decimal | None:
    """A number that fits the kind of cut: a share and a score end at 100, a count is whole."""
    try:
        number = Decimal((text or "").strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or number < 0:
        return None
    if kind == "top_n":
        return number.to_integral_value() if number <= 100_000_000 else None
    return Decimal(format(round(number, 4).normalize(), "f")) if number <= _HUNDRED else None


def changed_body(state: LabState, body: Body) -> Body:
    """The scheme with the state's changes; the stored one is left alone."""
    changed = copy.deepcopy(body)
    if state.weights:
        for dimension in changed["dimensions"]:
            dimension["weight"] = str(state.weights[dimension["key"]])
    if state.cut and state.cut_value is not None:
        changed["selection"] = {"kind": state.cut, "value": str(state.cut_value)}
    if state.missing:
        changed["missing"] = state.missing
        for item in _items(changed):
            item.pop("missing", None)
    if state.coverage is not None:
        changed["min_coverage_pct"] = str(state.coverage)
    if state.normalise:
        for item in _items(changed):
            current = item.get("normalise") or {"kind": "percentile"}
            if current["kind"] in NORMALISATIONS and current["kind"] != state.normalise:
                item["normalise"] = {"kind": state.normalise}
    return changed


def _items(body: Body) -> list[dict[str, Any]]:
    return [item for dimension in body["dimensions"] for item in dimension["items"]]
