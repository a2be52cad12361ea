"""`python -m bench [--only P1,P4] [--quick] [--rounds N]`: run rows, print them, keep the results."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import report
from bench.measure import ContenderFailedError, run_contender
from bench.rows import MODULES, Figures, Row, as_json, load


RESULTS = Path(__file__).resolve().parent / "results"
LIBRARIES = ("duckdb", "ibis-framework", "numpy", "pandas", "polars", "openpyxl", "django")


def arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure Jishi beside named peers; ratios of one run, medians of rounds.",
    )
    parser.add_argument("--only", default="", help="rows, separated by commas: P1,P4")
    parser.add_argument("--quick", action="store_true", help="small data, one round, nothing kept")
    parser.add_argument("--rounds", type=int, default=0, help="rounds per row (3 or more count)")
    parser.add_argument(
        "--million", action="store_true", help="page rows also with a million customers"
    )
    parser.add_argument("--report", action="store_true", help="only write docs/performance.md")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=NUMBER",
        help="another size: lines=2000000, customers=…, rows=… (nothing kept)",
    )  # fmt: skip
    chosen = parser.parse_args(given)
    chosen.keys = [one.strip().upper() for one in chosen.only.split(",") if one.strip()]
    unknown = [key for key in chosen.keys if key not in MODULES]
    if unknown:
        parser.error(f"no row {', '.join(unknown)}; there are {', '.join(MODULES)}")
    chosen.keys = chosen.keys or list(MODULES)
    return chosen


def conditions(rounds: int) -> Figures:
    """What the figures depend on, without naming the machine."""
    return {
        "rounds": rounds,
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def measure(row: Row, module: str, rounds: int) -> dict[str, list[Figures]]:
    """All contenders take turns, `rounds` times; a contender that fails is named and left out."""
    measured: dict[str, list[Figures]] = {one.name: [] for one in row.contenders}
    for turn in range(rounds):
        for one in row.contenders:
            if one.name in row.unavailable:
                continue
            print(f"  {row.key} round {turn + 1}/{rounds}: {one.name}", file=sys.stderr, flush=True)
            try:
                figures = run_contender(module, one.function, one.options)
            except ContenderFailedError as failure:
                row.unavailable[one.name] = str(failure)
                continue
            measured[one.name].append(figures)
        if turn == 0 and row.verify:
            row.notes.append(
                "Checked: " + row.verify({n: f[0] for n, f in measured.items() if f}) + "."
            )
    return measured


def run(key: str, chosen: argparse.Namespace) -> Figures:
    options: dict[str, Any] = {}
    for pair in chosen.set:
        name, _, number = pair.partition("=")
        options[name] = int(number)
    if chosen.million and key in report.PAGES_WITH_SIZE:
        options["million"] = True
    row = load(key, quick=chosen.quick, options=options)
    rounds = chosen.rounds or (1 if chosen.quick else row.rounds)
    before = conditions(rounds)
    return as_json(row, measure(row, MODULES[key], rounds), before)


def main(given: list[str]) -> int:
    chosen = arguments(given)
    RESULTS.mkdir(exist_ok=True)
    failed = 0
    for key in [] if chosen.report else chosen.keys:
        result = run(key, chosen)
        print(report.plain(result), flush=True)
        failed += sum(bool(v) for v in result["unavailable"].values())
        if not (chosen.quick or chosen.set):
            text = json.dumps(result, ensure_ascii=False, indent=1) + "\n"
            (RESULTS / f"{key}.json").write_text(text, encoding="utf-8")
    if not (chosen.quick or chosen.set):
        report.write(RESULTS)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
