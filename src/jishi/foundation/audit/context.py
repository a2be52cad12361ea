"""Who is acting in this request, handed to the audit triggers of either database."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True)
class Acting:
    """The person and the request that the next writes belong to."""

    actor_id: int | None = None
    request_id: str = ""
    may_erase: bool = False


_NOBODY = Acting()
_acting: ContextVar[Acting] = ContextVar("jishi_acting", default=_NOBODY)


def acting() -> Acting:
    return _acting.get()


def prepare_connection(sender: Any, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Give a fresh connection what the triggers ask it: functions on SQLite, settings on PostgreSQL."""
    if connection.vendor == "sqlite":
        raw = connection.connection
        raw.create_function("jishi_actor", 0, lambda: _acting.get().actor_id)
        raw.create_function("jishi_request", 0, lambda: _acting.get().request_id)
        raw.create_function("jishi_may_erase", 0, lambda: int(_acting.get().may_erase))
    elif connection.vendor == "postgresql":
        _tell_postgres(connection, _acting.get())


def _tell_postgres(db: BaseDatabaseWrapper, who: Acting) -> None:
    with db.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('jishi.actor', %s, false), set_config('jishi.request', %s, false),"
            " set_config('jishi.may_erase', %s, false)",
            [str(who.actor_id or ""), who.request_id, "1" if who.may_erase else ""],
        )


@contextmanager
def acting_as(
    actor_id: int | None, *, request_id: str = "", may_erase: bool = False
) -> Iterator[Acting]:
    """Attribute every write inside to `actor_id`. Nested uses keep the outer request id."""
    outer = _acting.get()
    who = Acting(
        actor_id=actor_id,
        request_id=request_id or outer.request_id or uuid.uuid4().hex,
        may_erase=may_erase,
    )
    token = _acting.set(who)
    tell = connection.vendor == "postgresql" and who != outer
    if tell and connection.connection is not None:
        _tell_postgres(connection, who)
    try:
        yield who
    finally:
        _acting.reset(token)
        usable = connection.connection is not None and not connection.needs_rollback
        if tell and usable:
            _tell_postgres(connection, outer)
