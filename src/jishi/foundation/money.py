"""Money: integers of 1/10,000 of the currency's major unit, with the currency beside them.

Order lines in real ledgers carry unit prices with up to four decimals: rounding each line of the
AdventureWorks sales to cents loses 0.87 of 80,450,596.98. So amounts are kept to four decimals
(`*_e4`), summed exactly as integers, and rounded once, half up, to minor units at the edges
(`*_minor`). See docs/adr/0003-money.md.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


E4 = 10_000
MAX_E4 = 2**63 - 1

# ISO 4217 currencies whose minor unit is not 1/100.
_MINOR_DIGITS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
    "RWF": 0, "UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip

SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$", "TWD": "NT$"}


class AmountTooLargeError(ValueError):
    """The amount does not fit 64 bits of 1/10,000 units (about 922 trillion)."""


def minor_digits(currency: str) -> int:
    """Decimals of the currency's minor unit: 2 for CNY, 0 for JPY, 3 for KWD."""
    return _MINOR_DIGITS.get(currency, 2)


def to_e4(amount: Decimal) -> int:
    """Exact amount → integer 1/10,000 units, rounded half up (away from zero).

    Raises:
        AmountTooLargeError: beyond 64 bits.

    >>> to_e4(Decimal("2024.9940"))
    20249940
    >>> to_e4(Decimal("-0.00005"))
    -1
    """
    units = int((amount * E4).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if abs(units) > MAX_E4:
        raise AmountTooLargeError(f"{amount} is beyond the largest amount that can be kept")
    return units


def from_e4(units: int) -> Decimal:
    """Integer 1/10,000 units → exact amount.

    >>> from_e4(20249940)
    Decimal('2024.9940')
    """
    return Decimal(units).scaleb(-4)


def to_minor(units: int, currency: str) -> int:
    """1/10,000 units → minor units, rounded half up (away from zero).

    >>> to_minor(804505969823, "USD")
    8045059698
    >>> to_minor(-150, "USD")
    -2
    """
    step = 10 ** (4 - minor_digits(currency))
    quotient, rest = divmod(abs(units), step)
    rounded = quotient + (1 if rest * 2 >= step else 0)
    return rounded if units >= 0 else -rounded
