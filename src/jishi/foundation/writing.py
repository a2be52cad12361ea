"""How every service writes: one transaction, attributed, counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection, transaction

from jishi.foundation.audit.context import acting_as


if TYPE_CHECKING:
    from jishi.foundation.enums import Permission
    from jishi.foundation.models import User


class NotAllowedError(Exception):
    """The user's role does not carry the permission. Pages answer 403."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        super().__init__(permission.value)


def authorise(by: User | None, permission: Permission) -> None:
    """Raise `NotAllowedError` unless `by` may. None is the product itself (jobs, first start)."""
    if by is not None and not by.may(permission):
        raise NotAllowedError(permission)


@contextmanager
def write(
    *, by: User | None, data_changes: bool = False, may_erase: bool = False
) -> Iterator[None]:
    """One transaction whose audit entries name `by`.

    Args:
        by: who acts; None for the product itself.
        data_changes: the write touches customers or facts, so the data version counts up.
        may_erase: facts may be deleted (removing the demo company, erasing a person).
    """
    with acting_as(by.pk if by else None, may_erase=may_erase), transaction.atomic():
        yield
        if data_changes:
            data_version_raise()


def data_version_raise() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO foundation_dataversion (id, number) VALUES (1, 1)"
            " ON CONFLICT (id) DO UPDATE SET number = foundation_dataversion.number + 1"
        )


def data_version() -> int:
    """The number of the newest change of customers or facts; 0 in an empty database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM foundation_dataversion WHERE id = 1")
        row = cursor.fetchone()
    return int(row[0]) if row else 0
