"""Attributes with a spelling of their own. A text that cannot be read is left blank with a warning."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from jishi.customers.tags import TAG_LENGTH, tag_names, tags_text
from jishi.foundation.identity import MalformedError, credit_code_normalised, phone_normalised


# Names that the Unicode tables spell otherwise.
_ALSO = {
    "USA": "US", "U.S.A.": "US", "United States of America": "US", "America": "US", "Great Britain": "GB", "UK": "GB",
    "England": "GB", "Scotland": "GB", "Wales": "GB", "Northern Ireland": "GB", "Britain": "GB",
    "EIRE": "IE", "Republic of Ireland": "IE", "Korea": "KR", "Republic of Korea": "KR", "Holland": "NL",
    "Czech Republic": "CZ", "Russian Federation": "RU", "UAE": "AE", "Viet Nam": "VN", "Turkey": "TR",
    "Hong Kong": "HK", "Macau": "MO", "Macao": "MO", "PR China": "CN", "P.R.C.": "CN", "Mainland China": "CN",
    "中华人民共和国": "CN", "中国大陆": "CN", "香港": "HK", "中国香港": "HK", "澳门": "MO", "中国澳门": "MO",
    "中国台湾": "TW", "台湾省": "TW", "南韩": "KR", "大韩民国": "KR", "阿联酋": "AE", "美利坚合众国": "US",
    "英格兰": "GB", "捷克共和国": "CZ", "俄国": "RU",
}  # fmt: skip
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def _credit_code(text: str) -> str | None:
    try:
        return credit_code_normalised(text)
    except MalformedError:
        return None


def _phone(text: str) -> str:
    """Numbers of other countries and extensions stay as they are written."""
    try:
        return phone_normalised(text)
    except MalformedError:
        return text


def _mail(text: str) -> str | None:
    return text if _MAIL.fullmatch(text) else None


def _country(text: str) -> str | None:
    """A code of two letters, or the country's name in Chinese or English."""
    code = text.strip().upper()
    known = _countries().get(_folded(text))
    return known or (code if re.fullmatch(r"[A-Z]{2}", code) else None)


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold().replace("&", "and")
    return re.sub(r"^the(?=\w)|[\W_]", "", re.sub(r"\s+", "", plain))


@cache
def _countries() -> dict[str, str]:
    """Name of a country → its code."""
    from babel import Locale

    found = {
        _folded(name): code
        for language in ("en", "zh_Hans")
        for code, name in Locale.parse(language).territories.items()
        if re.fullmatch(r"[A-Z]{2}", code)
        and code not in ("EU", "EZ", "UN", "QO", "XA", "XB", "ZZ")
    }
    return found | {_folded(name): code for name, code in _ALSO.items()}


def _region(text: str) -> str | None:
    from jishi.customers.regions import region_of_text

    return region_of_text(text)


def _industry(text: str) -> str | None:
    from jishi.customers.industries import industry_of_text

    return industry_of_text(text)


def _tags(text: str) -> str | None:
    """None when one of them is too long."""
    names = tag_names(text)
    return tags_text(names) if all(len(name) <= TAG_LENGTH for name in names) else None


# Field name → reader of its texts.
SPELLINGS: dict[str, Callable[[str], str | None]] = {
    "credit_code": _credit_code,
    "phone": _phone,
    "mobile": _phone,
    "contact_phone": _phone,
    "email": _mail,
    "contact_email": _mail,
    "country": _country,
    "region": _region,
    "industry": _industry,
    "tags": _tags,
}

PHONES = {"phone", "mobile", "contact_phone"}

# A text that does not name one of ours is kept in the other field, so it needs no warning.
KEPT_ELSEWHERE = {"industry": "business", "region": "city", "country": "city"}
