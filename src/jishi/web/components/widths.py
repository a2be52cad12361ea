"""How wide the columns of the big table are, how many of them are frozen, and the menu that says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict


# Name of a width → pixels; the styles say the same.
WIDTHS = {"xs": 64, "s": 88, "m": 112, "l": 144, "xl": 192, "xxl": 248}
# Widths that people choose, each with a style of its own.
NARROWEST, WIDEST, WIDTH_STEP = 64, 480, 8
FROZEN = (0, 1, 2)
WIDTH_OF = "w."  # with a column's key behind it, the name of the parameter that says its width


def chosen_width(text: str) -> int:
    """The nearest width that has a style; 0 for what is none.

    >>> chosen_width("123"), chosen_width("9"), chosen_width("900"), chosen_width("wide")
    (120, 64, 480, 0)
    """
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        return 0
    steps = (min(max(int(text), NARROWEST), WIDEST) + WIDTH_STEP // 2) // WIDTH_STEP
    return steps * WIDTH_STEP


def column_menu(
    params: QueryDict, options: Sequence[Mapping[str, Any]], param: str
) -> dict[str, Any]:
    """The context of the menu.

    Args:
        params: the query string of the page.
        options: the columns: `key`, `label`, `on`; with `standard_px` and `chosen_px` where widths are
            offered.
        param: name of the parameter that lists the columns.
    """
    sized = any("standard_px" in option for option in options)
    standard = params.copy()
    for name in list(standard):
        if name in {"counts", "peek"} or name.startswith(WIDTH_OF):
            del standard[name]
    gone = {param, "page", *(["freeze"] if sized else [])}
    kept = standard if sized else params
    asked = params.get("freeze", "")
    return {
        "options": options,
        "param": param,
        "kept": [
            (name, value) for name, values in kept.lists() for value in values if name not in gone
        ],
        "sized": sized,
        "limits": {"min": NARROWEST, "max": WIDEST, "step": WIDTH_STEP},
        "standard_url": f"?{standard.urlencode()}",
        "frozen": [(n, asked == str(n) or (n == 1 and asked not in {"0", "2"})) for n in FROZEN],
    }
