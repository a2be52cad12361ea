"""Taking a whole batch back, changes included."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

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
from jishi.foundation.enums import BatchKind
from jishi.foundation.models import Batch, User
from jishi.foundation.writing import write
from jishi.ingest.access import batch_for_undo
from jishi.ingest.enums import ImportStatus
from jishi.ingest.models import BeforeImage, ImportJob
from jishi.ingest.tagging import TABLE as TAGS
from jishi.ingest.tagging import take_tags_back


_WHY = "undoing a batch was authorised as a whole"
_CHUNK = 500


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
    for image in images.iterator(chunk_size=2000):
        if image.table_name == TAGS:
            take_tags_back(image)
            touched.add(image.row_pk)
            continue
        model = by_table[image.table_name]
        before = json.loads(image.before)
        names = {f.column: f.attname for f in model._meta.concrete_fields}
        changes = {names[column]: value for column, value in before.items()}
        if "updated_at" in names:
            changes["updated_at"] = now
        manager: Any = model._base_manager
        done = manager.filter(pk=image.row_pk, version=image.after_version).update(
            **changes, version=F("version") + 1
        )
        if not done:
            report.kept.setdefault(image.table_name, []).append(image.row_pk)
            continue
        report.restored[image.table_name] = report.restored.get(image.table_name, 0) + 1
        if model is Customer:
            touched.add(image.row_pk)
            if "owner_id" in before:
                _owner_again(image.row_pk, before["owner_id"], now)
        elif model is ContactPosition:
            touched |= set(manager.filter(pk=image.row_pk).values_list("customer_id", flat=True))
        elif model is Contact:
            places = ContactPosition.objects.unscoped(_WHY).filter(contact_id=image.row_pk)
            touched |= set(places.values_list("customer_id", flat=True))
    return touched


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
    positions = ContactPosition.objects.unscoped(_WHY).filter(batch=batch, version=1)
    touched = set(positions.values_list("customer_id", flat=True))
    _count(report.removed, ContactPosition, positions.delete()[0])
    contacts = Contact.objects.unscoped(_WHY).filter(batch=batch, version=1, positions__isnull=True)
    _count(report.removed, Contact, contacts.delete()[0])
    _keep_changed(report, Contact, Contact.objects.unscoped(_WHY).filter(batch=batch))
    customers = Customer.objects.unscoped(_WHY).filter(batch=batch)
    created = sorted(set(customers.values_list("pk", flat=True)) - restored)
    for start in range(0, len(created), _CHUNK):
        _customers_out(created[start : start + _CHUNK], report, now)
    _products_out(batch, report)
    return touched | set(created)


def _customers_out(ids: Sequence[int], report: UndoReport, now: datetime) -> None:
    everybody = Customer.objects.unscoped(_WHY).filter(pk__in=ids)
    changed = sorted(everybody.exclude(version=1).values_list("pk", flat=True))
    if changed:
        report.kept.setdefault(Customer._meta.db_table, []).extend(changed)
    untouched = set(ids) - set(changed)
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
    created = Product.objects.filter(batch=batch, version=1)
    used: set[int | None] = set()
    for model in (OrderLine, Return):
        rows = model.objects.unscoped(_WHY).filter(product__batch=batch)
        used |= set(rows.order_by().values_list("product_id", flat=True).distinct())
    gone, _per_model = created.exclude(pk__in=[pk for pk in used if pk is not None]).delete()
    _count(report.removed, Product, gone)


def _count(counts: dict[str, int], model: type[models.Model], number: int) -> None:
    if number:
        counts[model._meta.db_table] = counts.get(model._meta.db_table, 0) + number


def _keep_changed(
    report: UndoReport, model: type[models.Model], rows: models.QuerySet[Any]
) -> None:
    ids = sorted(rows.values_list("pk", flat=True))
    if ids:
        report.kept.setdefault(model._meta.db_table, []).extend(ids)
