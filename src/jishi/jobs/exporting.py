"""The customer table as a file: the columns a colleague reads, and what importing it again needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from django.db.models import F, IntegerChoices
from django.utils.timezone import localtime
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from jishi.customers.enums import SizeClass, Stage
from jishi.customers.industries import industry_name
from jishi.customers.models import Customer
from jishi.customers.queries import tags_of
from jishi.customers.regions import region_text
from jishi.customers.tags import tags_text
from jishi.foundation.queries import company
from jishi.ingest.export import (
    DATE,
    IDENTITY,
    INTEGER,
    MOMENT,
    MONEY,
    PERCENT,
    Column,
    export_table,
)
from jishi.scoring.enums import AbcClass, PurchaseFrequency
from jishi.scoring.periods import within
from jishi.scoring.queries import run_latest, tiers_in_force


CHUNK = 2_000
PERCENT_PLACES = 4  # more would be the dust of binary fractions
RECORD_FIELDS = (
    "version", "code", "name", "short_name", "credit_code", "customer_type__name",
    "customer_type__name_en", "industry", "business", "size_class", "region", "city", "address",
    "phone", "email", "stage", "needs", "strategy", "payment_days", "owner__name", "updated_at",
)  # fmt: skip
STANDING_FIELDS = (
    "tier_key", "rank", "score_micro", "spend_e4", "margin_e4", "margin_pct", "growth_yoy_pct",
    "contribution_pct", "abc_class", "orders", "purchase_frequency", "overdue_e4",
    "satisfaction_pct", "latest_order_on", "latest_interaction_on",
)  # fmt: skip


def customer_columns(*, currency: str, is_graded: bool, months: int | None) -> Sequence[Column]:
    """The columns of the file.

    Args:
        currency: of the amounts, whose headings name it.
        is_graded: whether the customers have been graded and so have figures.
        months: length of the period that the figures count; None for the whole history.
    """

    def money(label: str) -> str:
        return f"{label} ({currency})"

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
        Column("city", _("City"), width=14),
        Column("address", _("Address"), width=30),
        Column("phone", _("Company phone")),
        Column("email", _("Company e-mail"), width=24),
        Column("stage", _("Cooperation stage"), width=12, choices=_words(Stage.choices)),
        Column("needs", _("Main needs"), width=30),
        Column("strategy", _("Management strategy"), width=30),
        Column("payment_days", _("Payment days"), INTEGER),
        Column("tags", _("Tags"), width=20),
        Column("owner", _("Owner"), width=12),
        Column("updated", _("Record changed"), MOMENT),
    ]
    if not is_graded:
        return [*IDENTITY, *record]
    return [
        *IDENTITY,
        *record[:2],
        Column("tier", _("Tier"), width=10),
        Column("rank", _("Rank"), INTEGER),
        Column("score", _("Score"), PERCENT),
        Column("spend_e4", money(within(_("Sales"), months)), MONEY),
        Column("margin_e4", money(within(_("Margin"), months)), MONEY),
        Column("margin_pct", _("Margin %"), PERCENT),
        Column("growth_yoy_pct", _("Year on year") + " %", PERCENT),
        Column("contribution_pct", _("Contribution to sales %"), PERCENT),
        Column("abc", _("ABC class"), width=8),
        Column("orders", within(pgettext("how many", "Orders"), months), INTEGER),
        Column("frequency", _("Purchase frequency"), width=12),
        Column("overdue_e4", money(_("Overdue")), MONEY),
        Column("satisfaction_pct", _("Satisfaction"), PERCENT),
        Column("latest_order_on", _("Last order"), DATE),
        Column("latest_interaction_on", _("Last interaction"), DATE),
        *record[2:],
    ]


def _words(choices: Iterable[tuple[Any, Any]]) -> dict[Any, str]:
    return {key: str(label) for key, label in choices}


def _word(classes: type[IntegerChoices], value: int | None) -> str | None:
    return None if value is None else str(classes(value).label)


def customer_cells(
    row: Mapping[str, Any], *, language: str, tier_label: Callable[[str], str]
) -> dict[str, Any]:
    """One row of the file from a customer's fields (RECORD_FIELDS, `id`) and, when it is graded,
    its standing's (STANDING_FIELDS)."""
    kind = row["customer_type__name_en"] if language.startswith("en") else ""
    cells = {
        **row,
        "type": kind or row["customer_type__name"],
        "industry": industry_name(row["industry"], language),
        "size": row["size_class"] or None,
        "region": region_text(row["region"], language),
        "owner": row["owner__name"],
        "updated": localtime(row["updated_at"]),
    }
    if row.get("tier_key"):
        cells["tier"] = tier_label(row["tier_key"])
        cells["score"] = row["score_micro"] / 1_000_000
        cells["abc"] = _word(AbcClass, row["abc_class"])
        cells["frequency"] = _word(PurchaseFrequency, row["purchase_frequency"])
        for name in ("margin_pct", "growth_yoy_pct", "contribution_pct", "satisfaction_pct"):
            if row[name] is not None:
                cells[name] = round(row[name], PERCENT_PLACES)
    return cells


def customers_export(target: Path, *, file_format: str) -> int:
    """Write every customer that is not archived, best rank first and unscored ones last. Returns
    how many.

    Args:
        target: the file, replaced when it exists.
        file_format: "xlsx", "csv" or "parquet".

    Raises:
        OSError: the file cannot be written.
    """
    language = get_language() or "zh-hans"
    labels = {tier.key: tier.label(language) for tier in tiers_in_force()}
    run = run_latest()
    columns = customer_columns(
        currency=company().base_currency,
        is_graded=run is not None,
        months=run.scheme_version.body["window_months"] if run else None,
    )
    rows = (
        customer_cells(row, language=language, tier_label=lambda key: labels.get(key, key))
        for row in with_tags(_everybody())
    )
    return export_table(columns, rows, target, file_format, title=_("Customers"))


def with_tags(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows (column → value, `id` among them) with the customer's tags in one text."""
    rest = iter(rows)
    while some := list(islice(rest, CHUNK)):
        tags = tags_of([row["id"] for row in some])
        for row in some:
            yield {**row, "tags": tags_text(tags.get(row["id"], []))}


def _everybody() -> Iterator[dict[str, Any]]:
    names = ["id", *RECORD_FIELDS, *(f"standing__{name}" for name in STANDING_FIELDS)]
    found = (
        Customer.objects.unscoped("the operator writes the whole table to a file")
        .filter(is_archived=False)
        .order_by(F("standing__rank").asc(nulls_last=True), "code", "pk")
        .values(*names)
    )
    for row in found.iterator(chunk_size=CHUNK):
        yield {key.removeprefix("standing__"): value for key, value in row.items()}
