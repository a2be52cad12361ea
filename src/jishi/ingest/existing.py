"""What is stored about the rows of an import, handed to the comparing child as Arrow streams."""

# ruff: noqa: S608  (names come from the models)
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from django.db import connection, models

from jishi.customers.models import Contact, ContactPosition, Customer, CustomerType
from jishi.customers.queries import tags_of
from jishi.customers.tags import tags_text
from jishi.facts.models import (
    Complaint,
    ExpertRating,
    Fact,
    Interaction,
    Order,
    OrderLine,
    Payment,
    Product,
    Referral,
    Return,
    SatisfactionAnswer,
    ServiceDelivery,
)
from jishi.foundation.enums import PERMISSIONS, Permission
from jishi.foundation.models import Batch, User
from jishi.ingest.as_exported import overtaken, rows_as_exported
from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.mapping.vocabulary import CUSTOMER_TYPES
from jishi.ingest.staging.compare_facts import fact_columns


_CHUNK = 800
_VALID = "AND superseded_at IS NULL"

FACT_MODEL: dict[str, type[Fact]] = {
    "orders": Order,
    "order_lines": OrderLine,
    "payments": Payment,
    "returns": Return,
    "interactions": Interaction,
    "complaints": Complaint,
    "satisfaction": SatisfactionAnswer,
    "ratings": ExpertRating,
    "referrals": Referral,
    "services": ServiceDelivery,
}


class _Sink:
    """Rows of one table, written as they come."""

    def __init__(self, path: Path, columns: list[tuple[str, str]]) -> None:
        import pyarrow as pa

        kinds = {
            "int": pa.int64(), "text": pa.string(), "date": pa.date32(), "bool": pa.bool_(),
        }  # fmt: skip
        self.columns = columns
        self.schema = pa.schema([pa.field(name, kinds[kind]) for name, kind in columns])
        self.writer = pa.ipc.new_stream(str(path), self.schema)
        self.seen: set[int] = set()

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows whose first column (the id) has not come yet."""
        import pyarrow as pa

        fresh = []
        for row in rows:
            if row[0] not in self.seen:
                self.seen.add(row[0])
                fresh.append(row)
        if not fresh:
            return
        arrays = []
        for (_, kind), values, field in zip(
            self.columns, zip(*fresh, strict=True), self.schema, strict=True
        ):
            if kind == "bool":
                values = tuple(None if v is None else bool(v) for v in values)
            elif kind == "text":
                values = tuple(v or None for v in values)
            if kind == "date" and any(isinstance(v, str) for v in values):
                arrays.append(pa.array(values, pa.string()).cast(pa.date32()))
            else:
                arrays.append(pa.array(values, field.type))
        self.writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self.schema))

    def close(self) -> None:
        self.writer.close()


def _kind(field: models.Field[Any, Any]) -> str:
    if isinstance(field, models.ForeignKey):
        return _kind(field.target_field)
    if isinstance(field, models.BooleanField):
        return "bool"
    if isinstance(field, models.DateField):
        return "date"
    return "int" if isinstance(field, models.IntegerField) else "text"


def _typed(model: type[models.Model], columns: Sequence[str]) -> list[tuple[str, str]]:
    fields = {f.column: f for f in model._meta.concrete_fields}
    return [(name, "int" if name == "id" else _kind(fields[name])) for name in columns]


def _wanted(work: Path, what: str) -> list[str]:
    import pyarrow as pa

    path = work / f"wanted_{what}.arrow"
    if not path.exists():
        return []
    with pa.memory_map(str(path)) as stream:
        return [
            str(value) for value in pa.ipc.open_stream(stream).read_all().column("w").to_pylist()
        ]


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def _select(select: str, column: str, keys: Sequence[Any], rest: str = "") -> Iterator[list[Any]]:
    """Rows of `select` where `column` is one of `keys`, a chunk at a time."""
    with connection.cursor() as cursor:
        for chunk in _chunks(keys):
            marks = ", ".join(["%s"] * len(chunk))
            cursor.execute(f"{select} WHERE {column} IN ({marks}) {rest}", list(chunk))
            yield cursor.fetchall()


def newest_rows() -> dict[str, list[int]]:
    """Table → how many rows there are and the newest id, of what rows without a key are matched with.

    Whoever came after the comparison may be the very one that a row compared as new means.
    """
    found = {}
    with connection.cursor() as cursor:
        for model in (Customer, Contact, ContactPosition):
            cursor.execute(f"SELECT count(*), coalesce(max(id), 0) FROM {model._meta.db_table}")
            found[model._meta.db_table] = list(cursor.fetchone())
    return found


def leave_existing(work: Path, entities: Sequence[str]) -> list[str]:
    """Write `existing_<table>.arrow` for every table that the comparison reads. Returns the tables."""
    tables = ["customers", "groups", "products", "users", "orders", "as_exported"]
    customer_ids = _customers(work)
    _as_exported(work)
    _groups(work)
    _products(work)
    _users(work)
    refs = _orders(work, customer_ids)
    if "contacts" in entities:
        _contacts(work, customer_ids)
        tables.append("contacts")
    if "orders" in entities or "order_lines" in entities:
        _lines(work, refs)
        tables.append("order_lines")
    for name in entities:
        if ENTITIES[name].is_fact and name not in ("orders", "order_lines"):
            _facts(work, name, customer_ids)
            tables.append(name)
    return tables


def customer_type_words() -> dict[str, list[str]]:
    """Key of a customer type → what files call it: the company's names, then the usual words.

    A company's own name goes before the usual words of another type.
    """
    kinds = list(CustomerType.objects.order_by("position", "key"))
    own = {word.casefold() for kind in kinds for word in (kind.name, kind.name_en) if word}
    found = {
        kind.key: [word.casefold() for word in (kind.name, kind.name_en) if word] for kind in kinds
    }
    for key, written in CUSTOMER_TYPES.items():
        words = found.setdefault(key, [])
        words += [word for word in written if word.casefold() not in own]
    return found


def _customers(work: Path) -> list[int]:
    stored = [f.column for f in ENTITIES["customers"].fields if f.column]
    columns = ["id", "version", "is_archived", *stored, "owner_id", "parent_id"]
    typed = [*_typed(Customer, columns), ("revivable", "bool"), ("tags", "text")]
    listed = ", ".join(f"c.{connection.ops.quote_name(name)}" for name in columns)
    select = (
        f"SELECT {listed}, CASE WHEN c.is_archived AND b.undone_at IS NOT NULL THEN 1 ELSE 0 END"
        f" FROM {Customer._meta.db_table} c LEFT JOIN {Batch._meta.db_table} b ON b.id = c.batch_id"
    )
    sink = _Sink(work / "existing_customers.arrow", typed)
    for keys, column in (
        (_wanted(work, "customer_codes"), "c.code"),
        (_wanted(work, "customer_names"), "c.name"),
        (_wanted(work, "credit_codes"), "c.credit_code"),
        (_known_by_short_name(_wanted(work, "short_names")), "c.id"),
    ):
        for rows in _select(select, column, keys):
            tags = tags_of([row[0] for row in rows])
            sink.write((*row, tags_text(tags.get(row[0], []))) for row in rows)
    sink.close()
    return sorted(sink.seen)


def _known_by_short_name(names: Sequence[str]) -> list[int]:
    """The customers whose short name is one of these."""
    wanted = set(names)
    every = Customer.objects.unscoped("whom a file names").exclude(short_name="")
    pairs = every.values_list("pk", "short_name").iterator(chunk_size=5000) if wanted else ()
    return [pk for pk, short in pairs if short in wanted]


def _as_exported(work: Path) -> None:
    """Customers that were changed after the table was exported, as they were then."""
    stored = [f.column for f in ENTITIES["customers"].fields if f.column]
    columns = [*stored, "owner_id", "parent_id"]
    typed = [*_typed(Customer, ["id", "version", *columns]), ("tags", "text")]
    sink = _Sink(work / "existing_as_exported.arrow", typed)
    if (work / "wanted_seen.arrow").exists():
        sink.write(rows_as_exported(overtaken(work), columns))
    sink.close()


def _groups(work: Path) -> None:
    """Who stands directly below whom, of everybody: a circle may lead through customers that the file
    does not name."""
    sink = _Sink(work / "existing_groups.arrow", [("id", "int"), ("parent_id", "int")])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, parent_id FROM {Customer._meta.db_table} WHERE parent_id IS NOT NULL"
        )
        while rows := cursor.fetchmany(_CHUNK):
            sink.write(rows)
    sink.close()


def _products(work: Path) -> None:
    stored = [f.column for f in ENTITIES["products"].fields if f.column]
    columns = ["id", "version", *stored, "currency"]
    typed = [*_typed(Product, columns), ("revivable", "bool")]
    listed = ", ".join(columns)
    select = f"SELECT {listed}, 0 FROM {Product._meta.db_table}"
    sink = _Sink(work / "existing_products.arrow", typed)
    for what, column in (("skus", "sku"), ("product_names", "name")):
        for rows in _select(select, column, _wanted(work, what)):
            sink.write(rows)
    sink.close()


def _users(work: Path) -> None:
    """Login names, and names that only one person has, of those who may own customers."""
    fit = [role for role, may in PERMISSIONS.items() if Permission.CUSTOMER_EDIT in may]
    people = list(
        User.objects.filter(is_active=True, role__in=fit).values_list("id", "username", "name")
    )
    labels: dict[str, set[int]] = {}
    for pk, username, name in people:
        labels.setdefault(username.lower(), set()).add(pk)
        labels.setdefault(name.lower(), set()).add(pk)
    sink = _Sink(
        work / "existing_users.arrow", [("number", "int"), ("id", "int"), ("label", "text")]
    )
    unique = [(label, ids) for label, ids in sorted(labels.items()) if len(ids) == 1]
    sink.write((number, min(ids), label) for number, (label, ids) in enumerate(unique))
    sink.close()


def _current(name: str, columns: Sequence[str]) -> str:
    return f"SELECT {', '.join(columns)} FROM {FACT_MODEL[name]._meta.db_table}"


def _orders(work: Path, customer_ids: list[int]) -> list[int]:
    columns = ["id", "key", *fact_columns(ENTITIES["orders"])]
    sink = _Sink(work / "existing_orders.arrow", _typed(Order, columns))
    refs: dict[int, None] = {}
    position = columns.index("order_ref")
    found = _select(_current("orders", columns), "key", _wanted(work, "order_nos"), _VALID)
    made_up = _select(
        _current("orders", columns), "customer_id", customer_ids,
        f"{_VALID} AND key LIKE '%%/%%' {_days(work, 'orders')}",
    )  # fmt: skip
    for rows in chain(found, made_up if _wanted(work, "days_orders") else ()):
        sink.write(rows)
        refs.update((row[position], None) for row in rows)
    sink.close()
    return list(refs)


def _days(work: Path, name: str) -> str:
    """The days that the rows without a number are of, from the first to the last."""
    days = _wanted(work, f"days_{name}")
    return f"AND occurred_on BETWEEN '{min(days)}' AND '{max(days)}'" if days else ""


def _lines(work: Path, refs: list[int]) -> None:
    columns = ["id", "key", *fact_columns(ENTITIES["order_lines"])]
    sink = _Sink(work / "existing_order_lines.arrow", _typed(OrderLine, columns))
    for rows in _select(_current("order_lines", columns), "order_ref", refs,
                        _VALID):  # fmt: skip
        sink.write(rows)
    sink.close()


def _facts(work: Path, name: str, customer_ids: list[int]) -> None:
    """Those with a key of the files, and those without a number that may be the same."""
    columns = ["id", "key", *fact_columns(ENTITIES[name])]
    sink = _Sink(work / f"existing_{name}.arrow", _typed(FACT_MODEL[name], columns))
    known: set[str] = set()
    if days := _days(work, name):
        rest = f"{_VALID} AND key LIKE 'h:%%' {days}"
        for rows in _select(_current(name, columns), "customer_id", customer_ids, rest):
            sink.write(rows)
            known.update(row[1] for row in rows)
    others = [key for key in _wanted(work, f"keys_{name}") if key not in known]
    for rows in _select(_current(name, columns), "key", others, _VALID):
        sink.write(rows)
    sink.close()


CONTACT_COLUMNS = (
    "code", "name", "party", "mobile", "phone", "email", "wechat", "birth_calendar", "note",
)  # fmt: skip
POSITION_COLUMNS = ("title", "department", "buying_role", "stance", "is_primary")


def _contacts(work: Path, customer_ids: list[int]) -> None:
    own = [f"c.{name}" for name in CONTACT_COLUMNS]
    official = [f"p.{name}" for name in POSITION_COLUMNS]
    select = (
        "SELECT p.id, p.contact_id, p.customer_id, p.version, c.version, c.birth_year, c.birth_month,"
        " c.birth_day, CASE WHEN p.ended_on IS NULL THEN 0 ELSE 1 END,"
        f" {', '.join([*own, *official])} FROM {ContactPosition._meta.db_table} p"
        f" JOIN {Contact._meta.db_table} c ON c.id = p.contact_id"
    )
    typed = [
        ("position_id", "int"), ("contact_id", "int"), ("customer_id", "int"),
        ("position_version", "int"), ("version", "int"), ("birthday", "text"),
        ("has_left", "bool"), *_typed(Contact, CONTACT_COLUMNS), *_typed(ContactPosition, POSITION_COLUMNS),
    ]  # fmt: skip
    sink = _Sink(work / "existing_contacts.arrow", typed)
    for column, keys in (
        ("p.customer_id", customer_ids),
        ("c.code", _wanted(work, "contact_codes")),
    ):
        for rows in _select(select, column, keys):
            sink.write((*row[:5], _birthday(*row[5:8]), *row[8:]) for row in rows)
    sink.close()


def _birthday(year: int | None, month: int | None, day: int | None) -> str | None:
    return f"{year or ''}-{month}-{day}" if month else None
