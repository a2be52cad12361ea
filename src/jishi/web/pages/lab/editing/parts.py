"""What the page of a scheme is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jishi.web.pages.lab.choices import Choice


@dataclass(frozen=True)
class Box:
    """One field with its label and what is wrong with it."""

    name: str
    label: str
    value: str = ""
    error: str = ""
    kind: str = "text"
    choices: Sequence[Choice] = ()
    after: str = ""
    placeholder: str = ""
    size: int = 0
    refreshes: bool = False
    focused: bool = False

    @property
    def id(self) -> str:
        return f"f-{self.name}".replace(".", "-")


@dataclass(frozen=True)
class Problem:
    """One line of the summary: which field, and what to do."""

    label: str
    message: str
    anchor: str


@dataclass(frozen=True)
class StepPart:
    at: Box
    points: Box
    remove: str


@dataclass(frozen=True)
class ItemPart:
    indicator: Box
    title: str
    question: str
    formula: str
    silence: Sequence[str]
    weight: Box
    share: str
    kind: Box
    ends: Sequence[Box]
    steps: Sequence[StepPart]
    add_step: str
    direction: Box
    missing: Box
    is_special: bool
    up: str
    down: str
    remove: str


@dataclass(frozen=True)
class DimensionPart:
    legend: str
    key: Box
    zh: Box
    en: Box
    weight: Box
    items: Sequence[ItemPart]
    add: Box
    offers: Sequence[tuple[str, Sequence[Choice]]]
    add_item: str
    up: str
    down: str
    remove: str


@dataclass(frozen=True)
class TierPart:
    legend: str
    key: Box
    seal: Box
    form: Box
    zh: Box
    en: Box
    is_key: Box | None
    cut: Box
    value: Box | None
    indicator: Box | None
    up: str
    down: str
    remove: str
    preview: tuple[str, str, str]


@dataclass(frozen=True)
class Editor:
    """Everything the page shows."""

    names: Sequence[Box]
    about: Sequence[Box]
    note: Box
    as_new: bool
    whole_history: bool
    months: Box
    dimensions: Sequence[DimensionPart]
    add_dimension: str
    weight_sum: str
    is_balanced: bool
    balance: str
    missing: Box
    coverage: Box
    selection: Box
    selection_value: Box | None
    tiers: Sequence[TierPart]
    add_tier: str
    presets: Sequence[Choice]
    problems: Sequence[Problem]
    reference: Sequence[tuple[str, Sequence[Mapping[str, Any]]]]


class Boxes:
    """Makes boxes that know their error, and collects which fields there are."""

    def __init__(self, wrong: Mapping[str, str], focus: str) -> None:
        self.wrong, self.focus = wrong, focus
        self.made: dict[str, tuple[str, str]] = {}

    def __call__(self, name: str, label: str, value: str = "", where: str = "", **more: Any) -> Box:
        box = Box(name, label, value, self.wrong.get(name, ""), focused=name == self.focus, **more)
        self.made[name] = (f"{where} · {label}" if where else label, box.id)
        return box
