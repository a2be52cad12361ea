"""What a company has right after `jishi init`."""

from __future__ import annotations

import sqlite3

from tests.cli.conftest import Command


def test_the_customer_types_are_there(fresh: Command) -> None:
    with sqlite3.connect(fresh.data_dir / "jishi.sqlite3") as db:
        rows = db.execute(
            "SELECT name, name_en FROM customers_customertype ORDER BY position"
        ).fetchall()
    assert rows == [("零售", "Retail"), ("企业", "Business"), ("政府", "Government")]
