"""Attributes with a spelling of their own. A text that cannot be read is left blank with a warning."""

from __future__ import annotations

import re
from collections.abc import Callable

from jishi.customers.tags import TAG_LENGTH, tag_names, tags_text
from jishi.foundation.identity import MalformedError, credit_code_normalised, phone_normalised


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
    code = text.strip().upper()
    return code if re.fullmatch(r"[A-Z]{2}", code) else None


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

# A text that does not name one of ours is kept in the other field, so it needs no warning.
KEPT_ELSEWHERE = {"industry": "business", "region": "city"}
