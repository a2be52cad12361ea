"""What runs in the background. Each task takes ids only, and running one twice does no harm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from huey import crontab

from jishi.foundation.audit.chain import seal
from jishi.foundation.models import User
from jishi.ingest import services as ingest
from jishi.ingest.access import import_for_view
from jishi.ingest.enums import ImportStatus
from jishi.ingest.parsing.children import CancelledError
from jishi.jobs.demo import DatabaseNotEmptyError, DemoAlreadyLoadedError, DemoUserError
from jishi.jobs.pipeline import (
    demo_company_load,
    demo_company_remove,
    import_take_back,
    score_everybody,
)
from jishi.jobs.queue import queue
from jishi.jobs.tickets import (
    State,
    Ticket,
    ticket_close,
    ticket_note,
    ticket_of,
    ticket_progress,
    ticket_queue,
    ticket_start,
    tickets_open,
)
from jishi.scoring.access import scheme_version_for_view


log = structlog.get_logger("jishi.jobs")

SCORE, DEMO = "score", "demo"
SCORE_PHASES = ("snapshot", "indicators", "scores", "files", "standings")
READ, CHECK, APPLY, UNDO, RUN = "read", "check", "apply", "undo", "run"
DEMO_LOAD, DEMO_REMOVE = "demo-load", "demo-remove"

# What the services refuse with words meant for people.
REFUSALS = (
    ingest.ImportStateError,
    ingest.NotUndoableError,
    DatabaseNotEmptyError,
    DemoAlreadyLoadedError,
    DemoUserError,
)
# Rows that an undo leaves alone are named up to this number.
KEPT_SHOWN = 50


def import_ticket(job_id: int) -> str:
    """The name of the ticket of one import."""
    return f"import-{job_id}"


def score_ticket(scheme_version_id: int | None) -> str:
    """The name of the ticket of a grading: the one that counts, or one to compare a scheme by."""
    return SCORE if scheme_version_id is None else f"{SCORE}-{scheme_version_id}"


def tickets_scoring() -> list[Ticket]:
    """The gradings that wait or run."""
    found = [ticket for ticket in tickets_open() if ticket.kind == RUN]
    return [ticket for ticket in found if not ticket.is_lost]


# --- asking for work ---------------------------------------------------------------------------
def _ask(name: str, kind: str, task: Callable[..., Any], *ids: int | None) -> None:
    """Queue a job unless the same is under way already."""
    ticket_note(name)
    ticket = ticket_of(name)
    if ticket is None or not ticket.is_busy or ticket.kind != kind:
        ticket_queue(name, kind)
        task(*ids)


def ask_import_read(job_id: int, by_id: int) -> None:
    """Read the files of an import and propose a mapping."""
    _ask(import_ticket(job_id), READ, import_read, job_id, by_id)


def ask_import_check(job_id: int, by_id: int) -> None:
    """Check every row of an import and compare it with what is stored."""
    _ask(import_ticket(job_id), CHECK, import_stage, job_id, by_id)


def ask_import_apply(job_id: int, by_id: int) -> None:
    """Write a checked import, and grade everybody anew."""
    _ask(import_ticket(job_id), APPLY, import_apply, job_id, by_id)


def ask_import_undo(job_id: int, by_id: int) -> None:
    """Take a whole import back, and grade everybody anew."""
    _ask(import_ticket(job_id), UNDO, import_undo, job_id, by_id)


def ask_score(by_id: int | None, scheme_version_id: int | None = None) -> None:
    """Grade everybody. A wish while one waits is the same wish; while one runs, it is a new one,
    because the data or the scheme may have changed since that one began."""
    name = score_ticket(scheme_version_id)
    ticket_note(name)
    ticket = ticket_of(name)
    if ticket is None or ticket.state is not State.QUEUED:
        ticket_queue(name, RUN)
        score_run(by_id, scheme_version_id)


def ask_demo_load(by_id: int) -> None:
    """Load the demo company and grade it."""
    _ask(DEMO, DEMO_LOAD, demo_load, by_id)


def ask_demo_remove(by_id: int) -> None:
    """Remove the demo company and grade whoever is left."""
    _ask(DEMO, DEMO_REMOVE, demo_remove, by_id)


# --- the work ----------------------------------------------------------------------------------
@contextmanager
def _working(name: str, kind: str, by_id: int | None) -> Iterator[User | None]:
    """The person on whose behalf, in whose language (nobody's: that of the product); the ticket tells
    how it ended."""
    _tend_connections()
    by = User.objects.get(pk=by_id) if by_id is not None else None
    try:
        with translation.override(by.language if by else settings.LANGUAGE_CODE):
            try:
                yield by
            except CancelledError:
                ticket_close(name, State.CANCELLED)
            except REFUSALS as refusal:
                ticket_close(name, State.FAILED, message=str(refusal))
            except Exception:
                ticket_close(
                    name,
                    State.FAILED,
                    message=_("It stopped because of a fault; the log of the server has details."),
                )
                log.exception("job failed", job=name, kind=kind)
                raise
    finally:
        _tend_connections()


def _tend_connections() -> None:
    """A worker lives for days and its connections may not; work done at once is inside a request,
    which tends its own."""
    if not queue.immediate:
        close_old_connections()


def _import_step(job_id: int, by_id: int, kind: str, act: Callable[..., Any], **more: Any) -> bool:
    """Run one step of an import. Returns whether it went through."""
    name = import_ticket(job_id)
    if ticket_start(name, kind) is None:
        return False
    with _working(name, kind, by_id) as by:
        act(by=by, job_id=job_id, **more)
        ticket_close(name, State.DONE)
        return True
    return False


@queue.task()
def import_read(job_id: int, by_id: int) -> None:
    _import_step(job_id, by_id, READ, ingest.import_read)


@queue.task()
def import_stage(job_id: int, by_id: int) -> None:
    _import_step(job_id, by_id, CHECK, ingest.import_check)


@queue.task()
def import_apply(job_id: int, by_id: int) -> None:
    """Does nothing to an import that is written already."""
    if import_for_view(None, job_id).status != ImportStatus.STAGED:
        ticket_close(import_ticket(job_id), State.DONE)
        return
    if _import_step(job_id, by_id, APPLY, ingest.import_apply, now=timezone.now()):
        ask_score(None)


@queue.task()
def import_undo(job_id: int, by_id: int) -> None:
    """Does nothing to an import that is taken back already."""
    name = import_ticket(job_id)
    if ticket_start(name, UNDO) is None:
        return
    with _working(name, UNDO, by_id) as by:
        job = import_for_view(by, job_id)
        if job.status != ImportStatus.APPLIED or job.batch_id is None:
            ticket_close(name, State.DONE)
            return
        report = import_take_back(by=by, batch_id=job.batch_id, now=timezone.now())
        ticket_close(
            name,
            State.DONE,
            result={
                "facts": sum(report.facts.values()),
                "restored": sum(report.restored.values()),
                "removed": sum(report.removed.values()),
                "archived": sum(report.archived.values()),
                "kept": {table: ids[:KEPT_SHOWN] for table, ids in report.kept.items()},
                "kept_count": sum(len(ids) for ids in report.kept.values()),
            },
        )
        ask_score(None)


@queue.task()
def score_run(by_id: int | None, scheme_version_id: int | None) -> None:
    """Grade everybody and publish it; another scheme than the one in force is only kept to compare."""
    name = score_ticket(scheme_version_id)
    if ticket_start(name, RUN) is None:
        return
    with _working(name, RUN, by_id) as by:
        now = timezone.now()
        chosen = (
            scheme_version_for_view(None, scheme_version_id)
            if scheme_version_id is not None
            else None
        )
        run = score_everybody(
            by=by,
            today=timezone.localdate(now),
            now=now,
            scheme=chosen or "",
            publish=chosen is None,
            tell=lambda phase: ticket_progress(
                name, phase=phase, done=SCORE_PHASES.index(phase), total=len(SCORE_PHASES)
            ),
        )
        ticket_close(name, State.DONE, result={"run_id": run.pk})


@queue.task()
def demo_load(by_id: int) -> None:
    if ticket_start(DEMO, DEMO_LOAD) is None:
        return
    with _working(DEMO, DEMO_LOAD, by_id) as by:
        now = timezone.now()
        demo_company_load(by=by, today=timezone.localdate(now), now=now)
        ticket_close(DEMO, State.DONE)


@queue.task()
def demo_remove(by_id: int) -> None:
    if ticket_start(DEMO, DEMO_REMOVE) is None:
        return
    with _working(DEMO, DEMO_REMOVE, by_id) as by:
        demo_company_remove(by=by, now=timezone.now())
        ticket_close(DEMO, State.DONE)


@queue.periodic_task(crontab(hour="19", minute="10"))
def audit_seal_nightly() -> None:
    """Seal the audit trail of the day, at 03:10 in China."""
    close_old_connections()
    seal(now=timezone.now())
    close_old_connections()


def recover() -> int:
    """At the start of a worker: say of every job whose process died that it did not finish.

    Nothing half-written is left behind: every write is one transaction. Returns how many there were.
    """
    lost = [ticket for ticket in tickets_open() if ticket.is_lost]
    for ticket in lost:
        ticket_close(
            ticket.name,
            State.FAILED,
            message=_(
                "The program was stopped while it worked on this. Nothing was written; begin again."
            ),
        )
        log.warning("job lost", job=ticket.name, kind=ticket.kind)
    return len(lost)
