"""Which kinds of facts a company has ever recorded.

A customer without a complaint has none as long as complaints are recorded. When nobody ever recorded one, the
number of complaints is not 0 but unknown, for everybody. A kind counts as recorded from its first fact on: as of the
day of the question, and as known at its moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jishi.analytics.expressions import Column
from jishi.analytics.messages import gettext_noop as _
from jishi.analytics.tables import SPECS


if TYPE_CHECKING:
    from datetime import date

    import ibis

    from jishi.analytics.tables import Tables


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of fact: the rows of one table that a condition picks; `message` says that there is none."""

    key: str
    table: str
    message: str
    picks: Callable[[ibis.Table], Column] | None = None


KINDS: dict[str, RecordKind] = {
    kind.key: kind
    for kind in (
        RecordKind("orders", "orders", _("No orders have ever been recorded.")),
        RecordKind("order_lines", "order_lines", _("No order lines have ever been recorded.")),
        RecordKind(
            "products_bought",
            "order_lines",
            _("No order line has ever named a product."),
            lambda rows: rows.product_id.notnull(),
        ),
        RecordKind(
            "custom_products",
            "order_lines",
            _("No customised products have ever been recorded."),
            lambda rows: rows.is_custom,
        ),
        RecordKind(
            "discounts",
            "order_lines",
            _("No discounts have ever been recorded."),
            lambda rows: rows.discount_e4 != 0,
        ),
        RecordKind(
            "costs",
            "order_lines",
            _("No costs of goods have ever been recorded."),
            lambda rows: rows.cost_e4.notnull(),
        ),
        RecordKind(
            "receivables",
            "orders",
            _("No receivables with a due date have ever been recorded."),
            lambda rows: rows.receivable_e4.notnull() & rows.due_on.notnull(),
        ),
        RecordKind("payments", "payments", _("No payments have ever been recorded.")),
        RecordKind("returns", "returns", _("No returns have ever been recorded.")),
        RecordKind("interactions", "interactions", _("No interactions have ever been recorded.")),
        RecordKind("complaints", "complaints", _("No complaints have ever been recorded.")),
        RecordKind(
            "satisfaction", "satisfaction", _("No satisfaction answers have ever been recorded.")
        ),
        RecordKind("ratings", "ratings", _("No expert ratings have ever been recorded.")),
        RecordKind("referrals", "referrals", _("No referrals have ever been recorded.")),
        RecordKind(
            "training",
            "services",
            _("No hours of training have ever been recorded."),
            lambda rows: rows.kind == "training",
        ),
        RecordKind(
            "support",
            "services",
            _("No hours of support have ever been recorded."),
            lambda rows: rows.kind == "support",
        ),
    )
}

KINDS_OF_PASS: dict[str, tuple[str, ...]] = {
    "lines": ("order_lines",),
    "orders": ("orders",),
    "products": ("products_bought",),
    "returns": ("returns",),
    "payments": ("payments",),
    "receivables": ("receivables",),
    "interactions": ("interactions",),
    "complaints": ("complaints",),
    "satisfaction": ("satisfaction",),
    "referrals": ("referrals",),
    "ratings": ("ratings",),
}
"""What an indicator needs to have been recorded unless it says otherwise: what its passes read."""


def kinds_of_passes(passes: Iterable[str]) -> tuple[str, ...]:
    """The kinds of facts behind some passes, each once.

    >>> kinds_of_passes(["lines", "returns", "customers"])
    ('order_lines', 'returns')
    """
    return tuple(dict.fromkeys(kind for one in passes for kind in KINDS_OF_PASS.get(one, ())))


def unrecorded(
    run: Callable[[ibis.Table], Any], tables: Tables, kinds: Iterable[str], *, as_of: date
) -> tuple[str, ...]:
    """Those of some kinds of which there is no fact up to and including a day, in their order.

    Args:
        run: executes an expression and gives its rows as an Arrow table.
        tables: the facts, as they are known.
        kinds: keys of `KINDS`.
        as_of: the last day that counts.

    >>> from datetime import date
    >>> from jishi.analytics.tables import tables_from_rows
    >>> contact = {"interaction_id": 1, "customer_id": 1, "occurred_on": date(2026, 3, 1), "channel": "phone"}
    >>> some = tables_from_rows({"interactions": [contact]})
    >>> asked = ["referrals", "interactions"]
    >>> unrecorded(lambda rows: rows.to_pyarrow(), some, asked, as_of=date(2026, 3, 1))
    ('referrals',)
    >>> unrecorded(lambda rows: rows.to_pyarrow(), some, asked, as_of=date(2026, 2, 28))
    ('referrals', 'interactions')
    """
    return tuple(key for key in kinds if not run(_first(tables, KINDS[key], as_of)).num_rows)


def _first(tables: Tables, kind: RecordKind, as_of: date) -> ibis.Table:
    rows = tables.named(kind.table)
    happened_on = SPECS[kind.table].happened_on
    rows = rows.filter(rows[happened_on] <= as_of)
    if kind.picks is not None:
        rows = rows.filter(kind.picks(rows))
    return rows.select(happened_on).limit(1)
