"""How commands print: JSON for scripts, tables for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import typer


# A pipe has no width of its own, and nothing may be cut off in it.
WIDTH_IN_FILES = 200


def print_json(data: Any) -> None:
    """One JSON document on standard output, exact decimals as strings."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=1, default=str))


def print_table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> None:
    """A table for people.

    Args:
        columns: (heading, "left" or "right").
        rows: values that are shown as text.
    """
    import sys

    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading, side in columns:
        table.add_column(heading, justify="right" if side == "right" else "left", no_wrap=True)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    Console(width=None if sys.stdout.isatty() else WIDTH_IN_FILES).print(table)


def day(text: str | None) -> Any:
    """`2026-11-23` → date; None stays None.

    Raises:
        RefusedError: not a day.
    """
    from datetime import date

    from jishi.cli.common import RefusedError

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RefusedError(f"{text!r} is not a day. Write it as 2026-11-23.") from None
