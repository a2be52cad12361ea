"""What a row of the performance table is: contenders, targets, and how they are judged."""

from __future__ import annotations

import importlib
import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any


Figures = dict[str, Any]

MODULES: dict[str, str] = {
    "P1": "bench.p01_full_scoring",
    "P4": "bench.p04_what_if",
    "P8": "bench.p08_import",
    "P9": "bench.p09_excel",
    "P10": "bench.p10_snapshot",
    "P12": "bench.p12_table_page",
    "P13": "bench.p13_search",
    "P14": "bench.p14_customer",
    "P17": "bench.p17_query_counts",
    "P18": "bench.p18_worker_memory",
    "P19": "bench.p19_bytes",
    "P20": "bench.p20_start",
    "P21": "bench.p21_beside_work",
}


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to do the work: a function of the row's module, `(meter, options) -> figures`."""

    name: str
    function: str
    options: dict[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A promise: `metric` of `ours`, divided by that of `peer` when there is one, against `limit`."""

    metric: str
    ours: str
    limit: float
    peer: str = ""
    at_least: bool = False
    stretch: bool = False
    what: str = ""

    @property
    def text(self) -> str:
        sign = "≥" if self.at_least else "≤"
        where = f"{self.ours} / {self.peer}" if self.peer else self.ours
        words = self.what or self.metric
        return f"{words}: {where} {sign} {self.limit:g}{'×' if self.peer else ''}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target with what was measured; `met` is None when a side of it could not be measured."""

    text: str
    measured: float | None
    met: bool | None
    stretch: bool


@dataclass(slots=True)
class Row:
    """A row ready to run. `verify` gets every contender's figures of the first round and raises when
    the answers differ, so that nobody is fast by being wrong."""

    key: str
    title: str
    work: str
    contenders: list[Contender]
    targets: list[Target]
    verify: Callable[[dict[str, Figures]], str] | None = None
    shown: tuple[str, ...] = ("cpu_s", "wall_s", "rss_mb")
    notes: list[str] = field(default_factory=list)
    unavailable: dict[str, str] = field(default_factory=dict)
    rounds: int = 3


def load(key: str, *, quick: bool, options: dict[str, Any]) -> Row:
    """Prepare a row (which may make its data) for a run."""
    row: Row = importlib.import_module(MODULES[key]).row(quick=quick, **options)
    return row


def median_of(rounds: list[Figures], metric: str) -> float | None:
    values = [one[metric] for one in rounds if one.get(metric) is not None]
    return statistics.median(values) if values else None


def judge(target: Target, measured: dict[str, list[Figures]]) -> Verdict:
    """Compare; ratios are taken round by round, because contenders of one round ran side by side."""
    ours = measured.get(target.ours, [])
    if target.peer:
        pairs = zip(ours, measured.get(target.peer, []), strict=False)
        ratios = [
            a[target.metric] / b[target.metric]
            for a, b in pairs
            if a.get(target.metric) is not None and b.get(target.metric)
        ]
        value = statistics.median(ratios) if ratios else None
    else:
        value = median_of(ours, target.metric)
    met = None
    if value is not None:
        met = value >= target.limit if target.at_least else value <= target.limit
    return Verdict(target.text, value, met, target.stretch)


def as_json(row: Row, measured: dict[str, list[Figures]], conditions: Figures) -> Figures:
    """Everything about one run of a row, for `bench/results/`."""
    return {
        "row": row.key,
        "title": row.title,
        "work": row.work,
        "conditions": conditions,
        "shown": list(row.shown),
        "contenders": [
            {
                "name": one.name,
                "note": one.note,
                "median": {name: median_of(measured.get(one.name, []), name) for name in row.shown},
                "rounds": [
                    {k: v for k, v in figures.items() if isinstance(v, int | float)}
                    for figures in measured.get(one.name, [])
                ],
            }
            for one in row.contenders
        ],
        "unavailable": row.unavailable,
        "targets": [asdict(judge(target, measured)) for target in row.targets],
        "notes": row.notes,
    }
