"""Cell text → value, exactly or not at all.

Each parser returns None for a text that it cannot read; the row is then reported with the text as it
stands in the file. Nothing here guesses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

from jishi.ingest.mapping.vocabulary import FALSE_WORDS, NO_TAX_WORDS, TRUE_WORDS


_WIDE = str.maketrans(
    "０１２３４５６７８９．，－＋％（）／：　",
    "0123456789.,-+%()/: ",
)
_SIGNS = str.maketrans({"−": "-", "–": "-", "﹣": "-", "\u00a0": " ", "\u202f": " ", "’": "'"})
_CURRENCY = r"(?:人民币|美元|美金|欧元|港币|港元|英镑|日元|RMB|CNY|USD|EUR|GBP|HKD|JPY|US\$|HK\$|NT\$|[¥￥$€£])"
_UNITS = {
    "": 0,
    "%": -2,
    "‰": -3,
    "千": 3,
    "万": 4,
    "萬": 4,
    "百万": 6,
    "千万": 7,
    "亿": 8,
    "億": 8,
}
_GROUPED = {
    ".": r"\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d{1,3}(?:[ ']\d{3})+(?:\.\d*)?|\d+\.?\d*(?:[eE][+-]?\d{1,3})?"
    r"|\.\d+(?:[eE][+-]?\d{1,3})?",
    ",": r"\d{1,3}(?:\.\d{3})+(?:,\d*)?|\d{1,3}(?:[ ']\d{3})+(?:,\d*)?|\d+,?\d*(?:[eE][+-]?\d{1,3})?"
    r"|,\d+(?:[eE][+-]?\d{1,3})?",
}
_NUMBER = {
    mark: re.compile(
        rf"(?P<open>\()?(?P<sign1>[+-])?\s*{_CURRENCY}?\s*(?P<sign2>[+-])?\s*(?P<digits>{digits})\s*"
        rf"(?P<unit>%|‰|百万|千万|千|万|萬|亿|億)?\s*(?:元整?|圆|{_CURRENCY})?(?P<close>\))?"
        r"(?P<sign3>-)?",
        re.IGNORECASE,
    )
    for mark, digits in _GROUPED.items()
}
_MAX_DIGITS = 60


def narrowed(text: str) -> str:
    """Full-width digits and signs → half-width; unusual minus signs and spaces → plain ones."""
    return text.translate(_WIDE).translate(_SIGNS).strip()


def parse_number(text: str, decimal_mark: str = ".") -> Decimal | None:
    """The exact value of a written number; None when it is not one.

    Reads thousands separators in groups of three, currency signs, 万 and 亿, percent (85% is 0.85),
    accounting negatives in brackets and full-width digits.

    >>> parse_number("￥1,234.50")
    Decimal('1234.50')
    >>> parse_number("３.5万元")
    Decimal('3.5E+4')
    >>> parse_number("(1.234,5)", ",")
    Decimal('-1234.5')
    >>> parse_number("1,23") is None, parse_number("1e400") is None
    (True, True)
    """
    found = _NUMBER[decimal_mark].fullmatch(narrowed(text))
    if not found or bool(found["open"]) != bool(found["close"]):
        return None
    signs = [sign for sign in (found["sign1"], found["sign2"], found["sign3"]) if sign]
    if len(signs) + bool(found["open"]) > 1:
        return None
    digits = re.sub(r"[ '.]" if decimal_mark == "," else r"[ ',]", "", found["digits"])
    digits = digits.replace(",", ".")
    if len(digits) > _MAX_DIGITS:
        return None
    with localcontext() as context:
        context.prec = 200
        value = Decimal(digits).scaleb(_UNITS[found["unit"] or ""])
        if value.adjusted() > _MAX_DIGITS:
            return None
        negative = bool(found["open"]) or "-" in signs
        return -value if negative else value


def parse_rate(text: str, decimal_mark: str = ".") -> Decimal | None:
    """A rate of tax as a share: 13 %, 13 and 0.13 are the same, and so are 1 % and 1.

    >>> [parse_rate(one) for one in ("13%", "13", "0.13", "免税")]
    [Decimal('0.13'), Decimal('0.13'), Decimal('0.13'), Decimal('0')]
    >>> parse_rate("0.75") is None, parse_rate("-3%") is None
    (True, True)
    """
    if word(text) in NO_TAX_WORDS:
        return Decimal(0)
    number = parse_number(text, decimal_mark)
    if number is None:
        return None
    if number >= 1 and not any(sign in text for sign in "%％‰"):
        number = number.scaleb(-2)
    return number if 0 <= number <= Decimal("0.5") else None


def scaled(value: Decimal, exponent: int) -> int:
    """The value times 10^exponent as an integer, rounded half up (away from zero).

    >>> scaled(Decimal("12.34565"), 4), scaled(Decimal("-0.00005"), 4)
    (123457, -1)
    """
    with localcontext() as context:
        context.prec = 200
        return int(value.scaleb(exponent).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def decimal_marks(text: str) -> set[str]:
    """Which decimal marks a written number can have been written with.

    >>> sorted(decimal_marks("1.234,5")), sorted(decimal_marks("1,5")), sorted(decimal_marks("1,234"))
    ([','], [','], [',', '.'])
    """
    return {mark for mark in (".", ",") if parse_number(text, mark) is not None}


# --- dates -------------------------------------------------------------------------------------
_TIME = (
    r"(?:\s*\(?(?:星期|周)[一二三四五六日天]\)?)?"
    r"(?:[T\s]\s*(?:上午|下午)?\s*\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2}|[AaPp]\.?[Mm]\.?)?)?"
)
_YEAR_FIRST = re.compile(
    rf"(\d{{4}})\s*[-/.年]\s*(\d{{1,2}})\s*[-/.月]\s*(\d{{1,2}})\s*[日号]?{_TIME}"
)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})\s*[-/.]\s*(\d{{1,2}})\s*[-/.]\s*(\d{{4}}){_TIME}")
_COMPACT = re.compile(r"((?:19|20|21)\d{2})(\d{2})(\d{2})")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_DAY_MONTH = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?[\s-]+([A-Za-z]{{3,9}})\.?,?[\s-]+(\d{{4}}){_TIME}"
)
_MONTH_DAY = re.compile(rf"([A-Za-z]{{3,9}})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}}){_TIME}")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


def parse_date(text: str, order: str | None = None, date_1904: bool | None = None) -> date | None:
    """The date of a written date; None when it is not one, or when day and month may be swapped.

    Args:
        text: with or without a time of day, which is dropped, never converted.
        order: "dmy" or "mdy" for dates that end with the year.
        date_1904: the workbook's day zero, where a bare day number is a date; None elsewhere.

    >>> parse_date("2024年2月3日"), parse_date("3/2/2024", "dmy"), parse_date("45325", None, False)
    (datetime.date(2024, 2, 3), datetime.date(2024, 2, 3), datetime.date(2024, 2, 3))
    >>> parse_date("3/2/2024") is None, parse_date("2024-02-30") is None
    (True, True)
    """
    text = narrowed(text)
    if found := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return _date(*(int(part) for part in found.groups()))
    if found := _YEAR_LAST.fullmatch(text):
        first, second, year = (int(part) for part in found.groups())
        if order == "dmy":
            return _date(year, second, first)
        if order == "mdy":
            return _date(year, first, second)
        return _date(year, first, second) if first == second else None
    if found := _DAY_MONTH.fullmatch(text):
        return _date(int(found[3]), _MONTHS.get(found[2][:3].lower(), 0), int(found[1]))
    if found := _MONTH_DAY.fullmatch(text):
        return _date(int(found[3]), _MONTHS.get(found[1][:3].lower(), 0), int(found[2]))
    if date_1904 is not None and (found := _SERIAL.fullmatch(text)):
        zero = date(1904, 1, 1) if date_1904 else date(1899, 12, 30)
        return zero + timedelta(days=int(found[1]))
    return None


def _date(year: int, month: int, day: int) -> date | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def date_orders(text: str) -> set[str]:
    """Which orders of day and month a date that ends with the year allows; empty for others.

    >>> sorted(date_orders("31/12/2012")), sorted(date_orders("2/1/2014")), date_orders("2014-01-02")
    (['dmy'], ['dmy', 'mdy'], set())
    """
    found = _YEAR_LAST.fullmatch(narrowed(text))
    if not found:
        return set()
    return {order for order in ("dmy", "mdy") if parse_date(text, order) is not None}


_BIRTHDAY = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


def parse_birthday(text: str) -> tuple[int | None, int, int] | None:
    """(year or None, month, day) of a birthday that may lack its year, in either calendar: the lunar one
    has a 30 February. Whether the calendar has the day is for the caller.

    >>> parse_birthday("8月15日"), parse_birthday("1980-08-15"), parse_birthday("1980-02-30")
    ((None, 8, 15), (1980, 8, 15), (1980, 2, 30))
    """
    whole = parse_date(text)
    if whole:
        return whole.year, whole.month, whole.day
    if found := _YEAR_FIRST.fullmatch(narrowed(text)):
        year, month, day = (int(part) for part in found.groups())
        known = _FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12 and 1 <= day <= 30
        return (year, month, day) if known else None
    found = _BIRTHDAY.fullmatch(narrowed(text))
    if found and 1 <= int(found[1]) <= 12 and 1 <= int(found[2]) <= 31:
        return None, int(found[1]), int(found[2])
    return None


# --- words -------------------------------------------------------------------------------------
def word(text: str) -> str:
    """A word for comparison: half-width, lower case, single spaces."""
    return re.sub(r"\s+", " ", narrowed(text)).casefold()


def parse_flag(text: str) -> bool | None:
    value = word(text)
    if value in TRUE_WORDS:
        return True
    return False if value in FALSE_WORDS else None


def parse_choice(text: str, choices: Mapping[str, tuple[str, ...]]) -> str | None:
    """The stored value that a written word stands for."""
    value = word(text)
    for stored, written in choices.items():
        if value == stored.casefold() or value in written or text.strip() in written:
            return stored
    return None


_SIGNS_OF = {
    "$": ("USD", "HKD", "AUD", "CAD", "SGD", "TWD", "NZD"),
    "¥": ("CNY", "JPY"),
    "元": ("CNY",),
}
_WRITTEN = re.compile(rf"{_CURRENCY}|元|圆", re.IGNORECASE)


def says_another(text: str, currency: str) -> bool:
    """Whether an amount is written with the sign or the name of another currency.

    >>> says_another("€200", "CNY"), says_another("$200", "HKD"), says_another("￥2万元", "CNY")
    (True, False, False)
    """
    for found in _WRITTEN.findall(narrowed(text)):
        sign = found.replace("￥", "¥").replace("圆", "元")
        if currency not in _SIGNS_OF.get(sign, (parse_currency(sign),)):
            return True
    return False


def parse_currency(text: str) -> str | None:
    """ISO code of a written currency."""
    value = narrowed(text).upper()
    names = {"人民币": "CNY", "RMB": "CNY", "¥": "CNY", "元": "CNY", "人民币元": "CNY", "￥": "CNY",
             "美元": "USD", "美金": "USD", "$": "USD", "US$": "USD", "欧元": "EUR", "€": "EUR", "英镑": "GBP", "£": "GBP", "港币": "HKD",
             "港元": "HKD", "HK$": "HKD", "港纸": "HKD", "日元": "JPY", "日圆": "JPY", "日币": "JPY"}  # fmt: skip
    if value in names:
        return names[value]
    return value if re.fullmatch(r"[A-Z]{3}", value) else None
