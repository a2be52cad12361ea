"""Administrative divisions of China (GB/T 2260): names of codes, and codes of what people write."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


_TABLE = Path(__file__).with_name("data") / "regions.csv"
_ENGLISH = Path(__file__).with_name("data") / "regions_en.csv"
_NATIONS = (
    "壮族|回族|维吾尔|满族|蒙古族?|藏族|羌族|苗族|侗族|土家族|彝族|白族|傣族|景颇族|傈僳族|哈尼族|布依族|朝鲜族|"
    "哈萨克族?|柯尔克孜|塔吉克|土族|撒拉族|东乡族|保安族|裕固族|纳西族|拉祜族|佤族|布朗族|独龙族|怒族|普米族|瑶族|"
    "黎族|畲族|仡佬族|水族|仫佬族|毛南族|锡伯|达斡尔族|各族"
)
_ENDING = re.compile(
    rf"(?:(?:{_NATIONS})*(?:自治区|自治州|自治县|自治旗)|特别行政区|新区|矿区|林区|地区|省|市|盟|区|县|旗)$"
)
_JUNK = re.compile(r"[\s,，、/|>·\-—_()（）]+")


@dataclass(frozen=True, slots=True)
class Region:
    """One division. `level` is 1 for provinces, 2 for prefectures, 3 for counties."""

    code: str
    name: str

    @property
    def level(self) -> int:
        return level_of(self.code)


def level_of(code: str) -> int:
    if code.endswith("0000"):
        return 1
    return 2 if code.endswith("00") else 3


@lru_cache(maxsize=1)
def regions() -> dict[str, Region]:
    """Every division by its six-digit code, in the order of codes."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: Region(row["code"], row["name"]) for row in csv.DictReader(file)}


def region_parents(code: str) -> list[str]:
    """The codes above a division, from the province down."""
    above = [code[:2] + "0000", code[:4] + "00"]
    return [found for found in dict.fromkeys(above) if found != code and found in regions()]


def region_path(code: str) -> list[str]:
    """Names from the province down to the division; empty for an unknown code.

    >>> region_path("430104")
    ['湖南省', '长沙市', '岳麓区']
    """
    known = regions()
    if code not in known:
        return []
    return [known[found].name for found in [*region_parents(code), code]]


@lru_cache(maxsize=1)
def _english() -> dict[str, str]:
    with _ENGLISH.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name_en"] for row in csv.DictReader(file)}


def region_name(code: str, language: str = "zh-hans") -> str:
    """The name of one division; the code itself when it is unknown. Counties have no English name.

    >>> region_name("430000", "en"), region_name("430104", "en"), region_name("430104")
    ('Hunan', '岳麓区', '岳麓区')
    """
    known = regions()
    if code not in known:
        return code
    chinese = known[code].name
    return _english().get(code, chinese) if language.startswith("en") else chinese


def region_text(code: str, language: str = "zh-hans", *, levels: int = 3) -> str:
    """Where a division lies, as people write it; at most `levels` from the province down.

    >>> region_text("430104"), region_text("430104", "en"), region_text("430104", "en", levels=2)
    ('湖南省长沙市岳麓区', '岳麓区, Changsha, Hunan', 'Changsha, Hunan')
    >>> region_text("")
    ''
    """
    if code not in regions():
        return ""
    codes = [*region_parents(code), code][:levels]
    names = [region_name(found, language) for found in codes]
    return ", ".join(reversed(names)) if language.startswith("en") else "".join(names)


def region_prefix(code: str) -> str:
    """What every code inside the division begins with: filters a customer list by region.

    >>> region_prefix("430000"), region_prefix("430100"), region_prefix("430104")
    ('43', '4301', '430104')
    """
    return code[: (2, 4, 6)[level_of(code) - 1]]


def region_children(code: str | None = None) -> list[Region]:
    """The divisions directly below one; provinces without a code.

    >>> [r.name for r in region_children("460000")]
    ['海口市', '三亚市', '三沙市', '儋州市', '五指山市', '琼海市', '文昌市', '万宁市', '东方市', '定安县', '屯昌县', '澄迈县', '临高县', '白沙黎族自治县', '昌江黎族自治县', '乐东黎族自治县', '陵水黎族自治县', '保亭黎族苗族自治县', '琼中黎族苗族自治县']
    """
    if code is None:
        return [region for region in regions().values() if region.level == 1]
    return [r for r in regions().values() if region_parents(r.code)[-1:] == [code]]


def region_of_text(text: str) -> str | None:
    """The code of the division that a text begins with; None when unknown or not unique.

    Takes codes, full names, names without their endings, and addresses. Levels may be left out as long
    as the rest is unique; of two readings the one that explains more of the text wins, then the larger
    division.

    >>> region_of_text("湖南长沙"), region_of_text("湖南省长沙市岳麓区银盆南路361号")
    ('430100', '430104')
    >>> region_of_text("上海浦东"), region_of_text("江苏昆山"), region_of_text("吉林"), region_of_text("吉林市")
    ('310115', '320583', '220000', '220200')
    >>> region_of_text("鼓楼区") is None
    True
    """
    plain = _JUNK.sub("", unicodedata.normalize("NFKC", text)).removeprefix("中国")
    if plain.isascii():
        code = plain.ljust(6, "0")
        return code if code in regions() else None
    best: dict[str, tuple[int, int]] = {}
    for code, used in _readings(plain, 0, None):
        best[code] = max(best.get(code, (0, 0)), (used, -level_of(code)))
    if not best:
        return None
    top = max(best.values())
    winners = [code for code, rank in best.items() if rank == top]
    return winners[0] if len(winners) == 1 else None


@lru_cache(maxsize=1)
def _names() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for region in regions().values():
        found.setdefault(region.name, []).append(region.code)
        short = _ENDING.sub("", region.name)
        if len(short) < 2:  # 内蒙古自治区, whose own name is a nation's
            short = region.name.removesuffix("自治区")
        if short != region.name and len(short) >= 2:
            found.setdefault(short, []).append(region.code)
    return found


def _readings(text: str, used: int, inside: str | None) -> list[tuple[str, int]]:
    """(code, characters explained) of every way to read the start of `text` inside a division."""
    found: list[tuple[str, int]] = []
    for length in range(min(len(text), 15), 1, -1):
        for code in _names().get(text[:length], ()):
            below = inside is None or (code != inside and code.startswith(region_prefix(inside)))
            if below:
                found.append((code, used + length))
                found.extend(_readings(text[length:], used + length, code))
    return found
