"""Keys for what people name."""

from __future__ import annotations

import re
import unicodedata


def slug(name: str, otherwise: str) -> str:
    """A key made of an English name.

    >>> [slug("Growth & reach", "x"), slug("2026", "scheme"), slug("增长", "scheme")]
    ['growth_reach', 'scheme_2026', 'scheme']
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:30]
    if not base:
        return otherwise
    return base if base[0].isalpha() else f"{otherwise}_{base}"[:36]


def free_key(base: str, taken: set[str]) -> str:
    """`base`, or `base_2` and so on when it is taken."""
    key, count = base, 1
    while key in taken:
        count += 1
        key = f"{base}_{count}"
    return key
