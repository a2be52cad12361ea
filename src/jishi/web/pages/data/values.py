"""How a value of an import reads: words for codes, units for integers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from jishi.customers.enums import BuyingRole, Calendar, Party, SizeClass, Stage, Stance
from jishi.facts.enums import (
    Channel,
    Criterion,
    EvidenceKind,
    Instrument,
    OrderStatus,
    PaymentMethod,
    ServiceKind,
    Severity,
)
from jishi.ingest.mapping.fields import FLAG
from jishi.web import formats
from jishi.web.pages.data.queries.kinds import customer_type_names


if TYPE_CHECKING:
    from django.db import models

    from jishi.ingest.mapping.fields import Field

_WORDS: dict[str, type[models.TextChoices | models.IntegerChoices]] = {
    "birth_calendar": Calendar,
    "buying_role": BuyingRole,
    "channel": Channel,
    "criterion": Criterion,
    "evidence_kind": EvidenceKind,
    "instrument": Instrument,
    "party": Party,
    "payment_method": PaymentMethod,
    "service_kind": ServiceKind,
    "severity": Severity,
    "size_class": SizeClass,
    "stage": Stage,
    "stance": Stance,
    "status": OrderStatus,
}


def choices_of(field: Field, language: str) -> dict[str, str]:
    """Code → word of a field with a fixed vocabulary; empty for others."""
    if field.name == "customer_type":
        return customer_type_names(language)
    if field.name in _WORDS:
        return {str(code): str(word) for code, word in _WORDS[field.name].choices}
    return {}


def word_of(field: Field, code: str, language: str) -> str:
    """What files call a code, for one that has no word of ours."""
    written = field.choices.get(code, (code,))
    if formats.is_chinese(language):
        return written[0]
    return next((one for one in written if one.isascii() and one[:1].isalpha()), written[0])


def value_text(field: Field | None, column: str, value: Any, language: str) -> str:
    """A stored value as people write it."""
    if value is None or value == "":
        return formats.MISSING
    text = str(value)
    if field is not None and field.kind == FLAG:
        return _("yes") if text.lower() in {"true", "1"} else _("no")
    if field is not None and field.choices:
        return choices_of(field, language).get(text, text)
    if text.lstrip("-").isdecimal():
        if column.endswith("_e4"):
            return formats.money_full(int(text), "")
        if column.endswith("_milli"):
            return formats.quantity(int(text))
    return text
