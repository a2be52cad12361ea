"""`jishi backup PATH` and `jishi restore PATH`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jishi.cli.common import ready


def register(app: typer.Typer) -> None:
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    path: Annotated[Path, typer.Argument(help="The file to write, such as jishi.tar")],
) -> None:
    """Write one verified file with the database, files and score runs."""
    ready()
    from django.utils import timezone

    from jishi.jobs.backup import backup_write

    made = backup_write(path, now=timezone.now())
    typer.echo(f"{path}: {made.bytes_written:,} bytes, {made.rows:,} rows, verified.")


def restore(
    path: Annotated[Path, typer.Argument(help="A file that `jishi backup` wrote.", exists=True)],
    force: Annotated[bool, typer.Option(help="Replace the data that is here now.")] = False,
) -> None:
    """Put a backup back into an empty data folder (or over the present one with --force)."""
    ready(database=False)
    from jishi.jobs.backup import backup_restore

    done = backup_restore(path, force=force)
    typer.echo(f"Restored {done.rows:,} rows of {done.made_at:%Y-%m-%d %H:%M} UTC, verified.")
