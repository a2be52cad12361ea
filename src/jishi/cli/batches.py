"""`jishi batches list|undo`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from jishi.cli.common import ready
from jishi.cli.output import print_json, print_table


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="What was brought in, and taking it back.", no_args_is_help=True)
    group.command("list")(list_batches)
    group.command("undo")(undo)
    app.add_typer(group, name="batches")


def list_batches(as_json: AsJson = False) -> None:
    """List imports and undos, newest first."""
    ready()
    from jishi.ingest.queries import batches_listed

    rows: list[dict[str, Any]] = [
        {
            "id": batch.pk,
            "kind": batch.kind,
            "label": batch.label,
            "by": batch.by.username if batch.by else None,
            "created_at": batch.created_at,
            "undone_at": batch.undone_at,
        }
        for batch in batches_listed(by=None)
    ]
    if as_json:
        print_json(rows)
        return
    print_table(
        [("id", "right"), ("kind", "left"), ("when", "left"), ("undone", "left"), ("what", "left")],
        [[r["id"], r["kind"], _when(r["created_at"]), _when(r["undone_at"]), r["label"]] for r in rows],
    )  # fmt: skip


def _when(moment: datetime | None) -> str:
    """On the product's clock."""
    from django.utils.timezone import localtime

    return f"{localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


def undo(
    batch: Annotated[int, typer.Argument(help="Number of the batch.")], as_json: AsJson = False
) -> None:
    """Take a whole import back, including its changes of rows that were there before."""
    ready()
    from django.http import Http404
    from django.utils import timezone

    from jishi.cli.common import RefusedError
    from jishi.jobs.pipeline import import_take_back

    try:
        report = import_take_back(by=None, batch_id=batch, now=timezone.now())
    except Http404:
        raise RefusedError(f"There is no batch {batch}. `jishi batches list` shows them.") from None
    if as_json:
        print_json(asdict(report))
        return
    for what, counts in (("facts taken back", report.facts), ("rows restored", report.restored),
                         ("rows removed", report.removed), ("rows archived", report.archived)):  # fmt: skip
        for name, count in counts.items():
            typer.echo(f"{what}: {count:,} {name}")
    for table, rows in report.kept.items():
        typer.echo(f"left as they are, because somebody changed them since: {len(rows):,} {table}")
