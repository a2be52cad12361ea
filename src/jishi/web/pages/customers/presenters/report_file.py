"""The customer report as a workbook: the same blocks below each other, amounts as numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from math import ceil
from typing import Any

from django.utils.translation import gettext as _

from jishi.ingest.export import money
from jishi.web import formats
from jishi.web.pages.customers.presenters.head import Figure
from jishi.web.pages.customers.presenters.report import Block, Cell, Report


WIDTHS = (36, 20, 18, 18, 28)
LINE_PT = 15
LAST_NARROW = "\u2e7f"
_EXACT_IN_A_SHEET = 10**15


def workbook_of(report: Report) -> bytes:
    """An xlsx file. No text in it becomes a formula or a link."""
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    sheet = book.add_worksheet(_("Customer report")[:31])
    styles = {
        "name": book.add_format({"bold": True, "font_size": 16}),
        "title": book.add_format({"bold": True, "font_size": 12, "bottom": 1}),
        "head": book.add_format({"bold": True, "font_color": "#555555"}),
        "amount": book.add_format({"num_format": "#,##0.00##"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "across": book.add_format({"valign": "top"}),  # over the empty cells beside it
        "quiet": book.add_format({"font_color": "#555555"}),
    }
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    row = _Sheet(sheet, styles)
    row.line([report.head.full_name or report.head.name], "name")
    for line in (" · ".join(report.head.parts), *report.remarks):
        row.line([line], "quiet")
    for block in blocks_of(report):
        row.block(block)
    row.skip()
    row.line([report.signature], "quiet")
    book.close()
    return target.getvalue()


def blocks_of(report: Report) -> list[Block]:
    """Everything below the head as tables: figures, why, months, the rest, and how it is computed."""
    notes = [[Cell(label), Cell(text)] for label, text in report.notes]
    last = Block("notes", _("How the figures are computed"), (), notes)
    return [*_figures(report), report.months, *report.blocks, last]


def _figures(report: Report) -> list[Block]:
    head = report.head
    blocks = [
        Block(
            "figures",
            _("Figures"),
            (),
            [
                [Cell(one.label), Cell(one.full or one.value), Cell(_note(one))]
                for one in head.figures
            ],
            "" if head.figures else _("Not graded yet: the figures follow with the next scoring."),
        )
    ]
    if report.receipt is not None:
        rows = [
            [Cell(one.label), Cell(one.weight), Cell(one.points), Cell(one.contribution)]
            for one in report.receipt.dimensions
        ]
        title = _("Why %(score)s points") % {"score": report.receipt.score}
        names = [_("Dimension"), _("Weight"), _("Points"), _("Contribution")]
        blocks.append(Block("why", title, names, rows))
    return blocks


def _note(one: Figure) -> str:
    """What stands beside a figure of the head, its change in words."""
    change = ""
    if one.change is not None:
        change = f"{_('Year on year')} {formats.percent(one.change, signed=True)}"
    return " · ".join(part for part in (one.note, change) if part)


def _lines(cell: Cell, width: int) -> int:
    """How many lines its text takes; a Han character is as wide as two others."""
    if not isinstance(cell.exact, str):
        return 1
    return sum(
        max(1, ceil(sum(1 + (char > LAST_NARROW) for char in line) / (width - 1)))
        for line in cell.exact.split("\n")
    )


class _Sheet:
    """Writes lines below each other."""

    def __init__(self, sheet: Any, styles: dict[str, Any]) -> None:
        self.sheet, self.styles = sheet, styles
        self.at = 0

    def skip(self) -> None:
        self.at += 1

    def line(self, values: Sequence[Any], style: str) -> None:
        for column, value in enumerate(values):
            self.sheet.write_string(self.at, column, str(value), self.styles[style])
        self.at += 1

    def block(self, block: Block) -> None:
        self.skip()
        self.line([block.title, *[""] * (len(WIDTHS) - 1)], "title")
        if not block.rows:
            self.line([block.empty], "quiet")
            return
        if block.head:
            self.line(block.head, "head")
        for cells in block.rows:
            wrapped = len(cells) if len(cells) == len(WIDTHS) else len(cells) - 1
            for column, cell in enumerate(cells):
                self._cell(column, cell, "text" if column < wrapped else "across")
            lines = max(_lines(*pair) for pair in zip(cells[:wrapped], WIDTHS, strict=False))
            if lines > 1:  # not every program finds the height of a row by itself
                self.sheet.set_row(self.at, lines * LINE_PT)
            self.at += 1

    def _cell(self, column: int, cell: Cell, style: str) -> None:
        value = cell.exact
        place = (self.at, column)
        if cell.is_amount and abs(value) < _EXACT_IN_A_SHEET:
            self.sheet.write_number(*place, value / 10_000, self.styles["amount"])
        elif cell.is_amount:
            self.sheet.write_string(*place, format(money(value), "f"))
        elif isinstance(value, date):
            self.sheet.write_datetime(*place, value, self.styles["day"])
        elif isinstance(value, int | float):
            self.sheet.write_number(*place, value)
        else:
            self.sheet.write_string(*place, str(value), self.styles[style])
