"""Two people changed the same record: what one typed beside what the other saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Difference:
    label: str
    typed: str
    stored: str


def differences(form: forms.Form, stored: Mapping[str, Any]) -> list[Difference]:
    """The fields whose typed text is not what is stored now."""
    found = []
    for name, field in form.fields.items():
        if isinstance(field.widget, forms.HiddenInput) or name not in stored:
            continue
        typed = _shown(field, form.cleaned_data.get(name))
        kept = _shown(field, stored.get(name))
        if typed != kept:
            found.append(Difference(str(field.label), typed or "—", kept or "—"))
    return found


def _shown(field: forms.Field, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, forms.ChoiceField):
        named = {str(key): str(label) for key, label in field.choices}  # type: ignore[misc,union-attr]  # flat choices only
        return "" if value == "" else named.get(str(value), str(value))
    if isinstance(field, forms.DecimalField):
        text = f"{Decimal(value):f}"  # typed it is a number, stored the text of the form
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)
