"""How commands print: JSON for scripts, tables for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import typer


# A pipe has no width of its own, and nothing may be cut off in it.
WIDTH_IN_FILES = 100_000


def print_json(data: Any) -> None:
    """One JSON document on standard output, exact decimals as strings; escaped where the terminal's
    encoding has not every character."""
    import sys

    is_unicode = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    typer.echo(json.dumps(data, ensure_ascii=not is_unicode, indent=1, default=str))


def print_table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> None:
    """A table for people.

    Args:
        columns: (heading, "left" or "right").
        rows: values that are shown as text, letter by letter: brackets in a name are no markup.
    """
    import sys

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading, side in columns:
        table.add_column(heading, justify="right" if side == "right" else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
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


def moment(text: str | None) -> Any:
    """`2026-11-23` → the last moment of that day, `2026-11-23T14:30` → that moment, both on the
    product's clock unless an offset is given; None stays None.

    Raises:
        RefusedError: neither.
    """
    from datetime import date, datetime, time

    from django.utils.timezone import is_naive, make_aware

    from jishi.cli.common import RefusedError

    if text is None:
        return None
    try:
        found = datetime.combine(date.fromisoformat(text), time.max)
    except ValueError:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise RefusedError(
                f"{text!r} is neither a day nor a moment. Write 2026-11-23 or 2026-11-23T14:30."
            ) from None
    return make_aware(found) if is_naive(found) else found
