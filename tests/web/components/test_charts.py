"""Charts stay inside their frame, escape their words and carry their numbers as a table."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jishi.web.svg.cells import bar_cell, sparkline
from jishi.web.svg.charts import Step, bars, columns, lines, pareto, waterfall
from jishi.web.svg.plot import Chart, Series, cut_to, round_ticks, spread, text_width


VALUES = st.floats(-1e12, 1e12, allow_nan=False)
NAMES = st.text(st.characters(exclude_categories=["C"]), max_size=30)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
SLACK = 1.0


def marks_inside(chart: Chart) -> None:
    """Every drawing is well-formed, and no bar, dot or line leaves it."""
    for plot in chart.plots:
        root = ElementTree.fromstring(plot)
        _x, _y, width, height = map(float, root.attrib["viewBox"].split())
        for element in root.iter():
            if element.tag == "rect":
                x, y = float(element.attrib["x"]), float(element.attrib["y"])
                assert x >= -SLACK
                assert x + float(element.attrib["width"]) <= width + SLACK
                assert y >= -SLACK
                assert y + float(element.attrib["height"]) <= height + SLACK
            elif element.tag == "circle":
                assert 0 <= float(element.attrib["cx"]) <= width
                assert 0 <= float(element.attrib["cy"]) <= height
        assert root.attrib["aria-label"] == chart.finding


def rows(values: list[float | None]) -> list[str]:
    return [f"m{index}" for index in range(len(values))]


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.one_of(st.none(), VALUES), min_size=1, max_size=24), name=NAMES)
def test_columns_and_lines(values: list[float | None], name: str) -> None:
    series = [Series(name, values), Series("b", list(reversed(values)), 2)]
    for chart in (
        columns(name, rows(values), series, text=lambda v: f"{v:.0f}"),
        lines(name, rows(values), series, text=lambda v: f"{v:.0f}"),
        lines(name, rows(values), series, text=lambda v: f"{v:.0f}", steps=True, from_zero=True),
    ):
        marks_inside(chart)
        assert [row[1] for row in chart.rows] == [
            "—" if value is None else f"{value:.0f}" for value in values
        ]


@settings(max_examples=60, deadline=None)
@given(values=st.lists(VALUES, max_size=10), name=NAMES)
def test_waterfall_and_bars(values: list[float], name: str) -> None:
    steps = [Step(name, value, f"{value:.1f}") for value in values]
    marks_inside(bars(name, steps))
    total = sum(values)
    marks_inside(waterfall(name, steps, total=Step("total", total, f"{total:.1f}")))


def test_bars_start_at_zero_and_end_at_their_value() -> None:
    plot = ElementTree.fromstring(bars("f", [Step("a", 50, "50"), Step("b", 100, "100")]).plots[0])
    short, long = (float(rect.attrib["width"]) for rect in plot.iter("rect"))
    assert short == pytest.approx(long / 2, abs=0.2)


def test_a_waterfall_lays_its_parts_end_to_end() -> None:
    parts = [Step("a", 39.2, "39.2"), Step("b", 22.5, "22.5"), Step("c", -10, "-10")]
    chart = waterfall("f", parts, total=Step("total", 51.7, "51.7"))
    first, second, third, total = ElementTree.fromstring(chart.plots[0]).iter("rect")

    def ends(rect: ElementTree.Element) -> tuple[float, float]:
        x = float(rect.attrib["x"])
        return x, x + float(rect.attrib["width"])

    assert ends(second)[0] == pytest.approx(ends(first)[1], abs=0.2)
    assert ends(third)[1] == pytest.approx(ends(second)[1], abs=0.2)
    assert ends(total) == pytest.approx((ends(first)[0], ends(third)[0]), abs=0.3)


def test_pareto_reads_its_curve_in_the_table() -> None:
    curve = [(0.0, 0.0), (20.0, 80.0), (100.0, 100.0)]
    chart = pareto("f", [("revenue", curve)], cut_pct=20, cut_text="20% = 80%")
    marks_inside(chart)
    assert chart.rows[0] == ["10%", "40.0%"]
    assert chart.rows[1] == ["20%", "80.0%"]
    assert chart.rows[-1] == ["100%", "100.0%"]
    assert "20% = 80%" in chart.plots[0]


def test_a_cut_at_the_far_right_keeps_its_words_inside() -> None:
    chart = pareto("f", [("revenue", [(0, 0), (100, 100)])], cut_pct=97, cut_text="97% = 97%")
    assert re.search(r'class="mark-text end">97%', chart.plots[1])


@settings(max_examples=60, deadline=None)
@given(low=VALUES, high=VALUES)
def test_ticks_enclose_what_is_drawn(low: float, high: float) -> None:
    low, high = min(low, high), max(low, high)
    ticks = round_ticks(low, high)
    size = max(abs(low), abs(high), 1)
    assert ticks[0] <= low + 1e-6 * size
    assert ticks[-1] >= high - 1e-6 * size
    assert 2 <= len(ticks) <= 12


@given(st.lists(st.floats(0, 300), min_size=1, max_size=4))
def test_labels_never_touch(heights: list[float]) -> None:
    placed = sorted(spread(heights))
    assert all(after - before > 14 for before, after in itertools.pairwise(placed))


@given(NAMES, st.floats(20, 200))
def test_cut_text_fits(text: str, width: float) -> None:
    assert text_width(cut_to(text, width)) <= width + 9


@given(st.lists(st.one_of(st.none(), VALUES), max_size=12))
def test_sparkline_stays_inside(values: list[float | None]) -> None:
    root = ElementTree.fromstring(sparkline(values, label="<trend>"))
    assert root.attrib["aria-label"] == "<trend>"
    for line in root.iter("polyline"):
        numbers = [float(number) for number in NUMBER.findall(line.attrib["points"])]
        assert all(0 <= x <= 66 for x in numbers[::2])
        assert all(0 <= y <= 20 for y in numbers[1::2])


@pytest.mark.parametrize(("share", "width"), [(0.5, "40"), (None, "0"), (7, "80"), (-1, "0")])
def test_bar_cell(share: float | None, width: str) -> None:
    drawn = ElementTree.fromstring(bar_cell(share))
    assert [rect.attrib["width"] for rect in drawn.iter("rect")] == ["80", width]
