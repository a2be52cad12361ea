"""Which row holds the headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from jishi.ingest.mapping.catalogue import is_known_heading


SEARCHED_ROWS = 30
_NUMBER = re.compile(r"[-+(¥$€£￥]*\s*[\d０-９][\d０-９,，.．\s]*[%％万亿)]?")
_DATE = re.compile(r"\d{2,4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,4}\s*日?([ T].*)?")

Rows = Sequence[tuple[int, Sequence[str | None]]]


def _filled(cells: Sequence[str | None]) -> list[str]:
    return [cell.strip() for cell in cells if cell is not None and cell.strip()]


def _is_value(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell) or _DATE.fullmatch(cell)) or cell.lower() in (
        "true",
        "false",
    )


def find_header(rows: Rows) -> int | None:
    """Line of the heading row among the first rows; None when there seems to be none.

    Args:
        rows: (line number, cells) of the first rows that are not blank.
    """
    candidates = [(line, _filled(cells)) for line, cells in rows[:SEARCHED_ROWS]]
    candidates = [(line, cells) for line, cells in candidates if cells]
    if not candidates:
        return None
    widest = max(len(cells) for _, cells in candidates)
    best: tuple[float, int] | None = None
    for order, (line, cells) in enumerate(candidates):
        following = candidates[order + 1][1] if order + 1 < len(candidates) else []
        words = [cell for cell in cells if not _is_value(cell)]
        distinct = len({word.casefold() for word in words})
        known = sum(1 for word in words if is_known_heading(word))
        fullness = len(cells) / widest
        if known == 0 and (
            fullness < 0.5
            or distinct < 0.5 * len(cells)
            or any(_is_value(a) and _is_value(b) for a, b in zip(cells, following, strict=False))
        ):
            continue
        score = known * 3 + fullness * 2 + distinct / len(cells) - order * 0.25
        if best is None or score > best[0]:
            best = (score, line)
    return best[1] if best else None


def headings(cells: Sequence[str | None], width: int) -> tuple[list[str], list[str]]:
    """Names of all columns: blank ones named by letter, repeated ones numbered.

    Returns:
        The names, and those that occurred more than once.
    """
    names: list[str] = []
    repeated: list[str] = []
    taken: set[str] = set()
    for index in range(width):
        raw = (cells[index] or "").replace("\x00", "") if index < len(cells) else None
        name = re.sub(r"\s+", " ", raw).strip() if raw else ""
        if not name:
            name = f"[{letter(index)}]"
        base, number = name, 2
        while name in taken:
            name = f"{base} ({number})"
            number += 1
        if name != base and base not in repeated:
            repeated.append(base)
        taken.add(name)
        names.append(name)
    return names, repeated


def of_two_rows(
    line: int, row_of: Callable[[int], list[str | None]], merges: Sequence[Sequence[int]]
) -> tuple[int, list[str | None]] | None:
    """The lower line and the headings where they take two rows: 销售 merged over 数量 and 金额.

    Args:
        line: the row of headings that was found or chosen, either of the two.
        row_of: the cells of a line, counted from 1.
        merges: (top row, left column, height, width) each.
    """
    for top in (line, line - 1):
        group = {
            column: left
            for row, left, height, width in merges
            if row == top and height == 1 and width > 1
            for column in range(left, left + width)
        }
        if not group:
            continue
        upper, lower = row_of(top), row_of(top + 1)
        below = [place for place, cell in enumerate(lower) if cell and cell.strip()]
        alone = any(cell and place not in group for place, cell in enumerate(upper))
        if (
            not alone
            or not any(row_of(top + 2))
            or len(below) < 2
            or any(place not in group or _is_value((lower[place] or "").strip()) for place in below)
        ):
            continue
        times = Counter(lower[place] for place in below)
        cells = list(upper)
        for place in below:
            own = (lower[place] or "").strip()
            whole = (upper[group[place]] or "").strip() + own
            cells[place] = whole if times[lower[place]] > 1 or is_known_heading(whole) else own
        return top + 1, cells
    return None


def letter(index: int) -> str:
    """Spreadsheet letters of a 0-based column: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
