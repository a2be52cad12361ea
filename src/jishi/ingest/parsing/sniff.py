"""What a file really is, by its bytes; and whether its package is safe to open."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from jishi.ingest.parsing.limits import (
    MAX_FILE_BYTES,
    MAX_UNPACKED_BYTES,
    MAX_ZIP_ENTRIES,
    MAX_ZIP_RATIO,
    MB,
    RATIO_MATTERS_FROM,
)
from jishi.ingest.parsing.outcome import RefusedError


EXCEL, TEXT, GZIP = "excel", "text", "gzip"

_VERIFIED_UP_TO = 48 * MB  # packages that claim less are unpacked once to see whether they lie
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_MAGIC = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"BZh": "bzip2",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"\xfd7zXZ": "xz",
    b"SQLite format 3": "SQLite",
    b"PAR1": "Parquet",
}
_TEXT_SUFFIXES = {".csv", ".tsv", ".tab", ".txt", ".psv", ".dat"}
_EXCEL_SUFFIXES = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".xltx", ".xltm", ".et"}


def kind_of(path: Path, name: str) -> str:
    """EXCEL, GZIP or TEXT, from the content first and the name second.

    Raises:
        RefusedError: empty, too large, or something we do not read.
    """
    size = path.stat().st_size
    if size == 0:
        raise RefusedError("empty_file")
    if size > MAX_FILE_BYTES:
        raise RefusedError("file_too_large", limit_mb=MAX_FILE_BYTES // MB)
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"\x1f\x8b"):
        return GZIP
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _check_package(path)
        return EXCEL
    if head.startswith(_OLE):
        _check_ole(path)
        return EXCEL
    suffix = Path(name).suffix.lower()
    for magic, label in _OTHER_MAGIC.items():
        if head.startswith(magic):
            raise RefusedError("unsupported_type", kind=label)
    if suffix in _EXCEL_SUFFIXES and head[:2] in (
        b"\x09\x00",
        b"\x09\x02",
        b"\x09\x04",
        b"\x09\x08",
    ):
        return EXCEL  # a bare BIFF stream of Excel 2–5
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<head")):
        raise RefusedError("web_page_as_table")
    if suffix in _TEXT_SUFFIXES:
        return TEXT
    if suffix in _EXCEL_SUFFIXES:
        if _looks_like_text(head):
            return TEXT  # many systems export tab-separated text under the name .xls
        raise RefusedError("damaged_workbook")
    raise RefusedError("unsupported_type", kind=suffix or "?")


def _looks_like_text(head: bytes) -> bool:
    return b"\x00" not in head and any(mark in head for mark in (b"\t", b",", b";"))


def _check_ole(path: Path) -> None:
    """An OLE file may be an old workbook, or a new one behind a password."""
    with path.open("rb") as file:
        content = file.read(8 * MB)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise RefusedError("password_protected")
    if not any(
        name.encode("utf-16-le") in content for name in ("Workbook", "Book", "WORKBOOK", "BOOK")
    ):
        raise RefusedError("unsupported_type", kind="OLE")


def _check_package(path: Path) -> None:
    """Refuse zip bombs, DTDs, damaged and foreign packages before anything reads them."""
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
            if len(entries) > MAX_ZIP_ENTRIES:
                raise RefusedError("too_many_parts", limit=MAX_ZIP_ENTRIES)
            names = {entry.filename.lower() for entry in entries}
            unpacked = sum(entry.file_size for entry in entries)
            packed = max(1, min(sum(entry.compress_size for entry in entries), path.stat().st_size))
            _check_size(unpacked, packed)
            if any(entry.flag_bits & 0x1 for entry in entries):
                raise RefusedError("password_protected")
            if "mimetype" not in names and not any(name.startswith("xl/") for name in names):
                raise RefusedError("not_a_workbook")
            if unpacked <= _VERIFIED_UP_TO:
                _verify(package, entries)
            _check_no_dtd(package, entries)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        raise RefusedError("damaged_workbook") from None


def _check_size(unpacked: int, packed: int) -> None:
    if unpacked > MAX_UNPACKED_BYTES or (
        unpacked > RATIO_MATTERS_FROM and unpacked / packed > MAX_ZIP_RATIO
    ):
        raise RefusedError("unpacks_too_large", unpacked_mb=max(1, unpacked // MB))


def _verify(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Unpack everything once, never more than was declared: finds lies and damage."""
    for entry in entries:
        with package.open(entry) as part:
            total = 0
            while chunk := part.read(MB):
                total += len(chunk)
                if total > entry.file_size:
                    raise RefusedError("damaged_workbook")
            if total != entry.file_size:
                raise RefusedError("damaged_workbook")


def _check_no_dtd(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    for entry in entries:
        if entry.filename.lower().endswith((".xml", ".rels")):
            with package.open(entry) as part:
                head = part.read(2048).upper()
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise RefusedError("document_type_in_workbook")
            if entry.filename == "META-INF/manifest.xml" and b"ENCRYPTION-DATA" in (
                head + package.read(entry).upper()
            ):
                raise RefusedError("password_protected")
