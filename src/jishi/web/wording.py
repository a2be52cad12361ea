"""How pages put several words into one sentence."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import pgettext


def listed(words: Iterable[str]) -> str:
    """The words one after the other, with the reader's own comma between them."""
    return pgettext("between the items of a list", ", ").join(words)
