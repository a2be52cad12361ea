"""Interface strings: collect them, check that none is left untranslated, compile them.

    messages.py extract    add new strings to the Chinese catalogue, drop those no longer used
    messages.py check      fail when a string is missing, empty, fuzzy or unused
    messages.py compile    write the .mo files that the product reads

English is the language of the source, so it needs no catalogue of its own.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po


ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src/jishi"
LOCALE = SOURCE / "locale"
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
LEADING_SPACE = re.compile(r"^[ \t]+", re.MULTILINE)
PYTHON_FORMAT = re.compile(r"%\(\w+\)[sd]")


def _templates_ready() -> None:
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)


def _strings() -> Iterator[tuple[str, int, object, str | None]]:
    """(file, line, msgid or (msgid, plural), context) of every string in code and templates."""
    from django.utils.translation.template import templatize

    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        for line, message, _comments, context in extract(
            "python", io.BytesIO(path.read_bytes()), KEYWORDS
        ):
            yield str(path.relative_to(SOURCE)), line, message, context
    for path in sorted([*SOURCE.rglob("*.html"), *SOURCE.rglob("*.txt")]):
        if "templates" not in path.parts:
            continue
        code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        for message, context in _calls(code):
            yield str(path.relative_to(SOURCE)), 0, message, context


_CALL = re.compile(r"(?<![\w.])(_|gettext|ngettext|pgettext|npgettext)\(")


def _calls(code: str) -> Iterator[tuple[object, str | None]]:
    """The translation calls in a template as `templatize` writes it: calls between lines of X and B."""
    for found in _CALL.finditer(code):
        end = code.find(")", found.end())
        while end != -1:
            try:
                call = ast.parse(code[found.start() : end + 1], mode="eval").body
                break
            except SyntaxError:
                end = code.find(")", end + 1)
        else:
            continue
        texts = [
            a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
        ]
        context = texts.pop(0) if "pgettext" in found[1] and texts else None
        if texts:
            yield (tuple(texts[:2]) if found[1].startswith("n") else texts[0]), context


def collected() -> Catalog:
    _templates_ready()
    catalogue = Catalog(locale="zh_Hans", project="Jishi", charset="utf-8", fuzzy=False)
    for file, _line, message, context in _strings():
        if not message or (isinstance(message, tuple) and not message[0]):
            continue
        flags = []
        text = message[0] if isinstance(message, tuple) else message
        if PYTHON_FORMAT.search(text):
            flags.append("python-format")
        catalogue.add(message, locations=[(file, None)], context=context, flags=flags)
    return catalogue


def _po() -> Path:
    return LOCALE / "zh_Hans/LC_MESSAGES/django.po"


def stored() -> Catalog:
    if not _po().exists():
        return Catalog(locale="zh_Hans", charset="utf-8")
    with _po().open("rb") as file:
        return read_po(file, locale="zh_Hans")


def _write(catalogue: Catalog) -> None:
    _po().parent.mkdir(parents=True, exist_ok=True)
    with _po().open("wb") as file:
        write_po(file, catalogue, sort_output=True, omit_header=False, width=100,
                 include_lineno=False, no_location=True)  # fmt: skip


def run_extract() -> int:
    found, have = collected(), stored()
    fresh = Catalog(locale="zh_Hans", project="Jishi", charset="utf-8", fuzzy=False,
                    creation_date=have.creation_date, revision_date=have.revision_date)  # fmt: skip
    empty = 0
    for message in found:
        if not message.id:
            continue
        old = have.get(
            message.id if isinstance(message.id, str) else message.id[0], message.context
        )
        string = old.string if old is not None else ""
        fresh.add(message.id, string, flags=message.flags, context=message.context)
        empty += not (string if isinstance(string, str) else all(string))
    _write(fresh)
    print(f"{len(fresh)} strings, {empty} without a translation")
    return 0


def _problems() -> list[str]:
    found, have = collected(), stored()
    problems = []
    for message in found:
        if not message.id:
            continue
        key = message.id if isinstance(message.id, str) else message.id[0]
        translated = have.get(key, message.context)
        where = message.locations[0][0] if message.locations else ""
        if (
            translated is None
            or not translated.string
            or (isinstance(translated.string, tuple) and not all(translated.string))
        ):
            problems.append(f"no Chinese for {key!r} ({where})")
            continue
        if translated.fuzzy:
            problems.append(f"fuzzy: {key!r}")
        texts = translated.string if isinstance(translated.string, tuple) else (translated.string,)
        wanted = set(PYTHON_FORMAT.findall(key))
        if any(set(PYTHON_FORMAT.findall(text)) - wanted for text in texts):
            problems.append(f"the Chinese of {key!r} names placeholders that the string lacks")
    used = {(m.id if isinstance(m.id, str) else m.id[0], m.context) for m in found if m.id}
    for message in have:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            if (key, message.context) not in used:
                problems.append(f"no longer used: {key!r}")
    return problems


def run_check() -> int:
    problems = _problems()
    for problem in problems:
        print(problem)
    if problems:
        print(
            f"{len(problems)} problems. `make messages` collects new strings; then translate them."
        )
    return 1 if problems else 0


def run_compile() -> int:
    target = _po().with_suffix(".mo")
    if target.exists() and target.stat().st_mtime >= _po().stat().st_mtime:
        return 0
    buffer = io.BytesIO()
    write_mo(buffer, stored())
    target.write_bytes(buffer.getvalue())
    return 0


COMMANDS = {"extract": run_extract, "check": run_check, "compile": run_compile}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    sys.exit(COMMANDS[sys.argv[1]]())
