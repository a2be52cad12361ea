"""Fetching schemes, runs and designations for a purpose: the row, or 404; the right, or 403."""

from __future__ import annotations

from django.http import Http404

from jishi.foundation.enums import Permission
from jishi.foundation.models import User
from jishi.foundation.writing import authorise
from jishi.scoring.models import Designation, Run, SchemeVersion
from jishi.scoring.queries import run_latest, scheme_in_force, scheme_named


def scheme_version_for_view(by: User | None, pk: int) -> SchemeVersion:
    authorise(by, Permission.SCHEME_VIEW)
    found = SchemeVersion.objects.filter(pk=pk).order_by("pk").first()
    if found is None:
        raise Http404
    return found


def scheme_version_for_activate(by: User | None, pk: int) -> SchemeVersion:
    """Locked until the surrounding transaction ends."""
    authorise(by, Permission.SCHEME_ACTIVATE)
    found = SchemeVersion.objects.select_for_update().filter(pk=pk).order_by("pk").first()
    if found is None:
        raise Http404
    return found


def scheme_for_run(by: User | None, key: str = "") -> SchemeVersion:
    """The scheme to score with: the one named (`key` or `key.number`), else the one in force."""
    authorise(by, Permission.SCORE_RUN)
    found = scheme_named(key) if key else scheme_in_force()
    if found is None:
        raise Http404
    return found


def run_for_view(by: User | None, pk: int | None = None) -> Run:
    """A run, or the latest published one."""
    authorise(by, Permission.SCHEME_VIEW)
    if pk is None:
        found = run_latest()
    else:
        rows = Run.objects.filter(pk=pk).select_related("scheme_version")
        found = rows.order_by("pk").first()
    if found is None:
        raise Http404
    return found


def designation_for_edit(by: User | None, pk: int) -> Designation:
    """Locked until the surrounding transaction ends."""
    authorise(by, Permission.DESIGNATE)
    rows = Designation.objects.select_for_update(of=("self",))
    seen = rows.unscoped("the product itself asks") if by is None else rows.visible_to(by)
    found: Designation | None = seen.filter(pk=pk).order_by("pk").first()
    if found is None:
        raise Http404
    return found
