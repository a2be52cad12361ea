"""Taking a whole batch back, changes included."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice
from typing import Any, TypeVar

from django.apps import apps
from django.db import models
from django.db.models import F
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from jishi.customers.enums import TeamRole
from jishi.customers.models import AccountTeamMember, Contact, ContactPosition, Customer
from jishi.customers.search import search_index_refresh
from jishi.facts.models import OrderLine, Product, Return
from jishi.facts.services import batch_facts_undo
from jishi.foundation.bulk import insert_rows
from jishi.foundation.enums import BatchKind
from jishi.foundation.models import Batch, User
from jishi.foundation.versions import StaleVersionError
from jishi.foundation.writing import write
from jishi.ingest.access import batch_for_undo
from jishi.ingest.enums import ImportStatus
from jishi.ingest.models import BeforeImage, ImportJob
from jishi.ingest.row_writer import IMAGE_COLUMNS, as_image
from jishi.ingest.tagging import TABLE as TAGS
from jishi.ingest.tagging import take_tags_back


_WHY = "undoing a batch was authorised as a whole"
_CHUNK = 500

T = TypeVar("T")


class NotUndoableError(Exception):
    """The batch cannot be taken back; the message says why."""


@dataclass
class UndoReport:
    """What taking a batch back did."""

    facts: dict[str, int] = field(default_factory=dict)
    restored: dict[str, int] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    archived: dict[str, int] = field(default_factory=dict)
    # table → rows that somebody changed since: they stay as they are now
    kept: dict[str, list[int]] = field(default_factory=dict)
    undo_batch_id: int = 0


def batch_undo(*, by: User | None, batch_id: int, now: datetime) -> UndoReport:
    """Take back everything that an import brought: facts, new rows and changes of old rows.

    Facts are superseded and the ones they had replaced are valid again. Changed customers, contacts and
    products get their former values, unless somebody changed them since. New customers are removed, or
    archived when facts (taken back, but still on record) mention them.

    Raises:
        NotAllowedError, Http404.
        NotUndoableError: not an import, or taken back already.
    """
    with write(by=by, data_changes=True):
        batch = batch_for_undo(by, batch_id)
        if batch.kind != BatchKind.IMPORT:
            raise NotUndoableError(_("Only imports can be taken back."))
        if batch.undone_at is not None:
            raise NotUndoableError(_("This import has been taken back already."))
        undo = Batch.objects.create(
            kind=BatchKind.UNDO, label=f"↩ {batch.label}"[:200], by=by, created_at=now
        )
        report = UndoReport(undo_batch_id=undo.pk)
        report.facts = batch_facts_undo(batch=batch, undo=undo, now=now)
        touched = _restore(batch, report, now)
        touched |= _take_out_new(batch, report, now)
        batch.undone_at, batch.undone_by = now, undo
        batch.save(update_fields=["undone_at", "undone_by"])
        ImportJob.objects.filter(batch=batch).update(
            status=ImportStatus.UNDONE, version=F("version") + 1
        )
        present = Customer.objects.unscoped(_WHY).filter(pk__in=touched)
        search_index_refresh(sorted(present.values_list("pk", flat=True)))
    return report


# --- rows that the batch changed ----------------------------------------------------------------
def _restore(batch: Batch, report: UndoReport, now: datetime) -> set[int]:
    """Give changed rows their former values back. Returns the customers concerned."""
    by_table = {
        model._meta.db_table: model for model in (Customer, Product, Contact, ContactPosition)
    }
    touched: set[int] = set()
    images = BeforeImage.objects.filter(batch=batch).order_by("table_name", "row_pk")
    for found in _chunks(images.iterator(chunk_size=2000)):
        for table, some in groupby(found, key=lambda image: image.table_name):
            if table == TAGS:
                kept = report.kept.get(Customer._meta.db_table, ())  # their rows come before
                for image in some:
                    if image.row_pk not in kept:
                        take_tags_back(image)
            else:
                touched |= _rows_restore(by_table[table], list(some), report, now)
    return touched


def _rows_restore(
    model: type[models.Model], images: Sequence[BeforeImage], report: UndoReport, now: datetime
) -> set[int]:
    """Give rows of one table their former values back, and keep what they were until now: with that, an
    undo of an earlier batch sees that this one's changes are gone."""
    table, manager = model._meta.db_table, _rows_of(model)
    names = {f.column: f.attname for f in model._meta.concrete_fields}
    present = manager.in_bulk([image.row_pk for image in images])
    reached = _versions_returned_to(model, {pk: row.version for pk, row in present.items()})
    touched: set[int] = set()
    kept: list[tuple[Any, ...]] = []
    for image in images:
        row, before = present.get(image.row_pk), json.loads(image.before)
        if row is None or image.after_version not in reached[image.row_pk]:
            report.kept.setdefault(table, []).append(image.row_pk)
            continue
        changes = {names[column]: value for column, value in before.items()}
        values = {column: getattr(row, names[column]) for column in before}
        if "updated_at" in names:
            changes["updated_at"] = now
        rows = manager.filter(pk=row.pk, version=row.version)
        if not rows.update(**changes, version=F("version") + 1):
            raise StaleVersionError(manager.get(pk=row.pk), row.version)
        kept.append((report.undo_batch_id, table, row.pk, as_image(values), row.version + 1))
        touched |= _customers_of(row)
        if model is Customer and "owner_id" in before:
            _owner_again(row.pk, before["owner_id"], now)
    insert_rows(BeforeImage, IMAGE_COLUMNS, kept)
    if kept:
        report.restored[table] = report.restored.get(table, 0) + len(kept)
    return touched


def _rows_of(model: type[models.Model]) -> Any:
    return model._base_manager


def _customers_of(row: models.Model) -> set[int]:
    """Whose page shows the row."""
    if isinstance(row, Customer):
        return {row.pk}
    if isinstance(row, ContactPosition):
        return {row.customer_id}
    if isinstance(row, Contact):
        places = ContactPosition.objects.unscoped(_WHY).filter(contact_id=row.pk)
        return set(places.values_list("customer_id", flat=True))
    return set()


def _versions_returned_to(
    model: type[models.Model], versions: Mapping[int, int]
) -> dict[int, set[int]]:
    """Row → its version, and the earlier ones at which it stood as it stands now: each undo of a batch
    that followed led back to the version before that batch."""
    reached = {pk: {version} for pk, version in versions.items()}
    undoes = dict(Batch.objects.filter(undone_by__isnull=False).values_list("undone_by_id", "pk"))
    images = BeforeImage.objects.filter(
        batch_id__in=[*undoes, *undoes.values()],
        table_name=model._meta.db_table,
        row_pk__in=[pk for pk, version in versions.items() if version > 1],
    )
    after = {
        (pk, batch_id): version
        for pk, batch_id, version in images.values_list("row_pk", "batch_id", "after_version")
    }
    led_back: dict[int, dict[int, int]] = {}
    for (pk, batch_id), version in after.items():
        if batch_id in undoes:
            led_back.setdefault(pk, {})[version] = after[pk, undoes[batch_id]] - 1
    for pk, steps in led_back.items():
        version = versions[pk]
        while version in steps:
            version = steps[version]
            reached[pk].add(version)
    return reached


def _owner_again(customer_id: int, owner_id: int | None, now: datetime) -> None:
    """The account team follows the owner back."""
    today = localtime(now).date()
    owners = AccountTeamMember.objects.unscoped(_WHY).filter(
        customer_id=customer_id, role=TeamRole.OWNER, ended_on__isnull=True
    )
    if owner_id is not None and owners.filter(user_id=owner_id).exists():
        return
    owners.filter(started_on__gte=today).delete()
    owners.update(ended_on=today, version=F("version") + 1)
    if owner_id is not None:
        AccountTeamMember.objects.create(
            customer_id=customer_id, user_id=owner_id, role=TeamRole.OWNER, started_on=today
        )


# --- rows that the batch created ----------------------------------------------------------------
def _take_out_new(batch: Batch, report: UndoReport, now: datetime) -> set[int]:
    """Remove what the batch created, as far as nothing else leans on it."""
    restored = set(
        BeforeImage.objects.filter(batch=batch, table_name=Customer._meta.db_table).values_list(
            "row_pk", flat=True
        )
    )
    touched: set[int] = set()
    for ids in _chunks(_as_created(ContactPosition, batch)):
        positions = ContactPosition.objects.unscoped(_WHY).filter(pk__in=ids)
        touched |= set(positions.values_list("customer_id", flat=True))
        _count(report.removed, ContactPosition, positions.delete()[0])
    for ids in _chunks(_as_created(Contact, batch)):
        contacts = Contact.objects.unscoped(_WHY).filter(pk__in=ids, positions__isnull=True)
        _count(report.removed, Contact, contacts.delete()[0])
    _keep_changed(report, Contact, Contact.objects.unscoped(_WHY).filter(batch=batch))
    customers = Customer.objects.unscoped(_WHY).filter(batch=batch)
    created = sorted(set(customers.values_list("pk", flat=True)) - restored)
    for ids in _chunks(created):
        _customers_out(ids, report, now)
    _products_out(batch, report)
    return touched | set(created)


def _customers_out(ids: Sequence[int], report: UndoReport, now: datetime) -> None:
    everybody = Customer.objects.unscoped(_WHY).filter(pk__in=ids)
    untouched = _unchanged_since(Customer, everybody)
    if changed := sorted(set(ids) - untouched):
        report.kept.setdefault(Customer._meta.db_table, []).extend(changed)
    mentioned = _mentioned(untouched)
    done = everybody.filter(pk__in=mentioned).update(
        is_archived=True, updated_at=now, version=F("version") + 1
    )
    _count(report.archived, Customer, done)
    free = untouched - mentioned
    AccountTeamMember.objects.unscoped(_WHY).filter(customer_id__in=free).delete()
    everybody.filter(pk__in=free).update(parent=None)
    gone, _per_model = everybody.filter(pk__in=free).delete()
    _count(report.removed, Customer, min(gone, len(free)))


def _mentioned(ids: set[int]) -> set[int]:
    """Those that any row outside the customer's own archive points to."""
    found: set[int] = set()
    own = {Customer, AccountTeamMember, ContactPosition, Contact}
    for model in apps.get_models():
        if model in own or model._meta.label == "customers.SearchEntry":
            continue
        for foreign in model._meta.concrete_fields:
            if isinstance(foreign, models.ForeignKey) and foreign.related_model is Customer:
                rows: Any = model._base_manager.filter(**{f"{foreign.name}__in": ids})
                found |= set(rows.order_by().values_list(foreign.attname, flat=True).distinct())
    contacts = ContactPosition.objects.unscoped(_WHY).filter(customer_id__in=ids)
    subsidiaries = Customer.objects.unscoped(_WHY).filter(parent_id__in=ids).exclude(pk__in=ids)
    found |= set(contacts.values_list("customer_id", flat=True))
    found |= {pk for pk in subsidiaries.values_list("parent_id", flat=True) if pk is not None}
    return found


def _products_out(batch: Batch, report: UndoReport) -> None:
    """Products that facts mention stay: the facts are on record, though taken back."""
    used: set[int | None] = set()
    for model in (OrderLine, Return):
        rows = model.objects.unscoped(_WHY).filter(product__batch=batch)
        used |= set(rows.order_by().values_list("product_id", flat=True).distinct())
    for ids in _chunks(pk for pk in _as_created(Product, batch) if pk not in used):
        gone, _per_model = Product.objects.filter(pk__in=ids).delete()
        _count(report.removed, Product, gone)


def _as_created(model: type[models.Model], batch: Batch) -> list[int]:
    """The rows that `batch` made and nobody has changed since."""
    return sorted(_unchanged_since(model, _rows_of(model).filter(batch=batch)))


def _unchanged_since(model: type[models.Model], rows: models.QuerySet[Any]) -> set[int]:
    """Those of `rows` that stand as they were made: never changed, or every change taken back."""
    found: set[int] = set()
    for some in _chunks(rows.order_by("pk").values_list("pk", "version").iterator(chunk_size=2000)):
        reached = _versions_returned_to(model, dict(some))
        found |= {pk for pk, versions in reached.items() if 1 in versions}
    return found


def _chunks(rows: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(rows)
    while some := list(islice(rest, _CHUNK)):
        yield some


def _count(counts: dict[str, int], model: type[models.Model], number: int) -> None:
    if number:
        counts[model._meta.db_table] = counts.get(model._meta.db_table, 0) + number


def _keep_changed(
    report: UndoReport, model: type[models.Model], rows: models.QuerySet[Any]
) -> None:
    ids = sorted(rows.values_list("pk", flat=True))
    if ids:
        report.kept.setdefault(model._meta.db_table, []).extend(ids)
