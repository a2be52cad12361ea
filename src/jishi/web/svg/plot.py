"""What every chart shares: its data, a frame with axes, ticks at round numbers, text that fits."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from jishi.web import formats


# Each chart is drawn twice, for wide and slim places, so that its text is 12 px in both.
WIDE, SLIM = 640, 340

TextOf = Callable[[float], str]


@dataclass(frozen=True)
class Series:
    """One named run of values; `None` is a gap. `style` 1-4 is a chart colour, 0 grey for the past."""

    name: str
    values: Sequence[float | None]
    style: int = 1


@dataclass(frozen=True)
class Chart:
    """A finished chart: the finding as its title, the drawings, and the same numbers as a table."""

    finding: str
    note: str
    plots: tuple[SafeString, ...]
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def text_width(text: str) -> float:
    """About how wide `text` is at 12 px: Han 12, the rest 7."""
    return sum(12.0 if unicodedata.east_asian_width(char) in "WF" else 7.0 for char in text)


def cut_to(text: str, width: float) -> str:
    """`text`, shortened with an ellipsis when it is wider than `width`."""
    if text_width(text) <= width:
        return text
    while text and text_width(text) > width - 9:
        text = text[:-1]
    return f"{text}…"


def round_ticks(low: float, high: float, *, about: int = 4) -> list[float]:
    """Ticks at 1, 2, 2.5 or 5 times a power of ten that enclose [low, high].

    >>> round_ticks(0, 93)
    [0.0, 25.0, 50.0, 75.0, 100.0]
    >>> round_ticks(-3, 8)
    [-5.0, 0.0, 5.0, 10.0]
    >>> round_ticks(0, 5e-324)  # too narrow to divide
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-9):
        high = low + max(1.0, abs(low))
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * unit for unit in (1, 2, 2.5, 5, 10) if power * unit >= rough * 0.999)
    first, last = math.floor(low / step), math.ceil(high / step - 1e-9)
    return [index * step for index in range(first, last + 1)]


def money_text(lang: str) -> TextOf:
    """How amounts in 1/10,000 units read along an axis: 400 万.

    >>> money_text("zh-hans")(40_000_000_000)
    '400 万'
    >>> money_text("en")(25_000_000_000)
    '2.5M'
    """

    def text(value: float) -> str:
        return re.sub(r"\.0+(?=\D|$)", "", formats.money(round(value), lang))

    return text


def at(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


@dataclass(frozen=True)
class Frame:
    """The plotting area of one drawing, and where values fall in it."""

    width: int
    height: int
    left: float
    right: float
    low: float
    high: float
    top: float = 14
    bottom: float = 26

    @property
    def inner(self) -> float:
        return self.width - self.left - self.right

    @property
    def floor(self) -> float:
        return self.height - self.bottom

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.floor - share * (self.floor - self.top)

    def slot(self, index: int, count: int) -> float:
        """Middle of the index-th of `count` equal slots."""
        return self.left + (index + 0.5) * self.inner / count

    def x(self, share: float) -> float:
        return self.left + share * self.inner


def label(x: float, y: float, text: str, classes: str = "") -> str:
    """A line of text."""
    attribute = f' class="{classes}"' if classes else ""
    return f'<text x="{at(x)}" y="{at(y)}"{attribute}>{escape(text)}</text>'


def rule(x1: float, y1: float, x2: float, y2: float, classes: str) -> str:
    return f'<path class="{classes}" d="M{at(x1)} {at(y1)}L{at(x2)} {at(y2)}"/>'


def value_axis(frame: Frame, ticks: Sequence[float], text: TextOf) -> list[str]:
    """Guides with their values at the left; zero is drawn strong."""
    parts = []
    for tick in ticks:
        y = frame.y(tick)
        kind = "axis" if abs(tick) < 1e-9 else "guide"
        parts.append(rule(frame.left, y, frame.width - frame.right, y, kind))
        parts.append(label(frame.left - 6, y + 4, text(tick), "tick end"))
    return parts


def slot_axis(frame: Frame, labels: Sequence[str]) -> list[str]:
    """Names below the slots: as many as fit, counted back from the last."""
    if not labels:
        return []
    widest = max(text_width(name) for name in labels) + 10
    every = max(1, math.ceil(widest * len(labels) / frame.inner))
    last = len(labels) - 1
    return [
        label(frame.slot(index, len(labels)), frame.height - 8, name, "tick mid")
        for index, name in enumerate(labels)
        if (last - index) % every == 0
    ]


def line_paths(points: Sequence[tuple[float, float] | None], *, steps: bool = False) -> str:
    """Path data through the points; a `None` starts anew; `steps` holds a value until the next."""
    commands: list[str] = []
    drawing = False
    for point in points:
        if point is None:
            drawing = False
            continue
        x, y = point
        if not drawing:
            commands.append(f"M{at(x)} {at(y)}")
        elif steps:
            commands.append(f"H{at(x)}V{at(y)}")
        else:
            commands.append(f"L{at(x)} {at(y)}")
        drawing = True
    return "".join(commands)


def spread(positions: Sequence[float], gap: float = 15) -> list[float]:
    """The same order of heights, pushed apart until labels no longer touch.

    >>> spread([50.0, 52.0, 10.0])
    [43.5, 58.5, 10.0]
    """
    order = sorted(range(len(positions)), key=lambda index: positions[index])
    placed = list(positions)
    for _round in range(2 * len(order)):
        for before, after in pairwise(order):
            short = gap - (placed[after] - placed[before])
            if short > 1e-9:
                placed[before] -= short / 2
                placed[after] += short / 2
    return placed


def drawing(parts: Sequence[str], *, width: int, height: int, finding: str) -> SafeString:
    """The svg element; the finding names it for those who do not see it."""
    kind = "wide" if width == WIDE else "slim"
    return mark_safe(  # every text went through escape()
        f'<svg class="plot {kind}" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(finding)}">{"".join(parts)}</svg>'
    )
