"""Columns, lines, Pareto, waterfall and bars. The title is the finding, not the metric's name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jishi.web.svg.plot import (
    SLIM,
    WIDE,
    Chart,
    Frame,
    Series,
    TextOf,
    at,
    cut_to,
    drawing,
    label,
    line_paths,
    round_ticks,
    rule,
    slot_axis,
    spread,
    text_width,
    value_axis,
)


def _known(series: Sequence[Series]) -> list[float]:
    return [value for one in series for value in one.values if value is not None]


def _both(finding: str, draw: Callable[[int], tuple[list[str], int]]) -> tuple[SafeString, ...]:
    """The wide and the slim drawing."""
    sizes = ((width, *draw(width)) for width in (WIDE, SLIM))
    return tuple(
        drawing(parts, width=width, height=height, finding=finding)
        for width, parts, height in sizes
    )


def _table(labels: Sequence[str], series: Sequence[Series], text: TextOf) -> list[list[str]]:
    return [
        [name, *("—" if (value := one.values[row]) is None else text(value) for one in series)]
        for row, name in enumerate(labels)
    ]


def columns(
    finding: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    text: TextOf,
    note: str = "",
    line: Series | None = None,
) -> Chart:
    """Upright bars from zero, up to three beside each other; `line` is drawn over them."""
    every = [*series, *([line] if line else [])]
    known = [0.0, *_known(every)]
    ticks = round_ticks(min(known), max(known))

    def draw(width: int) -> tuple[list[str], int]:
        left = max(text_width(text(tick)) for tick in ticks) + 12
        frame = Frame(width, 240, left, 8, ticks[0], ticks[-1], top=30)
        parts = value_axis(frame, ticks, text)
        slot = frame.inner / max(1, len(labels))
        bar = min(28.0, slot * 0.72 / len(series))
        for position, one in enumerate(series):
            for index, value in enumerate(one.values):
                if value is None:
                    continue
                x = frame.slot(index, len(labels)) + (position - len(series) / 2) * bar
                y0, y1 = frame.y(0), frame.y(value)
                parts.append(
                    f'<rect class="f{one.style}" x="{at(x)}" y="{at(min(y0, y1))}" '
                    f'width="{at(max(1.0, bar - 1))}" height="{at(abs(y0 - y1))}">'
                    f"<title>{escape(f'{labels[index]} {one.name} {text(value)}')}</title></rect>"
                )
        if line:
            points = [
                None if value is None else (frame.slot(index, len(labels)), frame.y(value))
                for index, value in enumerate(line.values)
            ]
            parts.append(f'<path class="line s{line.style}" d="{line_paths(points)}"/>')
        if len(every) > 1:
            parts += _names_on_top(frame, every)
        return parts + slot_axis(frame, labels), frame.height

    rows = _table(labels, every, text)
    return Chart(finding, note, _both(finding, draw), ["", *(one.name for one in every)], rows)


def _names_on_top(frame: Frame, series: Sequence[Series]) -> list[str]:
    """Which mark is which, written once above the drawing."""
    room = frame.width / len(series) - 33
    names = [cut_to(one.name, room) for one in series]
    wanted = sum(text_width(name) + 33 for name in names)
    parts, x = [], min(frame.left, max(0.0, frame.width - wanted))
    for name, one in zip(names, series, strict=True):
        parts.append(f'<rect class="f{one.style}" x="{at(x)}" y="6" width="10" height="10"/>')
        parts.append(label(x + 15, 15, name))
        x += 15 + text_width(name) + 18
    return parts


def lines(
    finding: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    text: TextOf,
    note: str = "",
    steps: bool = False,
    from_zero: bool = False,
) -> Chart:
    """Up to four lines, each named at its end; each also has its own dash."""
    known = _known(series) or [0.0]
    low = min(0.0, *known) if from_zero else min(known)
    ticks = round_ticks(low, max(known))

    def draw(width: int) -> tuple[list[str], int]:
        left = max(text_width(text(tick)) for tick in ticks) + 12
        limit = 150 if width == WIDE else 84
        names = [cut_to(one.name, limit) for one in series]
        right = max(text_width(name) for name in names) + 12 if len(series) > 1 else 12
        frame = Frame(width, 220, left, right, ticks[0], ticks[-1])
        parts = value_axis(frame, ticks, text)
        ends: list[tuple[str, float, int]] = []
        for name, one in zip(names, series, strict=True):
            points = [
                None if value is None else (frame.slot(index, len(labels)), frame.y(value))
                for index, value in enumerate(one.values)
            ]
            parts.append(f'<path class="line s{one.style}" d="{line_paths(points, steps=steps)}"/>')
            last = next((point for point in reversed(points) if point), None)
            if last:
                parts.append(
                    f'<circle class="f{one.style}" cx="{at(last[0])}" cy="{at(last[1])}" r="3"/>'
                )
                ends.append((name, last[1], one.style))
        if len(series) > 1:
            for (name, _y, _style), y in zip(ends, spread([end[1] for end in ends]), strict=True):
                parts.append(label(frame.width - frame.right + 8, y + 4, name))
        return parts + slot_axis(frame, labels), frame.height

    rows = _table(labels, series, text)
    return Chart(finding, note, _both(finding, draw), ["", *(one.name for one in series)], rows)


def pareto(
    finding: str,
    curves: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    *,
    cut_pct: float | None = None,
    cut_text: str = "",
    note: str = "",
) -> Chart:
    """Cumulative share (0-100) over the share of customers (0-100), best first, with the cut."""
    shown = (10.0, 20.0, 30.0, 50.0, 80.0, 100.0)
    lows = [y for _name, curve in curves for _x, y in curve]
    highest = max([100.0, *lows])
    ticks = round_ticks(min([0.0, *lows]), highest, about=5)

    def draw(width: int) -> tuple[list[str], int]:
        limit = 120 if width == WIDE else 70
        names = [cut_to(name, limit) for name, _curve in curves]
        right = max([text_width(name) for name in names] or [0]) + 14
        frame = Frame(width, 260, 44, right, ticks[0], ticks[-1])
        parts = value_axis(frame, ticks, lambda tick: f"{tick:g}%")
        for share in (0, 25, 50, 75, 100):
            parts.append(label(frame.x(share / 100), frame.height - 8, f"{share}%", "tick mid"))
        ends = []
        for style, (_name, curve) in enumerate(curves, 1):
            points = [(frame.x(x / 100), frame.y(y)) for x, y in curve]
            if points:
                parts.append(f'<path class="line s{style}" d="{line_paths(points)}"/>')
                ends.append(points[-1][1])
        for name, y in zip(names, spread(ends), strict=False):
            parts.append(label(frame.width - frame.right + 6, y + 4, name))
        if cut_pct is not None:
            x = frame.x(cut_pct / 100)
            parts.append(rule(x, frame.top, x, frame.floor, "mark"))
            room = frame.width - frame.right - x - 8
            if text_width(cut_text) <= room:
                parts.append(label(x + 6, frame.floor - 8, cut_text, "mark-text"))
            else:
                parts.append(label(x - 6, frame.floor - 8, cut_text, "mark-text end"))
        return parts, frame.height

    head = [_("Share of customers"), *(name for name, _curve in curves)]
    rows = [
        [f"{share:g}%", *(f"{_read(curve, share):.1f}%" for _name, curve in curves)]
        for share in shown
    ]
    return Chart(finding, note, _both(finding, draw), head, rows)


def _read(curve: Sequence[tuple[float, float]], x: float) -> float:
    """The curve at x, straight between its points."""
    before = (0.0, 0.0)
    for point in curve:
        if point[0] >= x:
            span = point[0] - before[0]
            share = (x - before[0]) / span if span else 1.0
            return before[1] + share * (point[1] - before[1])
        before = point
    return before[1]


@dataclass(frozen=True)
class Step:
    """One part of a waterfall or one bar: its name, its size, and how the size reads."""

    name: str
    value: float
    text: str
    style: int = 1


_ROW = 30


def _side_width(names: Sequence[str], width: int) -> float:
    limit = 180.0 if width == WIDE else 104.0
    return min(limit, max([text_width(name) for name in names] or [0.0])) + 12


def waterfall(
    finding: str, steps: Sequence[Step], *, total: Step, note: str = "", head: Sequence[str] = ()
) -> Chart:
    """Parts laid end to end and the total they add up to, one row each."""
    ends, reached = [], 0.0
    for step in steps:
        ends.append((reached, reached + step.value))
        reached += step.value
    every = [0.0, total.value, *(end for pair in ends for end in pair)]
    low, high = min(every), max(every)
    if high <= low:
        high = low + 1.0

    def draw(width: int) -> tuple[list[str], int]:
        side = _side_width([*(step.name for step in steps), total.name], width)
        right = max(text_width(step.text) for step in (*steps, total)) + 10
        frame = Frame(width, _ROW * (len(steps) + 1) + 8, side, right, 0, 1)

        def x(value: float) -> float:
            return frame.x((value - low) / (high - low))

        parts = [rule(x(0), 0, x(0), frame.height - 4, "axis")]
        for row, (step, (start, end)) in enumerate(zip(steps, ends, strict=True)):
            middle = row * _ROW + _ROW / 2
            parts += _bar_row(step, width, side, middle, x(start), x(end), f"f{step.style}")
            if row:
                parts.append(rule(x(start), middle - _ROW + 7, x(start), middle - 7, "guide"))
        middle = len(steps) * _ROW + _ROW / 2 + 4
        top = middle - _ROW / 2
        parts.append(rule(0, top, width, top, "axis"))
        parts += _bar_row(total, width, side, middle, x(0), x(total.value), "total", "strong")
        return parts, frame.height + 2

    rows = [[step.name, step.text] for step in (*steps, total)]
    return Chart(finding, note, _both(finding, draw), head or ["", _("Contribution")], rows)


def bars(finding: str, steps: Sequence[Step], *, note: str = "", head: Sequence[str] = ()) -> Chart:
    """Lying bars from zero, one row each, in the order given."""
    values = [step.value for step in steps] or [0.0]
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    if high <= low:
        high = low + 1.0

    def draw(width: int) -> tuple[list[str], int]:
        side = _side_width([step.name for step in steps], width)
        right = max([text_width(step.text) for step in steps] or [0.0]) + 10
        frame = Frame(width, _ROW * max(1, len(steps)) + 4, side, right, 0, 1)

        def x(value: float) -> float:
            return frame.x((value - low) / (high - low))

        parts = [rule(x(0), 0, x(0), frame.height - 4, "axis")]
        for row, step in enumerate(steps):
            middle = row * _ROW + _ROW / 2
            parts += _bar_row(step, width, side, middle, x(0), x(step.value), f"f{step.style}")
        return parts, frame.height

    rows = [[step.name, step.text] for step in steps]
    return Chart(finding, note, _both(finding, draw), head or ["", _("Value")], rows)


def _bar_row(
    step: Step,
    width: int,
    side: float,
    middle: float,
    start: float,
    end: float,
    fill: str,
    weight: str = "",
) -> list[str]:
    """Name at the left, bar, value at the right edge."""
    return [
        label(0, middle + 4, cut_to(step.name, side - 10), weight),
        (
            f'<rect class="{fill}" x="{at(min(start, end))}" y="{at(middle - 6)}" '
            f'width="{at(max(1.0, abs(end - start)))}" height="12">'
            f"<title>{escape(f'{step.name} {step.text}')}</title></rect>"
        ),
        label(width, middle + 4, step.text, f"end {weight}".strip()),
    ]
