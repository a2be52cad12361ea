"""`jishi customers list` and `jishi export customers`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from jishi.cli.common import ready
from jishi.cli.output import print_json, print_table


class Sort(StrEnum):
    RANK = "rank"
    SCORE = "score"
    SPEND = "spend"
    MARGIN = "margin"
    GROWTH = "growth"
    NAME = "name"
    CODE = "code"


class Language(StrEnum):
    CHINESE = "zh-hans"
    ENGLISH = "en"


class Format(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"
    PARQUET = "parquet"


# What `--sort` means: the value that orders the rows, and whether the largest comes first.
# Rows without the value come last; equal ones go by code.
ORDERS = {
    Sort.RANK: ("rank", False),
    Sort.SCORE: ("score_micro", True),
    Sort.SPEND: ("spend_minor", True),
    Sort.MARGIN: ("margin_minor", True),
    Sort.GROWTH: ("growth_yoy_pct", True),
    Sort.NAME: ("name", False),
    Sort.CODE: ("code", False),
}
ON_A_SCREEN = 50


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Customers and where they stand.", no_args_is_help=True)
    group.command("list")(list_customers)
    app.add_typer(group, name="customers")
    export = typer.Typer(help="Write tables to files.", no_args_is_help=True)
    export.command("customers")(export_customers)
    export.callback()(lambda: None)
    app.add_typer(export, name="export")


def list_customers(
    sort: Annotated[Sort, typer.Option(help="What to order by.")] = Sort.RANK,
    limit: Annotated[
        int | None,
        typer.Option(
            help="How many at the most; 0 for all. Without it: 50, with --json all.", min=0
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List customers with tier, score, rank and sales; unscored ones last.

    `spend` and `margin` are exact and count the whole history up to the day of the scores,
    `spend_minor` and `margin_minor` the same in whole minor units, each rounded by itself;
    `period_spend_minor` and its neighbours count the period of the scheme in force.
    """
    ready()
    from decimal import Decimal

    rows = _listed(sort)
    shown = rows[: limit or None] if limit is not None or as_json else rows[:ON_A_SCREEN]
    if as_json:
        print_json([{k: v for k, v in row.items() if k != "score_micro"} for row in shown])
        return
    print_table(
        [("#", "right"), ("tier", "left"), ("code", "left"), ("name", "left"), ("score", "right"),
         ("sales", "right"), ("in the period", "right"), ("margin %", "right")],
        [
            [r["rank"], r["tier_label"], r["code"], r["name"], r["score"] and f"{Decimal(r['score']):.2f}",
             _amount(r["spend_minor"], r["currency"]),
             _amount(r["period_spend_minor"], r["currency"]),
             r["margin_pct"] and f"{float(r['margin_pct']):.1f}"]
            for r in shown
        ],
    )  # fmt: skip
    if len(shown) < len(rows):
        typer.echo(f"{len(shown):,} of {len(rows):,} customers; --limit 0 prints all.")


def _amount(minor: int | None, currency: str) -> str:
    from decimal import Decimal

    from jishi.foundation.money import minor_digits

    if minor is None:
        return ""
    digits = minor_digits(currency)
    return f"{Decimal(minor).scaleb(-digits):,.{digits}f}"


def _listed(sort: Sort) -> list[dict[str, Any]]:
    from django.utils import timezone

    from jishi.customers.models import Customer
    from jishi.foundation.queries import company
    from jishi.scoring.queries import run_latest, standings, tiers_in_force
    from jishi.scoring.totals import SalesTotal, sales_totals

    run = run_latest()
    currency = company().base_currency
    totals = sales_totals(as_of=run.as_of if run else timezone.localdate())
    labels = {tier.key: tier.label("en") for tier in tiers_in_force()}
    rows = {
        one.customer_id: _standing(one, labels, currency) for one in standings(by=None).iterator()
    }
    present = Customer.objects.unscoped("the operator asks").filter(is_archived=False)
    nothing = SalesTotal(0, 0, 0)
    listed = [
        {
            "code": code,
            "name": name,
            **rows.get(pk, _UNSCORED),
            **_sales(totals.get(pk, nothing), currency),
            "currency": currency,
        }
        for pk, code, name in present.values_list("pk", "code", "name").iterator()
    ]
    listed.sort(key=lambda row: row["code"])
    key, largest_first = ORDERS[sort]
    known = [row for row in listed if row[key] is not None]
    known.sort(key=lambda row: row[key], reverse=largest_first)
    return known + [row for row in listed if row[key] is None]


_UNSCORED = {
    "tier": None, "tier_label": None, "is_key_account": None, "score": None, "score_micro": None,
    "rank": None, "period_spend_minor": None, "period_margin_minor": None, "margin_pct": None,
    "growth_yoy_pct": None, "period_orders": None, "latest_order_on": None,
}  # fmt: skip


def _standing(standing: Any, labels: dict[str, str], currency: str) -> dict[str, Any]:
    from decimal import Decimal

    from jishi.foundation.money import to_minor

    margin = standing.margin_e4
    return {
        "tier": standing.tier_key,
        "tier_label": labels.get(standing.tier_key, standing.tier_key),
        "is_key_account": standing.is_key,
        "score": str(Decimal(standing.score_micro).scaleb(-6)),
        "score_micro": standing.score_micro,
        "rank": standing.rank,
        "period_spend_minor": to_minor(standing.spend_e4, currency),
        "period_margin_minor": None if margin is None else to_minor(margin, currency),
        "margin_pct": standing.margin_pct,
        "growth_yoy_pct": standing.growth_yoy_pct,
        "period_orders": standing.orders,
        "latest_order_on": standing.latest_order_on,
    }


def _sales(total: Any, currency: str) -> dict[str, Any]:
    from jishi.foundation.money import from_e4, to_minor

    margin = total.margin_e4
    return {
        "spend": str(from_e4(total.spend_e4)),
        "margin": None if margin is None else str(from_e4(margin)),
        "spend_minor": to_minor(total.spend_e4, currency),
        "margin_minor": None if margin is None else to_minor(margin, currency),
        "orders": total.orders,
    }


def export_customers(
    out: Annotated[Path, typer.Option(help="File to write.")],
    file_format: Annotated[Format, typer.Option("--format", help="Kind of file.")] = Format.XLSX,
    language: Annotated[Language, typer.Option(help="Language of headings.")] = Language.CHINESE,
) -> None:
    """Write the customer table to a file: exact values, nothing that a spreadsheet would run."""
    ready()
    from django.utils import translation

    from jishi.jobs.exporting import customers_export

    with translation.override(language.value):
        count = customers_export(out, file_format=file_format.value)
    typer.echo(f"{out}: {count:,} customers")
