"""What every customer has bought in the whole history, whatever period the scheme in force looks at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jishi.warehouse.services import snapshot_opened, snapshot_refresh


_KEYS = ("spend_e4", "margin_e4", "orders")


@dataclass(frozen=True, slots=True)
class SalesTotal:
    """Sales in the base currency; `margin_e4` counts the lines whose cost is known, None without one."""

    spend_e4: int
    margin_e4: int | None
    orders: int


def sales_totals(*, as_of: date) -> dict[int, SalesTotal]:
    """Customer id → sales from the first order up to and including `as_of`.

    Raises:
        SnapshotBuildError: the snapshot could not be brought up to date.
    """
    import numpy as np

    from jishi.analytics.engines import indicator_matrix
    from jishi.analytics.tables import as_known
    from jishi.analytics.windows import Window

    with snapshot_opened(snapshot_refresh().snapshot) as (backend, tables):
        known = as_known(tables, known_at=None)
        matrix = indicator_matrix(backend, known, _KEYS, as_of=as_of, window=Window(None))
    amounts = np.nan_to_num(matrix.values).round().astype(np.int64).tolist()
    unknown = np.isnan(matrix.column("margin_e4")).tolist()
    order = [matrix.keys.index(key) for key in _KEYS]
    totals = {}
    for customer, row, is_unknown in zip(
        matrix.customer_ids.tolist(), amounts, unknown, strict=True
    ):
        spend, margin, orders = (row[index] for index in order)
        totals[customer] = SalesTotal(spend, None if is_unknown else margin, orders)
    return totals
