"""The big table: columns, cells, header with sort links, totals below a double rule.

Rows are written by Python rather than by a template: a page of 100 rows has some 2,000 cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from django.http import QueryDict
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.web import formats
from jishi.web.components.parts import badge, direction, explained, query_with, seal
from jishi.web.components.widths import FROZEN, WIDTHS
from jishi.web.svg.cells import bar_cell, sparkline
from jishi.web.svg.icons import icon


BLOCK_ROWS = 50


@dataclass(frozen=True)
class Column:
    """One column. `kind` says how its values read; `on_phone` keeps it on 360 px; `chosen_px` is the
    width that somebody chose instead of `width`."""

    key: str
    label: str
    kind: str = "text"
    width: str = "m"
    unit: str = ""
    sortable: bool = True
    on_phone: bool = False
    explain_url: str = ""
    chosen_px: int = 0

    @property
    def px(self) -> int:
        return self.chosen_px or WIDTHS[self.width]


@dataclass(frozen=True)
class Name:
    """A customer's name with the seal of its tier."""

    text: str
    url: str
    seal_char: str = ""
    seal_form: str = ""
    seal_label: str = ""


@dataclass(frozen=True)
class Explained:
    """A value of its column's kind that links to its explanation."""

    value: Any
    url: str


@dataclass(frozen=True)
class Trend:
    values: Sequence[float | None]
    label: str


@dataclass(frozen=True)
class Share:
    """A share of a whole with its bar, which the largest share of the column fills."""

    pct: float
    largest_pct: float


@dataclass(frozen=True)
class Tagged:
    text: str
    tone: str = ""


@dataclass(frozen=True)
class Life:
    """A stage of five: how many cells are filled, the word, and whether the customer fades."""

    reached: int
    word: str
    state: str = ""


@dataclass(frozen=True)
class Row:
    key: str | int
    cells: Mapping[str, Any]
    url: str = ""
    peek_url: str = ""
    changed: bool = False


@dataclass(frozen=True)
class Table:
    """A page of rows. `sort` is a column key, with `-` in front when descending.

    With a `currency`, amounts show themselves in full on hover. The first `frozen` columns stay where
    they are when the others move sideways. `is_sizable`: the edges of the headings can be dragged.
    """

    label: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    today: date
    lang: str
    sort: str = ""
    params: QueryDict = field(default_factory=QueryDict)
    totals: Mapping[str, Any] = field(default_factory=dict)
    total_rows: int | None = None
    sort_param: str = "sort"
    currency: str = ""
    frozen: int = 1
    is_sizable: bool = False


@dataclass(frozen=True)
class _Reader:
    """How values read in one language on one day."""

    lang: str
    today: date
    scale: str
    currency: str

    def name(self, value: Name) -> str:
        stamp = (
            seal(value.seal_char, value.seal_form, f"{value.seal_label} ")
            if value.seal_char
            else ""
        )
        return f'{stamp}<a class="name" href="{escape(value.url)}">{escape(value.text)}</a>'

    def text(self, value: Any) -> str:
        return f'<span class="cut">{conditional_escape(value)}</span>'

    def number(self, value: Any) -> str:
        return formats.number(value)

    def decimal(self, value: Any) -> str:
        return formats.number(value, 1)

    def money(self, value: int) -> str:
        text = formats.money_scaled(value, self.scale)
        if not self.currency:
            return text
        full = formats.money_full(value, self.currency)
        return f'<span title="{escape(full)}">{text}</span>'

    def percent(self, value: Any) -> str:
        return formats.percent(value)

    def share(self, value: Share) -> str:
        bar = bar_cell(value.pct / value.largest_pct if value.largest_pct > 0 else 0, width=36)
        return f'{bar}<span class="share">{formats.percent(value.pct)}</span>'

    def change(self, value: Any) -> str:
        digits = 1 if abs(value) < 1_000 else 0  # of +13,718.7 % nobody reads the tenths
        return direction(formats.percent(value, digits, signed=True), float(value))

    def score(self, value: int) -> str:
        return formats.score(value)

    def day(self, value: date) -> str:
        text = escape(formats.day(value, self.lang, self.today))
        return f'<time datetime="{value.isoformat()}">{text}</time>'

    def ago(self, value: date) -> str:
        text = escape(formats.ago(value, self.today, self.lang))
        return f'<time datetime="{value.isoformat()}" title="{value.isoformat()}">{text}</time>'

    def trend(self, value: Trend) -> str:
        return sparkline(value.values, label=value.label)

    def badge(self, value: Tagged) -> str:
        return badge(value.text, value.tone)

    def life(self, value: Life) -> str:
        return life_bar(value)


_EDGE = gettext_lazy("Drag to change the width; double-click to fit what the column holds")

NUMERIC = frozenset({"number", "decimal", "money", "percent", "share", "change", "score"})
KINDS = frozenset(
    {"name", "text", "day", "ago", "trend", "badge", "life", *NUMERIC},
)


def life_bar(life: Life) -> SafeString:
    """Five small cells and, always, the word."""
    cells = "".join("<i class=on></i>" if cell < life.reached else "<i></i>" for cell in range(5))
    return mark_safe(  # markup of our own around escaped text
        f'<span class="life {escape(life.state)}" aria-hidden="true">{cells}</span>'
        f"{escape(life.word)}"
    )


def _classes(column: Column, *, first: bool, frozen: int) -> str:
    """Of a cell. What is frozen beside another column has a width that does not grow."""
    fixed = column.chosen_px or (column.px if first and frozen == max(FROZEN) else 0)
    names = [f"w w{fixed}" if fixed else column.width]
    if column.kind in NUMERIC:
        names.append("num")
    if first and not fixed:
        names.append("grows")
    elif not first and not column.on_phone:
        names.append("opt")
    return " ".join(names)


def _unit(unit: str, lang: str) -> str:
    if not unit:
        return ""
    if formats.is_chinese(lang):
        return f'<span class="unit">（{escape(unit)}）</span>'
    return f' <span class="unit">({escape(unit)})</span>'  # the space is where a line may break


def _header(table: Table, column: Column, classes: str) -> str:
    title = f"{escape(column.label)}{_unit(column.unit, table.lang)}"
    by, descending = table.sort.removeprefix("-"), table.sort.startswith("-")
    state = mark = ""
    if column.sortable:
        active = by == column.key
        if active:
            state = f' aria-sort="{"descending" if descending else "ascending"}"'
            mark = icon("arrow-down" if descending else "arrow-up")
            after = column.key if descending else f"-{column.key}"
        else:
            after = f"-{column.key}" if column.kind in NUMERIC else column.key
        query = query_with(table.params, **{table.sort_param: after, "page": None})
        title = f'<a href="{escape(query)}" data-sort>{title}{mark}</a>'
    if column.explain_url:
        title += explained("?", column.explain_url)
    return (
        f'<th scope="col" role="columnheader" class="{classes}" data-column="{escape(column.key)}"'
        f"{state}>{title}</th>"
    )


def _blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while block := list(islice(iterator, BLOCK_ROWS)):
        yield block


def render_table(table: Table) -> SafeString:
    """The whole table, in blocks of rows that the browser draws when they come near."""
    reader = _Reader(table.lang, table.today, formats.column_scale(table.lang), table.currency)
    kinds: list[tuple[Column, str, Callable[[Any], str]]] = []
    for index, column in enumerate(table.columns):
        if column.kind not in KINDS or column.width not in WIDTHS:
            raise ValueError(f"Column {column.key!r}: unknown kind or width.")
        classes = _classes(column, first=index == 0, frozen=table.frozen)
        kinds.append((column, classes, getattr(reader, column.kind)))

    out = [
        (
            f'<div class="grid-wrap" role="region" tabindex="0" aria-label="{escape(table.label)}">'
            f'<table class="{_frozen(table)}" role="table" aria-label="{escape(table.label)}"'
        ),
        f' data-sizable="{escape(_EDGE)}"' if table.is_sizable else "",
        f' aria-rowcount="{table.total_rows + 1}"' if table.total_rows is not None else "",
        ' data-grid><thead role="rowgroup"><tr role="row">',
        *(_header(table, column, classes) for column, classes, _read in kinds),
        "</tr></thead>",
    ]
    for number, block in enumerate(_blocks(table.rows)):
        late = number > 0 and len(block) == BLOCK_ROWS
        out.append(f'<tbody role="rowgroup"{" class=late" if late else ""}>')
        for row in block:
            out.append(
                f'<tr role="row" tabindex="-1" data-row="{escape(row.key)}"'
                f"{' class=flash' if row.changed else ''}"
                f"{_data('href', row.url)}{_data('peek', row.peek_url)}>"
            )
            for index, (column, classes, read) in enumerate(kinds):
                out.append(
                    _cell(column, classes, read, row.cells.get(column.key), first=index == 0)
                )
            out.append("</tr>")
        out.append("</tbody>")
    if table.totals:
        out.append('<tfoot role="rowgroup"><tr role="row">')
        for index, (column, classes, read) in enumerate(kinds):
            value = table.totals.get(column.key)
            if index == 0:
                head = escape(value or _("Total"))
                out.append(f'<th scope="row" role="rowheader" class="{classes}">{head}</th>')
            else:
                text = "" if value is None else _read(read, value)
                out.append(f'<td role="cell" class="{classes}">{text}</td>')
        out.append("</tr></tfoot>")
    out.append("</table></div>")
    return mark_safe("".join(out))  # every value is escaped by its reader


def _frozen(table: Table) -> str:
    """Of the table: how many columns are frozen, and how wide the first of two is."""
    if table.frozen == 0:
        return "grid f0"
    if table.frozen == 1 or len(table.columns) < max(FROZEN):
        return "grid"
    return f"grid f2 w{table.columns[0].px}"


def _data(name: str, value: str) -> str:
    return f' data-{name}="{escape(value)}"' if value else ""


def _read(read: Callable[[Any], str], value: Any) -> str:
    if isinstance(value, Explained):
        inner = formats.MISSING if value.value is None else read(value.value)
        return explained(mark_safe(inner), value.url)  # escaped by its reader
    return value if isinstance(value, SafeString) else read(value)


def _cell(
    column: Column, classes: str, read: Callable[[Any], str], value: Any, *, first: bool
) -> str:
    text = formats.MISSING if value is None else _read(read, value)
    if first:
        return f'<th scope="row" role="rowheader" class="{classes}">{text}</th>'
    return f'<td role="cell" class="{classes}">{text}</td>'
