"""A customer of the demo company before it becomes rows, and the orders it places."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from jishi.jobs.demo.catalogue import CATEGORIES
from jishi.jobs.demo.dates import History
from jishi.jobs.demo.words import Place


SEED = "jishi-demo-1"
FIRM_COUNT = 2_000
CANDIDATE_COUNT = 128
YUAN_E4 = 10_000


def random_for(*what: object) -> Random:
    """A generator of its own for every part, so that changing one part leaves the others alone."""
    return Random(":".join([SEED, *map(str, what)]))


def code_of(number: int) -> str:
    return f"HY{number:04d}"


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """When the firm orders, and for about how much."""

    ordered_on: date
    amount_e4: int


@dataclass(slots=True)
class Firm:
    """Number 1 to 128 are the key account candidates."""

    number: int
    name: str
    short_name: str
    place: Place
    industry: str
    business: str
    need: str
    customer_type: str = "enterprise"
    size_class: str = "medium"
    parent: int | None = None
    since_on: date | None = None
    annual_e4: int = 0
    growth: float = 0.0
    ends_on: date | None = None
    discount_per_mille: int = 60
    payment_days: int = 30
    delay_days: float = 0.0
    delay_spread_days: float = 5.0
    categories: tuple[str, ...] = CATEGORIES
    mood: float = 0.75
    cost_per_mille: int = 1000
    """What it costs us to serve the firm, against the standard cost."""
    rating_pct: float = 64.0
    """About what the experts give it."""
    orders: list[PlannedOrder] | None = field(default=None)
    touch_gap_days: float = 0.0
    silent_days: int = 0
    is_story: bool = False

    @property
    def code(self) -> str:
        return code_of(self.number)

    @property
    def is_candidate(self) -> bool:
        return self.number <= CANDIDATE_COUNT

    @property
    def area(self) -> str:
        return self.place.area

    def planned_orders(self, history: History) -> list[PlannedOrder]:
        """The orders of the three years, oldest first."""
        if self.orders is None:
            self.orders = _drawn_orders(self, history)
        return self.orders


_MAX_ORDERS_A_YEAR = 130
_ORDERS_PER_ROOT_YUAN = 0.0245


def _drawn_orders(firm: Firm, history: History) -> list[PlannedOrder]:
    """Orders at random working days: more of them in season and the way the firm is growing."""
    if not firm.annual_e4 or firm.since_on is None:
        return []
    rng = random_for("orders", firm.code)
    start_on = max(firm.since_on, history.begins_on)
    end_on = firm.ends_on or history.today
    years = (end_on - start_on).days / 365.25
    if years <= 0:
        return []
    yuan = firm.annual_e4 / YUAN_E4
    per_year = min(_MAX_ORDERS_A_YEAR, max(1.2, _ORDERS_PER_ROOT_YUAN * yuan**0.5))
    count = max(1, round(per_year * years * rng.uniform(0.85, 1.15)))
    mean_e4 = firm.annual_e4 / per_year
    steepest = max(1.0, (1 + firm.growth) ** -years)
    planned: list[PlannedOrder] = []
    for _attempt in range(count * 8):
        day = history.draw(rng, start_on, end_on)
        if day is None:
            break
        now_share = (1 + firm.growth) ** -history.years_before_today(day)
        if rng.random() * steepest > now_share:
            continue
        planned.append(PlannedOrder(day, int(mean_e4 * rng.lognormvariate(-0.18, 0.6))))
        if len(planned) == count:
            break
    return sorted(planned, key=lambda order: order.ordered_on)
