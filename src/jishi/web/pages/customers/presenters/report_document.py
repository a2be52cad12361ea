"""The customer report as a Word document: to be written on in, or sent along."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from jishi.ingest.export import money
from jishi.web.pages.customers.presenters.report import Block, Cell, Report
from jishi.web.pages.customers.presenters.report_file import blocks_of


if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.run import Run

# Word chooses the font of Han characters apart; this one comes with Windows and with WPS.
LATIN, HAN = "Calibri", "Microsoft YaHei"
BODY_PT, SMALL_PT, TITLE_PT, NAME_PT = 9.5, 8, 12, 20
INK_2, RULE = "5F5B52", "C9C4B8"
_XML_CANNOT_HOLD = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


def document_of(report: Report) -> bytes:
    """A docx file on A4: the blocks of the report below each other, its signature at the foot."""
    import docx
    from docx.shared import Mm, Pt

    document = docx.Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(14)
    page.top_margin = page.bottom_margin = Mm(16)
    document.core_properties.title = _clean(f"{_('Customer report')} {report.head.name}")
    document.core_properties.author = _clean(report.author)
    plain = document.styles["Normal"]
    plain.font.size = Pt(BODY_PT)
    _set_fonts(plain)
    plain.paragraph_format.space_after = Pt(0)
    _heading(document, report.head.full_name or report.head.name, 1, NAME_PT)
    for line in (" · ".join(report.head.parts), *report.remarks):
        _quiet(document.add_paragraph().add_run(_clean(line)))
    for block in blocks_of(report):
        _heading(document, block.title, 2, TITLE_PT)
        _table(document, block)
    _quiet(page.footer.paragraphs[0].add_run(_clean(report.signature)))
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _table(document: Document, block: Block) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    if not block.rows:
        _quiet(document.add_paragraph().add_run(_clean(block.empty)))
        return
    width = max(len(block.head), *(len(row) for row in block.rows))
    lines = [[_words(cell) for cell in row] for row in block.rows]
    if block.head:
        lines.insert(0, list(block.head))
    table = document.add_table(rows=len(lines), cols=width)
    _rule(table)
    for number, (texts, row) in enumerate(zip(lines, table.rows, strict=True)):
        for column, (text, cell) in enumerate(zip(texts, row.cells, strict=False)):
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(_clean(text))
            if block.head and not number:
                _quiet(run)
            if column in block.numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _words(cell: Cell) -> str:
    """An amount in full: nobody can hover over paper."""
    return f"{money(cell.exact):,.2f}" if cell.is_amount else cell.text


def _rule(table: Table) -> None:
    """Lines between the rows, none between the columns."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:color="{RULE}"/>'
        for side in ("top", "bottom", "insideH")
    )
    borders = parse_xml(f"<w:tblBorders {nsdecls('w')}>{sides}</w:tblBorders>")
    table._tbl.tblPr.append(borders)


def _heading(document: Document, text: str, level: int, size: float) -> None:
    from docx.shared import Pt, RGBColor

    heading = document.add_heading(level=level)
    heading.paragraph_format.space_before = Pt(0 if level == 1 else 10)
    heading.paragraph_format.space_after = Pt(3)
    run = heading.add_run(_clean(text))
    run.font.size, run.font.color.rgb = Pt(size), RGBColor(0, 0, 0)
    _set_fonts(run)


def _quiet(run: Run) -> None:
    from docx.shared import Pt, RGBColor

    run.font.size, run.font.color.rgb = Pt(SMALL_PT), RGBColor.from_string(INK_2)


def _set_fonts(of: Any) -> None:
    """The fonts of a style or a run, for Latin letters and for Han characters."""
    from docx.oxml.ns import qn

    of.font.name = LATIN
    of.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), HAN)


def _clean(text: object) -> str:
    """Text without the control characters that a Word file cannot hold.

    >>> _clean("a" + chr(0) + "b")
    'ab'
    """
    return str(text).translate(_XML_CANNOT_HOLD)
