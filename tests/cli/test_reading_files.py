"""How a file is read can be said on the command line; recipes can be shown and handed on."""

from __future__ import annotations

import json

import pytest

from jishi.ingest.mapping.recipe import recipe_from_yaml, shipped_recipes
from tests.cli.conftest import Command


HEAD = "客户编码;客户名称;订单号;行号;下单日期;数量;金额"
ROW = "'A1';'甲; 乙';'S1';1;02/03/2026;1;1.234"


@pytest.fixture
def here(installed, tmp_path):
    return installed(tmp_path / "data")


@pytest.fixture
def orders(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(f"{HEAD}\n{ROW}\n".encode("gb18030"))
    return path


def stored(command: Command) -> tuple[str, int]:
    """The customer's name and what he spent, by the day of the first order."""
    (row,) = command.json("customers", "list")
    return row["name"], row["spend_minor"]


def test_what_is_unclear_is_asked_with_the_options_that_answer(here, orders):
    done = here("import", orders)
    assert done.returncode == 1
    assert "--decimal" in done.stderr
    assert "--date-order" in done.stderr
    assert here.json("customers", "list") == [], "nothing was written"


@pytest.mark.parametrize(
    ("decimal", "order", "minor", "day"),
    [(".", "dmy", 123, "2026-03-02"), (",", "mdy", 123_400, "2026-02-03")],
)
def test_decimal_mark_and_day_order_change_what_arrives(here, orders, decimal, order, minor, day):
    report = here.json("import", orders, "--decimal", decimal, "--date-order", order)
    assert report["entities"]["order_lines"]["new"] == 1
    assert stored(here) == ("甲; 乙", minor)
    assert here.json("score", "--months", "all")["as_of"] == day


def test_encoding_delimiter_and_quote_are_taken_as_told(here, orders):
    told = ["--encoding", "gb18030", "--delimiter", ";", "--quote", "'",
            "--decimal", ".", "--date-order", "dmy"]  # fmt: skip
    here.ok("import", orders, *told, "--dry-run")
    refused = here("import", orders, "--encoding", "utf-8", "--dry-run")
    assert refused.returncode == 1
    assert "utf-8" in refused.stderr
    unquoted = here.json("import", orders, *told[:4], "--quote", "none", *told[6:], "--dry-run")
    assert unquoted["entities"]["order_lines"]["new"] == 0, "the name is cut in two"
    (issue,) = unquoted["issues"]
    assert "delimiter inside a cell" in issue["message"]
    one_column = here("import", orders, "--delimiter", "\\t", "--dry-run")
    assert one_column.returncode == 1
    assert "No column was recognised" in one_column.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--decimal", "'"], "decimal"),
        (["--date-order", "ymd"], "date-order"),
        (["--quote", "''"], "one character"),
    ],
)
def test_impossible_ways_of_reading_are_wrong_usage(here, orders, arguments, word):
    done = here("import", orders, *arguments)
    assert done.returncode == 2
    assert word in done.stderr


# --- recipes -----------------------------------------------------------------------------------
def test_recipes_are_listed(fresh):
    rows = fresh.json("recipes", "list")
    assert {row["key"] for row in rows} == set(shipped_recipes())
    assert all(row["shipped"] and row["zh"] and row["en"] for row in rows)
    assert fresh.json("recipes") == rows, "without a word it lists too"
    assert "northwind" in fresh.ok("recipes", "list")


def test_a_recipe_is_shown_as_it_can_be_used(fresh):
    key = "template"
    assert recipe_from_yaml(fresh.ok("recipes", "show", key)) == shipped_recipes()[key]
    assert json.loads(fresh.ok("recipes", "show", key, "--json"))["key"] == key


def test_an_unknown_recipe_is_refused(fresh):
    done = fresh("recipes", "show", "nonsense")
    assert (done.returncode, done.stdout) == (1, "")
    assert "jishi recipes list" in done.stderr


def test_a_shown_recipe_changed_by_hand_reads_a_file(here, tmp_path):
    mine = {
        "key": "mine", "title": {"en": "Mine"},
        "sources": {"t": {"file": "x*.csv", "dialect": {"decimal": ",", "date_order": "dmy"}}},
        "steps": [
            {"entity": "customers", "source": "t", "fields": {"code": "k", "name": "n"}},
            {"entity": "orders", "source": "t",
             "fields": {"customer_code": "k", "order_no": "o", "ordered_on": "d"}},
            {"entity": "order_lines", "source": "t",
             "fields": {"order_no": "o", "amount": "a", "quantity": {"const": "1"}}},
        ],
    }  # fmt: skip
    recipe = tmp_path / "mine.yaml"
    recipe.write_text(json.dumps(mine), encoding="utf-8")  # JSON is YAML
    (tmp_path / "x1.csv").write_text("k;n;o;d;a\nK1;甲;S1;02/03/2026;1.234\n", encoding="utf-8")
    here.ok("import", tmp_path / "x1.csv", "--mapping", recipe)
    assert stored(here) == ("甲", 123_400)
    recipe.write_text(json.dumps({**mine, "steps": []}), encoding="utf-8")
    done = here("import", tmp_path / "x1.csv", "--mapping", recipe)
    assert done.returncode == 1
    assert "mine.yaml: a recipe needs at least one step" in done.stderr
    recipe.write_text("key: [", encoding="utf-8")
    done = here("import", tmp_path / "x1.csv", "--mapping", recipe)
    assert done.returncode == 1
    assert "not YAML: line 1" in done.stderr
    assert "Traceback" not in done.stderr
