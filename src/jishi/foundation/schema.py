"""Whether the database underneath fits this program."""

from __future__ import annotations

from enum import StrEnum

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from jishi.foundation.audit.triggers import tables_without_triggers


class SchemaState(StrEnum):
    EMPTY = "empty"
    OLDER = "older"
    NEWER = "newer"
    CURRENT = "current"


def schema_state() -> SchemaState:
    """Compare the migrations that were applied with those that this program brings.

    A database that was left between a migration and the triggers that follow it is an older one: it
    would neither tell who writes nor keep facts from being changed.
    """
    loader = MigrationLoader(connection, ignore_no_migrations=True)
    ours = {key for key in loader.disk_migrations if key[0] in loader.migrated_apps}
    applied = set(loader.applied_migrations)
    if not applied:
        return SchemaState.EMPTY
    known_apps = {app for app, _ in ours}
    if {key for key in applied if key[0] in known_apps} - ours:
        return SchemaState.NEWER
    if not ours <= applied or tables_without_triggers():
        return SchemaState.OLDER
    return SchemaState.CURRENT
