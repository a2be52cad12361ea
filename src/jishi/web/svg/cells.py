"""Drawings small enough for a table cell."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from jishi.web.svg.plot import at


def sparkline(
    values: Sequence[float | None], *, label: str, width: int = 66, height: int = 20
) -> SafeString:
    """A trend without axes, zero at the foot; the label says in words what it shows."""
    known = [float(value) for value in values if value is not None]
    head = (
        f'<svg class="spark" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" aria-label="{escape(label)}">'
    )
    if not known:
        return mark_safe(f"{head}</svg>")  # numbers and an escaped label only
    low, high = min(0.0, *known, 0.0), max(0.0, *known, 0.0)
    span = (high - low) or 1.0
    pace = (width - 6) / max(1, len(values) - 1)
    points = [
        None
        if value is None
        else f"{at(3 + index * pace)},{at(height - 3 - (float(value) - low) / span * (height - 6))}"
        for index, value in enumerate(values)
    ]
    parts, run = [], []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            parts.append(f'<polyline points="{" ".join(run)}"/>')
            run = []
    last = next(point for point in reversed(points) if point)
    x, y = last.split(",")
    parts.append(f'<circle cx="{x}" cy="{y}" r="2"/>')
    return mark_safe(f"{head}{''.join(parts)}</svg>")  # numbers and an escaped label only


def bar_cell(share: float | None, *, label: str = "", width: int = 80) -> SafeString:
    """A share of 0-1 as a bar; decoration beside a number unless it has a label."""
    size = min(1.0, max(0.0, share or 0.0)) * width
    name = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return mark_safe(  # numbers and an escaped label only
        f'<svg class="bar-cell" width="{width}" height="8" viewBox="0 0 {width} 8" {name}>'
        f'<rect class="rest" y="7" width="{width}" height="1"/>'
        f'<rect width="{at(size)}" height="8"/></svg>'
    )
