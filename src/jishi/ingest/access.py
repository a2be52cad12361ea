"""Fetching imports for a purpose. Whoever may import sees every import: its rows know no owner."""

from __future__ import annotations

from django.http import Http404

from jishi.foundation.enums import Permission
from jishi.foundation.models import Batch, User
from jishi.foundation.writing import authorise
from jishi.ingest.models import ImportJob, SavedRecipe


def import_for_view(by: User | None, pk: int) -> ImportJob:
    authorise(by, Permission.IMPORT_RUN)
    found = ImportJob.objects.select_related("by", "batch").filter(pk=pk).order_by("pk").first()
    if found is None:
        raise Http404
    return found


def import_for_edit(by: User | None, pk: int) -> ImportJob:
    """Locked until the surrounding transaction ends; call inside `write()`."""
    authorise(by, Permission.IMPORT_RUN)
    found = ImportJob.objects.select_for_update().filter(pk=pk).order_by("pk").first()
    if found is None:
        raise Http404
    return found


def batch_for_undo(by: User | None, pk: int) -> Batch:
    """Locked until the surrounding transaction ends; call inside `write()`."""
    authorise(by, Permission.IMPORT_UNDO)
    found = Batch.objects.select_for_update().filter(pk=pk).order_by("pk").first()
    if found is None:
        raise Http404
    return found


def saved_recipe_for_edit(by: User | None, key: str) -> SavedRecipe:
    authorise(by, Permission.IMPORT_RUN)
    found = SavedRecipe.objects.select_for_update().filter(key=key).order_by("pk").first()
    if found is None:
        raise Http404
    return found
