"""`jishi audit seal|verify`."""

from __future__ import annotations

import typer

from jishi.cli.common import ready


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The audit trail's hash chain.", no_args_is_help=True)
    group.command("seal")(seal)
    group.command("verify")(verify)
    app.add_typer(group, name="audit")


def seal() -> None:
    """Hash the newest audit entries onto the chain and print the anchor."""
    ready()
    from django.utils import timezone

    from jishi.foundation.audit import chain

    made = chain.seal(now=timezone.now())
    typer.echo(f"{made.last_entry} {made.sha256}" if made else "Nothing new to seal.")


def verify() -> None:
    """Recompute the whole chain; exit 1 when an entry was changed, added or removed."""
    ready()
    from jishi.foundation.audit import chain

    typer.echo(f"{chain.verify():,} audit entries match their seals.")
