"""The short history a sparkline shows: sales per trailing quarter."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from jishi.analytics.passes import CANCELLED
from jishi.analytics.windows import months_before


if TYPE_CHECKING:
    import ibis

    from jishi.analytics.tables import Tables

QUARTERS = 8
MONTHS_PER_QUARTER = 3


def quarter_bounds(as_of: date, quarters: int = QUARTERS) -> list[date]:
    """The boundaries of the trailing quarters, oldest first; one more than there are quarters.

    >>> [d.isoformat() for d in quarter_bounds(date(2026, 6, 30), 2)]
    ['2026-01-01', '2026-04-01', '2026-07-01']
    """
    end = date.fromordinal(as_of.toordinal() + 1)
    return [months_before(end, MONTHS_PER_QUARTER * n) for n in range(quarters, -1, -1)]


def quarter_spend(tables: Tables, *, as_of: date, quarters: int = QUARTERS) -> ibis.Table:
    """How have the sales developed? Sum of order_lines.amount_e4 per trailing quarter, q0 the oldest.

    Input order_lines (amount_e4 in 1/10,000 of the base currency; cancelled lines do not count). Output one row per
    customer with at least one line in the two years, columns customer_id, q0 .. q7 in 1/10,000; a quarter without lines is 0.

    >>> from jishi.analytics.examples import AS_OF, example_tables
    >>> rows = quarter_spend(example_tables(), as_of=AS_OF, quarters=2).to_pyarrow().to_pylist()
    >>> rows
    [{'customer_id': 1, 'q0': 3000000, 'q1': 1000000}]
    """
    bounds = quarter_bounds(as_of, quarters)
    lines = tables.order_lines
    lines = lines.filter(
        (lines.status != CANCELLED)
        & (lines.ordered_on >= bounds[0])
        & (lines.ordered_on < bounds[-1])
    )
    sums = {
        f"q{n}": lines.amount_e4.sum(
            where=(lines.ordered_on >= bounds[n]) & (lines.ordered_on < bounds[n + 1])
        ).fill_null(0)
        for n in range(quarters)
    }
    return lines.group_by("customer_id").aggregate(**sums)
