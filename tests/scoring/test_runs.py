"""Scoring from the database to standings, receipts, changes and what-if."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from tests.oracles.receipt_checker import check
from tests.warehouse import company

from jishi.analytics.presets import (
    REVENUE_ONLY,
    SCHEME_PRESETS,
    VALUE_DEPTH_GROWTH,
)
from jishi.customers.models import Customer
from jishi.facts.models import Order, OrderLine, Payment
from jishi.facts.recording import interaction_record
from jishi.facts.services import facts_append
from jishi.foundation.enums import Permission
from jishi.foundation.services import exchange_rate_set
from jishi.foundation.versions import StaleVersionError
from jishi.foundation.writing import NotAllowedError, write
from jishi.scoring import queries
from jishi.scoring.laboratory import lab_answer
from jishi.scoring.models import Run, SchemeVersion, Standing, TierChange
from jishi.scoring.receipts import facts_behind, receipt_of, what_raises_it_for
from jishi.scoring.runfiles import RunFilesMissingError, run_path, runs_folder
from jishi.scoring.services import (
    InvalidSchemeError,
    designation_end,
    designation_set,
    run_score,
    scheme_activate,
    scheme_retire,
    scheme_save,
    scheme_with,
    schemes_setup,
)


pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("data_folder")]
AS_OF = date(2025, 12, 31)
NOW = company.CLOCK + timedelta(days=1)


@pytest.fixture
def who(data_folder) -> list[Customer]:
    who, what = company.customers(12), company.products(4)
    company.sell(who[:10], what, orders=40, minute=1)
    company.other_facts(who[:6], minute=2)
    schemes_setup(by=None, now=NOW)
    return who


def everything() -> list[Standing]:
    return list(Standing.objects.unscoped("test").order_by("rank"))


def sell_more(customer: Customer, amount_e4: int, *, minute: int) -> None:
    """One large order that moves a customer up."""
    with write(by=None, data_changes=True):
        made = company.batch(minute)
        row = (f"big{minute}", customer.pk, date(2025, 11, 1))
        facts_append(
            model=Order, batch=made, now=made.created_at,
            columns=("key", "customer_id", "occurred_on", "order_ref", "order_no", "status",
                     "currency"),
            rows=[(*row, 9_000 + minute, "BIG", "completed", "CNY")],
        )  # fmt: skip
        facts_append(
            model=OrderLine, batch=made, now=made.created_at,
            columns=("key", "customer_id", "occurred_on", "order_ref", "quantity_milli",
                     "amount_e4", "currency", "status"),
            rows=[(*row, 9_000 + minute, 1000, amount_e4, "CNY", "completed")],
        )  # fmt: skip


def test_everybody_stands_somewhere_and_again_is_the_same(who):
    run = run_score(by=None, as_of=AS_OF, now=NOW)
    rows = everything()
    assert [row.rank for row in rows] == list(range(1, 13))
    assert run.population == 12
    assert run.summary["tiers"] == queries.tier_counts(by=None) | {
        key: 0 for key in run.summary["tiers"] if key not in queries.tier_counts(by=None)
    }
    lines = OrderLine.objects.unscoped("test").filter(
        occurred_on__gt=date(2024, 12, 31), occurred_on__lte=AS_OF
    )
    assert sum(row.spend_e4 for row in rows) == sum(lines.values_list("amount_e4", flat=True))
    best = rows[0]
    assert len(best.quarters_e4) == 8
    assert sum(best.quarters_e4[4:]) == best.spend_e4
    bought = [row for row in rows if row.orders]
    assert {row.abc_class for row in bought} <= {1, 2, 3}
    assert max(bought, key=lambda row: row.spend_e4).abc_class == 3
    assert {row.purchase_frequency for row in bought} <= {1, 2, 3, 4, 5}
    assert {row.purchase_frequency for row in rows if not row.orders} == {0}
    before = OrderLine.objects.unscoped("test").filter(
        occurred_on__gt=date(2023, 12, 31), occurred_on__lte=date(2024, 12, 31)
    )
    assert sum(row.spend_year_ago_e4 for row in rows) == sum(
        before.values_list("amount_e4", flat=True)
    )
    silent = next(row for row in rows if row.customer_id == who[11].pk)
    assert (silent.spend_e4, silent.margin_pct, silent.latest_order_on) == (0, None, None)
    again = run_score(by=None, as_of=AS_OF, now=NOW)
    assert (again.digest, again.pk != run.pk) == (run.digest, True)
    assert TierChange.objects.unscoped("test").filter(run=again).count() == 0


def test_an_interaction_recorded_while_a_grading_runs_is_not_forgotten(who, monkeypatch):
    from jishi.scoring.services import runs

    compute = runs.write_run_files

    def meanwhile(scored):
        interaction_record(
            by=None, customer_id=who[11].pk, now=NOW, occurred_on=NOW.date(), channel="phone"
        )
        return compute(scored)

    monkeypatch.setattr(runs, "write_run_files", meanwhile)
    run_score(by=None, as_of=AS_OF, now=NOW)
    stands = Standing.objects.unscoped("test").get(customer=who[11])
    assert stands.latest_interaction_on == NOW.date()


def test_who_leaves_while_everybody_is_scored_stands_nowhere(who):
    def leave(phase: str) -> None:
        if phase == "standings":
            with write(by=None, data_changes=True):
                everybody = Customer.objects.unscoped("test")
                everybody.filter(pk=who[1].pk).update(is_archived=True)
                everybody.filter(pk=who[11].pk).delete()

    run_score(by=None, as_of=AS_OF, now=NOW, progress=leave, scheme="revenue_only")
    standing = {row.customer_id for row in everything()}
    assert standing == {one.pk for one in who} - {who[1].pk, who[11].pk}


def test_a_receipt_rebuilds_the_standing_and_lists_its_facts(who):
    run = run_score(by=None, as_of=AS_OF, now=NOW)
    for row in everything():
        paper = json.loads(json.dumps(receipt_of(by=None, customer_id=row.customer_id)))
        assert check(paper) == []
        assert Decimal(paper["score"]) == Decimal(row.score_micro) / 1_000_000
        assert (paper["rank"], paper["tier"]["key"]) == (row.rank, row.tier_key)
        assert paper["customer"]["code"]
        spend = facts_behind(by=None, customer_id=row.customer_id, indicator="spend_e4")
        assert [one.table for one in spend] == ["order_lines"]
        assert sum(fact["amount_e4"] for fact in spend[0].rows) == row.spend_e4
        assert spend[0].count == len(spend[0].rows)
    assert run.data_version > 0


def test_the_facts_of_an_old_run_are_those_it_knew(who):
    run = run_score(by=None, as_of=AS_OF, now=NOW)
    row = everything()[0]
    sell_more(Customer._base_manager.get(pk=row.customer_id), 10**9, minute=60 * 24 * 2)
    spend = facts_behind(by=None, customer_id=row.customer_id, indicator="spend_e4", run=run)
    assert sum(fact["amount_e4"] for fact in spend[0].rows) == row.spend_e4


def test_what_raises_it_comes_with_a_rank_that_is_better_or_equal(who):
    run_score(by=None, as_of=AS_OF, now=NOW)
    last = everything()[-1]
    lines = what_raises_it_for(by=None, customer_id=last.customer_id)
    assert lines
    assert [one.gain_micro for one in lines] == sorted(
        (one.gain_micro for one in lines), reverse=True
    )
    assert all(one.rank <= last.rank for one in lines)
    assert all(one.score_micro == last.score_micro + one.gain_micro for one in lines)


def test_a_move_is_an_event_with_its_drivers(who):
    changes = {"selection": {"kind": "top_n", "value": 2}}
    scheme_with(by=None, key="revenue_only", changes=changes, now=NOW)
    run_score(by=None, as_of=AS_OF, now=NOW, scheme="revenue_only")
    first = list(queries.tier_changes(by=None))
    assert [change.cause for change in first] == ["first", "first"]
    sell_more(who[11], 10**12, minute=60 * 48)
    run_score(by=None, as_of=AS_OF, now=NOW + timedelta(days=3), scheme="revenue_only")
    moved = queries.tier_changes(by=None, customer=who[11]).get()
    assert (moved.from_key, moved.cause, moved.is_up) == ("regular", "data", True)
    assert moved.to_label["zh"] == "战略"
    assert moved.drivers[0]["indicator"] == "spend_e4"
    assert (moved.drivers[0]["raw_before"], moved.drivers[0]["raw_after"]) == ("0", str(10**12))
    down = [c for c in queries.tier_changes(by=None, since=AS_OF) if c.is_up is False]
    assert len(down) >= 1
    run = run_score(by=None, as_of=AS_OF, now=NOW + timedelta(days=4), scheme="annual_spend")
    assert {c.cause for c in queries.tier_changes(by=None).filter(run=run)} == {"scheme"}


def test_a_designation_beats_the_score_until_it_expires(who):
    run_score(by=None, as_of=AS_OF, now=NOW)
    last = everything()[-1]
    with pytest.raises(ValidationError) as wrong:
        designation_set(
            by=None, customer_id=last.customer_id, tier_key="emperor", reason=" ", now=NOW,
            expires_on=date(2020, 1, 1),
        )  # fmt: skip
    assert set(wrong.value.message_dict) == {"reason", "tier_key", "expires_on"}
    made = designation_set(
        by=None, customer_id=last.customer_id, tier_key="strategic", reason="标杆项目", now=NOW,
        expires_on=AS_OF + timedelta(days=30),
    )  # fmt: skip
    run_score(by=None, as_of=AS_OF, now=NOW)
    now_stands = Standing.objects.unscoped("test").get(pk=last.customer_id)
    assert (now_stands.tier_key, now_stands.is_designated) == ("strategic", True)
    assert (now_stands.computed_tier_key, now_stands.rank) == (last.tier_key, last.rank)
    change = queries.tier_changes(by=None).filter(customer_id=last.customer_id)[0]
    assert (change.cause, change.reason, change.is_up) == ("designation", "标杆项目", True)
    run_score(by=None, as_of=AS_OF + timedelta(days=31), now=NOW)
    assert not Standing.objects.unscoped("test").get(pk=last.customer_id).is_designated
    designation_end(by=None, designation_id=made.pk, version=made.version, now=NOW)
    with pytest.raises(ValidationError):
        designation_end(by=None, designation_id=made.pk, version=2, now=NOW)
    assert list(queries.designations(by=None, on=AS_OF)) == []


def test_a_designation_for_a_tier_that_the_scheme_has_not_counts_for_nothing(who):
    run_score(by=None, as_of=AS_OF, now=NOW)
    last = everything()[-1]
    decided = {"by": None, "customer_id": last.customer_id, "reason": "标杆项目", "now": NOW}
    with pytest.raises(ValidationError):
        # It is the 3rd already where the company is.
        designation_set(
            **{**decided, "now": datetime(2026, 1, 2, 17, tzinfo=UTC)},
            tier_key="strategic", expires_on=date(2026, 1, 2),
        )  # fmt: skip
    designation_set(**decided, tier_key="strategic")
    run_score(by=None, as_of=AS_OF, now=NOW)
    run = run_score(by=None, as_of=AS_OF, now=NOW, scheme="annual_spend")
    assert not Standing.objects.unscoped("test").get(pk=last.customer_id).is_designated
    change = queries.tier_changes(by=None).filter(run=run, customer_id=last.customer_id).get()
    assert (change.from_key, change.cause, change.reason) == ("strategic", "scheme", "")


def test_trying_out_says_who_enters_and_leaves_and_writes_nothing(who):
    run = run_score(by=None, as_of=AS_OF, now=NOW)
    before = [(row.customer_id, row.rank) for row in everything()]
    body = VALUE_DEPTH_GROWTH.model_dump(mode="json")
    same = lab_answer(by=None, body=body)
    assert (same.entered.shown, same.left.shown) == ([], [])
    assert same.key_accounts == run.summary["key_accounts"]
    wide = lab_answer(by=None, body={**body, "selection": {"kind": "top_pct", "value": "50"}})
    assert (wide.key_accounts, wide.entered.count, wide.left.count) == (6, 4, 0)
    assert [one.rank for one in wide.entered.shown] == [3, 4, 5, 6]
    growth = weighed(body, {"value": 0, "depth": 0, "growth": 1})
    other = lab_answer(by=None, body=growth)
    assert sum(other.tier_counts.values()) == 12
    assert (other.curve[0].spend_pct, other.curve[-1].spend_pct) == (0.0, 100.0)
    saved = scheme_save(by=None, body=growth, now=NOW, note="laboratory")
    fresh = run_score(by=None, as_of=AS_OF, now=NOW, scheme=saved, publish=False)
    assert fresh.summary["tiers"] == other.tier_counts
    assert [(row.customer_id, row.rank) for row in everything()] == before
    with pytest.raises(ValidationError, match="weigh nothing"):
        lab_answer(by=None, body=weighed(body, dict.fromkeys(("value", "depth", "growth"), 0)))


def weighed(body: dict[str, Any], weights: dict[str, int]) -> dict[str, Any]:
    dimensions = [{**one, "weight": weights[one["key"]]} for one in body["dimensions"]]
    return {**body, "dimensions": dimensions}


def test_an_order_is_paid_when_its_own_currency_says_so(who):
    """Whatever the dollar was worth on the days of the payments."""
    for day, rate in ((date(2020, 1, 1), "7.1234567"), (date(2025, 12, 1), "6.5")):
        exchange_rate_set(by=None, currency="USD", valid_from=day, rate=Decimal(rate))
    orders = [
        (f"f{n}", who[11].pk, date(2025, 11, 1), 8_000 + n, f"F{n}", date(2025, 11, 30), "completed",
         1_000_000, "USD")
        for n in range(3)
    ]  # fmt: skip
    payments = [
        ("p1", who[11].pk, date(2025, 12, 5), 8_000, 333_333, "USD"),
        ("p2", who[11].pk, date(2025, 12, 9), 8_000, 666_667, "USD"),
        ("p3", who[11].pk, date(2025, 12, 9), 8_001, 250_000, "USD"),
        ("p4", who[11].pk, date(2025, 12, 9), 8_002, 7_000_000, "CNY"),
    ]
    with write(by=None, data_changes=True):
        made = company.batch(9)
        facts_append(
            model=Order, batch=made, now=made.created_at, rows=orders,
            columns=("key", "customer_id", "occurred_on", "order_ref", "order_no", "due_on", "status",
                     "receivable_e4", "currency"),
        )  # fmt: skip
        facts_append(
            model=Payment,
            batch=made,
            now=made.created_at,
            rows=payments,
            columns=("key", "customer_id", "occurred_on", "order_ref", "amount_e4", "currency"),
        )
    run_score(by=None, as_of=AS_OF, now=NOW)
    standing = Standing.objects.unscoped("test").get(pk=who[11].pk)
    # Nothing of the first, three quarters of the second at its rate, of the third what 700 yuan leave of 712.34567.
    assert standing.overdue_e4 == 5_342_593 + 123_457


def test_lost_files_are_said_plainly_and_leftovers_are_removed(who):
    run = run_score(by=None, as_of=AS_OF, now=NOW)
    (runs_folder() / "dead.part").mkdir()
    again = run_score(by=None, as_of=AS_OF, now=NOW)
    assert not (runs_folder() / "dead.part").exists()
    assert run_path(run).exists()
    for path in run_path(again).iterdir():
        path.unlink()
    with pytest.raises(RunFilesMissingError, match="Run the scoring again"):
        receipt_of(by=None, customer_id=who[0].pk)


def test_results_are_parquet(who):
    import duckdb

    run = run_score(by=None, as_of=AS_OF, now=NOW)
    path = run_path(run) / "results.parquet"
    rows = duckdb.sql(f"SELECT code, score_micro, tier FROM '{path}' ORDER BY rank").fetchall()
    assert [score for _, score, _ in rows] == [row.score_micro for row in everything()]


def test_an_empty_company_can_be_scored(data_folder):
    schemes_setup(by=None, now=NOW)
    run = run_score(by=None, as_of=AS_OF, now=NOW)
    assert (run.population, everything()) == (0, [])
    assert lab_answer(by=None, body=VALUE_DEPTH_GROWTH.model_dump(mode="json")).curve == []


def test_a_failure_between_files_and_standings_leaves_the_old_standings(who, monkeypatch):
    from jishi.scoring.services import runs

    run_score(by=None, as_of=AS_OF, now=NOW)
    before = [(row.customer_id, row.score_micro, row.run_id) for row in everything()]

    def burst(**_kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr(runs, "standings_replace", burst)
    with pytest.raises(RuntimeError, match="power cut"):
        run_score(by=None, as_of=AS_OF - timedelta(days=90), now=NOW)
    assert [(row.customer_id, row.score_micro, row.run_id) for row in everything()] == before
    assert Run.objects.count() == 1


def test_unknown_customers_and_schemes_are_not_found(who):
    run_score(by=None, as_of=AS_OF, now=NOW)
    late = company.customers(1, prefix="L")[0]
    for pk in (late.pk, 10**9):
        with pytest.raises(Http404):
            receipt_of(by=None, customer_id=pk)
    with pytest.raises(Http404):
        run_score(by=None, as_of=AS_OF, now=NOW, scheme="horoscope")
    assert not queries.standings(by=None).filter(customer=late).exists()


def test_people_see_the_standings_of_their_customers_only(who, make_user):
    seller = make_user("key_account_manager")
    analyst = make_user("analyst")
    Customer._base_manager.filter(pk=who[3].pk).update(owner=seller)
    run_score(by=analyst, as_of=AS_OF, now=NOW)
    assert queries.standings(by=analyst).count() == 12
    assert [row.customer_id for row in queries.standings(by=seller)] == [who[3].pk]
    assert sum(queries.tier_counts(by=seller).values()) == 1
    assert receipt_of(by=seller, customer_id=who[3].pk)["customer"]["id"] == who[3].pk
    with pytest.raises(Http404):
        receipt_of(by=seller, customer_id=who[0].pk)
    with pytest.raises(Http404):
        facts_behind(by=seller, customer_id=who[0].pk, indicator="spend_e4")
    counts = (Run.objects.count(), SchemeVersion.objects.count())
    for forbidden in (
        lambda: run_score(by=seller, as_of=AS_OF, now=NOW),
        lambda: lab_answer(by=seller, body=REVENUE_ONLY.model_dump(mode="json")),
        lambda: scheme_save(by=seller, body=REVENUE_ONLY, now=NOW),
        lambda: designation_set(
            by=seller, customer_id=who[3].pk, tier_key="strategic", reason="r", now=NOW
        ),
    ):
        with pytest.raises(NotAllowedError):
            forbidden()
    assert (Run.objects.count(), SchemeVersion.objects.count()) == counts


def test_schemes_have_versions_and_one_is_in_force(who, make_user):
    analyst = make_user("analyst")
    assert queries.scheme_in_force().key == VALUE_DEPTH_GROWTH.key
    assert schemes_setup(by=None, now=NOW) == []
    draft = scheme_save(by=analyst, body=VALUE_DEPTH_GROWTH.model_dump(mode="json"), now=NOW)
    assert (draft.number, draft.status, draft.author) == (2, "draft", analyst)
    with pytest.raises(NotAllowedError, match=Permission.SCHEME_ACTIVATE.value):
        scheme_activate(by=analyst, scheme_version_id=draft.pk, version=1, now=NOW)
    scheme_activate(by=None, scheme_version_id=draft.pk, version=1, now=NOW)
    assert queries.scheme_in_force() == draft
    assert SchemeVersion.objects.get(key=draft.key, number=1).status == "retired"
    with pytest.raises(StaleVersionError):
        scheme_activate(by=None, scheme_version_id=draft.pk, version=1, now=NOW)
    with pytest.raises(ValidationError):
        scheme_retire(by=None, scheme_version_id=draft.pk, version=2)
    assert queries.scheme_in_force() == draft
    body = VALUE_DEPTH_GROWTH.model_dump(mode="json")
    body["dimensions"][0]["items"][0]["indicator"] = "turnover"
    with pytest.raises(InvalidSchemeError, match="no indicator called"):
        scheme_save(by=analyst, body=body, now=NOW)
    assert queries.scheme_versions(by=analyst).count() == len(SCHEME_PRESETS) + 1


def test_indicators_explain_themselves():
    texts = queries.indicator_texts("margin_pct")
    assert texts["tables"] == ("order_lines",)
    assert texts["question"].endswith("?")
