"""The two thousand customers: the stories, the other candidates, and everybody else."""

from __future__ import annotations

from datetime import timedelta
from math import log10
from random import Random

from jishi.jobs.demo.catalogue import CABINET, CATEGORIES, SERVICE, SOFTWARE, SPARE
from jishi.jobs.demo.dates import History
from jishi.jobs.demo.firms import (
    CANDIDATE_COUNT,
    FIRM_COUNT,
    YUAN_E4,
    Firm,
    random_for,
)
from jishi.jobs.demo.stories import story_firm
from jishi.jobs.demo.words import (
    BRAND_FIRST,
    BRAND_SECOND,
    PLACES,
    PUBLIC_BODIES,
    TRADERS,
    TRADES,
)


# Real, well-known names that the syllables would give.
_TAKEN_BRANDS = (
    "汇川 海信 恒力 天通 海澜 远达 东信 天和 恒通 宏创 安捷 博创 星图 安达 德邦 天邦 凯恩 宏图 鼎信"
    " 天禾 鼎捷 佳都 恒泽 博拓 兴源 天源 宏源 锦和 启创 瑞达 瑞信 瑞丰 瑞创 博信 东和 安和"
)
_HOLDING_SIZES = (3, 3, 4, 4, 5, 6)
_GROUP_SHARE = 0.02
_POTENTIAL_SHARE = 0.12
_ONE_TIMER_SHARE = 0.06
_LOST_SHARE = 0.1
_NEWCOMER_SHARE = 0.3


class _Names:
    """Company names, each given once."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._given: set[str] = set()
        self._taken = frozenset(_TAKEN_BRANDS.split())

    def brand(self) -> str:
        while True:
            brand = self._rng.choice(BRAND_FIRST) + self._rng.choice(BRAND_SECOND)
            if brand not in self._taken:
                return brand

    def claim(self, name: str) -> bool:
        if name in self._given:
            return False
        self._given.add(name)
        return True


def _annual_e4(rank: int) -> int:
    """Yearly spend of the customer at a rank: heavy-tailed, a fifth of them bring four fifths."""
    return int(14_000_000 * (8 / (rank + 7)) ** 1.25) * YUAN_E4


def _size(rng: Random, yuan: int) -> str:
    if yuan > 2_000_000:
        return rng.choices(("large", "medium"), (8, 2))[0]
    if yuan > 150_000:
        return rng.choices(("large", "medium", "small"), (2, 6, 2))[0]
    return rng.choices(("medium", "small", "micro"), (2, 6, 2))[0]


def _plain_firm(rng: Random, names: _Names, number: int) -> Firm:
    while True:
        place, brand = rng.choice(PLACES), names.brand()
        roll = rng.random()
        if number > CANDIDATE_COUNT and roll < 0.05:
            ending, industry, customer_type, need = rng.choice(PUBLIC_BODIES)
            name, short_name, business = f"{place.name}{brand}{ending}", "", ending
        elif number > CANDIDATE_COUNT and roll < 0.15:
            ending, industry, customer_type, need = rng.choice(TRADERS)
            name, short_name, business = f"{place.name}{brand}{ending}", "", "工业品流通"
        else:
            trade = rng.choice(TRADES)
            ending = "股份有限公司" if roll > 0.9 else "有限公司"
            name = f"{place.name}{brand}{trade.name}{ending}"
            customer_type, industry, need = "enterprise", trade.industry, trade.need
            business = trade.name
            short_name = f"{brand}{trade.name[:2]}"
        if names.claim(name):
            return Firm(
                number=number,
                name=name,
                short_name=short_name or f"{place.name}{brand}",
                place=place,
                industry=industry,
                business=business,
                need=need,
                customer_type=customer_type,
            )


def _give_terms(rng: Random, firm: Firm, yuan: int) -> None:
    """Price, payment and habit."""
    large = yuan > 1_000_000
    firm.discount_per_mille = rng.randint(60, 140) if large else rng.randint(0, 80)
    firm.payment_days = rng.choice((45, 60, 90)) if large else rng.choice((0, 15, 30, 30, 45))
    firm.delay_days = rng.choices((-2.0, 2.0, 9.0, 24.0), (30, 45, 18, 7))[0]
    firm.delay_spread_days = rng.choice((2.0, 4.0, 7.0))
    if firm.customer_type == "retail":
        firm.categories = (CABINET, SPARE)
    elif not large:
        count = rng.choices((2, 3, 4, 5), (25, 35, 25, 15))[0]
        chosen = set(rng.sample(CATEGORIES, count)) | {SPARE}
        firm.categories = tuple(c for c in CATEGORIES if c in chosen)
    elif rng.random() < 0.4:
        firm.categories = tuple(c for c in CATEGORIES if c != rng.choice((SOFTWARE, SERVICE)))
    # Small orders cost more to pack, ship and support.
    cost_per_mille = round(rng.gauss(1000 if large else 1060, 75))
    firm.cost_per_mille = min(1_300, max(840, cost_per_mille))
    firm.rating_pct = rng.gauss(58 + 9 * log10(max(1.0, yuan / 500_000)), 9)
    firm.mood = min(0.97, max(0.2, rng.gauss(0.74, 0.14)))


def _give_history(rng: Random, firm: Firm, history: History) -> None:
    """Since when the firm buys, how it is growing, and whether it has stopped."""
    newcomer = rng.random() < (0.12 if firm.is_candidate else _NEWCOMER_SHARE)
    firm.since_on = history.days_ago(
        rng.randint(60, 1_000) if newcomer else rng.randint(1_100, 5_400)
    )
    firm.growth = min(0.7, max(-0.4, rng.gauss(0.07, 0.18)))
    if rng.random() < (0.03 if firm.is_candidate else _LOST_SHARE):
        earliest = max(firm.since_on + timedelta(days=40), history.days_ago(900))
        span = max(1, (history.days_ago(100) - earliest).days)
        firm.ends_on = earliest + timedelta(days=rng.randrange(span))


def _give_touch(rng: Random, firm: Firm) -> None:
    if firm.is_candidate:
        firm.touch_gap_days, firm.silent_days = rng.uniform(11, 32), rng.randint(1, 32)
        if rng.random() < 0.06:
            firm.silent_days = rng.randint(92, 150)
    elif rng.random() < 0.8:
        firm.touch_gap_days, firm.silent_days = rng.uniform(90, 300), rng.randint(3, 160)


def _one_timer(rng: Random, firm: Firm, history: History) -> None:
    """A customer who has just begun: a first order, perhaps a second."""
    firm.since_on = history.days_ago(rng.randint(25, 330))
    firm.ends_on = min(history.today, firm.since_on + timedelta(days=rng.randint(3, 40)))
    firm.annual_e4 = rng.randint(4_000, 60_000) * YUAN_E4


def _join_groups(rng: Random, firms: list[Firm]) -> None:
    """Some companies belong to a group: they take its brand, and the larger ones a middle level."""
    position = CANDIDATE_COUNT + 3
    while position < len(firms) - max(_HOLDING_SIZES):
        position += 1
        if rng.random() >= _GROUP_SHARE:
            continue
        members = firms[position : position + rng.choice(_HOLDING_SIZES)]
        position += len(members)
        head = members[0]
        if any(firm.customer_type != "enterprise" for firm in members):
            continue
        brand = head.name[len(head.place.name) :][:2]
        head.name, head.short_name = f"{head.place.name}{brand}控股集团有限公司", f"{brand}集团"
        for index, firm in enumerate(members[1:], start=1):
            firm.name = f"{firm.place.name}{brand}{firm.business}有限公司"
            firm.short_name = f"{firm.place.name}{brand}"
            # From the fifth on, plants below the first subsidiary: a third level.
            firm.parent = members[1].number if index >= 4 else head.number


def all_firms(history: History) -> list[Firm]:
    """Number 1 to 2,000, in that order."""
    rng = random_for("roster")
    names = _Names(rng)
    firms: list[Firm] = []
    numbers = range(1, FIRM_COUNT + 1)
    stories = {n: firm for n in numbers if (firm := story_firm(n, history)) is not None}
    for firm in stories.values():
        names.claim(firm.name)
    plain = [number for number in numbers if number not in stories]
    candidates = [number for number in plain if number <= CANDIDATE_COUNT]
    others = plain[len(candidates) :]
    rng.shuffle(candidates)
    rng.shuffle(others)
    rank_of = {number: rank for rank, number in enumerate([*candidates, *others], start=1)}
    for number in numbers:
        if number in stories:
            firms.append(stories[number])
            continue
        firm = _plain_firm(rng, names, number)
        roll = rng.random()
        annual_e4 = int(_annual_e4(rank_of[number]) * rng.lognormvariate(0, 0.1))
        _give_terms(rng, firm, annual_e4 // YUAN_E4)
        _give_touch(rng, firm)
        if firm.is_candidate or roll > _POTENTIAL_SHARE + _ONE_TIMER_SHARE:
            firm.annual_e4 = annual_e4
            _give_history(rng, firm, history)
        elif roll > _POTENTIAL_SHARE:
            _one_timer(rng, firm, history)
        firm.size_class = _size(rng, annual_e4 // YUAN_E4)
        firms.append(firm)
    _join_groups(rng, firms)
    return firms
