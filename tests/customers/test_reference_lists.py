"""The lists of regions and industries are whole, and people's own spellings find their codes."""

from __future__ import annotations

from collections import Counter

import pytest

from jishi.customers.industries import industries, industry_name, industry_of_text
from jishi.customers.regions import level_of, region_of_text, region_path, regions


def test_regions_are_whole_and_each_lies_in_another():
    levels = Counter(level_of(code) for code in regions())
    assert [levels[level] for level in sorted(levels)] == [34, 333, 2851]
    for code in regions():
        parts = region_path(code)
        assert parts
        assert all(parts)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("湖南省长沙市", "430100"),
        ("长沙", "430100"),
        ("上海浦东新区", "310115"),
        ("广东深圳", "440300"),
        ("内蒙古", "150000"),
        ("哪里也不是", None),
    ],
)
def test_regions_are_found_as_people_write_them(text, code):
    assert region_of_text(text) == code


def test_industries_are_whole():
    divisions = sorted(int(code[1:]) for code in industries() if len(code) > 1)
    assert divisions == list(range(1, 98))
    assert sum(len(code) == 1 for code in industries()) == 20
    assert all(industry_name(code, "en") for code in industries())


@pytest.mark.parametrize("code", ["A01", "C34", "I65"])
def test_industries_are_found_by_code_and_by_name(code):
    assert industry_of_text(code) == code
    assert industry_of_text(industry_name(code)) == code
