"""Compared rows → the database. Runs inside the one transaction of `import_apply`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.utils.timezone import localtime

from jishi.customers.enums import TeamRole
from jishi.customers.models import (
    AccountTeamMember,
    Contact,
    ContactPosition,
    Customer,
    CustomerType,
)
from jishi.customers.search import search_index_refresh
from jishi.customers.services.types import STANDARD_TYPES
from jishi.facts.models import Fact, Product
from jishi.foundation.bulk import insert_rows, next_ids, statistics_refresh
from jishi.ingest.existing import CONTACT_COLUMNS, FACT_MODEL, POSITION_COLUMNS
from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.row_values import columns_of, kept_values, leads_to, split_birthday, strings
from jishi.ingest.row_writer import ROWS_AT_ONCE, RowWriter, StaleComparisonError
from jishi.ingest.staging.compare_facts import fact_columns
from jishi.ingest.tagging import put_tags


if TYPE_CHECKING:
    import pyarrow as pa

_STANDARD_TYPES = {key: (name, name_en) for key, name, name_en in STANDARD_TYPES}
_EVERYTHING = "the import was authorised as a whole"


class Applier:
    """Writes one compared import.

    Args:
        work: folder with the `apply_<entity>.arrow` streams.
        out: what writes the rows, under the import's batch.
    """

    def __init__(self, work: Path, out: RowWriter) -> None:
        self.work = work
        self.out = out
        self.batch, self.now = out.batch, out.now
        self.new_ids: dict[str, Sequence[int]] = {}

    def apply(self, entities: Sequence[str]) -> int:
        """Write everything. Returns how many rows were written.

        Raises:
            StaleComparisonError, CancelledError: the caller's transaction must roll back.
        """
        touched = set(self._customers()) if "customers" in entities else set()
        if "products" in entities:
            self._products()
        if "contacts" in entities:
            touched |= set(self._contacts())
        for name in ENTITIES:
            if name in entities and ENTITIES[name].is_fact:
                self._facts(name)
        search_index_refresh(sorted(touched))
        statistics_refresh(
            [Customer, Product, *(FACT_MODEL[n] for n in entities if n in FACT_MODEL)]
        )
        return self.out.written

    # --- reading what was compared -------------------------------------------------------------
    def _stream(self, name: str) -> pa.Table | None:
        import pyarrow as pa

        path = self.work / f"apply_{name}.arrow"
        if not path.exists():
            return None
        with pa.memory_map(str(path)) as stream:
            table = pa.ipc.open_stream(stream).read_all()
        return table if table.num_rows else None

    def _rows(self, table: pa.Table, actions: set[str]) -> list[dict[str, Any]]:
        import pyarrow.compute as pc

        mask = pc.is_in(table.column("action"), value_set=strings(sorted(actions)))
        return list(table.filter(mask).to_pylist())

    # --- customers -----------------------------------------------------------------------------
    def _customers(self) -> list[int]:
        table = self._stream("customers")
        self.new_ids["customers"] = []
        if table is None:
            return []
        columns = columns_of(table, Customer, leave_out={"id", "version"})
        self._need_customer_types(table)
        new = self._rows(table, {"new"})
        ids = next_ids(Customer, len(new))
        self.new_ids["customers"] = ids
        tail = (self.batch.pk, self.now, self.now)
        self.out.insert(
            Customer,
            ["id", *columns, "batch_id", "created_at", "updated_at"],
            [
                (pk, *kept_values(row, columns, Customer), *tail)
                for pk, row in zip(ids, new, strict=True)
            ],
        )
        changed = self._rows(table, {"changed", "revived"})
        groups = self._parents()
        for row in changed:
            row["parent_id"] = groups.get(row["existing_id"], row["parent_id"])
        self.out.update(Customer, columns, [row for row in changed if row["action"] == "changed"])
        revived = [{**row, "is_archived": False, "batch_id": self.batch.pk}
                   for row in changed if row["action"] == "revived"]  # fmt: skip
        self.out.update(Customer, [*columns, "is_archived", "batch_id"], revived)
        self._owners(new, ids, changed)
        if "tags" in table.column_names:
            put_tags(self.out, {pk: row["tags"] for pk, row in zip(ids, new, strict=True)})
            put_tags(
                self.out,
                {row["existing_id"]: row["tags"] for row in changed},
                {row["existing_id"]: row["version"] + 1 for row in changed},
            )
        return [*ids, *(row["existing_id"] for row in changed)]

    def _need_customer_types(self, table: pa.Table) -> None:
        """The three standard types come with the first customer that has one."""
        if "customer_type_id" not in table.column_names:
            return
        import pyarrow.compute as pc

        for key in pc.unique(table.column("customer_type_id")).to_pylist():
            if key:
                name, name_en = _STANDARD_TYPES.get(key, (key, key))
                CustomerType.objects.get_or_create(
                    key=key, defaults={"name": name, "name_en": name_en}
                )

    def _owners(
        self, new: list[dict[str, Any]], ids: Sequence[int], changed: list[dict[str, Any]]
    ) -> None:
        """The account team says who owns a customer and since when; it follows the new owner."""
        today = localtime(self.now).date()
        members = [(pk, row["owner_id"]) for pk, row in zip(ids, new, strict=True)]
        present = AccountTeamMember.objects.unscoped(_EVERYTHING).filter(
            role=TeamRole.OWNER, ended_on__isnull=True
        )
        for row in changed:
            owner = row.get("owner_id")
            if owner is None:
                continue
            current = present.filter(customer_id=row["existing_id"])
            if current.filter(user_id=owner).exists():
                continue
            current.filter(started_on__gt=today).delete()
            current.update(ended_on=today, version=models.F("version") + 1)
            members.append((row["existing_id"], owner))
        insert_rows(
            AccountTeamMember,
            ["customer_id", "user_id", "role", "started_on"],
            [(pk, user, TeamRole.OWNER.value, today) for pk, user in members if user is not None],
        )

    def _parents(self) -> dict[int, int]:
        """Put new customers into their groups. Returns stored customer → its new group.

        Raises:
            StaleComparisonError: stored groups have changed so that one would stand below itself.
        """
        table = self._stream("parents")
        if table is None:
            return {}
        ids = self.new_ids["customers"]
        everybody = Customer.objects.unscoped(_EVERYTHING)
        above: dict[int, int] = {
            child: parent
            for child, parent in everybody.filter(parent__isnull=False).values_list(
                "id", "parent_id"
            )
            if parent is not None
        }
        placed: dict[int, int] = {}
        stored: dict[int, int] = {}
        for row in table.to_pylist():
            child = row["id"] if row["id"] is not None else ids[row["seq"]]
            parent = row["parent_id"] if row["parent_id"] is not None else ids[row["parent_id_seq"]]
            placed[child] = above[child] = parent
            if row["id"] is None:
                everybody.filter(pk=child).update(parent_id=parent)
            else:
                stored[child] = parent
        if any(leads_to(above, parent, child) for child, parent in placed.items()):
            raise StaleComparisonError
        return stored

    # --- products ------------------------------------------------------------------------------
    def _products(self) -> None:
        table = self._stream("products")
        self.new_ids["products"] = []
        if table is None:
            return
        columns = columns_of(table, Product, leave_out={"id", "version"})
        new = self._rows(table, {"new"})
        ids = next_ids(Product, len(new))
        self.new_ids["products"] = ids
        self.out.insert(
            Product,
            ["id", *columns, "batch_id"],
            [
                (pk, *kept_values(row, columns, Product), self.batch.pk)
                for pk, row in zip(ids, new, strict=True)
            ],
        )
        self.out.update(Product, columns, self._rows(table, {"changed"}))

    # --- contacts ------------------------------------------------------------------------------
    def _contacts(self) -> list[int]:
        table = self._stream("contacts")
        if table is None:
            return []
        given = [c for c in CONTACT_COLUMNS if c in table.column_names]
        official = [c for c in POSITION_COLUMNS if c in table.column_names]
        rows = self._rows(table, {"new", "changed"})
        for row in rows:
            row["customer_id"] = self._id("customers", row, "customer_id")
            split_birthday(row)
        if "birthday" in table.column_names:
            given += ["birth_year", "birth_month", "birth_day"]
        # A person has a row for each position; his own data are the same in all of them.
        new = [row for row in rows if row["action"] == "new"]
        people = {row["person"]: row for row in reversed(new)}
        ids = dict(zip(people, next_ids(Contact, len(people)), strict=True))
        tail = (self.batch.pk, self.now, self.now)
        self.out.insert(
            Contact,
            ["id", *given, "batch_id", "created_at", "updated_at"],
            [(ids[who], *kept_values(row, given, Contact), *tail) for who, row in people.items()],
        )
        changed = [row for row in rows if row["action"] == "changed"]
        known = {row["existing_id"]: row for row in reversed(changed)}
        self.out.update(Contact, given, list(known.values()))
        elsewhere = [row for row in changed if row["position_id"] is None]
        places = [(ids[row["person"]], row) for row in new]
        places += [(row["existing_id"], row) for row in elsewhere]
        self.out.insert(
            ContactPosition,
            ["contact_id", "customer_id", *official, "batch_id"],
            [
                (
                    pk,
                    row["customer_id"],
                    *kept_values(row, official, ContactPosition),
                    self.batch.pk,
                )
                for pk, row in places
            ],
        )
        moved = [
            {**row, "existing_id": row["position_id"], "version": row["position_version"]}
            for row in changed
            if row["position_id"] is not None
        ]
        if official:
            self.out.update(ContactPosition, official, moved)
        # Whoever a person works for is found by what is known of him now.
        return [row["customer_id"] for row in rows] + self._places_of(list(known))

    def _places_of(self, contact_ids: Sequence[int]) -> list[int]:
        found: list[int] = []
        for start in range(0, len(contact_ids), 500):
            places = ContactPosition.objects.unscoped(_EVERYTHING).filter(
                contact_id__in=contact_ids[start : start + 500]
            )
            found += places.values_list("customer_id", flat=True)
        return found

    # --- facts ---------------------------------------------------------------------------------
    def _facts(self, name: str) -> None:
        table = self._stream(name)
        if name == "orders":
            self.new_ids["orders"] = []
        if table is None:
            return
        model = FACT_MODEL[name]
        self._supersede(model, table)
        ids = next_ids(model, table.num_rows)
        columns = fact_columns(ENTITIES[name])
        if name == "orders":
            self._note_order_refs(table, ids)
        # A chunk at a time: a million rows as Python objects would take most of a gigabyte.
        for start in range(0, table.num_rows, ROWS_AT_ONCE):
            piece = table.slice(start, ROWS_AT_ONCE)
            own = ids[start : start + ROWS_AT_ONCE]
            lists = [own, piece.column("k").to_pylist()]
            lists += [self._resolved(piece, column, own, name) for column in columns]
            self.out.append_facts(model, ["id", "key", *columns], zip(*lists, strict=True))
            self.out.step(piece.num_rows)

    def _supersede(self, model: type[Fact], table: pa.Table) -> None:
        """Mark the stored rows that the new ones replace. They must still be current."""
        old = [pk for pk in table.column("existing_id").to_pylist() if pk is not None]
        current = model.objects.unscoped(_EVERYTHING).filter(superseded_at__isnull=True)
        done = 0
        for start in range(0, len(old), 500):
            done += current.filter(pk__in=old[start : start + 500]).update(
                superseded_at=self.now, superseded_by=self.batch
            )
        if done != len(old):
            raise StaleComparisonError

    def _note_order_refs(self, table: pa.Table, ids: Sequence[int]) -> None:
        """A new order's reference is its own id; a corrected one keeps the reference it had."""
        refs = table.column("order_ref").to_pylist()
        seqs = table.column("seq").to_pylist()
        by_seq = {seq: pk for pk, ref, seq in zip(ids, refs, seqs, strict=True) if ref is None}
        self.new_ids["orders"] = [by_seq[seq] for seq in sorted(by_seq)]

    def _resolved(self, table: pa.Table, column: str, ids: Sequence[int], name: str) -> list[Any]:
        """Values of a column, with positions among the new rows turned into ids."""
        values = table.column(column).to_pylist()
        if name == "orders" and column == "order_ref":
            return [pk if ref is None else ref for pk, ref in zip(ids, values, strict=True)]
        target = {"customer_id": "customers", "referred_id": "customers", "product_id": "products",
                  "order_ref": "orders"}.get(column)  # fmt: skip
        if target and f"{column}_seq" in table.column_names:
            made = self.new_ids.get(target, [])
            seqs = table.column(f"{column}_seq").to_pylist()
            return [made[seq] if seq is not None else value
                    for value, seq in zip(values, seqs, strict=True)]  # fmt: skip
        if connection.vendor == "sqlite" and values and isinstance(values[0], date):
            return [value.isoformat() if value is not None else None for value in values]
        field = next(f for f in FACT_MODEL[name]._meta.concrete_fields if f.column == column)
        if not field.null and isinstance(field, models.CharField | models.TextField):
            return ["" if value is None else value for value in values]
        return list(values)

    def _id(self, target: str, row: dict[str, Any], column: str) -> int | None:
        seq = row.get(f"{column}_seq")
        if seq is not None:
            return int(self.new_ids[target][seq])
        value = row[column]
        return None if value is None else int(value)
