"""How the period of a scheme is named beside the figures it bounds."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


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
