"""Optimistic locking: whoever saves must have seen the newest version."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F
from django.utils.translation import gettext as _


class StaleVersionError(Exception):
    """Somebody else saved in between. `current` is the row as it is now."""

    def __init__(self, current: models.Model, seen: int) -> None:
        self.current = current
        self.seen = seen
        super().__init__(
            _(
                "Somebody else changed this in the meantime (you saw version %(seen)s, it is now "
                "version %(now)s). Your text is kept: compare the two and save again."
            )
            % {"seen": seen, "now": getattr(current, "version", "?")}
        )


class Versioned(models.Model):
    """A row that people edit; `version` counts its saves from 1."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


def save_version(row: Versioned, *, seen: int, changes: dict[str, Any]) -> None:
    """Write `changes` to `row` if its version is still `seen`, and count the version up.

    Args:
        row: the row, whose attributes are updated as well.
        seen: the version the person's form was made from.
        changes: field name → new value.

    Raises:
        StaleVersionError: the row changed in between; nothing is written.
    """
    manager = type(row)._base_manager
    written = manager.filter(pk=row.pk, version=seen).update(**changes, version=F("version") + 1)
    if not written:
        raise StaleVersionError(manager.get(pk=row.pk), seen)
    for name, value in changes.items():
        setattr(row, name, value)
    row.version = seen + 1
