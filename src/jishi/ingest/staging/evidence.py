"""What written numbers and dates tell about decimal mark and order of day and month."""

from __future__ import annotations

from collections.abc import Iterable

from jishi.ingest.staging import values


Cell = tuple[str, str]  # (column, text)


def decimal_mark(cells: Iterable[Cell], *, european: bool) -> tuple[str | None, list[Cell]]:
    """The decimal mark; "." unless a comma is seen to be one; None with examples when unclear.

    `1,234` alone reads as one thousand two hundred and thirty-four; in a file cut by semicolons, as
    Europe writes it, it could be either, and so could `1.234`.

    >>> decimal_mark([("amount", "1.234,5")], european=False)
    (',', [])
    >>> decimal_mark([("amount", "1,234")], european=True)
    (None, [('amount', '1,234')])
    """
    only_comma, only_point, either = [], [], []
    for column, text in cells:
        allowed = values.decimal_marks(text)
        if allowed == {","}:
            only_comma.append((column, text))
        elif allowed == {"."}:
            only_point.append((column, text))
        elif allowed and ("," in text or "." in text):
            either.append((column, text))
    if only_comma and not only_point:
        return ",", []
    if (only_comma and only_point) or (european and either and not only_point):
        return None, sorted([*only_comma[:3], *only_point[:3], *either[:3]])
    return ".", []


def date_order(cells: Iterable[Cell]) -> tuple[str | None, list[Cell]]:
    """Day or month first in dates that end with the year; None with examples when unclear, and None
    without any when there are no such dates.

    >>> date_order([("day", "2/1/2014"), ("day", "31/1/2014")])
    ('dmy', [])
    >>> date_order([("day", "2014-01-02")]), date_order([("day", "2/1/2014")])
    ((None, []), (None, [('day', '2/1/2014')]))
    """
    allowed = {"dmy", "mdy"}
    readable = []
    for column, text in cells:
        orders = values.date_orders(text)
        if orders:
            readable.append((column, text))
            allowed &= orders
    if readable and len(allowed) == 1:
        return allowed.pop(), []
    return None, sorted(readable)
