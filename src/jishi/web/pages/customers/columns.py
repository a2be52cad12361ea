"""The columns of the customer table: what they are called, what they hold, how they sort.

One line here is all a column needs. `path` is the field that SQL sorts and adds up by, seen from a
customer's standing; columns whose values come from elsewhere have none.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jishi.scoring.periods import within


@dataclass(frozen=True)
class ColumnSpec:
    """One column.

    Attributes:
        key: its name in the address, and the key of its explanation where it has one.
        label: its heading.
        kind: how its values read (see `components.table`).
        path: the field it sorts by, from the standing; empty when rows cannot be sorted by it.
        inverted: the field counts the other way round: the best score has the lowest rank.
        shown: whether it is among the columns one sees first.
        metric: whether every value links to its explanation.
        windowed: whether it counts what happened in the period of the scheme.
    """

    key: str
    label: str | Promise
    kind: str = "text"
    width: str = "m"
    path: str = ""
    inverted: bool = False
    money: bool = False
    shown: bool = True
    on_phone: bool = False
    metric: bool = False
    windowed: bool = False

    def heading(self, months: int | None) -> str:
        """Its label, with the period of `months` (None: the whole history) where it has one."""
        return within(self.label, months) if self.windowed else str(self.label)


COLUMNS: tuple[ColumnSpec, ...] = (
    ColumnSpec("name", _("Customer"), "name", "xl", "customer__name", on_phone=True),
    ColumnSpec(
        "score", _("Score"), "score", "s", "rank", inverted=True, on_phone=True, metric=True
    ),
    ColumnSpec(
        "spend", _("Sales"), "money", "l", "spend_e4",
        money=True, on_phone=True, metric=True, windowed=True,
    ),
    ColumnSpec("trend", _("Trend"), "trend", "s"),
    ColumnSpec("growth", _("Year on year"), "change", "s", "growth_yoy_pct", metric=True),
    ColumnSpec("margin_pct", _("Margin"), "percent", "s", "margin_pct", metric=True),
    ColumnSpec("type", _("Customer type"), width="s", path="customer__customer_type__position"),
    ColumnSpec("industry", _("Industry"), width="l", path="customer__industry"),
    ColumnSpec("stage", _("Cooperation stage"), width="m", path="customer__stage"),
    ColumnSpec("needs", _("Main needs"), width="l", path="customer__needs"),
    ColumnSpec("strategy", _("Management strategy"), width="xl", path="customer__strategy"),
    ColumnSpec("contribution", _("Contribution"), "percent", "s", "contribution_pct", metric=True),
    ColumnSpec("last_interaction", _("Last interaction"), "ago", "m", "latest_interaction_on"),
    ColumnSpec("satisfaction", _("Satisfaction"), "percent", "s", "satisfaction_pct", metric=True),
    ColumnSpec("overdue", _("Overdue"), "money", "m", "overdue_e4", money=True, metric=True),
    ColumnSpec("owner", _("Owner"), width="s", path="customer__owner__name"),
    ColumnSpec("regional", _("Regional sales"), width="s"),
    ColumnSpec("solution", _("Solution sales"), width="s"),
    ColumnSpec("tier", _("Tier"), width="s", path="tier_position", shown=False),
    ColumnSpec("rank", _("Rank"), "number", "s", "rank", shown=False, metric=True),
    ColumnSpec(
        "frequency", _("Purchase frequency"), width="m", path="purchase_frequency",
        shown=False, metric=True,
    ),
    # A, B and C follow from the sales, which sort the customers within each as well.
    ColumnSpec("abc", _("ABC class"), width="s", path="spend_e4", shown=False, metric=True),
    ColumnSpec("code", _("Customer code"), width="m", path="customer__code", shown=False),
    ColumnSpec("region", _("Region"), width="m", path="customer__region", shown=False),
    ColumnSpec("tags", _("Tags"), width="l", shown=False),
    ColumnSpec("size", _("Size"), width="s", path="customer__size_class", shown=False),
    ColumnSpec(
        "margin", _("Margin"), "money", "l", "margin_e4",
        money=True, shown=False, metric=True, windowed=True,
    ),
    # A share of the margin of everybody sorts like the margin itself.
    ColumnSpec(
        "margin_share", _("Share of margin"), "percent", "s", "margin_e4",
        shown=False, metric=True,
    ),
    ColumnSpec(
        "orders", pgettext_lazy("how many", "Orders"), "number", "m", "orders",
        shown=False, metric=True, windowed=True,
    ),
    ColumnSpec("last_order", _("Last order"), "ago", "m", "latest_order_on", shown=False),
    ColumnSpec("returns", _("Return rate"), "percent", "s", "return_rate_pct", shown=False, metric=True),
    ColumnSpec("complaints", _("Open complaints"), "number", "m", "complaints_open", shown=False),
    ColumnSpec("coverage", _("Data coverage"), "percent", "m", "coverage_pct", shown=False),
    ColumnSpec("updated", _("Record changed"), "ago", "m", "customer__updated_at", shown=False),
)  # fmt: skip

BY_KEY = {column.key: column for column in COLUMNS}
SORTABLE = tuple(column.key for column in COLUMNS if column.path)
KNOWN = tuple(BY_KEY)
SHOWN = tuple(column.key for column in COLUMNS if column.shown)


def chosen(keys: tuple[str, ...]) -> tuple[ColumnSpec, ...]:
    """The columns to show, the name always first."""
    wanted = keys or SHOWN
    rest = tuple(BY_KEY[key] for key in wanted if key != "name")
    return (BY_KEY["name"], *rest)
