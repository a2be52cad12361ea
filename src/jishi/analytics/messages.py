"""Marks a string for translation without importing a framework; pages translate it when they show it."""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    """Return the message unchanged; message extraction finds it by this name.

    >>> gettext_noop("Spend")
    'Spend'
    """
    return message
