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


class Format(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"
    PARQUET = "parquet"


# What `--sort` means: the order of the rows, best or largest first, then by key.
ORDERS = {
    Sort.RANK: ("rank", "customer_id"),
    Sort.SCORE: ("-score_micro", "rank"),
    Sort.SPEND: ("-spend_e4", "customer_id"),
    Sort.MARGIN: ("-margin_e4", "customer_id"),
    Sort.GROWTH: ("-growth_yoy_pct", "customer_id"),
    Sort.NAME: ("customer__name", "customer_id"),
    Sort.CODE: ("customer__code", "customer_id"),
}


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
    limit: Annotated[int, typer.Option(help="How many at the most; 0 for all.", min=0)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List customers with tier, score, rank and spend; unscored ones last."""
    ready()
    rows = _listed(sort, limit)
    if as_json:
        print_json(rows)
        return
    print_table(
        [("#", "right"), ("tier", "left"), ("code", "left"), ("name", "left"), ("score", "right"),
         ("spend", "right"), ("margin %", "right")],
        [
            [r["rank"], r["tier_label"], r["code"], r["name"], r["score"] and r["score"][:-4],
             (r["spend_minor"] is not None and f"{r['spend_minor'] / 100:,.2f}") or "",
             r["margin_pct"] and f"{float(r['margin_pct']):.1f}"]
            for r in rows
        ],
    )  # fmt: skip


def _listed(sort: Sort, limit: int) -> list[dict[str, Any]]:
    from django.db.models import F

    from jishi.customers.models import Customer
    from jishi.foundation.queries import company
    from jishi.scoring.queries import standings, tiers_in_force

    labels = {tier.key: tier.label("zh-hans") for tier in tiers_in_force()}
    currency = company().base_currency
    order = [
        F(name[1:]).desc(nulls_last=True) if name.startswith("-") else F(name).asc(nulls_last=True)
        for name in ORDERS[sort]
    ]
    scored = standings(by=None).order_by(*order)
    rows = [_row(standing, labels, currency) for standing in (scored[:limit] if limit else scored)]
    if not limit or len(rows) < limit:
        rest = (
            Customer.objects.unscoped("the operator asks")
            .filter(standing__isnull=True)
            .order_by("code", "pk")
        )
        left = limit - len(rows) if limit else None
        rows += [_unscored(customer, currency) for customer in rest[:left]]
    return rows


def _row(standing: Any, labels: dict[str, str], currency: str) -> dict[str, Any]:
    from decimal import Decimal

    from jishi.foundation.money import to_minor

    return {
        "code": standing.customer.code,
        "name": standing.customer.name,
        "tier": standing.tier_key,
        "tier_label": labels.get(standing.tier_key, standing.tier_key),
        "is_key_account": standing.is_key,
        "score": str(Decimal(standing.score_micro).scaleb(-6)),
        "rank": standing.rank,
        "spend_minor": to_minor(standing.spend_e4, currency),
        "margin_minor": None
        if standing.margin_e4 is None
        else to_minor(standing.margin_e4, currency),
        "margin_pct": None if standing.margin_pct is None else repr(standing.margin_pct),
        "orders": standing.orders,
        "latest_order_on": standing.latest_order_on,
        "currency": currency,
    }


def _unscored(customer: Any, currency: str) -> dict[str, Any]:
    nothing = dict.fromkeys(
        ("tier", "score", "rank", "spend_minor", "margin_minor", "margin_pct", "orders",
         "latest_order_on")
    )  # fmt: skip
    return {
        "code": customer.code, "name": customer.name, **nothing, "tier_label": "",
        "is_key_account": False, "currency": currency,
    }  # fmt: skip


def export_customers(
    out: Annotated[Path, typer.Option(help="File to write.")],
    file_format: Annotated[Format, typer.Option("--format", help="Kind of file.")] = Format.XLSX,
) -> None:
    """Write the customer table to a file: exact values, nothing that a spreadsheet would run."""
    ready()
    from jishi.jobs.exporting import customers_export

    count = customers_export(out, file_format=file_format.value)
    typer.echo(f"{out}: {count:,} customers")
