"""Writing schemes: save a version, put one in force, retire one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _
from pydantic import ValidationError as SchemeError

from jishi.analytics.presets import DEFAULT_SCHEME_KEY, SCHEME_PRESETS
from jishi.analytics.scheme import Scheme, empty_tiers, explain_errors
from jishi.foundation.enums import Permission
from jishi.foundation.locks import SCHEMES, lock_for_transaction
from jishi.foundation.models import User
from jishi.foundation.versions import save_version
from jishi.foundation.writing import authorise, write
from jishi.scoring.access import scheme_for_run, scheme_version_for_activate
from jishi.scoring.enums import SchemeStatus
from jishi.scoring.models import SchemeVersion


class InvalidSchemeError(ValidationError):
    """The rule does not fit together; `messages` says what to change."""


def scheme_save(
    *, by: User | None, body: Mapping[str, Any] | Scheme, now: datetime, note: str = ""
) -> SchemeVersion:
    """Save a rule as a new draft version of its key.

    Raises:
        NotAllowedError, InvalidSchemeError.
    """
    authorise(by, Permission.SCHEME_DRAFT)
    scheme = body if isinstance(body, Scheme) else _checked(body)
    empty = empty_tiers(scheme)
    if empty:
        raise InvalidSchemeError(empty)
    with write(by=by):
        lock_for_transaction(SCHEMES)
        newest = SchemeVersion.objects.filter(key=scheme.key).aggregate(n=Max("number"))["n"]
        return SchemeVersion.objects.create(
            key=scheme.key,
            number=(newest or 0) + 1,
            name_zh=scheme.name.zh,
            name_en=scheme.name.en,
            body=scheme.model_dump(mode="json"),
            note=note[:300],
            author=by,
            created_at=now,
        )


def scheme_activate(
    *, by: User | None, scheme_version_id: int, version: int, now: datetime
) -> SchemeVersion:
    """Put a version in force; the one before it retires.

    Raises:
        NotAllowedError, Http404, StaleVersionError, InvalidSchemeError.
    """
    with write(by=by):
        lock_for_transaction(SCHEMES)
        row = scheme_version_for_activate(by, scheme_version_id)
        _checked(row.body)
        others = SchemeVersion.objects.filter(status=SchemeStatus.ACTIVE).exclude(pk=row.pk)
        for other in others.select_for_update().order_by("pk"):
            save_version(other, seen=other.version, changes={"status": SchemeStatus.RETIRED})
        save_version(
            row, seen=version, changes={"status": SchemeStatus.ACTIVE, "activated_at": now}
        )
    return row


def scheme_retire(*, by: User | None, scheme_version_id: int, version: int) -> SchemeVersion:
    """Take a draft out of use. The scheme in force cannot be retired without a successor.

    Raises:
        NotAllowedError, Http404, StaleVersionError, ValidationError.
    """
    with write(by=by):
        row = scheme_version_for_activate(by, scheme_version_id)
        if row.status == SchemeStatus.ACTIVE:
            raise ValidationError(_("Put another scheme in force first."))
        save_version(row, seen=version, changes={"status": SchemeStatus.RETIRED})
    return row


def scheme_with(
    *, by: User | None, key: str, changes: Mapping[str, Any], now: datetime
) -> SchemeVersion:
    """The scheme named (or in force) with some fields changed: a version that exists, or a new draft.

    Args:
        key: of a scheme, or `key.number` of a version; nothing for the scheme in force.
        changes: top-level fields of a scheme, such as `window_months` or `tiers`.

    Raises:
        NotAllowedError, Http404, InvalidSchemeError.
    """
    version = scheme_for_run(by, key)
    scheme = _checked({**version.scheme.model_dump(mode="json"), **changes})
    for known in SchemeVersion.objects.filter(key=version.key).order_by("-number", "pk"):
        if known.scheme == scheme:
            return known
    return scheme_save(by=by, body=scheme, now=now)


def schemes_setup(*, by: User | None, now: datetime) -> list[SchemeVersion]:
    """Offer the ready schemes, and put the default one in force when none is. Safe to repeat."""
    made = []
    with write(by=by):
        lock_for_transaction(SCHEMES)
        have = set(SchemeVersion.objects.values_list("key", flat=True))
        for key, scheme in SCHEME_PRESETS.items():
            if key not in have:
                made.append(scheme_save(by=by, body=scheme, now=now))
        if not SchemeVersion.objects.filter(status=SchemeStatus.ACTIVE).exists():
            rows = SchemeVersion.objects.filter(key=DEFAULT_SCHEME_KEY)
            default = rows.order_by("-number", "pk")[0]
            scheme_activate(by=by, scheme_version_id=default.pk, version=default.version, now=now)
    return made


def _checked(body: Mapping[str, Any]) -> Scheme:
    try:
        return Scheme.model_validate(body)
    except SchemeError as error:
        raise InvalidSchemeError(explain_errors(error)) from error
