"""The input contract refuses what it does not promise, and the two clocks are two filters."""

from __future__ import annotations

from datetime import UTC, date, datetime

import ibis
import pytest

from jishi.analytics.tables import (
    SPECS,
    TABLE_NAMES,
    TableMismatchError,
    Tables,
    arrow_table,
    as_known,
    as_of,
    tables_from_arrow,
    tables_from_rows,
)


def at(day: int) -> datetime:
    return datetime(2026, 5, day, tzinfo=UTC)


ROWS = {
    "payments": [
        {
            "payment_id": 1,
            "paid_on": date(2026, 1, 1),
            "recorded_at": at(1),
            "superseded_at": at(3),
        },
        {"payment_id": 2, "paid_on": date(2026, 1, 2), "recorded_at": at(3)},
        {"payment_id": 3, "paid_on": date(2026, 1, 9), "recorded_at": at(5)},
    ]
}


def ids(tables: Tables) -> list[int]:
    return sorted(tables.payments.payment_id.to_pyarrow().to_pylist())


@pytest.mark.parametrize(
    ("known_at", "expected"),
    [(at(1), [1]), (at(2), [1]), (at(3), [2]), (at(5), [2, 3]), (None, [2, 3])],
)
def test_as_known_shows_what_was_recorded_and_not_yet_superseded(known_at, expected):
    assert ids(as_known(tables_from_rows(ROWS), known_at=known_at)) == expected


def test_as_of_includes_the_day_itself():
    assert ids(as_of(tables_from_rows(ROWS), on=date(2026, 1, 2))) == [1, 2]


def test_a_missing_column_is_named_with_what_was_found():
    source = {name: arrow_table(name, ()) for name in SPECS}
    source["returns"] = source["returns"].drop(["amount_e4"])
    with pytest.raises(TableMismatchError, match=r"returns: column amount_e4 is missing .*int64"):
        tables_from_arrow(source)


def test_a_wrong_type_is_named_with_both_types():
    source = {name: ibis.memtable(arrow_table(name, ())) for name in SPECS}
    source["orders"] = source["orders"].mutate(ordered_on=ibis.literal("2026-01-01"))
    with pytest.raises(TableMismatchError, match=r"orders: column ordered_on must be date, found"):
        Tables.of(source)


def test_a_missing_table_is_named():
    with pytest.raises(TableMismatchError, match="Missing tables: services"):
        Tables.of({n: ibis.memtable(arrow_table(n, ())) for n in SPECS if n != "services"})


def test_unknown_tables_are_refused():
    with pytest.raises(TableMismatchError, match="Unknown tables: visits"):
        tables_from_rows({"visits": []})


def test_the_contract_and_the_container_name_the_same_tables():
    assert set(TABLE_NAMES) == set(SPECS)
