"""How the period of a scheme is named beside the figures it bounds, and where its months begin."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jishi.analytics.windows import months_before


def within(figure: str | Promise, months: int | None) -> str:
    """The figure's name with its period: "近 12 个月销售额", "Sales, 12 months".

    Args:
        figure: what is counted, such as "Sales".
        months: length of the period; None for the whole history.
    """
    if months is None:
        return _("%(figure)s, whole history") % {"figure": figure}
    words = {"figure": figure, "count": months}
    return ngettext("%(figure)s, %(count)s month", "%(figure)s, %(count)s months", months) % words


def month_starts(as_of: date, months: int) -> list[date]:
    """First days of the latest `months` months, the last of which ends with `as_of`: the indicators' bounds.

    >>> month_starts(date(2026, 11, 24), 2)
    [datetime.date(2026, 9, 25), datetime.date(2026, 10, 25)]
    """
    end = as_of + timedelta(days=1)
    return [months_before(end, back) for back in range(months, 0, -1)]
