"""What every command needs: Django started on a database that fits, and a way to say no."""

from __future__ import annotations

import os
from importlib import import_module


class RefusedError(Exception):
    """The command cannot be done; the message says what to do instead."""


def ready(*, database: bool = True) -> None:
    """Start Django; with `database`, make sure that it is there and up to date.

    Raises:
        RefusedError: a setting cannot be read; or the database has not been made, or is older or newer
            than this program.
    """
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jishi.config.settings")
    os.environ.setdefault("JISHI_LOG_LEVEL", "WARNING")
    try:
        import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    except ValueError as error:
        raise RefusedError(str(error)) from error
    django.setup()
    from django.utils import translation

    translation.activate("en")  # the language of the commands; files speak the product's
    if not database:
        return
    from jishi.foundation.schema import SchemaState, schema_state

    state = schema_state()
    if state is SchemaState.EMPTY:
        raise RefusedError("There is no database here yet. Run `jishi init` first.")
    if state is SchemaState.OLDER:
        raise RefusedError("The database is from an older version. Run `jishi init` to update it.")
    if state is SchemaState.NEWER:
        raise RefusedError(
            "The database was written by a newer version of Jishi. Update this program; "
            "running an older one on it could lose data."
        )
