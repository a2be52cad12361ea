"""Scoring what was known at a moment: late and corrected facts do not reach back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.oracles.receipt_checker import check
from tests.warehouse import company

from jishi.customers.models import Customer
from jishi.facts.models import OrderLine
from jishi.foundation.services import exchange_rate_set
from jishi.scoring.models import Run, Standing
from jishi.scoring.receipts import facts_behind, receipt_of, receipt_with_facts
from jishi.scoring.services import run_score, schemes_setup


pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("data_folder")]
AS_OF = date(2025, 12, 31)
DAY = 60 * 24


@pytest.fixture
def who(data_folder) -> list[Customer]:
    """Orders recorded in minute 1; corrected on day 2; more orders on day 4."""
    who, what = company.customers(8), company.products(3)
    company.sell(who[:6], what, orders=24, minute=1)
    schemes_setup(by=None, now=company.CLOCK)
    return who


def moment(days: float):
    return company.CLOCK + timedelta(days=days)


def score(known_days: float | None) -> Run:
    known_at = None if known_days is None else moment(known_days)
    return run_score(by=None, as_of=AS_OF, now=moment(30), known_at=known_at)


def spends() -> dict[int, int]:
    rows = Standing.objects.unscoped("test").order_by("pk")
    return dict(rows.values_list("customer_id", "spend_e4"))


def test_each_moment_has_its_own_truth(who):
    at_once = score(None)
    first = spends()
    keys = list(
        OrderLine.objects.unscoped("test").filter(occurred_on__year=2025).values_list("key", flat=True)
    )[:4]  # fmt: skip
    company.correct(keys, minute=2 * DAY)
    company.sell(who[:6], list(company.Product.objects.all()), orders=24, minute=4 * DAY)
    now = score(None)
    latest = spends()
    assert sum(latest.values()) > sum(first.values()) + 20

    before = score(1)
    assert (before.known_at, before.digest) == (moment(1), at_once.digest)
    assert spends() == first
    corrected = score(3)
    assert sum(spends().values()) == sum(first.values()) + 5 * len(keys)
    assert corrected.summary["spend_e4"] == sum(spends().values())
    assert score(5).digest == now.digest
    assert spends() == latest
    nothing = score(-1)
    assert (nothing.population, nothing.summary["spend_e4"]) == (len(who), 0)


def test_what_nobody_had_recorded_by_then_is_unknown_for_everybody(who):
    company.other_facts(who[:2], minute=4 * DAY)
    before, after = score(3), score(5)
    lacking = set(before.summary["unrecorded"])
    assert lacking >= {"interactions", "referrals", "complaints"}
    assert not lacking & {"orders", "order_lines"}
    assert "interactions" not in after.summary["unrecorded"]
    assert after.summary["coverage_pct"] > before.summary["coverage_pct"]
    for run, is_known in ((before, False), (after, True)):
        for one in who:
            paper = receipt_of(by=None, customer_id=one.pk, run=run)
            assert check(paper) == []
            lines = {
                line["key"]: line for part in paper["dimensions"] for line in part["indicators"]
            }
            line = lines["interactions"]
            assert (line["raw"] is not None, line["unrecorded"] == []) == (is_known, is_known)
            assert (line["counts"], line["missing"]) == (
                (True, None) if is_known else (False, "renormalise")
            )


def test_its_receipts_name_the_facts_it_knew(who):
    company.sell(who[:6], list(company.Product.objects.all()), orders=24, minute=4 * DAY)
    run = score(1)
    for row in Standing.objects.unscoped("test"):
        paper = receipt_with_facts(by=None, customer_id=row.customer_id)
        assert check(paper) == []
        assert paper["run"]["known_at"] == moment(1).isoformat()
        [behind] = facts_behind(by=None, customer_id=row.customer_id, indicator="spend_e4", run=run)
        assert sum(fact["amount_e4"] for fact in behind.rows) == row.spend_e4
        lines = {one["key"]: one for part in paper["dimensions"] for one in part["indicators"]}
        [named] = lines["spend_e4"]["facts"]
        assert named["keys"] == [fact["key"] for fact in behind.rows]
        assert not any(key.startswith(f"o{4 * DAY}-") for key in named["keys"])


def test_amounts_without_an_exchange_rate_are_said_to_be_left_out(who):
    at_once = score(None)
    assert at_once.summary["left_out"] == {}
    company.sell(
        who[:6], list(company.Product.objects.all()), orders=24, minute=DAY, currency="USD"
    )
    dollars = OrderLine.objects.unscoped("test").filter(currency="USD")
    left_out = score(None)
    assert left_out.digest == at_once.digest
    # Every order has its two lines.
    lines = dollars.filter(occurred_on__lte=AS_OF).count()
    assert left_out.summary["left_out"] == {"USD": lines * 3 // 2}
    assert score(0.5).summary["left_out"] == {}, "not known yet"
    days = sorted(dollars.values_list("occurred_on", flat=True))
    exchange_rate_set(by=None, currency="USD", valid_from=days[10], rate=Decimal(7))
    assert score(None).summary["left_out"] == {"USD": sum(day < days[10] for day in days) * 3 // 2}
    exchange_rate_set(by=None, currency="USD", valid_from=days[0], rate=Decimal(6))
    assert score(None).summary["left_out"] == {}
