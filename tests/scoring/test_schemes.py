"""Schemes as files: written, checked by name of the field, varied, and put in force by command."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import typer
import yaml
from click.testing import Result
from django.db import connection
from django.utils import timezone, translation
from tests.warehouse import company
from typer.testing import CliRunner

from jishi.analytics.presets import SCHEME_PRESETS, TIER_PRESETS
from jishi.analytics.scheme import Scheme
from jishi.cli import schemes, scoring
from jishi.cli.common import RefusedError
from jishi.cli.schemes import as_text
from jishi.scoring.models import Run, SchemeVersion
from jishi.scoring.queries import scheme_in_force, scheme_named
from jishi.scoring.services import (
    InvalidSchemeError,
    scheme_activate,
    scheme_save,
    scheme_with,
    schemes_setup,
)


pytestmark = pytest.mark.django_db(transaction=True)
NOW = company.CLOCK + timedelta(days=1)
Command = Callable[..., Result]


@pytest.fixture
def jishi() -> Iterator[Command]:
    """`jishi("schemes", "list")` in this process, on the database of the test."""
    app = typer.Typer()
    for module in (schemes, scoring):
        module.register(app)
    with translation.override("en"):
        yield lambda *words, text=None: CliRunner().invoke(app, [*map(str, words)], input=text)


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.exception
    return json.loads(result.stdout)


def refused(result: Result) -> str:
    assert isinstance(result.exception, RefusedError), result.output
    return str(result.exception)


@pytest.mark.parametrize("key", sorted(SCHEME_PRESETS))
def test_what_is_shown_can_be_saved_again_unchanged(key):
    scheme = SCHEME_PRESETS[key]
    assert Scheme.model_validate(yaml.safe_load(as_text(scheme))) == scheme


def test_the_list_names_every_version_and_its_period(jishi):
    rows = said(jishi("schemes", "list", "--json"))
    assert rows == said(jishi("schemes", "--json"))
    assert rows[0]["status"] == "active"
    assert {row["key"] for row in rows} == set(SCHEME_PRESETS)
    assert {row["months"] for row in rows} == {12}
    assert "annual_spend" in jishi("schemes").stdout


def test_a_threshold_and_a_period_are_changed_through_a_file(jishi, tmp_path):
    shown = jishi("schemes", "show", "annual_spend").stdout
    assert "value: 1000000" in shown
    path = tmp_path / "vip.yaml"
    path.write_text(
        shown.replace("value: 1000000", "value: 2000000").replace("window_months: 12",
        "window_months: null").replace("zh: VIP", "zh: 贵宾"), encoding="utf-8",
    )  # fmt: skip
    row = said(jishi("schemes", "save", path, "--note", "董事会 2026", "--json"))
    assert (row["key"], row["version"], row["status"]) == ("annual_spend", 2, "draft")
    assert (row["months"], row["note"]) == ("all", "董事会 2026")
    saved = scheme_named("annual_spend.2").scheme
    assert saved.window_months is None
    assert (saved.tiers[0].label.zh, saved.tiers[0].cut.value) == ("贵宾", 2_000_000)
    assert said(jishi("schemes", "show", "annual_spend.2", "--json"))["tiers"][0]["cut"] == {
        "kind": "indicator", "value": "2000000", "indicator": "spend_e4",
    }  # fmt: skip


def test_json_from_a_pipe_and_tiers_of_a_preset(jishi):
    text = json.dumps(SCHEME_PRESETS["rfm"].model_dump(mode="json"))
    row = said(jishi("schemes", "save", "-", "--tiers", "vip_gold", "--json", text=text))
    saved = SchemeVersion.objects.get(pk=row["id"])
    assert [tier["key"] for tier in saved.body["tiers"]] == ["vip", "gold", "regular"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("value: 1000000", "value: plenty", "tiers > 0 > cut > value"),
        ("indicator: spend_e4", "indicator: turnover", "no indicator called 'turnover'"),
        ("window_months: 12", "window_months: 0", "window_months"),
        ("kind: log", "kind: guess", "dimensions > 0 > items > 0 > normalise > kind"),
        ("selection:", "choice:", "choice: Extra inputs"),
        ("value: 1000000", "value: 10", "would stay empty, because"),
        ("key: gold", "key: vip", "tier key vip is used twice"),
        ("dimensions:", "dimensions: [", "neither YAML nor JSON"),
    ],
)
def test_a_wrong_file_is_refused_by_the_name_of_the_field(jishi, tmp_path, old, new, words):
    path = tmp_path / "wrong.yaml"
    path.write_text(as_text(SCHEME_PRESETS["annual_spend"]).replace(old, new, 1), encoding="utf-8")
    schemes_setup(by=None, now=NOW)
    before = SchemeVersion.objects.count()
    message = refused(jishi("schemes", "save", path))
    assert words in message
    assert "wrong.yaml" in message
    assert SchemeVersion.objects.count() == before


def test_other_wrong_use_is_explained(jishi, tmp_path):
    empty = tmp_path / "empty.yaml"
    empty.write_text("", encoding="utf-8")
    assert "holds no scheme" in refused(jishi("schemes", "save", empty))
    assert "no file" in refused(jishi("schemes", "save", tmp_path / "none.yaml"))
    assert "jishi schemes" in refused(jishi("schemes", "show", "nobody"))
    assert "jishi schemes" in refused(jishi("schemes", "show", "rfm.x"))
    assert "jishi schemes" in refused(jishi("schemes", "activate", "987654"))
    text = as_text(SCHEME_PRESETS["rfm"])
    wrong = refused(jishi("schemes", "save", "-", "--tiers", "platinum", text=text))
    assert "gold_silver_bronze" in wrong


def test_a_version_is_put_in_force_by_key_by_version_and_by_number(jishi):
    schemes_setup(by=None, now=NOW)
    body = {**SCHEME_PRESETS["rfm"].model_dump(mode="json"), "window_months": 24}
    second = scheme_save(by=None, body=body, now=NOW)
    assert said(jishi("schemes", "activate", "rfm", "--json"))["version"] == 2
    assert scheme_in_force() == second
    assert "already" in jishi("schemes", "activate", "rfm").stdout
    assert said(jishi("schemes", "activate", "rfm.1", "--json"))["status"] == "active"
    assert scheme_in_force().number == 1
    said(jishi("schemes", "activate", second.pk, "--json"))
    assert scheme_in_force() == second
    assert SchemeVersion.objects.filter(status="active").count() == 1


def test_a_variant_is_made_once_and_found_again():
    schemes_setup(by=None, now=NOW)
    changes = {"window_months": None, "tiers": TIER_PRESETS["gold_silver_bronze"]}
    made = scheme_with(by=None, key="rfm", changes=changes, now=NOW)
    assert (made.number, made.scheme.window_months) == (2, None)
    assert [tier.label.zh for tier in made.scheme.tiers] == ["金", "银", "铜"]
    assert scheme_with(by=None, key="rfm", changes=changes, now=NOW) == made
    assert scheme_with(by=None, key="rfm.1", changes={"window_months": 12}, now=NOW).number == 1
    with pytest.raises(InvalidSchemeError, match="window_months"):
        scheme_with(by=None, key="rfm", changes={"window_months": 0}, now=NOW)


def test_a_day_that_has_not_come_is_not_scored(jishi):
    ahead = timezone.localdate() + timedelta(days=3)
    message = refused(jishi("score", "--as-of", ahead))
    assert str(ahead) in message
    assert "lies ahead" in message
    assert not Run.objects.exists()


def test_scoring_takes_a_version_a_period_and_tiers_by_name(jishi, data_folder: Path):
    who, what = company.customers(6), company.products(2)
    company.sell(who, what, orders=20, minute=1)
    words = ("--months", "all", "--tiers", "high_middle_low", "--as-of", "2025-12-31", "--json")
    run = said(jishi("score", "--scheme", "revenue_only.1", *words))
    assert (run["scheme"], run["scheme_version"]) == ("revenue_only", 2)
    assert set(run["tiers"]) == {"high", "middle", "low"}
    assert scheme_in_force().key == "value_depth_growth"
    assert Run.objects.get(pk=run["run"]).is_published


def test_two_editors_at_once_keep_every_version_and_one_scheme_in_force():
    schemes_setup(by=None, now=NOW)
    # On SQLite the second waits at BEGIN, so there the two take turns.
    editors = 2 if connection.vendor == "postgresql" else 1
    together = Barrier(editors)

    def edit(_editor: int) -> int:
        try:
            for _turn in range(4):
                together.wait()
                made = scheme_save(by=None, body=SCHEME_PRESETS["rfm"], now=NOW)
                together.wait()
                scheme_activate(by=None, scheme_version_id=made.pk, version=made.version, now=NOW)
            return made.pk
        except BaseException:
            together.abort()
            raise
        finally:
            if editors > 1:
                connection.close()

    with ThreadPoolExecutor(editors) as at_once:
        last = set(at_once.map(edit, range(2))) if editors > 1 else {edit(0), edit(1)}
    numbers = SchemeVersion.objects.filter(key="rfm").order_by("number")
    assert list(numbers.values_list("number", flat=True)) == [*range(1, 10)]
    assert SchemeVersion.objects.get(status="active").pk in last
