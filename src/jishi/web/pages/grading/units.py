"""How a value reads in the unit of its indicator."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.db.models import IntegerChoices
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jishi.scoring.enums import AbcClass, PurchaseFrequency
from jishi.web import formats


CLASSES: dict[str, type[IntegerChoices]] = {"abc": AbcClass, "frequency": PurchaseFrequency}


def unit_text(value: float | int | str | None, unit: str, lang: str, currency: str) -> str:
    """A stored value as people read it: money in full, percentages, days, hours, classes.

    >>> unit_text("3", "abc", "en", "CNY"), unit_text(1.0, "abc", "en", "CNY")
    ('A', 'C')
    """
    if value is None or value == "":
        return formats.MISSING
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return formats.MISSING
    match unit:
        case "money_e4":
            return formats.money(int(exact), lang, currency)
        case "pct":
            return formats.percent(exact)
        case "days":
            days = int(exact)
            text = ngettext("%(count)s day", "%(count)s days", days)
            return text % {"count": formats.number(days)}
        case "hours_milli":
            return _("%(hours)s hours") % {"hours": formats.quantity(int(exact))}
        case "class":
            return _("%(class)s of 5") % {"class": formats.number(exact)}
        case "abc" | "frequency":
            return str(CLASSES[unit](int(exact)).label)
        case "ratio":
            return formats.number(exact, 2)
        case _:
            whole = exact == exact.to_integral_value()
            return formats.number(exact, 0 if whole else 1)
