"""Rebuilds a score from its receipt alone. Standard library only; knows nothing of the product's code.

    python receipt_checker.py receipt.json

Prints the score and exits 0 when every contribution and every sum is right, otherwise says what is wrong.
"""

from __future__ import annotations

import json
import math
import sys
from decimal import Decimal
from typing import Any


MICRO = Decimal("0.000001")


def points(raw: float, n: dict[str, Any]) -> float:
    """Points 0..100 of a raw value under the receipt's normalisation facts."""
    kind = n["kind"]
    if kind == "steps":
        reached = [float(s["points"]) for s in n["steps"] if raw >= float(s["at_least"])]
        return reached[-1] if reached else 0.0
    if kind == "percentile":
        many = n["known"] > 1
        place = n["below"] + (n["equal"] - 1) / 2
        result = 100.0 * place / (n["known"] - 1) if many else 50.0
    elif kind == "z":
        deviation = float(n["deviation"])
        result = 50.0 + (raw - float(n["mean"])) / deviation * (50.0 / 3.0) if deviation else 50.0
    else:
        at = math.log1p(max(raw, 0.0) / float(n["scale"])) if kind == "log" else raw
        low, high = float(n["low"]), float(n["high"])
        result = 100.0 * (at - low) / (high - low) if high > low else 50.0
    result = min(100.0, max(0.0, result))
    return 100.0 - result if n["lower_is_better"] else result


def check(receipt: dict[str, Any]) -> list[str]:
    """All the ways in which a receipt is wrong; empty when it is right."""
    wrong: list[str] = []
    lines = [i for d in receipt["dimensions"] for i in d["indicators"]]
    stand_in = {"neutral": Decimal(50), "worst": Decimal(0), "renormalise": Decimal(0)}
    for line in lines:
        given = Decimal(line["normalised"])
        if line["raw"] is None:
            if given != stand_in[line["missing"]]:
                wrong.append(f"{line['key']}: {given} points for a missing value")
            continue
        rebuilt = Decimal(round(points(float(line["raw"]), line["normalisation"]) * 1e6)) * MICRO
        if abs(rebuilt - given) > MICRO:
            wrong.append(f"{line['key']}: {given} points on the receipt, {rebuilt} rebuilt")
    wrong += [
        f"{line['key']}: a value, though {', '.join(line['unrecorded'])} were never recorded"
        for line in lines
        if line["unrecorded"] and (line["raw"] is not None or line["normalisation"]["known"])
    ]
    counting = [line for line in lines if line["counts"]]
    weight = sum((Decimal(line["weight"]) for line in counting), Decimal(0))
    if weight != Decimal(receipt["counted_weight"]):
        wrong.append(f"counted weight {receipt['counted_weight']}, rebuilt {weight}")
    exact = [Decimal(line["weight"]) * Decimal(line["normalised"]) for line in counting]
    score = (
        (sum(exact, Decimal(0)) / weight).quantize(MICRO, "ROUND_HALF_UP") if weight else Decimal(0)
    )
    if score != Decimal(receipt["score"]):
        wrong.append(f"score {receipt['score']}, rebuilt {score}")
    for line in lines:
        share = (
            Decimal(line["weight"]) * Decimal(line["normalised"]) / weight if weight else Decimal(0)
        )
        if abs(Decimal(line["contribution"]) - (share if line["counts"] else 0)) >= MICRO:
            wrong.append(f"{line['key']}: contributes {line['contribution']}, rebuilt {share}")
    wrong += [
        f"{d['key']}: its indicators do not add up to {d['contribution']}"
        for d in receipt["dimensions"]
        if sum(Decimal(i["contribution"]) for i in d["indicators"]) != Decimal(d["contribution"])
    ]
    wrong += [
        f"{line['key']}: {one['count']} {one['table']}, but {len(one['keys'])} keys are named"
        f" and {one['keys_left_out']} left out"
        for line in lines
        for one in line.get("facts", ())
        if one["count"] != len(one["keys"]) + one["keys_left_out"]
    ]
    if sum(Decimal(d["contribution"]) for d in receipt["dimensions"]) != Decimal(receipt["score"]):
        wrong.append(f"the dimensions do not add up to {receipt['score']}")
    return wrong


def main(path: str) -> int:
    """Check one receipt file."""
    with open(path, encoding="utf-8") as file:
        receipt = json.load(file)
    wrong = check(receipt)
    sys.stdout.write("\n".join(wrong) + "\n" if wrong else f"{receipt['score']} is right\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
