"""客户报告: one customer on two sheets of paper, and the same in a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext as translated
from django.utils.translation import pgettext

from jishi.customers.queries import contacts_of
from jishi.facts.enums import Severity
from jishi.facts.queries import daily_payments, daily_sales, product_mix
from jishi.scoring.periods import month_starts, within
from jishi.scoring.queries import indicator_texts
from jishi.web import formats
from jishi.web.components.parts import amount_text
from jishi.web.pages.customers.presenters import dealings
from jishi.web.pages.customers.presenters.archive import contact_lines
from jishi.web.pages.customers.presenters.head import Head
from jishi.web.pages.customers.presenters.listing import Frame
from jishi.web.pages.customers.presenters.scoring import Receipt
from jishi.web.pages.customers.queries import report as queries


if TYPE_CHECKING:
    from jishi.customers.models import Customer
    from jishi.foundation.models import User
    from jishi.web.svg.plot import Chart

PRODUCTS, OPEN, CONTACTS, SHOWN_CHARS = 6, 5, 6, 120
# The figures of the head that the notes explain.
EXPLAINED = (
    "spend_e4", "margin_pct", "contribution_pct", "overdue_e4", "days_since_interaction",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One value: as people read it, and as a workbook counts with it."""

    text: str
    value: Any = None
    is_amount: bool = False

    @property
    def exact(self) -> Any:
        return self.text if self.value is None else self.value


@dataclass(frozen=True)
class Block:
    """A table of the report. `numeric` are the positions of columns of numbers."""

    key: str
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    empty: str = ""
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Report:
    head: Head
    receipt: Receipt | None
    chart: Chart | None
    months: Block
    blocks: Sequence[Block]
    notes: Sequence[tuple[str, str]]
    signature: str
    mark: str
    author: str

    @property
    def remarks(self) -> list[str]:
        """What has to be known before the figures are read."""
        found = []
        if self.head.is_archived:
            found.append(_("This customer is archived."))
        if self.head.is_designated:
            found.append(
                _(
                    "The tier was decided by a person; the score alone would give another or the same."
                )
            )
        return found


def report_of(
    by: User, customer: Customer, head: Head, receipt: Receipt | None, frame: Frame
) -> Report:
    """The whole report as `by` may see it today."""
    today, end = frame.asked.today, frame.ends_on
    months = dealings.calendar_months(end, dealings.MONTHS)
    asked: dict[str, Any] = {"currency": frame.currency, "as_of": end, "start_on": months[0]}
    sales = dealings.by_period(daily_sales(by, [customer.pk], **asked), months)
    payments = dealings.by_period(daily_payments(by, [customer.pk], **asked), months)
    return Report(
        head=head,
        receipt=receipt,
        chart=dealings.monthly_chart(months, sales, payments, frame) if any(sales) else None,
        months=Block(
            "months",
            _("Sales and payments by month"),
            [_("Month"), _money(_("Sales"), frame), _money(_("Payments"), frame)],
            [
                [Cell(formats.month(month, frame.lang)), _amount(sold, frame), _amount(paid, frame)]
                for month, sold, paid in zip(months, sales, payments, strict=True)
            ],
            numeric=frozenset({1, 2}),
        ),
        blocks=[
            _products(by, customer, frame),
            _steps(by, customer, frame),
            _complaints(by, customer, frame),
            _contacts(by, customer, frame),
        ],
        notes=_notes(frame),
        signature=_signature(by, receipt, frame),
        mark=f"{by.name} {today.isoformat()}",
        author=by.name,
    )


def _money(label: str, frame: Frame) -> str:
    return f"{label} ({frame.currency})"


def _amount(units_e4: int, frame: Frame) -> Cell:
    return Cell(amount_text(units_e4, frame.lang, ""), units_e4, is_amount=True)


def _day(on: date | None, frame: Frame) -> Cell:
    return Cell(formats.day(on, frame.lang, frame.asked.today) if on else formats.MISSING, on)


def _text(text: str) -> Cell:
    short = text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]}…"
    return Cell(short or formats.MISSING, text)


def _products(by: User, customer: Customer, frame: Frame) -> Block:
    end = frame.ends_on
    found = product_mix(
        by, [customer.pk], currency=frame.currency, as_of=end, by_category=False, most=PRODUCTS,
        start_on=month_starts(end, dealings.MONTHS)[0],
    )  # fmt: skip
    rows = []
    for one in found:
        name = _("the other products") if one.is_rest else one.label or _("without a product")
        share = None if one.share_ratio is None else one.share_ratio * 100
        rows.append(
            [
                Cell(name),
                _amount(one.amount_e4, frame),
                Cell(formats.percent(share), None if share is None else round(share, 4)),
            ]
        )
    return Block(
        "products",
        within(_("What it buys"), dealings.MONTHS),
        [_("Product"), _money(_("Sales"), frame), _("Share of its sales %")],
        rows,
        _("No sales in this period."),
        frozenset({1, 2}),
    )


def _steps(by: User, customer: Customer, frame: Frame) -> Block:
    today = frame.asked.today
    rows = [
        [
            _text(one.next_step),
            _day(one.next_step_on, frame),
            Cell(formats.overdue((today - one.next_step_on).days, frame.lang))
            if one.next_step_on
            else Cell(formats.MISSING),
            Cell(one.user.name if one.user else formats.MISSING),
        ]
        for one in queries.open_steps(by, customer.pk, today, most=OPEN)
    ]
    return Block(
        "steps",
        _("What we promised"),
        [_("Next step"), _("Due"), _("State"), _("By")],
        rows,
        _("Nothing promised stands open."),
    )


def _complaints(by: User, customer: Customer, frame: Frame) -> Block:
    rows = [
        [_text(one.summary), _day(one.occurred_on, frame), Cell(str(Severity(one.severity).label))]
        for one in queries.open_complaints(by, customer.pk, most=OPEN)
    ]
    return Block(
        "complaints",
        _("Open complaints"),
        [_("What is wrong"), _("Since"), _("Severity")],
        rows,
        _("No complaint stands open."),
    )


def _contacts(by: User, customer: Customer, frame: Frame) -> Block:
    places = contacts_of(by, customer.pk, present_only=True)[:CONTACTS]
    rows = [
        [Cell(one.name), Cell(one.title or formats.MISSING), Cell(one.role or formats.MISSING),
         Cell(one.stance or formats.MISSING), Cell(one.reach or formats.MISSING)]
        for one in contact_lines(places, customer.pk, frame)
    ]  # fmt: skip
    return Block(
        "contacts",
        _("Contacts"),
        [pgettext("person", "Name"), _("Position"), _("Role"), _("Stance"), _("Reached by")],
        rows,
        _("No contact is recorded."),
    )


def _notes(frame: Frame) -> list[tuple[str, str]]:
    """How each figure is computed, in the words of its explanation."""
    if frame.grading is None:
        return []
    notes = [
        (_("Score"), _("Score = sum of points × weight over all indicators, 0 to 100.")),
    ]
    for key in EXPLAINED:
        texts = indicator_texts(key)
        notes.append((translated(texts["label"]), translated(texts["formula"])))
    return notes


def _signature(by: User, receipt: Receipt | None, frame: Frame) -> str:
    today = frame.asked.today
    parts = [
        _("Report of %(day)s") % {"day": today.isoformat()},
        _("made by %(name)s") % {"name": by.name},
    ]
    grading = frame.grading
    if grading is not None:
        parts += [
            _("scheme %(name)s, version %(number)s")
            % {"name": grading.scheme_name, "number": grading.scheme_number},
            _("graded with the data up to %(day)s") % {"day": grading.as_of.isoformat()},
        ]
    if receipt is not None:
        parts += receipt.known
    return " · ".join(part.rstrip("。.") for part in parts)
