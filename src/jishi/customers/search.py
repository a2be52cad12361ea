"""Finding customers and contacts by whatever people type, among those they may see.

The index is `SearchEntry`; the services keep it in step, imports renew it in bulk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from jishi.customers.models import ContactPosition, Customer, SearchEntry
from jishi.customers.search_tokens import (
    LETTERS,
    Clause,
    anywhere_clause,
    entry_tokens,
    exact_clause,
    initials_clause,
    joined,
    name_matches,
    plain,
    runs,
    start_clause,
)
from jishi.foundation.bulk import insert_rows
from jishi.foundation.enums import Permission, Scope
from jishi.foundation.identity import phone_digits
from jishi.foundation.models import User
from jishi.foundation.writing import authorise


# Up to so many customers, looking through their entries beats intersecting with the index.
FEW_CUSTOMERS = 5_000
CANDIDATES = 200
_CHUNK = 2_000
_COLUMNS = ["kind", "object_id", "customer_id", "title", "tokens"]
_MATCHING = {
    "postgresql": "SELECT id FROM customers_searchentry WHERE document @@ %s::tsquery",
    "sqlite": "SELECT rowid FROM customers_searchfts WHERE customers_searchfts MATCH %s",
}
EntryRow = tuple[str, int, int, str, str]
EntryRows = QuerySet[Any, Any]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A customer, or a contact at a customer."""

    kind: str
    object_id: int
    customer_id: int
    title: str
    customer_code: str
    customer_name: str
    is_archived: bool


# --- the palette's question ----------------------------------------------------------------------
def search(*, by: User, text: str, limit: int = 12, kind: str = "") -> list[SearchHit]:
    """What `by` may see and probably means: the exact name or code, then names that begin so, then
    names and numbers with it anywhere; the latest changed first among equals.

    Args:
        by: who asks.
        text: Han characters, pinyin in full or by initials, both mixed, words, tails of numbers.
        limit: how many.
        kind: `customer` or `contact` alone.

    Raises:
        NotAllowedError
    """
    authorise(by, Permission.CUSTOMER_VIEW)
    if not joined(text):
        return []
    look = _Look(by, kind)
    found: dict[int, int] = {}
    look.add(found, exact_clause(text), tier=0)
    look.add(found, start_clause(text), tier=1)
    if len(found) < limit:
        look.add(found, anywhere_clause(text), tier=3)
    if not found:
        look.add(found, initials_clause(text), tier=4)
    return _ranked(found, text)[:limit]


def customers_found(by: User, text: str) -> QuerySet[Any, Any]:
    """Ids of all customers that a text finds by themselves or by a contact, as a subquery:
    `customers.filter(pk__in=customers_found(by, text))`. Unordered, and as coarse as the index."""
    rows: EntryRows = SearchEntry.objects.visible_to(by)
    if not joined(text):
        return rows.none().values("customer_id")
    matching = RawSQL(_MATCHING[connection.vendor], [_index_query(anywhere_clause(text))])
    return rows.filter(pk__in=matching).order_by().values("customer_id")


class _Look:
    """Looks up clauses in the entries that one user sees."""

    def __init__(self, by: User, kind: str) -> None:
        self.by = by
        self.kind = kind
        self.narrow = by.scope is not Scope.ALL and self._sees_few()

    def _sees_few(self) -> bool:
        seen = Customer.objects.visible_to(self.by).order_by().values_list("pk", flat=True)
        return len(seen[: FEW_CUSTOMERS + 1]) <= FEW_CUSTOMERS

    def add(self, found: dict[int, int], clause: Clause, *, tier: int) -> None:
        """Put the ids of entries that answer `clause` into `found` with their tier, unless there."""
        if not clause or not all(clause):
            return
        rows = SearchEntry.objects.visible_to(self.by)
        if self.kind:
            rows = rows.filter(kind=self.kind)
        answers = _looked_through(rows, clause) if self.narrow else _indexed(rows, clause)
        for pk in answers.values_list("pk", flat=True)[:CANDIDATES]:
            found.setdefault(pk, tier)


def _looked_through(rows: EntryRows, clause: Clause) -> EntryRows:
    """`rows` narrowed by reading their tokens, newest first."""
    whole = Q()
    for ways in clause:
        any_way = Q()
        for term in ways:
            any_way |= Q(tokens__contains=f" {term.token}" + ("" if term.prefix else " "))
        whole &= any_way
    return rows.filter(whole).order_by("-pk")


def _index_query(clause: Clause) -> str:
    """A clause in the query language of the database's full-text index."""
    if connection.vendor == "postgresql":
        quote, star, either, both = "'", ":*", " | ", " & "
    else:
        quote, star, either, both = '"', " *", " OR ", " AND "
    return both.join(
        f"({either.join(quote + t.token + quote + (star if t.prefix else '') for t in ways)})"
        for ways in clause
    )


def _indexed(rows: EntryRows, clause: Clause) -> EntryRows:
    """`rows` narrowed by the database's full-text index, newest first."""
    asked = _index_query(clause)
    if connection.vendor == "postgresql":
        return rows.extra(
            where=["customers_searchentry.document @@ %s::tsquery"], params=[asked]
        ).order_by("-pk")
    return rows.extra(
        tables=["customers_searchfts"],
        where=[
            "customers_searchfts.rowid = customers_searchentry.id",
            "customers_searchfts MATCH %s",
        ],
        params=[asked],
        order_by=["-customers_searchfts.rowid"],
    )


def _ranked(tiers: dict[int, int], text: str) -> list[SearchHit]:
    hits = []
    for entry in _entries(tiers):
        tier = _verified(tiers[entry.pk], text, entry)
        if tier is not None:
            customer = entry.customer
            rank = (
                tier,
                customer.is_archived,
                entry.kind == "contact",
                -_stamp(customer),
                -entry.pk,
            )
            hits.append((rank, entry))
    hits.sort(key=lambda found: found[0])
    return [_hit(entry) for _rank, entry in hits]


def _entries(tiers: dict[int, int]) -> Iterable[SearchEntry]:
    # `tiers` holds only entries that the user sees.
    rows = SearchEntry.objects.unscoped("ids come out of a scoped query").select_related("customer")
    return rows.filter(pk__in=list(tiers)).order_by("pk")


def _stamp(customer: Customer) -> float:
    return customer.updated_at.timestamp()


def _verified(tier: int, text: str, entry: SearchEntry) -> int | None:
    """The tier of a candidate, or None when the index was too coarse to tell that it is none.

    The index cuts tokens, so long queries are read against the names again; and within "anywhere",
    names that hold the query without a gap come before those that hold its parts.
    """
    wanted = joined(text)
    names = [entry.title]
    if entry.kind == "customer":
        names += [entry.customer.short_name, entry.customer.code]
    places = [name_matches(name, text) for name in names if name]
    if tier == 4:
        return tier if any(place is not None for place in places) else None
    if tier == 1:
        return 1 if len(wanted) <= LETTERS or 0 in places else None
    if tier == 3:
        if any(place is not None for place in places):
            return 2
        coarse = any(len(run) > LETTERS and not _has_digit(run) for run in runs(plain(text)))
        return None if coarse else 3
    return tier


def _has_digit(run: str) -> bool:
    return any(character.isdigit() for character in run)


def _hit(entry: SearchEntry) -> SearchHit:
    return SearchHit(
        kind=entry.kind,
        object_id=entry.object_id,
        customer_id=entry.customer_id,
        title=entry.title,
        customer_code=entry.customer.code,
        customer_name=entry.customer.shown_name,
        is_archived=entry.customer.is_archived,
    )


# --- keeping the index in step -------------------------------------------------------------------
def search_index_refresh(customer_ids: Iterable[int]) -> int:
    """Renew the entries of some customers and of their contacts' positions; inside the caller's
    transaction. Unchanged entries stay untouched. Returns how many were written."""
    written = 0
    for ids in _chunks(customer_ids):
        rows = SearchEntry._base_manager.filter(customer_id__in=ids)
        present = {(r[1], r[2], r[3]): r for r in rows.values_list("pk", *_COLUMNS)}
        wanted = {row[:3]: row for row in _entry_rows(ids)}
        gone = [r[0] for key, r in present.items() if wanted.get(key) != r[1:]]
        if gone:
            SearchEntry._base_manager.filter(pk__in=gone).delete()
        new = [row for key, row in wanted.items() if present.get(key, (0,))[1:] != row]
        written += insert_rows(SearchEntry, _COLUMNS, new) if new else 0
    return written


def search_index_rebuild(customer_ids: Collection[int] | None = None) -> int:
    """Renew the whole index, or, after an import, the entries of many customers at once.

    Call inside a transaction. Returns how many entries were written.
    """
    if customer_ids is not None:
        return search_index_refresh(customer_ids)
    with connection.cursor() as cursor, _without_triggers(cursor):
        cursor.execute("DELETE FROM customers_searchentry")
        everybody = Customer._base_manager.order_by("pk").values_list("pk", flat=True)
        written = 0
        for ids in _chunks(everybody.iterator(chunk_size=_CHUNK)):
            # A list: the connection cannot read while it copies.
            written += insert_rows(SearchEntry, _COLUMNS, list(_entry_rows(ids)))
    return written


@contextmanager
def _without_triggers(cursor: Any) -> Iterator[None]:
    """On SQLite, fill the full-text index in one go afterwards instead of row by row."""
    if connection.vendor != "sqlite":
        yield
        return
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        " AND tbl_name = 'customers_searchentry'"
    )
    triggers = cursor.fetchall()
    for name, _sql in triggers:
        cursor.execute(f'DROP TRIGGER "{name}"')
    yield
    cursor.execute("INSERT INTO customers_searchfts (customers_searchfts) VALUES ('rebuild')")
    for _name, sql in triggers:
        cursor.execute(sql)


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(dict.fromkeys(ids))
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _entry_rows(customer_ids: Sequence[int]) -> Iterator[EntryRow]:
    customers = Customer._base_manager.filter(pk__in=customer_ids).order_by("pk")
    for pk, code, name, short_name, credit_code, phone in customers.values_list(
        "pk", "code", "name", "short_name", "credit_code", "phone"
    ):
        tokens = entry_tokens(
            names=(name, short_name),
            codes=(code,),
            numbers=(credit_code, *phone_digits(phone)),
        )
        yield "customer", pk, pk, name, tokens
    positions = ContactPosition._base_manager.filter(customer_id__in=customer_ids)
    seen = set()
    for pk, customer_id, name, code, mobile, phone in positions.order_by("pk").values_list(
        "contact_id", "customer_id", "contact__name", "contact__code", "contact__mobile",
        "contact__phone",
    ):  # fmt: skip
        if (pk, customer_id) in seen:  # came back to a customer he had left
            continue
        seen.add((pk, customer_id))
        tokens = entry_tokens(
            names=(name,), codes=(code,), numbers=(*phone_digits(mobile), *phone_digits(phone))
        )
        yield "contact", pk, customer_id, name, tokens
