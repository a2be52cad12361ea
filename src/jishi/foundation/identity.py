"""Numbers by which companies and people are known: credit codes and phone numbers."""

from __future__ import annotations

import re
import unicodedata


# GB 32100-2015: I, O, S, V and Z are left out.
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))

_SEPARATORS = re.compile(r"\s*(?:[/、,，;；|]|\s或\s)\s*")
_EXTENSION = re.compile(r"\s*(?:转|ext\.?|x|#)\s*(\d{1,6})$", re.IGNORECASE)
_PHONE_CHARACTERS = re.compile(r"[\d\s()+.\-]+")


class MalformedError(ValueError):
    """The text cannot be the number it claims to be. `reason` is a key, not a sentence."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def credit_code_check_digit(first17: str) -> str:
    """The eighteenth character that GB 32100-2015 gives to the first seventeen.

    >>> credit_code_check_digit("91350100M000100Y4")
    '3'
    """
    total = sum(
        _CREDIT_ALPHABET.index(character) * weight
        for character, weight in zip(first17, _CREDIT_WEIGHTS, strict=True)
    )
    return _CREDIT_ALPHABET[-total % 31]


def credit_code_normalised(text: str) -> str:
    """A unified social credit code (统一社会信用代码) in its one spelling; empty stays empty.

    Raises:
        MalformedError: `length`, `characters` or `check_digit`.

    >>> credit_code_normalised(" 91350100m000100y43 ")
    '91350100M000100Y43'
    """
    code = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
    if not code:
        return ""
    if len(code) != 18:
        raise MalformedError("length")
    if not set(code) <= set(_CREDIT_ALPHABET):
        raise MalformedError("characters")
    if credit_code_check_digit(code[:17]) != code[17]:
        raise MalformedError("check_digit")
    return code


def phone_normalised(text: str) -> str:
    """Phone numbers in one spelling each, several joined by " / "; empty stays empty.

    Chinese mobiles are eleven digits, landlines `area-number`, `400-` numbers grouped, foreign numbers
    with their `+` are `+digits`; other numbers keep their grouping.

    Raises:
        MalformedError: `characters` or `length`.

    >>> phone_normalised("+86 138-1234-5678"), phone_normalised("(021)6888 1234转806")
    ('13812345678', '021-68881234-806')
    >>> phone_normalised("0731 8888 1234、13900001111")
    '0731-88881234 / 13900001111'
    >>> phone_normalised("+1 (425) 555-0100"), phone_normalised("398-555-0132")
    ('+14255550100', '398-555-0132')
    """
    plain = unicodedata.normalize("NFKC", text).replace("—", "-").replace("–", "-").strip()
    parts = [part for part in _SEPARATORS.split(plain) if part]
    return " / ".join(_one_phone(part) for part in parts)


def _one_phone(text: str) -> str:
    extension = ""
    found = _EXTENSION.search(text)
    if found:
        extension, text = "-" + found.group(1), text[: found.start()]
    if not _PHONE_CHARACTERS.fullmatch(text):
        raise MalformedError("characters")
    digits = re.sub(r"\D", "", text)
    if not 5 <= len(digits) <= 20:
        raise MalformedError("length")
    foreign = text.lstrip().startswith("+") or digits.startswith("00")
    if foreign:
        digits = digits.removeprefix("00")
        if not digits.startswith("86"):
            return "+" + digits + extension
        digits = digits[2:]
        if len(digits) in (9, 10, 11) and digits[0] in "23456789":
            digits = "0" + digits
    elif len(digits) == 13 and digits.startswith("861"):
        digits = digits[2:]
    return _chinese_phone(digits, text) + extension


def _chinese_phone(digits: str, written: str) -> str:
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        return digits
    if re.fullmatch(r"0(10|2\d)\d{7,8}", digits):
        return f"{digits[:3]}-{digits[3:]}"
    if re.fullmatch(r"0[3-9]\d{2}\d{7,8}", digits):
        return f"{digits[:4]}-{digits[4:]}"
    if re.fullmatch(r"[48]00\d{7}", digits):
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    return re.sub(r"\s+", " ", written).strip()


def phone_digits(text: str) -> list[str]:
    """The digits of each number in a normalised phone field, without extensions' dashes.

    >>> phone_digits("0731-88881234 / 13900001111")
    ['073188881234', '13900001111']
    """
    found = (re.sub(r"\D", "", part) for part in text.split(" / "))
    return [digits for digits in found if digits]
