"""Every indicator equals its oracle on empty, tiny, random and real tables."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.analytics.generate import FIRST, company
from tests.oracles.indicators import ORACLES, boundary, population_oracle, rating
from tests.oracles.indicators import quarter_spend as oracle_quarters
from tests.oracles.recording import HAPPENED, is_recorded

from jishi.analytics.engines import Limits, duckdb_engine, indicator_matrix
from jishi.analytics.examples import AS_OF, example_tables
from jishi.analytics.indicators import (
    REGISTRY,
    Unit,
    UnknownIndicatorError,
    indicator_for,
    indicator_table,
)
from jishi.analytics.tables import empty_tables, tables_from_rows
from jishi.analytics.trend import quarter_spend
from jishi.analytics.windows import Question, Window, months_before


PER_CUSTOMER = [key for key, one in REGISTRY.items() if not one.is_population]
POPULATION = [key for key, one in REGISTRY.items() if one.is_population]


def oracle_of(key: str) -> Any:
    if key.startswith("rating_"):
        criterion = key.removeprefix("rating_").removesuffix("_age_days")
        return rating(criterion, age=key.endswith("_age_days"))
    return ORACLES[key]


def same(found: float | None, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is None and expected is None
    if isinstance(found, int):
        return found == expected
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)


def assert_equals_oracle(rows: dict[str, list[dict[str, Any]]], as_of: date, months: int | None):
    expression = indicator_table(
        tables_from_rows(rows), PER_CUSTOMER, as_of=as_of, window=Window(months)
    )
    answer = {r["customer_id"]: r for r in expression.to_pyarrow().to_pylist()}
    assert sorted(answer) == sorted(c["customer_id"] for c in rows["customers"])
    for customer, row in answer.items():
        for key in PER_CUSTOMER:
            expected = oracle_of(key)(rows, customer, as_of, months)
            assert same(row[key], expected), (key, customer, row[key], expected)


def test_every_indicator_has_an_oracle():
    without_ratings = {key for key in PER_CUSTOMER if not key.startswith("rating_")}
    assert without_ratings == set(ORACLES)


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    shift_days=st.integers(0, 1100),
    months=st.sampled_from([1, 3, 12, 13, 24, 62, 63, None]),
)
def test_random_companies_equal_the_oracle(seed, shift_days, months):
    assert_equals_oracle(company(seed), FIRST + timedelta(days=shift_days), months)


def test_spend_is_compared_within_the_industry():
    rows = company(11, customers=9, size=20)
    for place, one in enumerate(rows["customers"]):
        one["industry"] = ("C34", "C349", "C3411", "I65", "I651", "")[place % 6]
    as_of = FIRST + timedelta(days=1000)
    assert_equals_oracle(rows, as_of, None)
    found = [
        oracle_of("industry_spend_pct")(rows, one["customer_id"], as_of, None)
        for one in rows["customers"]
    ]
    assert sum(value is not None for value in found) >= 4
    assert {None} == {found[place] for place in (3, 4, 5)}  # two of a kind are no measure


def test_how_often_a_customer_buys_follows_from_the_days_between_its_order_days():
    """Order days at even distances over a year of 365 days, and the edges of every class."""
    as_of = date(2026, 12, 31)

    def days_before(*ago: int) -> list[date]:
        return [as_of - timedelta(days=one) for one in ago]

    bought = {
        0: days_before(400),  # before the window only
        1: days_before(3, 3, 3),  # three orders on one day are one purchase
        2: days_before(364, 100),  # 365 / 2
        3: days_before(364, 200, 100),  # 365 / 3 = 121.7
        4: days_before(*range(0, 360, 40)),  # 365 / 9 = 40.6
        5: days_before(*range(0, 365, 10)),  # 365 / 37 = 9.9
        14: days_before(4, 1),  # new: two purchases, but 90 / 2 = 45 days
        24: days_before(134, 90, 1),  # new: 135 / 3 = 45
        33: days_before(135, 90, 1),  # one day more
    }
    rows: dict[str, list[dict[str, Any]]] = {
        "customers": [{"customer_id": n, "code": f"C{n}"} for n in bought],
        "orders": [
            {"order_ref": place, "customer_id": n, "ordered_on": day, "status": "completed"}
            for place, (n, day) in enumerate((n, day) for n, days in bought.items() for day in days)
        ],
    }
    assert_equals_oracle(rows, as_of, 12)
    answer = REGISTRY["purchase_frequency"](tables_from_rows(rows), as_of=as_of, window=Window(12))
    found = {r["customer_id"]: r["purchase_frequency"] for r in answer.to_pyarrow().to_pylist()}
    assert found == {n: n % 10 for n in bought}
    for months in (1, None):
        assert_equals_oracle(rows, as_of, months)


@pytest.mark.parametrize("as_of", [date(2026, 1, 30), date(2024, 2, 28), date(2026, 12, 31)])
def test_month_ends_equal_the_oracle(as_of):
    assert_equals_oracle(company(7, customers=6, size=20), as_of, 12)


def test_more_categories_than_fit_into_one_number_are_all_counted():
    def line(customer: int, product: int) -> dict[str, Any]:
        return {"line_id": customer * 100 + product, "customer_id": customer,
                "product_id": product, "ordered_on": date(2026, 1, 5), "amount_e4": 1}  # fmt: skip

    rows: dict[str, list[dict[str, Any]]] = {
        "customers": [{"customer_id": n, "code": f"C{n}"} for n in (1, 2, 3)],
        "products": [
            {"product_id": n, "sku": f"P{n}", "category": f"{n:03d}"} for n in range(1, 71)
        ],
        "order_lines": [line(1, n) for n in range(1, 71)]
        + [line(2, n) for n in (1, 61, 62, 63, 64, 70)]
        + [line(3, n) for n in (69, 70)],
    }
    found = indicator_table(
        tables_from_rows(rows),
        ["product_breadth", "category_coverage_pct"],
        as_of=date(2026, 1, 31),
        window=Window(),
    )
    answer = {r["customer_id"]: r for r in found.to_pyarrow().to_pylist()}
    assert [answer[n]["product_breadth"] for n in (1, 2, 3)] == [70, 6, 2]
    assert [answer[n]["category_coverage_pct"] for n in (1, 2, 3)] == [
        pytest.approx(100.0 * bought / 70) for bought in (70, 6, 2)
    ]


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), months=st.sampled_from([3, 12, None]))
def test_population_indicators_equal_the_oracle(seed, months):
    rows = company(seed, customers=7)
    as_of = FIRST + timedelta(days=1000)
    engine = duckdb_engine(limits=Limits())
    matrix = indicator_matrix(
        engine, tables_from_rows(rows), POPULATION, as_of=as_of, window=Window(months)
    )
    for key in POPULATION:
        expected = population_oracle(key, rows, as_of, months)
        if not is_recorded(key, rows, as_of):
            expected = [None] * len(expected)
        for found, wanted in zip(matrix.column(key), expected, strict=True):
            assert same(None if math.isnan(found) else float(found), wanted), (key, found, wanted)


@settings(max_examples=3, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    shift_days=st.integers(-1, 1100),
    emptied=st.sets(st.sampled_from(sorted(HAPPENED))),
    cleared=st.sets(st.sampled_from(["is_custom", "discount_e4", "product_id", "cost_e4"])),
)
def test_what_was_never_recorded_is_missing_for_everybody(seed, shift_days, emptied, cleared):
    rows = company(seed, customers=3, size=4)
    nothing = {"is_custom": False, "discount_e4": 0, "product_id": None, "cost_e4": None}
    rows |= {name: [] for name in emptied}
    rows["order_lines"] = [r | {k: nothing[k] for k in cleared} for r in rows["order_lines"]]
    as_of = FIRST + timedelta(days=shift_days)
    engine = duckdb_engine(limits=Limits())
    keys = [*PER_CUSTOMER, *POPULATION]
    matrix = indicator_matrix(
        engine, tables_from_rows(rows), keys, as_of=as_of, window=Window(None)
    )
    ids = [int(one) for one in matrix.customer_ids]
    for key in keys:
        found = [None if math.isnan(value) else float(value) for value in matrix.column(key)]
        if not is_recorded(key, rows, as_of):
            assert found == [None] * len(ids), key
            assert set(indicator_for(key).records) & set(matrix.unrecorded)
        elif key in PER_CUSTOMER:
            expected = [oracle_of(key)(rows, one, as_of, None) for one in ids]
            assert all(map(same, found, expected)), (key, found, expected)
            assert not set(indicator_for(key).records) & set(matrix.unrecorded)


def test_no_complaint_is_known_once_a_complaint_of_somebody_is_recorded():
    rows = {
        "customers": [{"customer_id": n, "code": f"C{n}"} for n in (1, 2)],
        "complaints": [
            {"complaint_id": 1, "customer_id": 1, "opened_on": date(2026, 3, 2), "severity": 1}
        ],
    }
    engine = duckdb_engine(limits=Limits())
    days = (date(2026, 3, 1), date(2026, 3, 2), date(2028, 3, 2))
    before, after, long_after = (
        indicator_matrix(
            engine, tables_from_rows(rows), ["complaints", "interactions"], as_of=day,
            window=Window(12),
        )
        for day in days
    )  # fmt: skip
    assert before.unrecorded == ("complaints", "interactions")
    assert [str(value) for value in before.column("complaints")] == ["nan", "nan"]
    assert after.unrecorded == ("interactions",)
    assert after.column("complaints").tolist() == [1, 0]
    assert long_after.column("complaints").tolist() == [0, 0]


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), shift_days=st.integers(0, 1100))
def test_quarters_equal_the_oracle(seed, shift_days):
    rows, as_of = company(seed), FIRST + timedelta(days=shift_days)
    found = {
        row.pop("customer_id"): list(row.values())
        for row in quarter_spend(tables_from_rows(rows), as_of=as_of).to_pyarrow().to_pylist()
    }
    for one in rows["customers"]:
        expected = oracle_quarters(rows, one["customer_id"], as_of, 8)
        assert found.get(one["customer_id"], [0] * 8) == expected


def test_empty_tables_give_no_rows_and_every_declared_column():
    table = indicator_table(
        empty_tables(), PER_CUSTOMER, as_of=date(2026, 1, 1), window=Window()
    ).to_pyarrow()
    assert table.num_rows == 0
    assert table.column_names == ["customer_id", *PER_CUSTOMER]


@pytest.mark.parametrize("key", PER_CUSTOMER)
def test_a_customer_without_facts_has_zero_or_missing_and_integers_stay_integers(key):
    answer = REGISTRY[key](example_tables(), as_of=AS_OF, window=Window()).to_pyarrow()
    values = {r["customer_id"]: r[key] for r in answer.to_pylist()}
    assert values[3] in (None, 0)
    whole = {Unit.COUNT, Unit.HOURS_MILLI}
    if REGISTRY[key].unit in whole or key in ("spend_e4", "margin_e4", "overdue_e4"):
        assert answer.schema.field(key).type == "int64"


def test_what_happens_after_the_day_does_not_count():
    rows = company(3, customers=3, size=15)
    as_of = FIRST + timedelta(days=500)
    happened = {"orders": "ordered_on", "order_lines": "ordered_on", "payments": "paid_on",
                "returns": "returned_on", "interactions": "occurred_on",
                "complaints": "opened_on", "satisfaction": "answered_on", "ratings": "rated_on",
                "referrals": "referred_on", "services": "delivered_on"}  # fmt: skip
    before = {
        name: [r for r in table if name not in happened or r[happened[name]] <= as_of]
        for name, table in rows.items()
    }
    assert before != rows
    both = [
        indicator_table(tables_from_rows(r), PER_CUSTOMER, as_of=as_of, window=Window())
        .order_by("customer_id")
        .to_pyarrow()
        for r in (rows, before)
    ]
    assert both[0].equals(both[1])


def test_unknown_indicators_are_refused_with_the_list():
    with pytest.raises(UnknownIndicatorError, match="spend_e4"):
        indicator_for("turnover")


def test_any_criterion_can_be_rated():
    rows = {
        "customers": [{"customer_id": 1, "code": "A"}],
        "ratings": [
            {"rating_id": 2**39, "customer_id": 1, "rated_on": date(2026, 1, 1),
             "criterion": "own_idea", "value_pct": 61},
        ],
    }  # fmt: skip
    table = indicator_for("rating_own_idea")(
        tables_from_rows(rows), as_of=date(2026, 1, 31), window=Window()
    )
    assert table.to_pyarrow().to_pylist() == [{"customer_id": 1, "rating_own_idea": 61}]


@given(st.dates(date(2001, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_month_boundaries_agree_with_going_back_month_by_month(end, months):
    assert months_before(end, months) == boundary(end, months)


@given(st.dates(date(2001, 1, 1), date(2100, 1, 1)), st.sampled_from([1, 5, 12, 36]))
def test_windows_are_half_open_and_a_year_apart(as_of, months):
    q = Question(as_of=as_of, window=Window(months))
    assert q.start_on <= as_of < q.end_on
    assert q.year_ago_start_on < q.year_ago_end_on
    assert q.year_ago_end_on <= q.end_on
    if months == 12:
        assert q.year_ago_end_on == q.start_on == q.slope_start_on


def test_impossible_windows_say_what_to_choose():
    with pytest.raises(ValueError, match="choose 1 to 600"):
        Window(0)
