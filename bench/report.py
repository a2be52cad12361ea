"""Results as a table for the terminal and as docs/performance.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.rows import MODULES, Figures


DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
PAGES_WITH_SIZE = frozenset({"P12", "P13", "P14"})

HEADINGS = {
    "cpu_s": "CPU s",
    "wall_s": "wall s",
    "rss_mb": "peak RSS MB",
    "kernel_cpu_ms": "CPU ms per call",
    "kernel_ms": "wall ms per call",
    "kernel_best_ms": "best wall ms",
    "rows_per_s": "rows/s",
    "cpu_ms": "CPU ms per request",
    "cpu_us_per_row": "CPU µs per row",
    "cpu_p95_ms": "CPU p95 ms",
    "p50_ms": "p50 ms",
    "p95_ms": "p95 ms",
    "save_max_ms": "longest save ms",
    "failed": "refused",
    "work_s": "work s",
    "worker_mb": "RSS MB per worker",
    "start_s": "start s",
    "start_cpu_s": "start CPU s",
    "html_gz_kb": "HTML gz KB",
    "js_gz_kb": "JS gz KB",
    "css_gz_kb": "CSS gz KB",
    "page_gz_kb": "page gz KB",
}

INTRODUCTION = """# Performance

Written by `make bench`; do not edit by hand. Every figure is measured beside named peers in the same run: each contender in
a process of its own, the contenders taking turns, medians of the rounds. CPU seconds are those of the whole process tree.
Ratios are taken round by round, because the machine is shared: the ratios are what counts, absolute figures only say what was
seen. Run one row with `python -m bench --only P1`, a fast look with `--quick`.
"""


def number(value: float | None) -> str:
    if value is None:
        return "–"
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3g}"


def mark(target: Figures) -> str:
    if target["met"] is None:
        return "not measured"
    if target["met"]:
        return "met"
    return "missed (stretch)" if target["stretch"] else "MISSED"


def headings(result: Figures) -> list[str]:
    return [HEADINGS.get(name, name) for name in result["shown"]]


def plain(result: Figures) -> str:
    """One row for the terminal."""
    rows = [["", *headings(result)]]
    rows += [
        [one["name"], *(number(one["median"][name]) for name in result["shown"])]
        for one in result["contenders"]
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = [f"{result['row']} · {result['title']}: {result['work']}"]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  " + "  ".join(cells))
    lines += [
        f"  {mark(one):>16}  {one['text']}  ({number(one['measured'])})"
        for one in result["targets"]
    ]
    lines += [f"  not measured: {name}: {why}" for name, why in result["unavailable"].items()]
    lines += [f"  {note}" for note in result["notes"]]
    return "\n".join(lines) + "\n"


def section(result: Figures) -> str:
    """One row for the document."""
    shown = result["shown"]
    lines = [f"## {result['row']} · {result['title']}", "", result["work"] + ".", ""]
    lines.append("| | " + " | ".join(headings(result)) + " | |")
    lines.append("|---|" + "---:|" * len(shown) + "---|")
    for one in result["contenders"]:
        cells = " | ".join(number(one["median"][name]) for name in shown)
        lines.append(f"| {one['name']} | {cells} | {one['note']} |")
    if result["targets"]:
        lines += ["", "| target | measured | |", "|---|---:|---|"]
    for target in result["targets"]:
        outcome = mark(target)
        if outcome == "MISSED":
            outcome = "**missed**"
        lines.append(f"| {target['text']} | {number(target['measured'])} | {outcome} |")
    lines.append("")
    lines += [f"- {note}" for note in result["notes"]]
    lines += [
        f"- Not measured: {n}: {why.splitlines()[0]}" for n, why in result["unavailable"].items()
    ]
    seen = result["conditions"]
    lines.append(
        f"- {seen['rounds']} rounds on {seen['cores']} cores, load before {seen['load_before']}, "
        f"Python {seen['python']}."
    )
    return "\n".join(lines) + "\n"


def summary(results: list[Figures]) -> str:
    """Where we stand, missed targets first and plainly."""
    judged = [(r, t) for r in results for t in r["targets"] if not t["stretch"]]
    met = sum(1 for _, t in judged if t["met"])
    missed = [(r, t) for r, t in judged if t["met"] is False]
    open_ = [(r["row"], t) for r, t in judged if t["met"] is None]
    lines = [f"## Where we stand\n\n{met} of {len(judged)} targets met."]
    if missed:
        lines.append(
            "\nMissed (the load is how many processes wanted the cores before the row began: "
            "seconds and milliseconds suffer from it, CPU and ratios hardly):\n"
        )
        lines += [
            f"- {r['row']}: {t['text']}; measured {number(t['measured'])} at load"
            f" {r['conditions']['load_before']} on {r['conditions']['cores']} cores"
            for r, t in missed
        ]
    if open_:
        lines.append("\nNot measured:\n")
        lines += [f"- {row}: {t['text']}" for row, t in open_]
    absent = [key for key in MODULES if key not in {r["row"] for r in results}]
    if absent:
        lines.append(f"\nRows without a result yet: {', '.join(absent)}.")
    return "\n".join(lines) + "\n"


def write(folder: Path) -> None:
    """Put the latest results into the document."""
    results: list[dict[str, Any]] = []
    for key in MODULES:
        path = folder / f"{key}.json"
        if path.exists():
            results.append(json.loads(path.read_text(encoding="utf-8")))
    versions = results[-1]["conditions"]["libraries"] if results else {}
    used = ", ".join(f"{name} {number_}" for name, number_ in versions.items())
    parts = [INTRODUCTION, summary(results), *(section(one) for one in results)]
    if used:
        parts.append(f"Libraries: {used}.\n")
    DOCUMENT.write_text("\n".join(parts), encoding="utf-8")
