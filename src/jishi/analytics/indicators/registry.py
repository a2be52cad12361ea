"""What an indicator is, and the register of all of them.

An indicator is defined exactly once: a formula over the columns of the shared passes, together with the words
that explain it. Calling it, `spend(tables, as_of=..., window=...)`, gives one row per customer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from jishi.analytics.expressions import Column
from jishi.analytics.messages import gettext_noop as _
from jishi.analytics.passes import PASSES, SOURCE_TABLES, rating_sums
from jishi.analytics.recording import kinds_of_passes
from jishi.analytics.windows import Question, Window


if TYPE_CHECKING:
    import ibis

    from jishi.analytics.tables import Tables


class Unit(StrEnum):
    """The unit of a stored value; `scale` turns it into the unit people read.

    A class is a quintile, 5 best; A, B and C are stored as 3, 2 and 1; a frequency is one of
    `depth.Frequency`.
    """

    MONEY_E4 = "money_e4"
    PCT = "pct"
    COUNT = "count"
    DAYS = "days"
    RATIO = "ratio"
    HOURS_MILLI = "hours_milli"
    CLASS = "class"
    ABC = "abc"
    FREQUENCY = "frequency"

    @property
    def scale(self) -> int:
        """How many stored units make one displayed unit (10,000 for money, 1,000 for hours)."""
        return {Unit.MONEY_E4: 10_000, Unit.HOURS_MILLI: 1_000}.get(self, 1)


class Direction(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"


Formula = Callable[["ibis.Table", Question], Column]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One number per customer, with everything a page needs to explain it.

    `is_actionable`: whether our people can move it by what they do. How long a customer has been with us,
    or how its market goes, is as it is: it counts, but nobody is advised to improve it.
    `records`: the kinds of facts it counts (`recording.KINDS`); while one of them was never recorded, it is
    unknown for everybody instead of 0. By default those that its passes read.
    """

    key: str
    family: str
    label: str
    unit: Unit
    direction: Direction
    question: str
    formula_text: str
    passes: tuple[str, ...]
    formula: Formula | None
    windowed: bool = True
    is_actionable: bool = True
    own_records: tuple[str, ...] | None = None
    doc: str = ""
    module: str = ""

    @property
    def source_tables(self) -> tuple[str, ...]:
        names = [table for name in self.passes for table in SOURCE_TABLES[name]]
        return tuple(dict.fromkeys(names))

    @property
    def records(self) -> tuple[str, ...]:
        return kinds_of_passes(self.passes) if self.own_records is None else self.own_records

    @property
    def is_population(self) -> bool:
        """Whether it needs all customers at once (shares, Pareto, quintiles) and is computed by NumPy."""
        return self.formula is None

    def __call__(self, tables: Tables, *, as_of: date, window: Window) -> ibis.Table:
        return indicator_table(tables, (self.key,), as_of=as_of, window=window)


REGISTRY: dict[str, Indicator] = {}
FACTORIES: list[Callable[[str], Indicator | None]] = []
"""Families whose indicators cannot be listed beforehand, such as one per criterion an expert may rate."""

FAMILIES: dict[str, str] = {
    "value": _("Value to us"),
    "depth": _("Depth of cooperation"),
    "growth": _("Growth"),
    "loyalty": _("Loyalty"),
    "service": _("Service and payment"),
    "judgement": _("Expert judgement"),
    "population": _("Standing among all customers"),
}


def indicator(
    *,
    family: str,
    label: str,
    unit: Unit,
    question: str,
    formula_text: str,
    passes: str,
    direction: Direction = Direction.HIGHER,
    windowed: bool = True,
    is_actionable: bool = True,
    records: str | None = None,
) -> Callable[[Formula], Indicator]:
    """Register a formula under its function name."""

    def register(formula: Formula) -> Indicator:
        made = Indicator(
            key=formula.__name__,
            family=family,
            label=label,
            unit=unit,
            direction=direction,
            question=question,
            formula_text=formula_text,
            passes=tuple(passes.split()),
            formula=formula,
            windowed=windowed,
            is_actionable=is_actionable,
            own_records=None if records is None else tuple(records.split()),
            doc=formula.__doc__ or "",
            module=formula.__module__,
        )
        return add(made)

    return register


def doctests(module: str) -> dict[str, str]:
    """The docstrings of a family's indicators, where doctest looks for examples of non-functions."""
    return {key: one.doc for key, one in REGISTRY.items() if one.module == module}


def add(made: Indicator) -> Indicator:
    """Put an indicator into the register; a key can be taken only once."""
    if made.key in REGISTRY:
        raise ValueError(f"The indicator {made.key} is defined twice.")
    REGISTRY[made.key] = made
    return made


class UnknownIndicatorError(KeyError):
    """A key that names no indicator."""

    def __str__(self) -> str:
        return str(self.args[0])


def indicator_for(key: str) -> Indicator:
    """Look an indicator up; `rating_<criterion>` exists for every criterion an expert can rate."""
    if key in REGISTRY:
        return REGISTRY[key]
    for make in FACTORIES:
        made = make(key)
        if made is not None:
            return made
    raise UnknownIndicatorError(
        f"There is no indicator called {key!r}. Use one of: {', '.join(sorted(REGISTRY))}, "
        "or rating_<criterion>."
    )


def indicator_table(
    tables: Tables, keys: Iterable[str], *, as_of: date, window: Window
) -> ibis.Table:
    """One row per customer with `customer_id` and one column per key; each pass is read once.

    Money, counts, days and hours are integers in the unit of the key; percentages and ratios are floating point.
    A value that cannot be known (nothing to divide by, nothing recorded) is missing, never zero or infinite.
    """
    wanted = [indicator_for(key) for key in dict.fromkeys(keys)]
    q = Question(as_of=as_of, window=window)
    names = dict.fromkeys(name for one in wanted for name in one.passes)
    wide = tables.customers.select("customer_id")
    for name in names:
        if name == "ratings":
            criteria = tuple(
                sorted(
                    {
                        one.key.split("_", 1)[1].removesuffix("_age_days")
                        for one in wanted
                        if "ratings" in one.passes
                    }
                )
            )
            part = rating_sums(criteria)(tables, q)
        else:
            part = PASSES[name](tables, q)
        wide = wide.left_join(part, "customer_id").drop("customer_id_right")
    columns = {one.key: one.formula(wide, q) for one in wanted if one.formula is not None}
    return wide.select("customer_id", **columns)
