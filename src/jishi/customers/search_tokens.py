"""What a name can be found by: Han characters and pairs, words, every pinyin reading, initials, tails.

One entry of the index is a set of tokens. A token that begins with a marker answers one question only:
`EXACT` "is this the whole name or code", `START` "does the name begin so", `TAIL` "does the number end so"
(digits reversed, so that a tail is a prefix). The others match anywhere in the name. Latin tokens are cut
at `LETTERS`, so a longer query is looked up by its start and then checked with `name_matches`.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


# Private-use characters: the index keeps them, nobody types them.
EXACT, START, TAIL = "\ue001", "\ue000", "\ue002"
LETTERS = 12
INITIALS = 8
HAN_START = 12
TAIL_DIGITS = 4
# Words that people type whole among initials: TCL华星 as tclhx.
SHORT_WORD = 5
# Ways to read a stretch of a name that are kept, the likeliest first.
READINGS = 24

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(f"[{_HAN}]+|[a-z0-9]+")
_LEGAL_FORM = re.compile(r"(?:控股)?(?:集团)?(?:股份)?(?:有限)?(?:责任)?公司$")
_SPELLINGS = {
    "lv": ("lv", "lyu", "lu"),
    "nv": ("nv", "nyu", "nu"),
    "lve": ("lve", "lue"),
    "nve": ("nve", "nue"),
}
_SYLLABLE_LIST = Path(__file__).with_name("data") / "syllables.txt"
# Place names and old readings that the dictionary lacks.
_MORE_READINGS = {"乐": ("lao",), "身": ("yuan", "juan"), "黑": ("he",)}


@dataclass(frozen=True, slots=True)
class Unit:
    """One Han character with its readings, or one latin word, which reads as itself."""

    text: str
    readings: tuple[str, ...]
    initials: tuple[str, ...]


def plain(text: str) -> str:
    """Text as it is compared: compatibility forms unified, lower case, accents off.

    >>> plain("ＡＢＣ　Société")
    'abc societe'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii():
        return folded
    split = unicodedata.normalize("NFKD", folded)
    return unicodedata.normalize("NFKC", "".join(c for c in split if not unicodedata.combining(c)))


def runs(text: str) -> list[str]:
    """The stretches of Han characters and of latin letters and digits in plain text.

    >>> runs(plain("zhong联 TCL-2"))
    ['zhong', '联', 'tcl', '2']
    """
    return _RUNS.findall(text)


def joined(text: str) -> str:
    return "".join(runs(plain(text)))


@lru_cache(maxsize=40_000)
def readings(character: str) -> tuple[str, ...]:
    """Every pinyin reading of a Han character without tones, the likeliest first.

    >>> readings("单")
    ('dan', 'chan', 'shan')
    """
    # One character at a time needs no dictionary of phrases, which takes 45 MB in every process.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
    plain_readings = [reading for reading in found if reading.isascii() and reading.isalpha()]
    plain_readings += _MORE_READINGS.get(character, ())
    spelled = (spelling for r in plain_readings for spelling in _SPELLINGS.get(r, (r,)))
    return tuple(dict.fromkeys(spelled))


@lru_cache(maxsize=40_000)
def _han_unit(character: str) -> Unit:
    found = readings(character)
    return Unit(character, found, tuple(dict.fromkeys(reading[0] for reading in found)))


def units(text: str) -> list[Unit]:
    """The Han characters and latin words of plain text in order."""
    found: list[Unit] = []
    for run in runs(text):
        if run[0] <= "z":
            short = (run,) if 1 < len(run) <= SHORT_WORD else ()
            found.append(Unit(run, (run,), (run[0], *short)))
        else:
            found.extend(_han_unit(character) for character in run)
    return found


def _spellings(choices: Sequence[tuple[str, ...]], length: int) -> list[str]:
    """Ways to spell a sequence of choices, cut at `length` letters; the likeliest `READINGS` of them.

    The likelihood of a way falls with the sum of the positions of the readings it takes.
    """
    ways = [(0, "")]
    for choice in choices:
        if min(len(text) for _cost, text in ways) >= length:
            break
        if len(choice) == 1:
            ways = [(cost, text + choice[0]) for cost, text in ways]
        elif choice:
            ways = [
                (cost + rank, text + reading)
                for cost, text in ways
                for rank, reading in enumerate(choice)
            ]
            if len(ways) > READINGS:
                ways = sorted(ways)[:READINGS]
    return [text[:length] for _cost, text in ways if text]


def name_tokens(name: str) -> set[str]:
    """Tokens of one name.

    >>> found = name_tokens("长沙中联重科")
    >>> {"中联", "changsha" + "zhon", "zlzk", "zhonglianzho", START + "cszlzk", EXACT + "长沙中联重科"} <= found
    True
    """
    text = plain(name)
    parts = runs(text)
    whole = "".join(parts)
    if not whole:
        return set()
    found = {EXACT + whole, START + whole[:HAN_START]}
    for run in parts:
        if run[0] <= "z":
            found.add(run[:LETTERS])
        else:
            found.update(run)
            found.update(run[at : at + 2] for at in range(len(run) - 1))
    found |= _sound_tokens(text)
    return found


def _sound_tokens(text: str) -> set[str]:
    """How a name sounds from each of its characters on, to `LETTERS` letters, and its initials.

    Nobody looks for a company by the sound of 有限公司, so nothing begins inside it and its characters
    have one reading each.
    """
    sequence = units(text)
    form = _LEGAL_FORM.search(text)
    begins = max(len(sequence) - (len(form.group()) if form else 0), 1)
    sounds = [u.readings if at < begins else u.readings[:1] for at, u in enumerate(sequence)]
    letters = [u.initials if at < begins else u.initials[:1] for at, u in enumerate(sequence)]
    found: set[str] = set()
    for at in range(begins):
        here = {
            *_spellings(sounds[at : at + LETTERS], LETTERS),
            *_spellings(letters[at : at + INITIALS], INITIALS),
        }
        found |= here
        if at == 0:
            found.update(START + token for token in here)
    return found


def number_tokens(numbers: Iterable[str]) -> set[str]:
    """Tokens of phone numbers, codes and the like: from the front, and by their tail."""
    found: set[str] = set()
    for number in numbers:
        text = joined(number)
        if text:
            found.add(text[:24])
            if len(text) >= TAIL_DIGITS:
                found.add(TAIL + text[::-1][:24])
    return found


def entry_tokens(
    *, names: Iterable[str], codes: Iterable[str] = (), numbers: Iterable[str] = ()
) -> str:
    """The token text of one index entry, each token between blanks."""
    found: set[str] = set()
    for name in names:
        if name:
            found |= name_tokens(name)
    for code in codes:
        text = joined(code)
        if text:
            found |= {EXACT + text, START + text[:LETTERS], *number_tokens([code])}
            found.update(run[:LETTERS] for run in runs(plain(code)))
    found |= number_tokens(numbers)
    return f" {' '.join(sorted(found))} "


# --- queries -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Term:
    """One token to look up; `prefix` when longer tokens that begin so count as well."""

    token: str
    prefix: bool


# All of the outer terms, any of the inner ones.
Clause = list[list[Term]]


def exact_clause(text: str) -> Clause:
    return [[Term(EXACT + joined(text), False)]]


def start_clause(text: str) -> Clause:
    """Names that begin with the query; empty when it mixes Han characters and letters."""
    found = runs(plain(text))
    whole = "".join(found)
    latin = [run[0] <= "z" for run in found]
    if all(latin):
        return [[Term(START + whole[:LETTERS], True)]]
    if not any(latin):
        return [[Term(START + whole[:HAN_START], True)]]
    return []


def anywhere_clause(text: str) -> Clause:
    """Names with every stretch of the query somewhere in them, and numbers with its tail."""
    clause: Clause = []
    for run in runs(plain(text)):
        if run[0] <= "z":
            ways = [Term(run[:LETTERS], True)]
            if len(run) >= TAIL_DIGITS and any(c.isdigit() for c in run):
                ways = [Term(run[:24], True), Term(TAIL + run[::-1][:24], True)]
            clause.append(ways)
        elif len(run) == 1:
            clause.append([Term(run, False)])
        else:
            clause.extend([Term(run[at : at + 2], False)] for at in range(len(run) - 1))
    return clause


def initials_clause(text: str) -> Clause:
    """Names whose initials agree with a query of whole syllables and initials in turn
    (`changshazl`, `zhonglzk`). A superset, to be narrowed by `name_matches`."""
    clause: Clause = []
    for run in runs(plain(text)):
        if run[0] <= "z":
            ways = sorted({way[:INITIALS] for way in _segmented(run)})
            clause.append([Term(way, True) for way in ways])
        else:
            clause.extend([Term(character, False)] for character in run)
    return clause


@lru_cache(maxsize=1)
def _syllables() -> frozenset[str]:
    """Every syllable of standard Chinese without tones, with the spellings of ü in use."""
    return frozenset(_SYLLABLE_LIST.read_text(encoding="ascii").split())


def _segmented(run: str, most: int = 16) -> list[str]:
    """The initials of the ways to cut letters into syllables and single initials, whole syllables first."""
    ways: list[str] = []
    todo = [(run, "")]
    while todo and len(ways) < most:
        rest, initials = todo.pop()
        if not rest:
            ways.append(initials)
            continue
        todo.append((rest[1:], initials + rest[0]))
        todo.extend(
            (rest[length:], initials + rest[0])
            for length in range(2, min(6, len(rest)) + 1)
            if rest[:length] in _syllables()
        )
    return ways


def name_matches(name: str, query: str) -> int | None:
    """Where in a name the query is read without a gap; None when it is nowhere.

    Every Han character may stand for itself, a whole reading, the start of a last one, or an initial.

    >>> name_matches("长沙中联重科", "zhong联"), name_matches("长沙中联重科", "changszlzk")
    (2, 0)
    >>> name_matches("长沙中联重科", "lianzhong"), name_matches("长沙中联重科", "zz")
    (3, None)
    """
    wanted = joined(query)
    sequence = units(plain(name))
    for at in range(len(sequence)):
        if _reads(sequence, at, wanted):
            return at
    return None


def _reads(sequence: Sequence[Unit], at: int, wanted: str) -> bool:
    if not wanted:
        return True
    if at == len(sequence):
        return False
    unit = sequence[at]
    tried: set[int] = set()
    for choice in (unit.text, *unit.readings, *unit.initials):
        if wanted.startswith(choice):
            if len(choice) not in tried and _reads(sequence, at + 1, wanted[len(choice) :]):
                return True
            tried.add(len(choice))
        elif choice.startswith(wanted):
            return True
    return False
