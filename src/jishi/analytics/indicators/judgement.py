"""What people who know the customer think: the latest expert rating per criterion, while it is fresh."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jishi.analytics.expressions import Column
from jishi.analytics.indicators.registry import FACTORIES, Direction, Indicator, Unit, add
from jishi.analytics.messages import gettext_noop as _
from jishi.analytics.passes import DAY_ZERO, RATING_ID_LIMIT, RATING_VALUE_LIMIT
from jishi.analytics.windows import Question


if TYPE_CHECKING:
    import ibis

FRESH_DAYS = 365
"""A rating older than this no longer counts; the age indicator shows how old the latest one is."""

CRITERIA: dict[str, str] = {
    "potential": _("Potential"),
    "demonstration": _("Demonstration effect"),
    "winnable": _("Winnable and doable"),
    "willingness": _("Willingness to cooperate"),
    "market_trend": _("Market trend of the customer"),
    "expansion": _("Expansion plans"),
    "customisation_demand": _("Demand for customisation"),
    "dependence": _("Dependence on us"),
    "strategic_fit": _("Strategic fit"),
    "brand": _("Market and brand influence"),
    "cross_sell": _("Room for cross-selling"),
}

# What the customer, its market and its plans are like; the rest are about how we work with it.
GIVEN = frozenset(
    {
        "potential",
        "demonstration",
        "market_trend",
        "expansion",
        "customisation_demand",
        "strategic_fit",
        "brand",
        "cross_sell",
    }
)

_KEY = re.compile(r"rating_([a-z][a-z0-9_]{0,39}?)(_age_days)?")


def _age_days(packed: Column, q: Question) -> Column:
    # Engines may divide through floating point, so the remainder goes first: what is left divides exactly.
    unit = RATING_ID_LIMIT * RATING_VALUE_LIMIT
    day_number = ((packed - packed % unit) / unit).cast("int64")
    return (q.as_of - DAY_ZERO).days - day_number


def rating_indicator(key: str) -> Indicator | None:
    """The indicator of any criterion: `rating_potential` is the value, `rating_potential_age_days` its age.

    The value is the latest ratings.value_pct (0..100) on or before the day; on one day the larger rating_id wins.
    Missing when nobody rated the customer or the latest rating is older than a year.

    >>> from jishi.analytics.examples import show
    >>> show(rating_indicator("rating_potential"))
    {'A': 70, 'B': None, 'C': None}
    >>> show(rating_indicator("rating_potential_age_days"))
    {'A': 30, 'B': 911, 'C': None}
    >>> rating_indicator("spend_e4") is None
    True
    """
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    criterion, is_age = match.group(1), bool(match.group(2))
    column = f"rating_{criterion}_packed"

    def latest_value(row: ibis.Table, q: Question) -> Column:
        packed = row[column]
        return (_age_days(packed, q) <= FRESH_DAYS).ifelse(packed % RATING_VALUE_LIMIT, None)

    def age(row: ibis.Table, q: Question) -> Column:
        return _age_days(row[column], q)

    label = CRITERIA.get(criterion, criterion.replace("_", " ").capitalize())
    return Indicator(
        key=key,
        family="judgement",
        label=label,
        unit=Unit.DAYS if is_age else Unit.PCT,
        direction=Direction.LOWER if is_age else Direction.HIGHER,
        question=_("How old is the latest expert rating?")
        if is_age
        else _("What do the people who know the customer think?"),
        formula_text=_("Days since the latest rating of this criterion.")
        if is_age
        else _("Latest rating of this criterion, 0 to 100, not older than a year."),
        passes=("ratings",),
        formula=age if is_age else latest_value,
        windowed=False,
        is_actionable=is_age or criterion not in GIVEN,
        module=__name__,
    )


FACTORIES.append(rating_indicator)

for _criterion in CRITERIA:
    for _suffix in ("", "_age_days"):
        _made = rating_indicator(f"rating_{_criterion}{_suffix}")
        if _made is not None:
            add(_made)
