"""A snapshot equals the facts, an extended one equals a rebuilt one, and nobody can write through it."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from tests.warehouse import company

from jishi.analytics.tables import SPECS
from jishi.customers.models import Customer
from jishi.facts.models import OrderLine
from jishi.facts.services import batch_facts_undo
from jishi.foundation.services import exchange_rate_set
from jishi.foundation.writing import data_version, write
from jishi.warehouse import snapshots
from jishi.warehouse.services import (
    SnapshotBuildError,
    snapshot_latest,
    snapshot_opened,
    snapshot_refresh,
)


pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("data_folder")]


def contents(snapshot: snapshots.Snapshot) -> dict[str, list[Any]]:
    with duckdb.connect(str(snapshot.path), read_only=True) as db:
        return {name: db.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in SPECS}


def rebuilt() -> dict[str, list[Any]]:
    shutil.rmtree(snapshots.folder())
    refresh = snapshot_refresh()
    assert refresh.mode == "whole"
    return contents(refresh.snapshot)


def test_a_snapshot_of_nothing_has_every_table():
    refresh = snapshot_refresh()
    assert refresh.mode == "whole"
    assert set(refresh.rows) == set(SPECS)
    assert sum(refresh.rows.values()) == 0
    with snapshot_opened(refresh.snapshot) as (_, tables):
        assert tables.orders.count().to_pyarrow().as_py() == 0


def test_the_rows_are_the_facts_and_a_second_refresh_does_nothing():
    who, what = company.customers(5), company.products(4)
    company.sell(who, what, orders=20, minute=1)
    company.other_facts(who, minute=2)
    refresh = snapshot_refresh()
    assert (refresh.rows["orders"], refresh.rows["order_lines"]) == (20, 40)
    assert {refresh.rows[n] for n in ("payments", "ratings", "services", "referrals")} == {5}
    with snapshot_opened(refresh.snapshot) as (backend, tables):
        total = backend.to_pyarrow(tables.order_lines.amount_e4.sum()).as_py()
        row = backend.to_pyarrow(tables.order_lines.order_by("line_id").limit(1))
    lines = OrderLine.objects.unscoped("test")
    assert total == sum(lines.values_list("amount_e4", flat=True))
    first = lines.earliest("pk")
    assert row["recorded_at"][0].as_py() == first.recorded_at.replace(tzinfo=None)
    assert row["ordered_on"][0].as_py() == first.occurred_on
    assert refresh.snapshot.data_version == data_version()
    assert snapshot_refresh().mode == "current"


def test_extending_gives_exactly_what_rebuilding_gives():
    who, what = company.customers(6), company.products(4)
    sold = company.sell(who, what, orders=30, minute=1)
    snapshot_refresh()
    company.sell(who, what, orders=10, minute=2)
    company.other_facts(who, minute=3)
    company.correct(["o1-0/0", "o1-5/1", "o2-3/0"], minute=4)
    who[1].name = "改名"
    with write(by=None, data_changes=True):
        who[1].save()
        who[2].is_archived = True
        who[2].save()
        undo = company.batch(5)
        batch_facts_undo(batch=sold, undo=undo, now=undo.created_at)
    company.customers(2, prefix="N")
    refresh = snapshot_refresh()
    assert refresh.mode == "extended"
    extended = contents(refresh.snapshot)
    assert len(extended["customers"]) == 7
    assert extended == rebuilt()


def test_erased_rows_leave_the_snapshot():
    who, what = company.customers(3), company.products(2)
    company.sell(who, what, orders=9, minute=1)
    snapshot_refresh()
    with write(by=None, data_changes=True, may_erase=True):
        OrderLine.objects.unscoped("test").filter(customer=who[0]).delete()
    refresh = snapshot_refresh()
    assert (refresh.mode, refresh.rows["order_lines"]) == ("extended", 12)
    assert contents(refresh.snapshot) == rebuilt()


def test_a_reactivated_customer_returns():
    who = company.customers(2)
    with write(by=None, data_changes=True):
        Customer._base_manager.filter(pk=who[0].pk).update(is_archived=True)
    assert snapshot_refresh().rows["customers"] == 1
    with write(by=None, data_changes=True):
        Customer._base_manager.filter(pk=who[0].pk).update(is_archived=False)
    refresh = snapshot_refresh()
    assert (refresh.mode, refresh.rows["customers"]) == ("extended", 2)


def test_other_currencies_take_the_latest_rate_and_unknown_ones_are_left_out():
    who, what = company.customers(1), company.products(1)
    company.sell(who, what, orders=1, minute=1)
    company.sell(who, what, orders=1, minute=2, currency="USD")
    refresh = snapshot_refresh()
    assert (refresh.rows["order_lines"], refresh.unconverted) == (2, 3)
    exchange_rate_set(by=None, currency="USD", valid_from=date(2023, 1, 1), rate=Decimal("7.1"))
    exchange_rate_set(
        by=None, currency="USD", valid_from=date(2024, 1, 3), rate=Decimal("7.12345678")
    )
    exchange_rate_set(by=None, currency="USD", valid_from=date(2024, 1, 4), rate=Decimal(9))
    refresh = snapshot_refresh()
    assert (refresh.mode, refresh.rows["order_lines"], refresh.unconverted) == ("whole", 4, 0)
    with duckdb.connect(str(refresh.snapshot.path), read_only=True) as db:
        found = db.execute(
            "SELECT amount_e4, cost_e4 FROM order_lines WHERE currency = 'USD' ORDER BY line_id"
        ).fetchall()
    exact = OrderLine.objects.unscoped("test").filter(currency="USD").order_by("pk")
    rate = Decimal("7.12345678")
    assert found == [
        (
            int((line.amount_e4 * rate).quantize(Decimal(1), "ROUND_HALF_UP")),
            None if line.cost_e4 is None
            else int((line.cost_e4 * rate).quantize(Decimal(1), "ROUND_HALF_UP")),
        )
        for line in exact
    ]  # fmt: skip
    company.sell(who, what, orders=1, minute=3, currency="USD")
    company.sell(who, what, orders=1, minute=4, currency="JPY")
    refresh = snapshot_refresh()
    assert (refresh.mode, refresh.unconverted) == ("extended", 3)
    assert contents(refresh.snapshot) == rebuilt()


def test_nothing_can_be_written_or_read_through_an_open_snapshot(data_folder):
    refresh = snapshot_refresh()
    (data_folder / "secret.csv").write_text("a\n1\n")
    with snapshot_opened(refresh.snapshot) as (backend, _):
        with pytest.raises(duckdb.Error, match="read-only"):
            backend.raw_sql("DELETE FROM customers")
        with pytest.raises(duckdb.Error, match="disabled"):
            backend.raw_sql(f"SELECT * FROM read_csv('{data_folder}/secret.csv')")
        with pytest.raises(duckdb.Error, match="locked"):
            backend.raw_sql("SET enable_external_access = true")


def test_old_snapshots_and_leftovers_are_removed():
    for n in range(4):
        company.customers(1, prefix=f"K{n}")
        snapshot_refresh()
    (snapshots.folder() / "building-1.duckdb.part").write_bytes(b"half")
    assert snapshots.snapshots_prune() == 1
    assert len(snapshots.snapshots()) == snapshots.KEPT
    assert snapshot_latest() == snapshots.snapshots()[0]


def test_a_damaged_snapshot_is_replaced():
    company.customers(2)
    first = snapshot_refresh().snapshot
    company.customers(1, prefix="N")
    first.path.write_bytes(b"not a database")
    refresh = snapshot_refresh()
    assert (refresh.mode, refresh.rows["customers"]) == ("whole", 3)


def test_a_failed_build_says_why_and_leaves_nothing(monkeypatch):
    monkeypatch.setattr(snapshots, "_attach_text", lambda: "/nowhere/at/all host=nowhere.invalid")
    with pytest.raises(SnapshotBuildError, match=r"(?i)unable|nowhere|open"):
        snapshot_refresh()
    assert [p.name for p in snapshots.folder().iterdir()] == ["lock"]
