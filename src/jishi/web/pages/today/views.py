"""今日: what must be done now, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jishi.foundation.enums import Permission
from jishi.foundation.queries import company
from jishi.jobs.day import ledger_day
from jishi.web.components.parts import Start, explain_url
from jishi.web.pages.grading.queries import grading
from jishi.web.pages.today import presenters, queries
from jishi.web.permissions import PageRequest, signed_in


MOVES_SHOWN = 8
# A fall is told of customers that brought at least one in so many of everybody's sales.
LEAST_SHARE_OF_SALES = 1_000


@dataclass(frozen=True)
class TodayPage:
    """Everything the template shows once something has been graded."""

    figures: list[presenters.Figure]
    actions: list[presenters.Action]
    stake_url: str
    total: int
    shows_all: bool
    opening: str
    moves: list[presenters.MoveLine]
    moves_total: int
    as_of: str


@require_safe
@signed_in
def today(request: PageRequest) -> HttpResponse:
    """One sentence, five numbers, and the list of what calls for somebody."""
    day = timezone.localdate()
    context = {
        "day": day,
        "page": _page(request, day),
        "empty_title": _("Nothing to say yet"),
        "empty_question": _(
            "This page will say every day what must be done for which key account, and why."
        ),
        "starts": _starts(request),
    }
    return render(request, "today/today.html", context)


def _page(request: PageRequest, day: date) -> TodayPage | None:
    """None before anything is graded, and for a user without customers."""
    current = grading()
    if current is None:
        return None
    user = request.user
    words = presenters.Words(get_language() or "zh-hans", day, company().base_currency)
    sums = queries.figures(user, next(iter(current.tiers)))
    if not sums.customers:
        return None
    signals = queries.signals(
        user,
        day,
        ledger_on=ledger_day(graded_on=current.as_of, today=day),
        least_sales_e4=current.spend_e4 // LEAST_SHARE_OF_SALES,
    )
    lines = queries.customers(user, {one.customer_id for one in signals})
    found = presenters.ranked(signals, lines, day, user)
    shows_all = request.GET.get("all") == "1"
    shown = found[: presenters.LONG_LIST if shows_all else presenters.SHORT_LIST]
    late = queries.next_steps_overdue(user, day)
    moved, moves = queries.moves(user, day, limit=MOVES_SHOWN)
    return TodayPage(
        figures=presenters.figures(sums, late, grading=current, words=words),
        actions=presenters.actions(
            shown,
            grading=current,
            words=words,
            may_log=user.may(Permission.FACT_RECORD),
        ),
        stake_url=explain_url("today_at_stake"),
        total=len(found),
        shows_all=shows_all,
        opening=presenters.opening(late, sums.silent),
        moves=presenters.move_lines(moves, words=words),
        moves_total=moved,
        as_of=words.day(current.as_of),
    )


def _starts(request: PageRequest) -> list[Start]:
    user = request.user
    starts = []
    if user.may(Permission.IMPORT_RUN):
        starts.append(
            Start(
                _("Import from Excel or CSV"),
                reverse("web:imports"),
                _("Customers and orders from the files you have, in any layout."),
            )
        )
    if user.may(Permission.SCHEME_VIEW):
        starts.append(
            Start(
                _("Grade the customers"),
                reverse("web:lab"),
                _("Choose how to weigh them and see who becomes a key account."),
            )
        )
    if user.may(Permission.CUSTOMER_VIEW):
        starts.append(
            Start(
                _("Look at the customers"),
                reverse("web:customers"),
                _("The table of everybody you may see."),
            )
        )
    return starts
