"""Checking the values a service is handed, field by field, before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _


def cleaned(
    model: type[models.Model], values: Mapping[str, Any], *, allowed: Collection[str]
) -> dict[str, Any]:
    """The values as the fields of `model` keep them: trimmed, converted, checked.

    Args:
        model: whose fields.
        values: field name (`team_id` for a foreign key) → value.
        allowed: the fields that may be written this way.

    Raises:
        ValidationError: field name → messages, for every wrong value at once.
        TypeError: a field that may not be written this way; a fault of the caller.
    """
    foreign = set(values) - set(allowed)
    if foreign:
        raise TypeError(f"{model.__name__} takes no {', '.join(sorted(foreign))} here.")
    kept: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    for name, value in values.items():
        field = model._meta.get_field(name.removesuffix("_id") if name.endswith("_id") else name)
        if isinstance(value, str):
            value = value.strip()
            if value == "" and field.null:
                value = None
        try:
            kept[name] = field.clean(value, None)  # type: ignore[union-attr]  # allowed names are columns
        except ValidationError as error:
            wrong[name] = error.messages
    if wrong:
        raise ValidationError(wrong)
    return kept


def refuse_taken(
    model: type[models.Model], field: str, value: Any, *, but: int | None = None
) -> None:
    """Raise ValidationError when another row than `but` already has `value` in `field`."""
    if value in ("", None):
        return
    others = model._base_manager.filter(**{field: value})
    if but is not None:
        others = others.exclude(pk=but)
    if others.exists():
        raise ValidationError({field: [_("“%(value)s” is taken already.") % {"value": value}]})


@contextmanager
def refusing_taken(
    model: type[models.Model], values: Mapping[str, Any], *, but: int | None = None
) -> Iterator[None]:
    """What is written inside may meet a row that somebody wrote after `refuse_taken` had looked: the
    same ValidationError then, and the surrounding transaction can go on.

    Args:
        model: whose rows.
        values: field → value that no two rows have.
        but: the row that is written, if it is there already.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        for field, value in values.items():
            refuse_taken(model, field, value, but=but)
        raise
