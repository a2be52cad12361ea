"""A scoring rule as data: dimensions, indicators, weights, normalisation, selection and tiers.

A scheme is plain JSON that can be stored, compared and shared. Reading one checks it completely; every message
says what is wrong and how to put it right. Thresholds are in the unit people read (money in major units, not
1/10,000), weights are relative and need not sum to 100.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from jishi.analytics.indicators import Direction, Indicator, UnknownIndicatorError, indicator_for
from jishi.analytics.windows import Window


WEIGHT_UNITS = 10_000_000
"""Weights become shares in ten-millionths: with scores of at most 10^8 millionths of a point, every weighted
sum stays below 2^53, so floating point computes it exactly whatever the order of addition."""

MOST_INDICATORS = 52
"""Which of them a customer knows is numbered by one bit each, in a floating-point number that keeps 53 exactly."""

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Weight = Annotated[Decimal, Field(ge=0, le=1_000_000, max_digits=12, decimal_places=6)]
Number = Annotated[Decimal, Field(max_digits=24, decimal_places=9)]
Percentage = Annotated[Decimal, Field(ge=0, le=100, max_digits=12, decimal_places=9)]


class Part(BaseModel):
    """Base of all pieces of a scheme: immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(Part):
    """A name in both languages of the interface."""

    zh: Annotated[str, Field(min_length=1, max_length=200)]
    en: Annotated[str, Field(min_length=1, max_length=200)]

    def text(self, language: str) -> str:
        """The Chinese name for any kind of Chinese, the English one otherwise.

        >>> Label(zh="价值", en="Value").text("zh-hans")
        '价值'
        """
        return self.zh if language.lower().startswith("zh") else self.en


class Missing(StrEnum):
    """What to do when an indicator is not known for a customer."""

    RENORMALISE = "renormalise"
    NEUTRAL = "neutral"
    WORST = "worst"


class Step(Part):
    """From this value on, this many points."""

    at_least: Number
    points: Percentage


class Normalisation(Part):
    """How a raw value becomes 0 to 100 points.

    percentile: place among all customers with a value; minmax, log: between the lowest and highest value (or
    `low` and `high` when given), log on ln(1 + value); z: 50 points at the mean, 3 standard deviations to either
    end; steps: a table; direct: the value already is a rating on `low`..`high` (0..100 when not given).
    """

    kind: Literal["percentile", "minmax", "log", "z", "steps", "direct"] = "percentile"
    low: Number | None = None
    high: Number | None = None
    steps: tuple[Step, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Normalisation:
        if self.kind == "steps":
            if not self.steps:
                raise ValueError(
                    "A step table needs at least one step; add one or choose percentile."
                )
            thresholds = [step.at_least for step in self.steps]
            if thresholds != sorted(set(thresholds)):
                raise ValueError(
                    "The steps must rise and must not repeat; sort them by 'at least' and remove duplicates."
                )
        elif self.steps:
            raise ValueError(
                f"Steps belong to the step table; {self.kind} does not use them. Remove them."
            )
        if (self.low is not None or self.high is not None) and self.kind not in (
            "minmax",
            "log",
            "direct",
        ):
            raise ValueError(f"{self.kind} has no lower or upper end; remove low and high.")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(
                f"The lower end ({self.low}) must be below the upper end ({self.high}); swap or change them."
            )
        return self


class Item(Part):
    """One indicator inside a dimension."""

    indicator: str
    weight: Weight = Decimal(1)
    normalise: Normalisation = Normalisation()
    direction: Direction | None = None
    missing: Missing | None = None

    @field_validator("indicator")
    @classmethod
    def _exists(cls, key: str) -> str:
        try:
            indicator_for(key)
        except UnknownIndicatorError as error:
            raise ValueError(str(error)) from error
        return key

    @property
    def definition(self) -> Indicator:
        return indicator_for(self.indicator)

    @property
    def lower_is_better(self) -> bool:
        """By the indicator's own direction unless the scheme turns it round."""
        return (self.direction or self.definition.direction) == Direction.LOWER


class Dimension(Part):
    """A group of indicators with one weight in the total."""

    key: Key
    label: Label
    weight: Weight
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _weights_count(self) -> Dimension:
        if sum(item.weight for item in self.items) <= 0:
            raise ValueError(
                f"All indicators of {self.label.en} weigh nothing; give at least one a weight above 0."
            )
        keys = [item.indicator for item in self.items]
        if len(set(keys)) < len(keys):
            raise ValueError(
                f"{self.label.en} names an indicator twice; keep one and add the weights."
            )
        return self


class Selection(Part):
    """Who counts as a key account: the best share, the best N, a least score, or the tiers decide alone."""

    kind: Literal["top_pct", "top_n", "threshold", "classes"] = "top_pct"
    value: Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=6)] = Decimal(20)

    @model_validator(mode="after")
    def _in_range(self) -> Selection:
        if self.kind in ("top_pct", "threshold") and self.value > 100:
            raise ValueError(f"{self.kind} goes from 0 to 100, not {self.value}.")
        if self.kind == "top_n" and self.value != int(self.value):
            raise ValueError(f"The number of customers must be whole, not {self.value}.")
        return self


class Cut(Part):
    """Where a tier begins. Shares and counts of key tiers are of the selected customers, cumulative from the top."""

    kind: Literal["share", "count", "score", "indicator", "rest"]
    value: Number = Decimal(0)
    indicator: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Cut:
        if self.kind == "indicator":
            try:
                indicator_for(self.indicator)
            except UnknownIndicatorError as error:
                raise ValueError(str(error)) from error
        elif self.indicator:
            raise ValueError(f"A cut by {self.kind} does not use an indicator; remove it.")
        if self.kind in ("share", "score") and not 0 <= self.value <= 100:
            raise ValueError(f"A cut by {self.kind} goes from 0 to 100, not {self.value}.")
        if self.kind == "count" and (self.value < 0 or self.value != int(self.value)):
            raise ValueError(f"A count of customers is a whole number, not {self.value}.")
        return self


SealForm = Literal["solid", "outline", "circle", "dashed", "double", "disc"]


class Tier(Part):
    """A named class of customers with its seal."""

    key: Key
    label: Label
    seal: Annotated[str, Field(min_length=1, max_length=1)]
    form: SealForm
    is_key: bool = True
    cut: Cut


class Scheme(Part):
    """The whole rule."""

    format: Literal[1] = 1
    key: Key
    name: Label
    description: Label | None = None
    window_months: Annotated[int, Field(ge=1, le=600)] | None = 12
    missing: Missing = Missing.RENORMALISE
    dimensions: Annotated[tuple[Dimension, ...], Field(min_length=1, max_length=12)]
    selection: Selection = Selection()
    min_coverage_pct: Percentage = Decimal(0)
    tiers: Annotated[tuple[Tier, ...], Field(min_length=2, max_length=12)]

    @model_validator(mode="after")
    def _whole(self) -> Scheme:
        if sum(dimension.weight for dimension in self.dimensions) <= 0:
            raise ValueError("All dimensions weigh nothing; give at least one a weight above 0.")
        for what, keys in (
            ("dimension", [d.key for d in self.dimensions]),
            ("tier", [t.key for t in self.tiers]),
        ):
            twice = sorted({key for key in keys if keys.count(key) > 1})
            if twice:
                raise ValueError(f"The {what} key {twice[0]} is used twice; rename one of them.")
        used = [item.indicator for _, item in self.items()]
        repeated = sorted({key for key in used if used.count(key) > 1})
        if repeated:
            raise ValueError(
                f"The indicator {repeated[0]} is used in two dimensions and would count twice; keep it in one."
            )
        if len(used) > MOST_INDICATORS:
            raise ValueError(
                f"A scheme has at most {MOST_INDICATORS} indicators, not {len(used)}; remove some."
            )
        if self.tiers[-1].cut.kind != "rest" or any(
            tier.cut.kind == "rest" for tier in self.tiers[:-1]
        ):
            raise ValueError(
                "The last tier, and only the last, takes all the rest; set its cut to 'rest'."
            )
        flags = [tier.is_key for tier in self.tiers]
        if flags != sorted(flags, reverse=True):
            raise ValueError("Key-account tiers come first; move the ordinary tiers below them.")
        if flags[-1]:
            raise ValueError(
                "Someone must be left who is not a key account; mark the last tier as ordinary."
            )
        return self

    def items(self) -> Iterator[tuple[Dimension, Item]]:
        """All indicators in order, with their dimensions."""
        for dimension in self.dimensions:
            for item in dimension.items:
                yield dimension, item

    @property
    def indicator_keys(self) -> tuple[str, ...]:
        """The scored indicators, in order."""
        return tuple(item.indicator for _, item in self.items())

    @property
    def tier_indicator_keys(self) -> tuple[str, ...]:
        """Indicators that only tiers need."""
        return tuple(dict.fromkeys(tier.cut.indicator for tier in self.tiers if tier.cut.indicator))

    @property
    def window(self) -> Window:
        return Window(self.window_months)

    def missing_policy(self, item: Item) -> Missing:
        return item.missing or self.missing

    def weight_units(self) -> tuple[int, ...]:
        """The share of every indicator in the total, in ten-millionths that sum exactly to the whole.

        An indicator weighs (dimension weight / all dimension weights) x (its weight / weights in the dimension).
        """
        total = sum(Fraction(d.weight) for d in self.dimensions)
        shares = []
        for dimension, item in self.items():
            inside = sum(Fraction(one.weight) for one in dimension.items)
            shares.append(Fraction(dimension.weight) / total * Fraction(item.weight) / inside)
        return apportion(shares, WEIGHT_UNITS)


def empty_tiers(scheme: Scheme) -> list[str]:
    """What is wrong with tiers that could never hold anybody, because a tier above takes everybody they ask for.

    Kept apart from reading a scheme, so that one that was stored can always be read.
    """
    found = []
    for number, tier in enumerate(scheme.tiers):
        for above in scheme.tiers[:number]:
            if (above.cut.kind, above.cut.indicator, above.is_key) != (
                tier.cut.kind,
                tier.cut.indicator,
                tier.is_key,
            ):
                continue
            from_the_top = tier.cut.kind in ("share", "count")
            high, low = above.cut.value, tier.cut.value
            if from_the_top and low <= high:
                found.append(
                    f"tiers > {tier.label.en}: would stay empty, because shares and counts count from the "
                    f"top and {above.label.en} takes the first {high:f}; give it more than {high:f}."
                )
                break
            if tier.cut.kind in ("score", "indicator") and low >= high:
                found.append(
                    f"tiers > {tier.label.en}: would stay empty, because {above.label.en} takes everybody "
                    f"from {high:f} on; let it begin below {high:f}."
                )
                break
    return found


def apportion(shares: list[Fraction], units: int) -> tuple[int, ...]:
    """Whole units in proportion to shares that sum to one, by largest remainder; the first wins a tie.

    >>> apportion([Fraction(1, 3)] * 3, 100)
    (34, 33, 33)
    """
    floors = [int(share * units) for share in shares]
    remainders = [share * units - floor for share, floor in zip(shares, floors, strict=True)]
    by_remainder = sorted(range(len(shares)), key=lambda i: (-remainders[i], i))
    for i in by_remainder[: units - sum(floors)]:
        floors[i] += 1
    return tuple(floors)


def explain_errors(error: Exception) -> list[str]:
    """The messages of a failed check, one sentence each, with the place they belong to."""
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        return [str(error)]
    lines = []
    for one in error.errors():
        place = " > ".join(str(step) for step in one["loc"])
        message = one["msg"].removeprefix("Value error, ")
        lines.append(f"{place}: {message}" if place else message)
    return lines
