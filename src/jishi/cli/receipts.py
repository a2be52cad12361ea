"""`jishi receipt`: how a score came about."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import typer

from jishi.cli.common import RefusedError, ready
from jishi.cli.output import print_json, print_table


FREQUENCIES = ("nothing bought", "once", "rarer than quarterly", "quarterly", "monthly", "weekly")


def register(app: typer.Typer) -> None:
    app.command("receipt")(receipt)


def receipt(
    code: Annotated[str, typer.Argument(help="Code of the customer.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the whole receipt, down to the facts.")
    ] = False,
) -> None:
    """Show how a customer's score came about; the contributions sum to it exactly."""
    ready()
    from django.http import Http404

    from jishi.customers.models import Customer
    from jishi.scoring.queries import run_latest
    from jishi.scoring.receipts import receipt_of, receipt_with_facts

    customer = Customer.objects.unscoped("the operator asks").filter(code=code).first()
    if customer is None:
        raise RefusedError(f"There is no customer with the code {code!r}.")
    if run_latest() is None:
        raise RefusedError("Nobody has been scored yet. Run `jishi score` first.")
    read = receipt_with_facts if as_json else receipt_of
    try:
        paper = read(by=None, customer_id=customer.pk)
    except Http404:
        raise RefusedError(
            f"{code} was not there when customers were last scored. Run `jishi score`."
        ) from None
    if as_json:
        print_json(paper)
        return
    tier, scheme = paper["tier"]["label"]["en"], paper["scheme"]
    typer.echo(
        f"{customer.name}: {paper['score']} points, rank {paper['rank']} of "
        f"{paper['population']:,}, {tier}"
    )
    typer.echo(
        f"by {scheme['name']['en']} v{scheme['version']}, {_period(paper['window_months'])} "
        f"up to {paper['run']['as_of']}"
    )
    print_table(
        [("", "left"), ("value", "right"), ("points", "right"), ("weight", "right"), ("contributes", "right")],
        _rows(paper),
    )  # fmt: skip
    for message in _silence(paper):
        typer.echo(message)


def _period(months: int | None) -> str:
    if months is None:
        return "the whole history"
    return "the month" if months == 1 else f"{months} months"


def _rows(paper: dict[str, Any]) -> list[list[str]]:
    rows: list[list[str]] = []
    for dimension in paper["dimensions"]:
        rows.append(
            [dimension["label"]["en"], "", "", _share(dimension["weight"]),
             dimension["contribution"]]
        )  # fmt: skip
        rows += [
            [
                f"  {one['label']}",
                in_words(one["raw"], one["unit"], paper["currency"]),
                f"{Decimal(one['normalised']):.1f}" if one["counts"] else "left out",
                _share(one["weight"]),
                one["contribution"],
            ]
            for one in dimension["indicators"]
        ]
    return [*rows, ["Score", "", "", "", paper["score"]]]


def _silence(paper: dict[str, Any]) -> list[str]:
    """One sentence for each kind of fact that nobody ever recorded."""
    from jishi.scoring.vocabulary import record_message

    lines = (one for dimension in paper["dimensions"] for one in dimension["indicators"])
    kinds = dict.fromkeys(kind for one in lines for kind in one["unrecorded"])
    return [record_message(kind) for kind in kinds]


def _share(weight: str) -> str:
    return f"{Decimal(weight) * 100:.1f} %"


def in_words(raw: str | None, unit: str, currency: str) -> str:
    """A stored value in the unit that people read.

    >>> in_words("259011141100", "money_e4", "USD"), in_words("12.34567", "pct", "USD")
    ('25,901,114.11 USD', '12.3 %')
    >>> in_words("3", "abc", "USD"), in_words("1", "abc", "USD"), in_words("4", "class", "USD")
    ('A', 'C', '4 of 5')
    >>> in_words("5", "frequency", "USD"), in_words("0", "frequency", "USD")
    ('weekly', 'nothing bought')
    >>> in_words("1", "days", "USD"), in_words("1500", "hours_milli", "USD"), in_words(None, "pct", "USD")
    ('1 day', '1.5 hours', 'unknown')
    """
    if raw is None:
        return "unknown"
    value = Decimal(raw)
    match unit:
        case "money_e4":
            return f"{value.scaleb(-4):,.2f} {currency}"
        case "pct":
            return f"{value:,.1f} %"
        case "days":
            return f"{value:,.0f} day" + ("" if value == 1 else "s")
        case "hours_milli":
            return f"{value.scaleb(-3).normalize():,f} hours"
        case "class":
            return f"{value:.0f} of 5"
        case "abc":
            return " CBA"[int(value)]
        case "frequency":
            return FREQUENCIES[int(value)]
        case _:
            return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"
