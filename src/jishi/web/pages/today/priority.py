"""How much is at stake with a customer: the one formula behind the order of today's list.

Everything is in money, so that an unpaid invoice and a customer who goes quiet can be compared:

    at stake = overdue × (1 + days ÷ 180, at most 2)
             + the smaller of  a year's margin
                          and  a year's margin × the sum of these shares:
                               silent        (times the usual gap − 1) ÷ 4, at most 1
                               untouched     5 %
                               falling       the share by which its sales fell
                               complaint     5 %, 10 % or 20 % by severity × (1 + days ÷ 90, at most 2)
                               next step     5 % × (1 + days late ÷ 90, at most 2); 2 % before its day
                               low answer    5 %
                               tier fell     5 %

What is overdue is earned already and can be lost whole; of everything else no more can be lost than
the customer brings in a year. Docs: `docs/today.md`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from jishi.facts.enums import Severity
from jishi.foundation.enums import Role


OVERDUE_DOUBLES_AFTER_DAYS: Final = 180
WAITING_DOUBLES_AFTER_DAYS: Final = 90
SILENT_WHOLE_AT: Final = 5.0
# Without known costs a fifth of the sales is taken to be margin; and who buys at a loss still counts a little.
ASSUMED_MARGIN: Final = 0.20
LEAST_MARGIN: Final = 0.05
STEP_LATE, STEP_AHEAD, ANSWER, UNTOUCHED, TIER_FELL = 0.05, 0.02, 0.05, 0.05, 0.05
COMPLAINT = {Severity.LOW: 0.05, Severity.MEDIUM: 0.10, Severity.HIGH: 0.20}

# What a role answers for stands before everything else on its list, in this order.
FIRST_FOR: Final[dict[str, tuple[str, ...]]] = {Role.CUSTOMER_SERVICE: ("complaint", "answer")}


@dataclass(frozen=True)
class Signal:
    """One reason to act. `kind` decides how it reads; the rest are the numbers in it.

    `ratio` is how many times the usual gap it has been silent, or the share by which sales fell.
    """

    kind: str
    customer_id: int
    on: date | None = None
    amount_e4: int = 0
    count: int = 0
    ratio: float = 0.0
    text: str = ""


def margin_of_year_e4(sales_e4: int, margin_pct: float | None) -> int:
    """What a customer brings in a year, from its sales and its margin.

    >>> margin_of_year_e4(1_000_000, 31.5), margin_of_year_e4(1_000_000, None)
    (315000, 200000)
    >>> margin_of_year_e4(1_000_000, -6.5)
    50000
    """
    share = ASSUMED_MARGIN if margin_pct is None else max(LEAST_MARGIN, margin_pct / 100)
    return round(sales_e4 * min(1.0, share))


def at_stake_e4(signals: Collection[Signal], *, year_margin_e4: int, today: date) -> int:
    """What all signals of one customer put at stake, in 1/10,000 of the currency.

    >>> day = date(2026, 11, 23)
    >>> debt = Signal("overdue", 7, on=date(2026, 8, 25), amount_e4=1_772_000)
    >>> at_stake_e4([debt], year_margin_e4=2_180_000, today=day)  # 90 days: half as much again
    2658000
    >>> quiet = Signal("silent", 2, ratio=11.9)
    >>> fallen = Signal("falling", 2, ratio=0.68)
    >>> at_stake_e4([quiet, fallen], year_margin_e4=2_310_000, today=day)  # no more than the year
    2310000
    """
    shares = sum(_share(one, today) for one in signals if one.kind != "overdue")
    owed = sum(_owed_e4(one, today) for one in signals if one.kind == "overdue")
    return owed + round(year_margin_e4 * min(1.0, shares))


def heaviest_first(
    signals: Collection[Signal], *, year_margin_e4: int, today: date, role: str = ""
) -> list[Signal]:
    """The signals of one customer: first what the role answers for, then by what each puts at stake."""

    def weight(one: Signal) -> tuple[int, int]:
        stake = at_stake_e4([one], year_margin_e4=year_margin_e4, today=today)
        return (_answered_for(one, role), -stake)

    return sorted(signals, key=weight)


def place_of(
    signals: Sequence[Signal], *, stake_e4: int, is_own: bool, role: str, customer_id: int
) -> tuple[int, bool, int, int]:
    """Where a customer's line stands: what the role answers for, then one's own customers (`is_own`),
    then what is at stake.

    >>> debt, anger = Signal("overdue", 1), Signal("complaint", 2)
    >>> many = place_of([debt], stake_e4=900, is_own=False, role="customer_service", customer_id=1)
    >>> few = place_of([anger], stake_e4=5, is_own=False, role="customer_service", customer_id=2)
    >>> few < many
    True
    """
    first = min(_answered_for(one, role) for one in signals)
    return (first, not is_own, -stake_e4, customer_id)


def _answered_for(signal: Signal, role: str) -> int:
    """The place of its kind among those that the role answers for; behind them for all others."""
    first = FIRST_FOR.get(role, ())
    return first.index(signal.kind) if signal.kind in first else len(first)


def _owed_e4(signal: Signal, today: date) -> int:
    return round(signal.amount_e4 * _waiting(signal.on, today, OVERDUE_DOUBLES_AFTER_DAYS))


def _share(signal: Signal, today: date) -> float:
    waiting = _waiting(signal.on, today, WAITING_DOUBLES_AFTER_DAYS)
    match signal.kind:
        case "silent":
            return min(1.0, max(0.0, (signal.ratio - 1) / (SILENT_WHOLE_AT - 1)))
        case "falling":
            return min(1.0, signal.ratio)
        case "complaint":
            return COMPLAINT[Severity(signal.count)] * waiting
        case "next_step":
            is_ahead = signal.on is not None and signal.on > today
            return STEP_AHEAD if is_ahead else STEP_LATE * waiting
        case "answer":
            return ANSWER
        case "untouched":
            return UNTOUCHED
        case _:
            return TIER_FELL


def _waiting(since: date | None, today: date, doubles_after_days: int) -> float:
    """1 on the day itself, 2 from that many days on."""
    days = max(0, (today - since).days) if since is not None else 0
    return 1 + min(1.0, days / doubles_after_days)
