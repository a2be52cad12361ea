"""Numbers, dates and words: exactly right or nothing; and the fast way in SQL equals the slow one."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.staging import sql
from jishi.ingest.staging.convert import converted
from jishi.ingest.staging.texts import Marks
from jishi.ingest.staging.values import (
    date_orders,
    parse_choice,
    parse_currency,
    parse_date,
    parse_flag,
    parse_number,
    scaled,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.5", "1234.5"), ("1,234.50", "1234.50"), ("1 234", "1234"), ("１２３．４", "123.4"),
        ("¥1,000", "1000"), ("￥ -5", "-5"), ("-￥5", "-5"), ("(5.10)", "-5.10"), ("5-", "-5"),
        ("3.5万", "35000"), ("1.2亿元", "120000000"), ("85%", "0.85"), ("2e3", "2000"), (".5", "0.5"),
        ("US$12", "12"), ("12元", "12"), ("人民币12元整", "12"), ("−3", "-3"), ("1'000.5", "1000.5"),
        ("1E+3", "1000"), ("0", "0"), ("300千", "300000"),
    ],
)  # fmt: skip
def test_numbers(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["", "NA", "NULL", "一百", "1,23", "1,2345", "12,34,567", "1.2.3", "--5", "(-5)", "(5", "1e", "5x",
     "1 2", "#DIV/0!", "12:30", "1/2", "∞", "nan", "inf", "1_000", "0x10"],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.234,5", "1234.5"), ("1,7", "1.7"), ("200.000.000", "200000000"), ("0,5%", "0.005")],
)
def test_decimal_commas(text: str, value: str) -> None:
    assert parse_number(text, ",") == Decimal(value)


DECIMALS = st.decimals(
    min_value=Decimal(-99999999999), max_value=Decimal(99999999999), places=6,
    allow_nan=False, allow_infinity=False,
)  # fmt: skip


@given(DECIMALS, st.sampled_from([3, 4]))
def test_rounding_is_half_up(value: Decimal, exponent: int) -> None:
    expected = (value * 10**exponent).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert scaled(value, exponent) == int(expected)


WRITTEN = st.one_of(
    DECIMALS.map(lambda value: format(value.normalize(), "f")),
    DECIMALS.map(lambda value: f"{value:,}"),
    st.from_regex(r"[+-]?[0-9]{1,14}(\.[0-9]{0,7})?", fullmatch=True),
    st.from_regex(r"[-(]?[¥$]?[0-9]{1,6}[万亿%]?\)?", fullmatch=True),
    st.text(alphabet="0123456789.,-+ e万%", max_size=8),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(WRITTEN.filter(lambda text: bool(text.strip())), min_size=1, max_size=60))
def test_the_fast_way_equals_the_slow_one(texts: list[str]) -> None:
    """What DuckDB reads plainly must come out as the Python parser says, digit for digit."""
    amount = ENTITIES["order_lines"].field("amount")
    found = converted_in_sql([text.strip() for text in texts], amount)
    for text, value in found:
        number = parse_number(text)
        whole = None if number is None else scaled(number, 4)
        assert value == (whole if whole is not None and abs(whole) < 2**63 else None), text


def converted_in_sql(texts: list[str], field: Any) -> list[tuple[str, Any]]:
    import duckdb
    import pyarrow as pa

    class Plain:
        is_text, date_1904 = True, None

    with duckdb.connect() as db:
        column = sql.name("t_" + field.name)
        db.register("given", pa.table({"t": pa.array(texts, pa.string())}))
        db.execute(f"CREATE TABLE x_0 AS SELECT t AS {column} FROM given")
        value, join = converted(db, 0, field.name, field, Marks(".", None), Plain())  # type: ignore[arg-type]  # only these two attributes are asked
        return db.execute(f"SELECT x.{column}, {value} FROM x_0 x {join}").fetchall()


@pytest.mark.parametrize(
    ("text", "order", "value"),
    [
        ("2026-11-23", None, date(2026, 11, 23)), ("2026/1/2", None, date(2026, 1, 2)),
        ("2026.01.02", None, date(2026, 1, 2)), ("2026年1月2日", None, date(2026, 1, 2)),
        ("20260102", None, date(2026, 1, 2)), ("2026-01-02 13:04:05", None, date(2026, 1, 2)),
        ("2026-01-02T23:59:59Z", None, date(2026, 1, 2)), ("31/12/2012", "dmy", date(2012, 12, 31)),
        ("12/31/2012", "mdy", date(2012, 12, 31)), ("5 Mar 2014", None, date(2014, 3, 5)),
        ("Mar 5, 2014", None, date(2014, 3, 5)), ("２０２６－０１－０２", None, date(2026, 1, 2)),
        ("2/3/2014", None, None), ("3/3/2014", None, date(2014, 3, 3)), ("31/12/2012", "mdy", None),
        ("2026-02-30", None, None), ("1899-12-31", None, None), ("26/1/2", None, None), ("45000", None, None),
        ("昨天", None, None),
    ],
)  # fmt: skip
def test_dates(text: str, order: str | None, value: date | None) -> None:
    assert parse_date(text, order) == value


def test_day_numbers_of_both_calendars() -> None:
    assert parse_date("45325", None, False) == date(2024, 2, 3)
    assert parse_date("43863", None, True) == date(2024, 2, 3)


def test_date_orders() -> None:
    assert date_orders("13/1/2020") == {"dmy"}
    assert date_orders("1/13/2020") == {"mdy"}
    assert date_orders("1/2/2020") == {"dmy", "mdy"}


def test_words() -> None:
    statuses = ENTITIES["orders"].field("status").choices
    assert parse_choice(" 已完成 ", statuses) == "completed"
    assert parse_choice("COMPLETED", statuses) == "completed"
    assert parse_choice("完了", statuses) is None
    assert (parse_flag("是"), parse_flag("否"), parse_flag("也许")) == (True, False, None)
    assert (parse_currency("人民币"), parse_currency("usd"), parse_currency("元宝")) == (
        "CNY", "USD", None,
    )  # fmt: skip
