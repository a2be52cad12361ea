"""Every entity that can be brought in, its fields, and the headings people give them.

Plain data without Django: the limited child processes read it too. Labels are English msgids;
the Chinese headings among the synonyms are what files say, not what we show.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from jishi.ingest.mapping.fields import Entity
from jishi.ingest.mapping.master import CUSTOMERS, PRODUCTS
from jishi.ingest.mapping.people import CONTACTS
from jishi.ingest.mapping.service import (
    COMPLAINTS,
    INTERACTIONS,
    RATINGS,
    REFERRALS,
    SATISFACTION,
    SERVICES,
)
from jishi.ingest.mapping.trade import ORDER_LINES, ORDERS, PAYMENTS, RETURNS
from jishi.ingest.mapping.units import without_unit


# In the order in which they must be written.
ENTITIES: dict[str, Entity] = {
    entity.name: entity
    for entity in (
        CUSTOMERS, PRODUCTS, CONTACTS, ORDERS, ORDER_LINES, PAYMENTS, RETURNS, INTERACTIONS,
        COMPLAINTS, SATISFACTION, RATINGS, REFERRALS, SERVICES,
    )
}  # fmt: skip


def normalised(heading: str) -> str:
    """A heading without case, spaces, punctuation, bracketed units and full-width forms."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    text = re.sub(r"[(\[【（].*?[)\]】）]", "", text)
    text = re.sub(r"(?<=[a-z0-9])_(?=[a-z0-9])", " ", text)
    return without_unit(re.sub(r"[\s_\-*:：/.,，、。#?？'\"]+", "", text))


@cache
def headings_of() -> dict[str, frozenset[tuple[str, str]]]:
    """Normalised heading → the (entity, field) pairs it may mean."""
    found: dict[str, set[tuple[str, str]]] = {}
    for entity in ENTITIES.values():
        for item in entity.fields:
            for heading in (*item.synonyms, item.name, item.label):
                found.setdefault(normalised(heading), set()).add((entity.name, item.name))
    return {heading: frozenset(pairs) for heading, pairs in found.items()}


def is_known_heading(cell: str) -> bool:
    return normalised(cell) in headings_of()
