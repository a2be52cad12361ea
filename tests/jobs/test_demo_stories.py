"""The planted stories of the demo company, read back from the stored rows.

Each figure is computed here in plain Python, on days that calendars stumble over.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from tests.conftest import ON_POSTGRES

from jishi.analytics.windows import months_before
from jishi.customers.models import Customer
from jishi.facts.models import (
    Complaint,
    ExpertRating,
    Interaction,
    Order,
    OrderLine,
    Payment,
    Referral,
)
from jishi.jobs.demo import demo_load


pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.sqlite]

WAN_E4 = 10_000 * 10_000
DAYS = [date(2027, 1, 1), date(2028, 2, 29), date(2026, 12, 31)]
if ON_POSTGRES:  # the days differ in the generator, not in the database
    DAYS = DAYS[1:2]


def _rows(model, *names, **where):
    rows = model.objects.unscoped("test").filter(superseded_at__isnull=True, **where)
    return list(rows.order_by("occurred_on", "pk").values_list("customer__code", *names))


@dataclass
class Ledger:
    """The demo company's sales as plain lists, oldest first."""

    today: date
    lines: dict[str, list[tuple[date, int, int | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    rankings: dict[int, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for code, status, *line in _rows(
            OrderLine, "status", "occurred_on", "amount_e4", "cost_e4"
        ):
            if status != "cancelled":
                self.lines[code].append(tuple(line))

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def spend_e4(self, code: str, months_ago: int, months: int) -> int:
        """Sales of `months` months, the last of which ended `months_ago` months ago."""
        end_on = self.today + timedelta(days=1)
        start, end = months_before(end_on, months_ago + months), months_before(end_on, months_ago)
        return sum(amount for on, amount, _cost in self.lines[code] if start <= on < end)

    def quarters_e4(self, code: str) -> list[int]:
        """The last eight quarters, oldest first."""
        return [self.spend_e4(code, 3 * quarter, 3) for quarter in reversed(range(8))]

    def ranking(self, months_ago: int = 0) -> list[str]:
        """Codes by the sales of twelve months, largest first."""
        if months_ago not in self.rankings:
            spend = {code: self.spend_e4(code, months_ago, 12) for code in self.lines}
            self.rankings[months_ago] = sorted(spend, key=lambda code: -spend[code])
        return self.rankings[months_ago]

    def order_days(self, code: str) -> list[date]:
        return sorted({on for on, _amount, _cost in self.lines[code]})

    def silent_days(self, code: str) -> int:
        """Days since the latest interaction."""
        touches = _rows(Interaction, "occurred_on", customer__code=code)
        return (self.today - touches[-1][1]).days


def _overdue_e4(today: date) -> Counter[str]:
    paid: Counter[int] = Counter()
    for _code, ref, amount in _rows(Payment, "order_ref", "amount_e4"):
        paid[ref] += amount
    overdue: Counter[str] = Counter()
    for code, ref, due_on, status, receivable in _rows(
        Order, "order_ref", "due_on", "status", "receivable_e4"
    ):
        if status != "cancelled" and due_on < today:
            overdue[code] += max(0, receivable - paid[ref])
    return overdue


def _delays(code: str) -> list[int]:
    due = {ref: on for _code, ref, on in _rows(Order, "order_ref", "due_on", customer__code=code)}
    payments = _rows(Payment, "order_ref", "occurred_on", customer__code=code)
    return [(paid_on - due[ref]).days for _code, ref, paid_on in payments]


def flagship(ledger: Ledger) -> None:
    code = "HY0001"
    assert ledger.ranking()[0] == code
    assert ledger.spend_e4(code, 0, 12) > ledger.spend_e4(code, 12, 12) * 1.1
    won = _rows(Referral, "occurred_on", customer__code=code, won=True)
    assert [on > ledger.ago(365) for _code, on in won] == [True, True]
    ratings = _rows(ExpertRating, "occurred_on", "value_pct", customer__code=code)
    assert all(value >= 75 for _code, on, value in ratings if on > ledger.ago(365))


def falling_giant(ledger: Ledger) -> None:
    code = "HY0002"
    quarters = ledger.quarters_e4(code)
    assert all(later < earlier for earlier, later in pairwise(quarters))
    assert ledger.spend_e4(code, 0, 12) < ledger.spend_e4(code, 12, 12) * 0.5
    assert code in ledger.ranking(months_ago=24)[:3]
    days = ledger.order_days(code)
    own_gap_days = (days[-1] - days[0]).days / (len(days) - 1)
    silence_days = (ledger.today - days[-1]).days
    assert silence_days >= 75
    assert silence_days > 5 * own_gap_days
    assert ledger.silent_days(code) >= 110


def rising_star(ledger: Ledger) -> None:
    code = "HY0003"
    quarters = ledger.quarters_e4(code)
    assert quarters[0] > 0
    assert all(later > earlier for earlier, later in pairwise(quarters))
    assert ledger.spend_e4(code, 0, 12) > ledger.spend_e4(code, 12, 12) * 4
    assert code in ledger.ranking()[:20]
    assert code not in ledger.ranking(months_ago=12)[:20]


def loss_making_big_buyer(ledger: Ledger) -> None:
    code = "HY0004"
    assert code in ledger.ranking()[:5]
    since = months_before(ledger.today + timedelta(days=1), 12)
    lines = [line for line in ledger.lines[code] if line[0] >= since]
    costs_e4 = [cost for _on, _amount, cost in lines if cost is not None]
    assert len(costs_e4) == len(lines)
    sales_e4 = sum(amount for _on, amount, _cost in lines)
    assert sales_e4 - sum(costs_e4) < -0.02 * sales_e4


def broken_promise(ledger: Ledger) -> None:
    touches = _rows(
        Interaction, "occurred_on", "next_step", "next_step_on", customer__code="HY0005"
    )
    _code, on, step, step_on = touches[-1]
    assert step == "提交整改方案并安排驻场复测"
    assert on < step_on < ledger.ago(20)
    complaints = _rows(
        Complaint, "occurred_on", "severity", customer__code="HY0005", closed_on__isnull=True
    )
    assert (3, True) in [(severity, opened > step_on) for _code, opened, severity in complaints]


def silent_loyal_customer(ledger: Ledger) -> None:
    code = "HY0006"
    assert all(ledger.spend_e4(code, month, 1) > 0 for month in range(36))
    assert 0.9 < ledger.spend_e4(code, 0, 12) / ledger.spend_e4(code, 12, 12) < 1.1
    assert code in ledger.ranking()[:30]
    assert ledger.silent_days(code) >= 230
    assert _rows(Complaint, customer__code=code) == []
    assert sum(_delays(code)) < 0  # pays before it is due


def late_payer(ledger: Ledger) -> None:
    code = "HY0007"
    delays = _delays(code)
    assert sum(delays) / len(delays) > 80
    overdue = _overdue_e4(ledger.today)
    assert overdue[code] > 150 * WAN_E4
    assert overdue.most_common(1)[0][0] == code


def referrer(ledger: Ledger) -> None:
    won = _rows(Referral, "occurred_on", "referred__code", customer__code="HY0008", won=True)
    assert sorted(code for _referrer, _on, code in won) == ["HY0129", "HY0130", "HY0131"]
    for _referrer, on, code in won:
        assert on > ledger.ago(365)
        assert ledger.order_days(code)[0] > on
        assert ledger.spend_e4(code, 0, 12) > 30 * WAN_E4


def group_of_small_parts(ledger: Ledger) -> None:
    above = dict(
        Customer.objects.unscoped("test")
        .filter(code__range=("HY0010", "HY0023"))
        .values_list("code", "parent__code")
    )
    assert len(above) == 14
    assert above["HY0010"] is None
    levels = {"HY0010": 1}
    for code in sorted(above)[1:]:
        levels[code] = levels[above[code]] + 1
    assert Counter(levels.values()) == {1: 1, 2: 3, 3: 10}
    ranking = ledger.ranking()
    spends = [ledger.spend_e4(code, 0, 12) for code in above]
    assert not set(above) & set(ranking[:100])
    assert sum(spends) > ledger.spend_e4(ranking[19], 0, 12)


def newly_strategic(ledger: Ledger) -> None:
    code = "HY0009"
    assert 0 < ledger.spend_e4(code, 0, 36) < 35 * WAN_E4
    assert code not in ledger.ranking()[:128]
    assert ledger.order_days(code)[0] > ledger.ago(160)
    ratings = _rows(
        ExpertRating, "occurred_on", "criterion", "value_pct", "evidence_kind",
        customer__code=code,
    )  # fmt: skip
    high = [criterion for _code, _on, criterion, value, _kind in ratings if value >= 85]
    assert {"potential", "demonstration", "winnable", "willingness", "strategic_fit"} <= set(high)
    assert {kind for *_rest, kind in ratings} == {"data", "interview", "survey"}
    assert min(on for _code, on, *_rest in ratings) > ledger.ago(60)


STORIES = [
    flagship,
    falling_giant,
    rising_star,
    loss_making_big_buyer,
    broken_promise,
    silent_loyal_customer,
    late_payer,
    referrer,
    group_of_small_parts,
    newly_strategic,
]


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_every_story_can_be_read_from_the_rows(today):
    now = datetime(today.year, today.month, today.day, 3, tzinfo=UTC)
    demo_load(by=None, today=today, now=now)
    ledger = Ledger(today)
    for story in STORIES:
        story(ledger)
    for model in (Order, Payment, Interaction, Complaint, ExpertRating):
        assert max(on for _code, on in _rows(model, "occurred_on")) <= today
