"""Tickets: what a background job is doing, as a small file that pages can read at any time.

A ticket is written when the job is queued, so a page can say "waiting" before a worker has seen it,
and it names the worker's process, so that a job whose process died is found again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Ticket:
    """One job. `name` says what it works on: `import-12`, `score`."""

    name: str
    kind: str
    state: State
    pid: int = 0
    phase: str = ""
    done: int = 0
    total: int = 0
    message: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.state in (State.QUEUED, State.RUNNING)

    @property
    def is_busy(self) -> bool:
        """Somebody will finish it: asking again makes no difference."""
        return self.is_open and not self.is_lost

    @property
    def is_lost(self) -> bool:
        """Its process is gone and will never finish it."""
        return self.state is State.RUNNING and not _lives(self.pid)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "tickets"


def _path(name: str) -> Path:
    return _folder() / f"{name}.json"


def ticket_of(name: str) -> Ticket | None:
    """The newest ticket of this name."""
    try:
        data = json.loads(_path(name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Ticket(**{**data, "state": State(data["state"])})


def ticket_write(ticket: Ticket) -> Ticket:
    """Store it whole or not at all."""
    _folder().mkdir(parents=True, exist_ok=True)
    path = _path(ticket.name)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(asdict(ticket), ensure_ascii=False), encoding="utf-8")
    part.replace(path)
    return ticket


_noted: ContextVar[dict[str, None] | None] = ContextVar("noted", default=None)


@contextmanager
def tickets_noted() -> Iterator[dict[str, None]]:
    """Names of the jobs that are asked for inside the block, also those under way already."""
    names: dict[str, None] = {}
    token = _noted.set(names)
    try:
        yield names
    finally:
        _noted.reset(token)


def ticket_note(name: str) -> None:
    """Tell the surrounding `tickets_noted`, if any, that somebody wants this job."""
    names = _noted.get()
    if names is not None:
        names[name] = None


def ticket_queue(name: str, kind: str) -> Ticket:
    return ticket_write(Ticket(name, kind, State.QUEUED))


def ticket_start(name: str, kind: str) -> Ticket | None:
    """Begin a queued job; None when it was cancelled, or done, while it waited."""
    waiting = ticket_of(name)
    if waiting is None or waiting.kind != kind or waiting.state is not State.QUEUED:
        return None
    return ticket_write(replace(waiting, state=State.RUNNING, pid=os.getpid()))


def ticket_progress(name: str, *, phase: str, done: int, total: int) -> None:
    """Tell how far it is."""
    ticket = ticket_of(name)
    if ticket is not None and ticket.state is State.RUNNING:
        ticket_write(replace(ticket, phase=phase, done=done, total=total))


def ticket_close(
    name: str, state: State, *, message: str = "", result: Mapping[str, Any] | None = None
) -> None:
    """End a job, well or not. If it was asked for again meanwhile, the new wish stays."""
    ticket = ticket_of(name)
    asked_again = ticket is not None and ticket.state is State.QUEUED
    if ticket is not None and not (asked_again and state is not State.CANCELLED):
        ticket_write(replace(ticket, state=state, message=message, result=result or {}))


def tickets_open() -> list[Ticket]:
    """Every ticket that still waits or runs."""
    found = []
    for path in sorted(_folder().glob("*.json")) if _folder().exists() else []:
        ticket = ticket_of(path.stem)
        if ticket is not None and ticket.is_open:
            found.append(ticket)
    return found
