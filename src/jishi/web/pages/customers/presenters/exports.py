"""The table as a file: the columns a colleague reads, and what importing it again needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from jishi.customers.enums import SizeClass, Stage
from jishi.customers.industries import industry_name
from jishi.customers.regions import region_path
from jishi.ingest.export import DATE, IDENTITY, INTEGER, MOMENT, MONEY, PERCENT, Column
from jishi.web.pages.customers.presenters.listing import Frame


def columns_of(frame: Frame) -> Sequence[Column]:
    """Amounts are in the company's currency, which the headings name."""

    def money(label: str) -> str:
        return f"{label} ({frame.currency})"

    record = [
        Column("code", _("Customer code")),
        Column("name", _("Customer"), width=32),
        Column("short_name", _("Short name")),
        Column("credit_code", _("Unified social credit code"), width=22),
        Column("type", _("Customer type"), width=12),
        Column("industry", _("Industry"), width=22),
        Column("business", _("Line of business"), width=22),
        Column("size", _("Size"), width=8, choices=_words(SizeClass.choices)),
        Column("region", _("Region"), width=22),
        Column("address", _("Address"), width=30),
        Column("phone", _("Phone")),
        Column("email", _("E-mail"), width=24),
        Column("stage", _("Cooperation stage"), width=12, choices=_words(Stage.choices)),
        Column("needs", _("Main needs"), width=30),
        Column("strategy", _("Management strategy"), width=30),
        Column("payment_days", _("Payment days"), INTEGER),
        Column("owner", _("Owner"), width=12),
        Column("updated", _("Record changed"), MOMENT),
    ]
    if not frame.asked.is_graded:
        return [*IDENTITY, *record]
    return [
        *IDENTITY,
        *record[:2],
        Column("tier", _("Tier"), width=10),
        Column("rank", _("Rank"), INTEGER),
        Column("score", _("Score"), PERCENT),
        Column("spend_e4", money(_("Sales, 12 months")), MONEY),
        Column("margin_e4", money(_("Margin, 12 months")), MONEY),
        Column("margin_pct", _("Margin") + " %", PERCENT),
        Column("growth_yoy_pct", _("Year on year") + " %", PERCENT),
        Column("contribution_pct", _("Contribution") + " %", PERCENT),
        Column("orders", _("Orders, 12 months"), INTEGER),
        Column("overdue_e4", money(_("Overdue")), MONEY),
        Column("satisfaction_pct", _("Satisfaction"), PERCENT),
        Column("latest_order_on", _("Last order"), DATE),
        Column("latest_interaction_on", _("Last interaction"), DATE),
        *record[2:],
    ]


def _words(choices: Iterable[tuple[Any, Any]]) -> dict[Any, str]:
    return {key: str(label) for key, label in choices}


def cells_of(rows: Iterable[Mapping[str, Any]], frame: Frame) -> Iterator[Mapping[str, Any]]:
    """Rows of the database as rows of the file."""
    english = frame.lang.startswith("en")
    for row in rows:
        own = {key[10:]: value for key, value in row.items() if key.startswith("customer__")}
        kind = own["customer_type__name_en"] if english else ""
        cells = {
            **row,
            **own,
            "id": row["customer_id"],
            "type": kind or own["customer_type__name"],
            "industry": industry_name(own["industry"], frame.lang),
            "size": own["size_class"] or None,
            "region": "".join(region_path(own["region"])) or own["city"],
            "owner": own["owner__name"],
            "updated": localtime(own["updated_at"]),
        }
        if frame.grading is not None and "tier_key" in row:
            cells["tier"] = frame.grading.tier(row["tier_key"]).label
            cells["score"] = row["score_micro"] / 1_000_000
        yield cells
