"""Groups from files: to any depth, turned upside down, and never below themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from tests.ingest.conftest import write_csv

from jishi.customers.models import Customer
from jishi.ingest.messages import issue_text
from jishi.ingest.queries import import_issues


pytestmark = pytest.mark.django_db

HEAD = "客户编码,客户名称,所属集团"


def groups() -> dict[str, str | None]:
    """Customer → its group, by code."""
    rows = Customer.objects.unscoped("a test looks").order_by("code")
    return dict(rows.values_list("code", "parent__code"))


def circles(job: Any) -> list[tuple[int, str, str]]:
    found = [issue for issue in import_issues(job) if issue.code == "group_circle"]
    return [(issue.line, issue.value, issue.severity) for issue in found]


@pytest.fixture
def three(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    bring_in(write_csv(tmp_path / "a.csv", HEAD, "A1,集团,", "A2,子公司,集团", "A3,孙公司,子公司"))
    assert groups() == {"A1": None, "A2": "A1", "A3": "A2"}


def test_a_circle_is_reported_with_its_row_and_changes_nothing_each_time(
    three: None, bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    before = list(
        Customer.objects.unscoped("test").order_by("pk").values("pk", "version", "parent")
    )
    for _ in range(2):
        job = bring_in(write_csv(tmp_path / "b.csv", HEAD, "A3,孙公司,子公司", "A1,集团,孙公司"))
        counts = job.counts["customers"]
        assert (counts["new"], counts["changed"], counts["unchanged"]) == (0, 0, 2)
        assert circles(job) == [(3, "孙公司", "warning")]
    after = list(Customer.objects.unscoped("test").order_by("pk").values("pk", "version", "parent"))
    assert after == before


def test_other_values_of_such_a_row_are_still_taken(
    three: None, bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    head = "客户编码,客户名称,所属集团,主要需求"
    job = bring_in(write_csv(tmp_path / "b.csv", head, "A1,集团,孙公司,备件"))
    assert job.counts["customers"]["changed"] == 1
    assert len(circles(job)) == 1
    assert Customer.objects.unscoped("test").get(code="A1").needs == "备件"
    assert groups()["A1"] is None


def test_new_customers_that_name_each_other_come_without_group(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    job = bring_in(write_csv(tmp_path / "a.csv", HEAD, "B1,甲,乙", "B2,乙,甲", "B3,丙,乙"))
    assert job.counts["customers"]["new"] == 3
    assert sorted(circles(job)) == [(2, "乙", "warning"), (3, "甲", "warning")]
    assert groups() == {"B1": None, "B2": None, "B3": "B2"}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_group_is_turned_upside_down_whatever_the_order_of_rows(
    three: None, bring_in: Callable[..., Any], tmp_path: Path, order: tuple[int, int]
) -> None:
    bring_in(write_csv(tmp_path / "n.csv", HEAD, "A0,新总部,"))
    rows = ("A1,集团,子公司", "A2,子公司,新总部")
    job = bring_in(write_csv(tmp_path / "b.csv", HEAD, *(rows[i] for i in order)))
    assert circles(job) == []
    assert groups() == {"A0": None, "A1": "A2", "A2": "A0", "A3": "A2"}


def test_a_refused_row_may_close_another_circle(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    """X stays below Y when its own row is refused, so Y cannot come below X."""
    bring_in(write_csv(tmp_path / "a.csv", HEAD, "X,甲,乙", "Y,乙,", "Z,丙,"))
    job = bring_in(write_csv(tmp_path / "b.csv", HEAD, "X,甲,丙", "Z,丙,甲", "Y,乙,甲"))
    assert len(circles(job)) == 3
    assert groups() == {"X": "Y", "Y": None, "Z": None}


def test_the_message_is_clear_in_both_languages(
    three: None, bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    job = bring_in(write_csv(tmp_path / "b.csv", HEAD, "A1,集团,孙公司"))
    [issue] = [one for one in import_issues(job) if one.code == "group_circle"]
    with translation.override("en"):
        assert "below its own subsidiary" in issue_text(issue.code)
    with translation.override("zh-hans"):
        assert "自己的子公司" in issue_text(issue.code)
