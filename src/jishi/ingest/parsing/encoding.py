"""Which encoding a text file is in: byte-order mark, UTF-8, UTF-16, GB18030, else ask.

Statistical detectors get short Chinese files wrong (23 of 100 one-row files), so none is used.
GB18030 accepts almost any bytes: it is taken only when nearly all characters that come out are
everyday ones (GB 2312), else the person chooses from samples.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from jishi.ingest.parsing.limits import MB
from jishi.ingest.parsing.outcome import RefusedError, UnclearError


_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Offered when unclear, in this order.
CHOICES = ("gb18030", "big5", "cp1252", "shift_jis", "euc_kr", "cp1251")
_EVERYDAY_SHARE = 0.7
_SAMPLE_CHARS = 120
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")


def encoding_of(path: Path, wanted: str | None) -> str:
    """The codec to read `path` with.

    Args:
        wanted: what the person chose; it must fit.

    Raises:
        RefusedError: the chosen encoding does not fit, or the file is not text.
        UnclearError: nothing fits without guessing.
    """
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    if wanted:
        codec = _with_mark(wanted, head)
        line = _first_misfit(path, codec)
        if line is not None:
            raise RefusedError("encoding_does_not_fit", encoding=wanted, line=line)
        return codec
    for mark, codec in _BOMS:
        if head.startswith(mark):
            line = _first_misfit(path, codec)
            if line is not None:
                raise RefusedError("encoding_does_not_fit", encoding=codec, line=line)
            return codec
    utf16 = _utf16_without_mark(head)
    if utf16 and _first_misfit(path, utf16) is None:
        return utf16
    if _first_misfit(path, "utf-8") is None:
        if head.count(b"\x00") > max(8, len(head) // 10):
            raise RefusedError("not_text")
        return "utf-8"
    if _first_misfit(path, "gb18030") is None and _reads_as_chinese(path):
        return "gb18030"
    raise _ask(path)


def _with_mark(wanted: str, head: bytes) -> str:
    try:
        # The way that "text".encode() goes: it refuses codecs that turn bytes into bytes.
        "".encode(wanted)
        codec = codecs.lookup(wanted).name
    except (LookupError, ValueError):
        raise RefusedError("unknown_encoding", encoding=wanted) from None
    if codec == "utf-8" and head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    return codec


def _first_misfit(path: Path, codec: str) -> int | None:
    """Line of the first byte sequence that `codec` cannot read; None when all of it reads."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    line = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(MB)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return line + chunk[: error.start].count(b"\n")
            if not chunk:
                return None
            line += chunk.count(b"\n")


def _utf16_without_mark(head: bytes) -> str | None:
    """UTF-16 written without a mark shows as NUL in every other byte of ASCII characters."""
    if len(head) < 4 or len(head) % 2:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > 0.3 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.3 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _reads_as_chinese(path: Path) -> bool:
    with path.open("rb") as file:
        content = file.read(MB)
    text = codecs.getincrementaldecoder("gb18030")("strict").decode(content, final=False)
    foreign = [char for char in text if char > "\x7f"]
    if not foreign:
        return True
    everyday = sum(1 for char in foreign if _is_everyday(char))
    return everyday / len(foreign) >= _EVERYDAY_SHARE


def _is_everyday(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return char in "€·—…"
    return True


def _ask(path: Path) -> UnclearError | RefusedError:
    with path.open("rb") as file:
        content = file.read(64 * 1024)
    first = next((i for i, byte in enumerate(content) if byte > 0x7F), 0)
    start = content.rfind(b"\n", 0, first) + 1
    choices = []
    for codec in CHOICES:
        if _first_misfit(path, codec) is None:
            sample = content[start : start + 4 * _SAMPLE_CHARS].decode(codec, "replace")
            if not _CONTROL.search(sample):
                choices.append({"value": codec, "sample": sample[:_SAMPLE_CHARS]})
    if not choices:
        return RefusedError("not_text")
    return UnclearError("encoding_unclear", choices)
