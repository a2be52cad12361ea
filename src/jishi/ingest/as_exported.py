"""What customers were at the version that an exported table names, out of the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jishi.customers.models import Customer, Tag
from jishi.customers.queries import tags_of
from jishi.customers.tags import tags_text
from jishi.foundation.models import AuditEntry


if TYPE_CHECKING:
    import pyarrow as pa

Row = Mapping[str, Any]
Seen = tuple[int, int]  # customer, and its version when it was exported

_TABLE = Customer._meta.db_table
_TAGS = Customer.tags.through._meta.db_table
_CHUNK = 500


def overtaken(work: Path) -> list[Seen]:
    """Rows of the file whose customer has another version now than when it was exported."""
    wanted = _stream(work / "wanted_seen.arrow")
    stored = _stream(work / "existing_customers.arrow").select(["id", "version", "code", "name"])
    found: set[Seen] = set()
    for column in ("code", "name"):
        both = wanted.select(["seen", column]).join(stored, column, join_type="inner")
        for pk, version, seen in zip(
            *(both.column(name).to_pylist() for name in ("id", "version", "seen")), strict=True
        ):
            if version != seen:
                found.add((pk, seen))
    return sorted(found)


def _stream(path: Path) -> pa.Table:
    import pyarrow as pa

    with pa.memory_map(str(path)) as stream:
        return pa.ipc.open_stream(stream).read_all()


def versions_left(wanted: Sequence[Seen]) -> Iterator[tuple[Seen, AuditEntry]]:
    """The entries by which customers left the wanted versions: `before` is what was exported.

    A version that the trail does not know, as that of another company's table, has none.
    """
    versions: dict[int, set[int]] = {}
    for pk, version in wanted:
        versions.setdefault(pk, set()).add(version)
    for entry in _entries(list(versions)):
        before, after = _rows(entry)
        pk, version = int(entry.row_pk), int(before["version"])
        if version in versions[pk] and after["version"] != version:
            yield (pk, version), entry


def _rows(entry: AuditEntry) -> tuple[Row, Row]:
    """The row before and after; {} where there is none."""
    return entry.before or {}, entry.after or {}


def _entries(customer_ids: Sequence[int]) -> Iterator[AuditEntry]:
    for start in range(0, len(customer_ids), _CHUNK):
        keys = [str(pk) for pk in customer_ids[start : start + _CHUNK]]
        yield from (
            AuditEntry.objects.filter(table_name=_TABLE, row_pk__in=keys, action="update")
            .order_by("id")
            .iterator(chunk_size=_CHUNK)
        )


def rows_as_exported(wanted: Sequence[Seen], columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """id, version, the columns, and the tags as one text, of customers as they were exported."""
    left = dict(versions_left(wanted))
    tags = _tags_at({seen: entry.id for seen, entry in left.items()})
    for seen, entry in sorted(left.items()):
        values = [_rows(entry)[0].get(column) for column in columns]
        yield (*seen, *values, tags_text(tags.get(seen, [])))


def _tags_at(moments: Mapping[Seen, int]) -> dict[Seen, list[str]]:
    """The tags that customers had just before the entry of that number: those of now, with what was
    noted since taken back."""
    if not moments:
        return {}
    now = tags_of([pk for pk, _version in moments])
    names = dict(Tag.objects.order_by("pk").values_list("id", "name"))
    since: dict[int, list[tuple[int, str, str]]] = {}
    customers = {pk for pk, _version in moments}
    entries = AuditEntry.objects.filter(table_name=_TAGS, id__gt=min(moments.values()))
    for entry in entries.order_by("-id").iterator(chunk_size=_CHUNK):
        before, after = _rows(entry)
        row = after or before
        name = names.get(row["tag_id"])
        if row["customer_id"] in customers and name is not None:
            since.setdefault(row["customer_id"], []).append((entry.id, entry.action, name))
    found = {}
    for (pk, version), moment in moments.items():
        tags = set(now.get(pk, []))
        for number, action, name in since.get(pk, []):
            if number > moment:
                (tags.discard if action == "insert" else tags.add)(name)
        found[pk, version] = sorted(tags)
    return found


def last_changes(
    cells: Iterable[tuple[int, str]],
) -> dict[tuple[int, str], tuple[int | None, datetime]]:
    """(customer, column) → who changed it last and when."""
    columns: dict[int, set[str]] = {}
    for pk, column in cells:
        columns.setdefault(pk, set()).add(column)
    found: dict[tuple[int, str], tuple[int | None, datetime]] = {}
    for entry in _entries(list(columns)):
        pk = int(entry.row_pk)
        before, after = _rows(entry)
        for column in columns[pk]:
            if before.get(column) != after.get(column):
                found[pk, column] = (entry.actor_id, entry.recorded_at)
    return found
