"""Where the figures of data quality come from."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.foundation.enums import Permission
from jishi.web import formats
from jishi.web.components.parts import ExplainedInput, Explanation
from jishi.web.pages.data.queries.quality import quality


if TYPE_CHECKING:
    from jishi.foundation.models import User


def explanation(by: User, key: str, lang: str, today: date) -> Explanation | None:
    """None for any other number, and for those who do not see the page."""
    if not key.startswith("quality_") or not by.may(Permission.IMPORT_RUN):
        return None
    found = quality(by, today=today)
    page = reverse("web:imports_quality")
    customers = ExplainedInput(
        _("Customers"), formats.number(found.customers), f"{reverse('web:customers')}?view=all"
    )
    gaps = [
        ExplainedInput(
            str(one.gap.label),
            formats.number(one.customers),
            f"{page}?missing={one.gap.field}#gap"
            if one.gap.kind == "missing" and one.customers
            else "",
        )
        for one in found.gaps
        if one.customers
    ]
    match key:
        case "quality_filled":
            title, value = _("Filled in"), ""
            formula = _(
                "100 × (customers − those with the gap) ÷ customers; archived ones left out."
            )
            inputs = [customers, *gaps]
        case "quality_missing":
            title, value = _("Missing"), ""
            formula = _(
                "Customers you see, archived ones left out, where the field is empty, cannot be right, "
                "or has not been looked at for long."
            )
            inputs = [customers, *gaps]
        case "quality_same_name":
            title, value = _("Shared names"), formats.number(found.same_name)
            formula = _("Customers you see whose name another customer you see has as well.")
            inputs = [customers]
        case "quality_fresh":
            title, value = _("How fresh"), ""
            formula = _(
                "The newest day among the facts you see, of each kind; withdrawn ones left out."
            )
            inputs = [
                ExplainedInput(str(label), formats.day(day, lang, today))
                for label, day in found.latest
            ]
        case _:
            return None
    return Explanation(
        title=title,
        value=value,
        formula=formula,
        inputs=inputs,
        as_of=formats.day(today, lang, today),
    )
