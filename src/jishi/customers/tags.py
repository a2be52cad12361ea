"""Several tags in one text, as people type them and files hold them. Knows no database."""

from __future__ import annotations

import re


TAG_LENGTH = 40
SEPARATOR = "、"
_BETWEEN = re.compile(r"[、,，;；\n]")


def tag_names(text: str) -> list[str]:
    """The tags in a text, each once, sorted.

    >>> tag_names("出口， 重点;出口")
    ['出口', '重点']
    """
    names = (re.sub(r"\s+", " ", part).strip() for part in _BETWEEN.split(text))
    return sorted({name for name in names if name})


def tags_text(names: list[str]) -> str:
    """The tags as one text, as `tag_names` reads it."""
    return SEPARATOR.join(sorted(names))
