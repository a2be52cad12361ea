"""Industries by GB/T 4754-2017: sections A to T (门类) and their divisions (大类)."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


_TABLE = Path(__file__).with_name("data") / "industries.csv"
_CODE = re.compile(r"([A-T]?)(\d{2})\d{0,2}|([A-T])")
_PLAIN = re.compile(r"[\s、,，()（）/和及的]+")


@dataclass(frozen=True, slots=True)
class Industry:
    """A section (`C`) or a division with its section's letter before it (`C34`)."""

    code: str
    name: str
    name_en: str

    @property
    def section(self) -> str:
        return self.code[0]


@lru_cache(maxsize=1)
def industries() -> dict[str, Industry]:
    """Every section and division by code, sections before their divisions."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: Industry(**row) for row in csv.DictReader(file)}


def industry_name(code: str, language: str = "zh-hans") -> str:
    """The name in a language of the interface; the code itself when it is unknown.

    >>> industry_name("C34"), industry_name("C34", "en"), industry_name("")
    ('通用设备制造业', 'General-purpose machinery', '')
    """
    found = industries().get(code)
    if found is None:
        return code
    return found.name_en if language.startswith("en") else found.name


def industry_of_text(text: str) -> str | None:
    """The code of what people write: a code of any depth, or a name; None when unknown or not unique.

    Groups and classes (three and four digits) count as their division.

    >>> industry_of_text("3411"), industry_of_text("c34"), industry_of_text("C")
    ('C34', 'C34', 'C')
    >>> industry_of_text("通用设备制造"), industry_of_text("Manufacturing"), industry_of_text("养蜂")
    ('C34', 'C', None)
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    coded = _CODE.fullmatch(plain.upper().replace(" ", ""))
    if coded:
        letter, division, section = coded.groups()
        code = section or _divisions().get(division, "")
        return code if code and code.startswith(letter or "") else None
    found = _by_name().get(_key(plain), set())
    if len(found) > 1:  # a section that bears its only division's name
        found = {code for code in found if len(code) > 1}
    return next(iter(found)) if len(found) == 1 else None


@lru_cache(maxsize=1)
def _divisions() -> dict[str, str]:
    return {code[1:]: code for code in industries() if len(code) == 3}


def _key(name: str) -> str:
    return _PLAIN.sub("", name).lower().removesuffix("行业").removesuffix("业")


@lru_cache(maxsize=1)
def _by_name() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for industry in industries().values():
        for name in (industry.name, industry.name_en):
            found.setdefault(_key(name), set()).add(industry.code)
    return found
