"""What a heading says besides its name: the unit of its numbers, and whether tax is in them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from jishi.ingest.mapping.fields import MONEY, QUANTITY


_POWERS = {
    "百": 2, "千": 3, "万": 4, "萬": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "億": 8,
    "k": 3, "000": 3, "000s": 3, "'000": 3, "'000s": 3, "thousand": 3, "thousands": 3,
    "million": 6, "millions": 6, "mn": 6, "mio": 6, "billion": 9, "billions": 9, "bn": 9,
}  # fmt: skip
_CHINESE = "十万|百万|千万|千|万|萬|亿|億"
_ENGLISH = "'?000s?|thousands?|millions?|billions?|mn|mio|bn|k"
_CURRENCY = (
    r"人民币|美元|欧元|港元|港币|英镑|日元|元|圆|yuan|rmb|cny|usd|eur|gbp|hkd|jpy|us\$|hk\$|[¥$€£]"
)
_NAMED = {
    "CNY": r"人民币|rmb|cny", "USD": r"美元|美金|us\$|usd", "EUR": r"欧元|eur\b|€", "GBP": r"英镑|gbp|£",
    "HKD": r"港币|港元|hk\$|hkd", "JPY": r"日元|日圆|jpy",
}  # fmt: skip
_BRACKETS = re.compile(r"[(\[【]([^)\]】]*)[)\]】]")
# 万元, 千美元 anywhere; 万 or "in thousands" only where a note stands by itself.
_MONEY = re.compile(rf"({_CHINESE})\s*(?:{_CURRENCY})")
_MONEY_NOTE = re.compile(
    rf"(?:单位|unit)?\s*:?\s*(?:in\s+)?(?:{_CURRENCY})?\s*({_CHINESE}|{_ENGLISH})\s*(?:{_CURRENCY})?"
    r"(?:\s*/.*)?"
)
# 元/千件; but 元/千克 is a price per kilogram.
_METRIC = "克|瓦|米|卡|伏|安|帕|赫|升|焦"
_PER = re.compile(rf"(?:{_CURRENCY})\s*/\s*(百|千|万)\s*(?!{_METRIC})\S")
_QUANTITY_NOTE = re.compile(rf"(?:单位|unit)?\s*:?\s*({_CHINESE}|{_ENGLISH})\s*(\S{{0,3}})")
_NO_TAX = re.compile(
    r"[不未非除无]含?税|税前|excl(?:\.|uding|usive)?[\s.]*(?:of\s+)?(?:tax|vat|gst)"
    r"|(?:before|without|net of|ex)[\s.]*(?:tax|vat|gst)|untaxed"
)
_TAX = re.compile(
    r"含税|价税|税价|税后|incl(?:\.|uding|usive)?[\s.]*(?:of\s+)?(?:tax|vat|gst)|(?:with|after)\s*(?:tax|vat)"
    r"|taxed|^gross\b|gross amount"
)
_LAST_UNIT = re.compile(rf"(?<=.)(?:单位)?(?:{_CHINESE})?元$")


def _plain(heading: str) -> str:
    return unicodedata.normalize("NFKC", heading).casefold().strip()


def without_unit(name: str) -> str:
    """A heading in its normalised spelling without 元, 万元 … at its end.

    >>> without_unit("销售额万元"), without_unit("单价元"), without_unit("元")
    ('销售额', '单价', '元')
    """
    return _LAST_UNIT.sub("", name)


@cache
def power_of_ten(heading: str, kind: str) -> int:
    """The n of the 10^n by which the numbers under a heading are to be multiplied.

    >>> [power_of_ten(h, MONEY) for h in ("金额(万元)", "销售额（元）", "单价(元/千件)", "Sales ($000)")]
    [4, 0, -3, 3]
    >>> [power_of_ten(h, QUANTITY) for h in ("数量(千件)", "数量（千克）", "数量")]
    [3, 0, 0]
    """
    text = _plain(heading)
    notes = [note.strip() for note in _BRACKETS.findall(text)]
    if kind == QUANTITY:
        for note in notes:
            found = _QUANTITY_NOTE.fullmatch(note)
            is_metric = found and found[1] == "千" and re.match(_METRIC, found[2])
            if found and not is_metric:
                return _POWERS[found[1]]
        return 0
    if kind != MONEY:
        return 0
    per = _PER.search(text)
    less = _POWERS[per[1]] if per else 0
    found = _MONEY.search(text)
    if found:
        return _POWERS[found[1]] - less
    for note in notes:
        found = _MONEY_NOTE.fullmatch(note)
        if found:
            return _POWERS[found[1]] - less
    return -less


@cache
def currency_named(heading: str) -> str:
    """The ISO code of the currency that a heading says its amounts are in; "" when it names none.

    >>> [currency_named(h) for h in ("金额(美元)", "Amount (USD)", "销售额（元）", "europe", "人民币金额")]
    ['USD', 'USD', '', '', 'CNY']
    """
    text = _plain(heading)
    for code, names in _NAMED.items():
        if re.search(rf"(?<![a-z])(?:{names})(?![a-z])", text):
            return code
    return ""


@cache
def holds_tax(heading: str) -> bool:
    """Whether a heading says that tax is in its amounts.

    >>> [holds_tax(h) for h in ("价税合计", "金额(含税)", "不含税金额", "金额", "Total incl. VAT")]
    [True, True, False, False, True]
    """
    text = _plain(heading)
    return bool(_TAX.search(text)) and not _NO_TAX.search(text)


@cache
def lacks_tax(heading: str) -> bool:
    """Whether a heading says that its amounts are before tax.

    >>> [lacks_tax(h) for h in ("无税金额", "本币不含税金额", "金额", "Amount excl. tax")]
    [True, True, False, True]
    """
    return bool(_NO_TAX.search(_plain(heading)))
