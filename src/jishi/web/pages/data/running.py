"""The scoring that follows an import, as a bar."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.jobs import tasks
from jishi.jobs.tickets import State, ticket_of
from jishi.web.components.parts import Progress


def scoring_part() -> Progress | None:
    """How far the grading of everybody is; None when none is under way."""
    ticket = ticket_of(tasks.SCORE)
    if ticket is None or not ticket.is_open or ticket.is_lost:
        return None
    phases = {
        "snapshot": _("Grading: bringing the snapshot up to date"),
        "indicators": _("Grading: computing the indicators"),
        "scores": _("Grading: scoring"),
        "files": _("Grading: keeping the results"),
        "standings": _("Grading: everybody's new standing"),
    }
    waiting = ticket.state is State.QUEUED
    return Progress(
        label=_("Grading waits for its turn")
        if waiting
        else phases.get(ticket.phase, _("Grading")),
        done=ticket.done,
        total=ticket.total,
        poll_url=reverse("web:lab_progress"),
    )
