"""Server and browser write every number, amount and date alike."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.web.node import node

from jishi.web import formats


HERE = Path(__file__).parent
VECTORS = json.loads((HERE.parent / "format_vectors.json").read_text(encoding="utf-8"))
CASES = [(name, row["args"], row["reads"]) for name, rows in VECTORS.items() for row in rows]
DATE_ARGUMENTS = {"day": (0, 2), "day_long": (0, 2), "month": (0,), "ago": (0, 1)}
AMOUNTS = {"money", "money_full", "money_scaled"}

Browser = Callable[..., str]


def split_name(name: str) -> tuple[str, bool]:
    """`percent_signed` is `percent` with signed=True."""
    return name.removesuffix("_signed"), name.endswith("_signed")


def on_the_server(name: str, args: list[Any]) -> str:
    function, signed = split_name(name)
    values = list(args)
    for position in DATE_ARGUMENTS.get(function, ()):
        if values[position] is not None:
            values[position] = date.fromisoformat(values[position])
    if function in AMOUNTS and values[0] is not None:
        values[0] = int(values[0])
    return getattr(formats, function)(*values, **({"signed": True} if signed else {}))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """format.js in one Node process; a call is one line each way."""
    process = subprocess.Popen(
        [node(), str(HERE / "format_runner.mjs")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdin
    assert process.stdout
    stdin, stdout = process.stdin, process.stdout

    def call(name: str, args: list[Any]) -> str:
        function, signed = split_name(name)
        stdin.write(json.dumps({"name": function, "args": args, "signed": signed}) + "\n")
        stdin.flush()
        return json.loads(stdout.readline())

    yield call
    stdin.close()
    process.wait(timeout=10)
    stdout.close()


@pytest.mark.parametrize(("name", "args", "reads"), CASES)
def test_vector_on_the_server(name: str, args: list[Any], reads: str) -> None:
    assert on_the_server(name, args) == reads


def test_vectors_in_the_browser(browser: Browser) -> None:
    wrong = [(n, a, r, browser(n, a)) for n, a, r in CASES if browser(n, a) != r]
    assert not wrong


def test_every_shared_function_has_vectors() -> None:
    shared = {
        name
        for name, value in vars(formats).items()
        if callable(value)
        and getattr(value, "__module__", "") == formats.__name__
        and not name.startswith("_")
    } - {"is_chinese", "symbol", "column_scale", "lunar"}
    assert shared == {split_name(name)[0] for name in VECTORS}


LANGS = st.sampled_from(["zh-hans", "en"])
CURRENCIES = st.sampled_from(["CNY", "USD", "JPY", "KWD", "CHF", ""])
UNITS = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    # around every place where the scale changes
    st.builds(
        lambda power, offset, sign: sign * (10**power + offset),
        st.integers(3, 18),
        st.integers(-60_000, 60_000),
        st.sampled_from([1, -1]),
    ),
).map(lambda units: None if units is None else str(units))
DECIMALS = st.one_of(
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False, width=64).filter(lambda v: abs(v) < 1e18),
    st.decimals(-(10**12), 10**12, places=4).map(str),
    st.integers(-(2**53), 2**53),
)
DIGITS = st.integers(0, 4)
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(date.isoformat)
NEARBY = st.builds(
    lambda today, offset: (today.isoformat(), (today + timedelta(days=offset)).isoformat()),
    st.dates(date(1950, 1, 1), date(2150, 12, 31)),
    st.integers(-1500, 1500),
)
CALLS = st.one_of(
    st.tuples(st.sampled_from(["number", "number_signed"]), st.tuples(DECIMALS, DIGITS)),
    st.tuples(st.just("money"), st.tuples(UNITS, LANGS, CURRENCIES)),
    st.tuples(st.just("money_full"), st.tuples(UNITS, CURRENCIES)),
    st.tuples(
        st.just("money_scaled"),
        st.tuples(
            UNITS, st.sampled_from(["one", "thousand", "wan", "million", "yi", "billion"]), DIGITS
        ),
    ),
    st.tuples(st.sampled_from(["percent", "percent_signed"]), st.tuples(DECIMALS, DIGITS)),
    st.tuples(st.just("points"), st.tuples(DECIMALS, LANGS, DIGITS)),
    st.tuples(st.just("score"), st.tuples(st.integers(0, 100_000_000), DIGITS)),
    st.tuples(st.just("quantity"), st.tuples(st.integers(-(2**53), 2**53))),
    st.tuples(st.sampled_from(["day", "day_long"]), st.tuples(DAYS, LANGS, DAYS)),
    st.tuples(st.just("month"), st.tuples(DAYS, LANGS)),
    st.builds(lambda pair, lang: ("ago", (pair[1], pair[0], lang)), NEARBY, LANGS),
    st.tuples(st.just("overdue"), st.tuples(st.integers(-2000, 2000), LANGS)),
)


@settings(
    max_examples=800, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(call=CALLS)
def test_server_and_browser_agree(browser: Browser, call: tuple[str, tuple[Any, ...]]) -> None:
    name, args = call
    assert on_the_server(name, list(args)) == browser(name, list(args))


@settings(max_examples=300, deadline=None)
@given(units=st.integers(0, 10**17))
def test_compact_money_is_within_half_a_last_digit(units: int) -> None:
    """What is read back from 万/亿 differs from the amount by no more than the rounding."""
    text = formats.money(units, "zh-hans")
    scale, half = (
        (10_000**3, 5 * 10**9)
        if "亿" in text
        else (10_000**2, 5 * 10**6)
        if "万" in text
        else (10_000, 5_000)
    )
    read = float(text.split(" ")[0].replace(",", "")) * scale
    assert abs(read - units) <= half * 1.0001


@pytest.mark.parametrize(
    ("on", "reads"),
    [
        (date(2026, 11, 22), "农历十月十四"),
        (date(2025, 1, 29), "农历正月初一"),
        (date(2025, 7, 25), "农历闰六月初一"),
        (date(2023, 3, 22), "农历闰二月初一"),
        (date(2026, 2, 16), "农历腊月廿九"),
    ],
)
def test_lunar(on: date, reads: str) -> None:
    assert formats.lunar(on) == reads
