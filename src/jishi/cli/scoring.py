"""`jishi score`, `jishi schemes` and `jishi receipt`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from jishi.cli.common import RefusedError, ready
from jishi.cli.output import day, print_json, print_table


def register(app: typer.Typer) -> None:
    app.command("score")(score)
    app.command("schemes")(schemes)
    app.command("receipt")(receipt)


def score(
    scheme: Annotated[str, typer.Option(help="Key of a scheme (see `jishi schemes`).")] = "",
    as_of: Annotated[
        str | None, typer.Option(help="Last day that counts, such as 2026-11-23.")
    ] = None,
    months: Annotated[
        str, typer.Option(help="Length of the period in months, or `all` for the whole history.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score and grade every customer with a scheme as of a day."""
    ready()
    from django.utils import timezone

    from jishi.jobs.day import scoring_day
    from jishi.scoring.queries import scheme_by_key
    from jishi.scoring.services.runs import run_score
    from jishi.scoring.services.schemes import scheme_with_window, schemes_setup

    now = timezone.now()
    schemes_setup(by=None, now=now)
    if scheme and scheme_by_key(scheme) is None:
        raise RefusedError(f"There is no scheme {scheme!r}. `jishi schemes` lists them.")
    chosen = day(as_of) or scoring_day(today=timezone.localdate(now))
    rule = (
        scheme_with_window(by=None, key=scheme, window_months=_window(months), now=now)
        if months
        else scheme
    )
    run = run_score(by=None, scheme=rule, as_of=chosen, now=now)
    if as_json:
        print_json(_run_json(run))
        return
    used = run.scheme_version
    scheme_title = f"{used.name('en')} v{used.number}"
    typer.echo(
        f"{run.population:,} customers scored with {scheme_title} as of {run.as_of}."
        + ("" if as_of else "  (--as-of names another day)")
    )
    print_table([("tier", "left"), ("customers", "right")], list(run.summary["tiers"].items()))


def _window(months: str) -> int | None:
    if months == "all":
        return None
    if not months.isdigit() or not 1 <= int(months) <= 600:
        raise RefusedError(f"{months!r} is not a number of months from 1 to 600, nor `all`.")
    return int(months)


def _run_json(run: Any) -> dict[str, Any]:
    from jishi.foundation.money import to_minor
    from jishi.foundation.queries import company

    currency = company().base_currency
    return {
        "run": run.pk,
        "scheme": run.scheme_version.key,
        "scheme_version": run.scheme_version.number,
        "as_of": run.as_of.isoformat(),
        "data_version": run.data_version,
        "customers": run.population,
        "tiers": run.summary["tiers"],
        "ordering_customers": run.summary["ordering"],
        "spend_minor": to_minor(run.summary["spend_e4"], currency),
        "margin_minor": to_minor(run.summary["margin_e4"], currency),
        "currency": currency,
        "digest": run.digest,
    }


def schemes(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the scoring schemes."""
    ready()
    from django.utils import timezone

    from jishi.scoring.queries import scheme_versions
    from jishi.scoring.services.schemes import schemes_setup

    schemes_setup(by=None, now=timezone.now())
    rows = [
        {"key": v.key, "version": v.number, "status": v.status, "zh": v.name_zh, "en": v.name_en}
        for v in scheme_versions(by=None)
    ]
    if as_json:
        print_json(rows)
        return
    names = ("key", "version", "status", "zh", "en")
    print_table([(name, "left") for name in names], [[row[name] for name in names] for row in rows])


def receipt(
    code: Annotated[str, typer.Argument(help="Code of the customer.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole receipt.")] = False,
) -> None:
    """Show how a customer's score came about; the contributions sum to it exactly."""
    ready()
    from jishi.customers.models import Customer
    from jishi.scoring.queries import run_latest
    from jishi.scoring.receipts import receipt_of

    customer = Customer.objects.unscoped("the operator asks").filter(code=code).first()
    if customer is None:
        raise RefusedError(f"There is no customer with the code {code!r}.")
    if run_latest() is None:
        raise RefusedError("Nobody has been scored yet. Run `jishi score` first.")
    paper = receipt_of(by=None, customer_id=customer.pk)
    if as_json:
        print_json(paper)
        return
    typer.echo(
        f"{customer.name}: {paper['score']} points, rank {paper['rank']}, as of {paper['run']['as_of']}"
    )
    print_table(
        [("", "left"), ("value", "right"), ("points", "right"), ("weight", "right"), ("contributes", "right")],
        _receipt_rows(paper),
    )  # fmt: skip


def _receipt_rows(paper: dict[str, Any]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for dimension in paper["dimensions"]:
        rows.append(
            [dimension["label"]["en"], "", "", dimension["weight"], dimension["contribution"]]
        )
        rows += [
            [
                f"  {one['key']}",
                "unknown" if one["raw"] is None else one["raw"],
                one["normalised"] if one["counts"] else "left out",
                one["weight"],
                one["contribution"],
            ]
            for one in dimension["indicators"]
        ]
    return [*rows, ["score", "", "", "", paper["score"]]]
