"""`jishi`: the options every command shares, and how errors leave the program.

Exit codes: 0 done · 1 refused, with the reason on standard error · 2 wrong usage ·
130 interrupted.
"""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from jishi import __version__
from jishi.cli.common import RefusedError


app = typer.Typer(
    name="jishi",
    help="Jishi 基石: key account management, from orders to promises kept.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"jishi {__version__}")
        raise typer.Exit


@app.callback()
def shared(
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data-dir",
            envvar="JISHI_DATA_DIR",
            help="Folder of the database, snapshots and secret key.",
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    if data_dir is not None:
        os.environ["JISHI_DATA_DIR"] = str(data_dir)


def _register() -> None:
    from jishi.cli import (
        admin,
        audit,
        backup,
        batches,
        customers,
        importing,
        receipts,
        recipes,
        schemes,
        scoring,
        serving,
    )

    for module in (
        admin, serving, importing, recipes, batches, schemes, scoring, receipts, customers, backup,
        audit,
    ):  # fmt: skip
        module.register(app)


def main() -> None:
    """The console entry point."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name is never a reason to stop
    _register()
    try:
        sys.exit(app(standalone_mode=False) or 0)  # what it returns is an exit code: 130 on Ctrl-C
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except RefusedError as refused:
        typer.echo(str(refused), err=True)
        sys.exit(1)
    except Exception as error:
        if hasattr(error, "format_message") and hasattr(error, "exit_code"):  # click's usage errors
            typer.echo(f"jishi: {error.format_message()}", err=True)
            sys.exit(error.exit_code)
        if _is_anticipated(error):
            typer.echo(_words_of(error), err=True)
            sys.exit(1)
        raise


def _words_of(error: Exception) -> str:
    """An error in sentences; those about single values begin with the value's name."""
    fields = getattr(error, "message_dict", None) if hasattr(error, "error_dict") else None
    if fields:
        return "\n".join(f"{name}: {text}" for name, texts in fields.items() for text in texts)
    return "\n".join(getattr(error, "messages", None) or [str(error)])


# A rule that was broken; and a database that is not there, is full, or may not be written.
_SAID_BY_LIBRARIES = {
    ("django.core.exceptions", "ValidationError"),
    ("django.db.utils", "OperationalError"),
}


def _is_anticipated(error: Exception) -> bool:
    """Whether an error's text is meant for people: ours, or one of the operating system or the database."""
    module = type(error).__module__
    if (module, type(error).__name__) in _SAID_BY_LIBRARIES:
        return True
    return isinstance(error, OSError) or (
        module.startswith("jishi.") and not isinstance(error, (TypeError, AttributeError))
    )


if __name__ == "__main__":
    main()
