"""What a reader meets on a page: its texts and labels, without what stands there as data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.db import models


HAN = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_WORD = r"[A-Za-z][A-Za-z'’]+"
ENGLISH_WORDS = re.compile(rf"{_WORD}(?:[ ,;]+{_WORD}){{2,}}")
LOWER_WORD = re.compile(r"(?<![A-Za-z])[a-z]{3,}(?![A-Za-z])")
_QUOTED = re.compile("“[^”]*”")
_ADDRESS = re.compile(r"\S*(?:[@/_*.][A-Za-z]|://)\S*")
_SPOKEN = ("title", "aria-label", "aria-description", "placeholder", "alt", "label")
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)


class _Reader(HTMLParser):
    """Texts outside of code, keys, decoration and passages in a language of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        left_out = (
            tag in {"kbd", "code", "pre", "style"}
            or (tag == "script" and given.get("type") != "application/json")
            or given.get("aria-hidden") == "true"
            or ("lang" in given and tag != "html")
        )
        if not left_out and not self._is_left_out():
            self.found += [value for name in _SPOKEN if (value := given.get(name))]
            if tag == "input" and given.get("type") in {"submit", "button"}:
                self.found.append(given.get("value") or "")
        if tag not in _VOID:
            self._open.append((tag, left_out))

    def handle_endtag(self, tag: str) -> None:
        if any(tag == name for name, _left_out in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._is_left_out() or not data.strip():
            return
        if data.lstrip().startswith(("{", "[")) and self._open[-1][0] in {"ins", "del"}:
            return  # a stored object, as the audit trail shows it
        if self._open and self._open[-1][0] == "script":
            self.found += _strings(json.loads(data))
        else:
            self.found.append(" ".join(data.split()))

    def _is_left_out(self) -> bool:
        return any(left_out for _tag, left_out in self._open)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.get("strings", {}).values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def texts(html: str) -> list[str]:
    reader = _Reader()
    reader.feed(html)
    return reader.found


def stored_words() -> set[str]:
    """Every text in the database that is not the code of a choice."""
    found: set[str] = set()
    for model in apps.get_models():
        if not model.__module__.startswith("jishi."):
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField) and not field.choices:
                found |= set(model._base_manager.values_list(field.name, flat=True).distinct())
    return {word for word in found if word and len(word) >= 2}


class Data:
    """Takes words that are data out of a text."""

    def __init__(self, words: Iterable[str]) -> None:
        known = sorted({word for word in words if word}, key=len, reverse=True)
        self._known = re.compile(
            "|".join(
                rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])"
                if word.isascii()
                else re.escape(word)
                for word in known
            )
            or r"(?!)"
        )

    def left(self, text: str) -> str:
        return self._known.sub(" ", _ADDRESS.sub(" ", text))


def chinese_in(html: str, data: Data) -> list[str]:
    """Texts of an English page with Chinese in them, other than data and quoted examples."""
    return [text for text in texts(html) if HAN.search(_QUOTED.sub("", data.left(text)))]


def english_in(html: str, data: Data) -> list[str]:
    """Texts of a Chinese page with three English words in a row, or with no Chinese at all."""
    found = []
    for text in texts(html):
        left = data.left(text)
        if ENGLISH_WORDS.search(left) or (not HAN.search(text) and LOWER_WORD.search(left)):
            found.append(text)
    return found
