"""Numbers as people type them, and as they are shown again."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any


LARGEST = Decimal(10) ** 14


def number(text: str) -> Decimal | None:
    """What a person means by a number, or None: 1,000,000, full-width digits, 100万, 12 %.

    >>> [number("1,000,000"), number("１２.5"), number("100万"), number("20 %"), number("x")]
    [Decimal('1000000'), Decimal('12.5'), Decimal('1000000'), Decimal('20'), None]
    """
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("%").replace(" ", "")
    scale = {"万": 10_000, "亿": 100_000_000}.get(plain[-1:], 1)
    if scale > 1:
        plain = plain[:-1]
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", plain):
        plain = plain.replace(",", "")
    if not re.fullmatch(r"[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})", plain, re.ASCII):
        return None
    try:
        value = Decimal(plain) * scale
    except InvalidOperation:
        return None
    exponent = value.normalize().as_tuple().exponent
    return value if abs(value) <= LARGEST and isinstance(exponent, int) and exponent >= -6 else None


def shown(value: Any) -> str:
    """A stored number as people write it: 20 rather than 20.000000, 1000000 rather than 1E+6.

    >>> [shown("20.000"), shown(1000000), shown("0.5"), shown(None)]
    ['20', '1000000', '0.5', '']
    """
    if value is None:
        return ""
    text = format(Decimal(str(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def grouped(value: Any) -> str:
    """A stored number with its thousands apart, as thresholds are easiest to read.

    >>> [grouped(1000000), grouped("2500.50"), grouped(None)]
    ['1,000,000', '2,500.5', '']
    """
    text = shown(value)
    return f"{Decimal(text):,f}" if text else ""
