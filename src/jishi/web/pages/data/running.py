"""The scoring that follows an import, as a bar."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.jobs import tasks
from jishi.jobs.tickets import State, ticket_of
from jishi.web.components.parts import Progress


def scoring_part() -> Progress | None:
    """How far the grading of everybody is; None when none is under way."""
    under_way = tasks.tickets_scoring()
    if not under_way:
        return None
    ticket = max(under_way, key=lambda one: one.state is State.RUNNING)
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


def demo_part() -> Progress | None:
    """The loading or removal of the demo company; None when neither is under way."""
    ticket = ticket_of(tasks.DEMO)
    if ticket is None or not ticket.is_busy:
        return None
    label = (
        _("Loading the demo company") if ticket.kind == tasks.DEMO_LOAD
        else _("Removing the demo company")
    )  # fmt: skip
    return Progress(label=label, done=0, total=0, poll_url=reverse("web:settings_demo_progress"))
