"""`jishi score`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from jishi.cli.common import RefusedError, ready
from jishi.cli.output import day, moment, print_json, print_table
from jishi.cli.schemes import tiers_named


def register(app: typer.Typer) -> None:
    app.command("score")(score)


def score(
    scheme: Annotated[
        str, typer.Option(help="KEY or KEY.VERSION (see `jishi schemes list`).")
    ] = "",
    as_of: Annotated[
        str | None, typer.Option(help="Last day that counts, such as 2026-11-23.")
    ] = None,
    months: Annotated[
        str, typer.Option(help="Length of the period in months, or `all` for the whole history.")
    ] = "",
    tiers: Annotated[
        str, typer.Option(help="Names and cuts of the tiers, from a preset such as `vip_gold`.")
    ] = "",
    known_at: Annotated[
        str | None,
        typer.Option(
            help="Count only what had been recorded by then: a day to its end, or a moment such as"
            " 2026-11-23T14:30."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score and grade every customer with a scheme as of a day."""
    ready()
    from django.utils import timezone

    from jishi.jobs.day import scoring_day
    from jishi.scoring.laboratory import unrecorded_in
    from jishi.scoring.queries import scheme_named
    from jishi.scoring.services.runs import run_score
    from jishi.scoring.services.schemes import scheme_with, schemes_setup
    from jishi.scoring.vocabulary import record_message

    now = timezone.now()
    schemes_setup(by=None, now=now)
    if scheme and scheme_named(scheme) is None:
        raise RefusedError(f"There is no scheme {scheme!r}. `jishi schemes` lists them.")
    today = timezone.localdate(now)
    chosen = day(as_of) or scoring_day(today=today)
    if chosen > today:
        raise RefusedError(
            f"{chosen} lies ahead, and nobody knows yet what will have happened by then. "
            f"Name a day up to today, {today}."
        )
    changes: dict[str, Any] = {}
    if months:
        changes["window_months"] = _window(months)
    if tiers:
        changes["tiers"] = tiers_named(tiers)
    rule = scheme_with(by=None, key=scheme, changes=changes, now=now) if changes else scheme
    run = run_score(by=None, scheme=rule, as_of=chosen, now=now, known_at=moment(known_at))
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
    for one in unrecorded_in(used.scheme, run.summary["unrecorded"]):
        typer.echo(f"{record_message(one.kind)} {one.weight_pct:.1f} % of the weight is unknown.")
    for currency, count in run.summary["left_out"].items():
        typer.echo(
            f"{count:,} records in {currency} are not counted: no exchange rate is known for their days.",
            err=True,
        )


def _window(months: str) -> int | None:
    if months == "all":
        return None
    if not months.isdecimal() or not 1 <= int(months) <= 600:
        raise RefusedError(f"{months!r} is not a number of months from 1 to 600, nor `all`.")
    return int(months)


def _run_json(run: Any) -> dict[str, Any]:
    from jishi.foundation.money import to_minor
    from jishi.foundation.queries import company

    currency = company().base_currency
    margin = run.summary["margin_e4"]
    return {
        "run": run.pk,
        "scheme": run.scheme_version.key,
        "scheme_version": run.scheme_version.number,
        "as_of": run.as_of.isoformat(),
        "known_at": run.known_at.isoformat() if run.known_at else None,
        "data_version": run.data_version,
        "customers": run.population,
        "tiers": run.summary["tiers"],
        "ordering_customers": run.summary["ordering"],
        "spend_minor": to_minor(run.summary["spend_e4"], currency),
        "margin_minor": None if margin is None else to_minor(margin, currency),
        "currency": currency,
        "left_out": run.summary["left_out"],
        "unrecorded": run.summary["unrecorded"],
        "digest": run.digest,
    }
