"""How numbers, money and dates read, in Chinese and English.

`assets/js/format.js` is the same library for the browser. Both answer to the vectors in
`tests/web/format_vectors.json` and to a property test that feeds both the same random values, so
change them together. All arithmetic is on integers or decimals, rounded half up, away from zero.
A missing value (`None`) reads as a dash.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from jishi.foundation.money import minor_digits


Number = int | float | Decimal | str

MISSING = "—"
E4 = 10_000

# Compact money: name of the scale → (1/10,000 units in one of it, decimals, suffix).
_SCALES_ZH = (("yi", 100_000_000 * E4, 2, " 亿"), ("wan", 10_000 * E4, 1, " 万"))
_SCALES_EN = (
    ("billion", 1_000_000_000 * E4, 2, "B"),
    ("million", 1_000_000 * E4, 1, "M"),
    ("thousand", 1_000 * E4, 1, "K"),
)
_SCALE_UNITS = {name: units for name, units, _d, _s in (*_SCALES_ZH, *_SCALES_EN)} | {"one": E4}

_SYMBOLS = {
    "CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "HKD": "HK$", "TWD": "NT$",
    "KRW": "₩", "INR": "₹",
}  # fmt: skip
_CURRENCY_ZH = {
    "CNY": "元", "USD": "美元", "EUR": "欧元", "GBP": "英镑", "JPY": "日元", "HKD": "港元",
    "TWD": "新台币", "KRW": "韩元", "INR": "卢比",
}  # fmt: skip
_SCALE_NAMES_ZH = {
    "one": "",
    "thousand": "千",
    "wan": "万",
    "million": "百万",
    "yi": "亿",
    "billion": "十亿",
}
_SCALE_NAMES_EN = {
    "one": "",
    "thousand": "K",
    "wan": "10K",
    "million": "M",
    "yi": "100M",
    "billion": "B",
}

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def is_chinese(lang: str) -> bool:
    """Whether `lang` is one of the Chinese locales."""
    return lang.lower().startswith("zh")


def _round_div(value: int, step: int) -> int:
    """value / step, rounded half up, away from zero."""
    quotient, rest = divmod(abs(value), step)
    rounded = quotient + (1 if rest * 2 >= step else 0)
    return rounded if value >= 0 else -rounded


def _grouped(units: int, digits: int, *, signed: bool = False) -> str:
    """An integer count of 10**-digits → text with thousands separators."""
    whole, fraction = divmod(abs(units), 10**digits)
    sign = "-" if units < 0 else "+" if signed and units > 0 else ""
    tail = f".{fraction:0{digits}d}" if digits else ""
    return f"{sign}{whole:,}{tail}"


def number(value: Number | None, digits: int = 0, *, signed: bool = False) -> str:
    """A number with thousands separators and exactly `digits` decimals.

    >>> number(1234567.25, 1)
    '1,234,567.3'
    >>> number(-0.04, 1)
    '0.0'
    """
    if value is None:
        return MISSING
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return MISSING
    if not exact.is_finite():
        return MISSING
    numerator, denominator = exact.as_integer_ratio()
    return _grouped(_round_div(numerator * 10**digits, denominator), digits, signed=signed)


def symbol(currency: str) -> str:
    """What stands before an amount: `¥`, `HK$`, or the code and a space."""
    if not currency:
        return ""
    return _SYMBOLS.get(currency, f"{currency} ")


def money(units_e4: int | None, lang: str, currency: str = "") -> str:
    """An amount in 1/10,000 units, shortened to be read at a glance.

    >>> money(35_200_000 * 10_000, "zh-hans")
    '3,520.0 万'
    >>> money(186_000_000 * 10_000, "zh-hans", "CNY")
    '¥1.86 亿'
    >>> money(1_234_567 * 10_000, "en")
    '1.2M'
    """
    if units_e4 is None:
        return MISSING
    scales = _SCALES_ZH if is_chinese(lang) else _SCALES_EN
    sign = "-" if units_e4 < 0 else ""
    size = abs(units_e4)
    text, suffix = _grouped(_round_div(size, E4), 0), ""
    for index, (_name, step, digits, suffix_of) in enumerate(scales):
        # What rounds up to the next scale is shown in it: 9,999.99 reads 1.0 万, not 10,000.
        below, below_digits = (
            (scales[index + 1][1], scales[index + 1][2]) if index + 1 < len(scales) else (E4, 0)
        )
        rounded_below = _round_div(size * 10**below_digits, below)
        if rounded_below * below >= step * 10**below_digits:
            text, suffix = _grouped(_round_div(size * 10**digits, step), digits), suffix_of
            break
    if text == "0":
        sign = ""
    return f"{sign}{symbol(currency)}{text}{suffix}"


def money_full(units_e4: int | None, currency: str) -> str:
    """An amount to the currency's minor unit.

    >>> money_full(-15_000_050, "CNY")
    '-¥1,500.01'
    >>> money_full(12_345_000, "JPY")
    'JP¥1,235'
    """
    if units_e4 is None:
        return MISSING
    digits = min(minor_digits(currency), 4)
    minor = _round_div(units_e4, 10 ** (4 - digits))
    sign = "-" if minor < 0 else ""
    return f"{sign}{symbol(currency)}{_grouped(abs(minor), digits)}"


def column_scale(lang: str) -> str:
    """The scale of money columns, whose header carries the unit."""
    return "wan" if is_chinese(lang) else "thousand"


def money_scaled(units_e4: int | None, scale: str, digits: int = 1) -> str:
    """An amount as a bare number of `scale` (one, thousand, wan, million, yi, billion).

    >>> money_scaled(35_200_000 * 10_000, "wan")
    '3,520.0'
    """
    if units_e4 is None:
        return MISSING
    return _grouped(_round_div(units_e4 * 10**digits, _SCALE_UNITS[scale]), digits)


def money_unit(scale: str, currency: str, lang: str) -> str:
    """The unit for the header of a money column: `万元`, `CNY K`."""
    if is_chinese(lang):
        return _SCALE_NAMES_ZH[scale] + _CURRENCY_ZH.get(currency, f" {currency}")
    return f"{currency} {_SCALE_NAMES_EN[scale]}".strip()


def percent(value: Number | None, digits: int = 1, *, signed: bool = False) -> str:
    """A percentage given on 0-100.

    >>> percent(18.64, signed=True)
    '+18.6%'
    """
    text = number(value, digits, signed=signed)
    return text if text == MISSING else f"{text}%"


def points(value: Number | None, lang: str, digits: int = 1) -> str:
    """A difference between two percentages, always with its sign.

    >>> points(-3, "zh-hans")
    '-3.0 个百分点'
    """
    text = number(value, digits, signed=True)
    if text == MISSING:
        return text
    return f"{text} 个百分点" if is_chinese(lang) else f"{text} pp"


def score(score_micro: int | None, digits: int = 1) -> str:
    """A score in millionths of a point.

    >>> score(92_449_999)
    '92.4'
    """
    if score_micro is None:
        return MISSING
    return _grouped(_round_div(score_micro * 10**digits, 1_000_000), digits)


def quantity(quantity_milli: int | None) -> str:
    """A quantity in thousandths, without trailing zeros.

    >>> quantity(1_234_500)
    '1,234.5'
    """
    if quantity_milli is None:
        return MISSING
    text = _grouped(quantity_milli, 3)
    return text.rstrip("0").rstrip(".")


def day(on: date | None, lang: str, today: date) -> str:
    """A date; the year is left out when it is today's.

    >>> day(date(2026, 11, 2), "zh-hans", date(2026, 11, 22))
    '11月2日'
    >>> day(date(2025, 11, 2), "en", date(2026, 11, 22))
    '2 Nov 2025'
    """
    if on is None:
        return MISSING
    same_year = on.year == today.year
    if is_chinese(lang):
        text = f"{on.month}月{on.day}日"
        return text if same_year else f"{on.year}年{text}"
    text = f"{on.day} {_MONTHS_EN[on.month - 1]}"
    return text if same_year else f"{text} {on.year}"


def day_long(on: date | None, lang: str, today: date) -> str:
    """A date with its weekday.

    >>> day_long(date(2026, 11, 22), "zh-hans", date(2026, 11, 22))
    '11月22日 周日'
    """
    if on is None:
        return MISSING
    if is_chinese(lang):
        return f"{day(on, lang, today)} 周{_WEEKDAYS_ZH[on.weekday()]}"
    return f"{_WEEKDAYS_EN[on.weekday()]} {day(on, lang, today)}"


def month(on: date | None, lang: str) -> str:
    """The month of a date: `2026年11月`, `Nov 2026`."""
    if on is None:
        return MISSING
    if is_chinese(lang):
        return f"{on.year}年{on.month}月"
    return f"{_MONTHS_EN[on.month - 1]} {on.year}"


def ago(on: date | None, today: date, lang: str) -> str:
    """How far a date is from today: days up to 60, then whole months, then whole years.

    >>> ago(date(2026, 11, 20), today=date(2026, 11, 22), lang="zh-hans")
    '2 天前'
    >>> ago(date(2026, 12, 1), today=date(2026, 11, 22), lang="en")
    'in 9 days'
    """
    if on is None:
        return MISSING
    days = (on - today).days
    zh = is_chinese(lang)
    if -1 <= days <= 1:
        return (("昨天", "今天", "明天") if zh else ("yesterday", "today", "tomorrow"))[days + 1]
    early, late = (on, today) if days < 0 else (today, on)
    months = (late.year - early.year) * 12 + late.month - early.month - (late.day < early.day)
    if abs(days) <= 60:
        count, unit_zh, unit_en = abs(days), "天", "day"
    elif months < 24:
        count, unit_zh, unit_en = months, "个月", "month"
    else:
        count, unit_zh, unit_en = months // 12, "年", "year"
    if zh:
        return f"{count} {unit_zh}{'前' if days < 0 else '后'}"
    words = f"{count} {unit_en}{'' if count == 1 else 's'}"
    return f"{words} ago" if days < 0 else f"in {words}"


def overdue(days: int | None, lang: str) -> str:
    """Days past the due date: `逾期 2 天`, `今天到期`, `还有 3 天`."""
    if days is None:
        return MISSING
    size = abs(days)
    plural = "" if size == 1 else "s"
    if days > 0:
        return f"逾期 {size} 天" if is_chinese(lang) else f"{size} day{plural} overdue"
    if days == 0:
        return "今天到期" if is_chinese(lang) else "due today"
    return f"还有 {size} 天" if is_chinese(lang) else f"due in {size} day{plural}"


def lunar(on: date) -> str:
    """The lunar date of a solar one, in Chinese: `农历十月十四`. The browser has no calendar table.

    >>> lunar(date(2026, 11, 22))
    '农历十月十四'
    """
    from lunar_python import Solar  # 2 MB of tables, needed on few pages

    moon = Solar.fromYmd(on.year, on.month, on.day).getLunar()
    return f"农历{moon.getMonthInChinese()}月{moon.getDayInChinese()}"
