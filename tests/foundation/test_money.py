"""Money is exact, and rounded once."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.foundation.money import AmountTooLargeError, from_e4, minor_digits, to_e4, to_minor


units = st.integers(min_value=-(10**15), max_value=10**15)


@given(units)
def test_there_and_back(amount):
    assert to_e4(from_e4(amount)) == amount


@given(units, st.sampled_from(["CNY", "JPY", "KWD"]))
def test_minor_units_are_rounded_half_up(amount, currency):
    step = Decimal(1).scaleb(-minor_digits(currency))
    expected = from_e4(amount).quantize(step, rounding=ROUND_HALF_UP)
    assert Decimal(to_minor(amount, currency)) * step == expected


@given(st.lists(units, max_size=50))
def test_a_sum_of_parts_is_the_total(amounts):
    assert sum(map(from_e4, amounts), Decimal(0)) == from_e4(sum(amounts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0.00005", 1), ("-0.00005", -1), ("0.00004", 0), ("80450596.9823", 804505969823)],
)
def test_more_than_four_decimals_round_half_up(text, expected):
    assert to_e4(Decimal(text)) == expected


def test_amounts_beyond_64_bits_are_refused():
    with pytest.raises(AmountTooLargeError, match="largest"):
        to_e4(Decimal("922337203685477.5808"))
    assert to_e4(Decimal("922337203685477.5807")) == 2**63 - 1
