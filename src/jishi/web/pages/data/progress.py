"""How far an import is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.ingest.queries import import_progress
from jishi.jobs import tasks
from jishi.jobs.tickets import State, Ticket
from jishi.web.components.parts import Progress


if TYPE_CHECKING:
    from jishi.ingest.models import ImportJob

# What each kind of work covers of an import, in percent of the whole.
_SPANS = {tasks.READ: (0, 25), tasks.CHECK: (0, 65), tasks.APPLY: (65, 100)}


@dataclass(frozen=True)
class Measured(Progress):
    """Progress whose percentage is measured rather than counted."""

    share_pct: int = 0

    @property
    def percent(self) -> int:
        return self.share_pct


def import_progress_part(job: ImportJob, ticket: Ticket, *, stopping: bool = False) -> Progress:
    """The bar, with real counts while rows are written."""
    far = import_progress(job)
    start, end = _SPANS.get(ticket.kind, (0, 100))
    percent = int(far["percent"])
    counted = ticket.kind == tasks.APPLY and far["phase"] == "writing"
    if ticket.state is State.QUEUED or not start <= percent <= end or ticket.kind == tasks.UNDO:
        percent, label = start, _("Waiting for its turn")
        if ticket.state is State.RUNNING:
            label = _phase_text(ticket.kind, "")
    else:
        label = _phase_text(ticket.kind, far["phase"])
    may_cancel = ticket.kind != tasks.UNDO and not stopping
    return Measured(
        label=_("Stopping …") if stopping else label,
        done=int(far["done"]) if counted else 0,
        total=int(far["total"]) if counted else 0,
        poll_url=reverse("web:import_progress", args=[job.pk]),
        cancel_url=reverse("web:import_cancel", args=[job.pk]) if may_cancel else "",
        share_pct=min(99, 100 * (percent - start) // (end - start)),
    )


def _phase_text(kind: str, phase: str) -> str:
    if kind == tasks.UNDO:
        return _("Taking the import back")
    return {
        "reading": _("Reading the files"),
        "checking": _("Checking every row"),
        "comparing": _("Comparing with what is stored"),
        "writing": _("Writing"),
    }.get(phase, _("Working"))


def work_finding(ticket: Ticket) -> str:
    """The sentence above the bar."""
    return {
        tasks.READ: _("The files are being read. Next you see which column is what."),
        tasks.CHECK: _("Every row is being checked. Nothing is written yet."),
        tasks.APPLY: _("The checked rows are being written, all of them or none."),
        tasks.UNDO: _("The import is being taken back, all of it or nothing."),
    }[ticket.kind]
