"""What the company calls its types of customers, and tags, in files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.ingest.conftest import write_csv

from jishi.customers import services
from jishi.customers.models import Customer, CustomerType
from jishi.customers.services import customer_update
from jishi.ingest.queries import import_issues, import_summary
from jishi.ingest.services import batch_undo


pytestmark = pytest.mark.django_db

WHY = "a test looks"


def everybody() -> Any:
    return Customer.objects.unscoped(WHY)


def test_types_are_read_by_the_names_the_company_gave_them(
    bring_in: Callable[..., Any], tmp_path: Path, admin: Any
) -> None:
    services.customer_types_setup(by=admin)
    services.customer_type_add(by=admin, name="经销商", name_en="Dealer")
    # The usual word for another type is this company's own name for its retail customers.
    changes = {"name": "机关", "name_en": "Counter"}
    services.customer_type_update(by=admin, key="retail", version=1, changes=changes)
    bring_in(
        write_csv(
            tmp_path / "c.csv", "客户编码,客户名称,客户类型",
            "A1,甲,经销商", "A2,乙,DEALER", "A3,丙,机关", "A4,丁,公司", "A5,戊,零售", "A6,己,不明",
        )
    )  # fmt: skip
    types = dict(everybody().values_list("code", "customer_type_id"))
    assert types == {
        "A1": "dealer", "A2": "dealer", "A3": "retail", "A4": "enterprise", "A5": "retail",
        "A6": None,
    }  # fmt: skip
    assert CustomerType.objects.count() == 4


def tags_of(code: str) -> list[str]:
    return sorted(everybody().get(code=code).tags.values_list("name", flat=True))


def test_tags_are_added_and_none_is_taken_away(
    bring_in: Callable[..., Any], tmp_path: Path, now: Any
) -> None:
    head = "客户编码,客户名称,标签"
    first = write_csv(tmp_path / "a.csv", head, "A1,甲,出口；重点", "A2,乙,", "A3,丙,重点、重点")
    bring_in(first)
    assert [tags_of(code) for code in ("A1", "A2", "A3")] == [["出口", "重点"], [], ["重点"]]
    assert bring_in(first).counts["customers"]["unchanged"] == 3, "the same file changes nothing"

    rows = ('A1,甲,"重点,军工"', "A2,乙,新客", "A3,丙,", f"A4,丁,{'长' * 41}")
    job = bring_in(write_csv(tmp_path / "b.csv", head, *rows))
    assert job.counts["customers"] == {"new": 1, "changed": 2, "unchanged": 1, "rejected": 0}
    assert [tags_of(code) for code in ("A1", "A2", "A3", "A4")] == [
        ["军工", "出口", "重点"], ["新客"], ["重点"], [],
    ]  # fmt: skip
    assert [(one.code, one.field) for one in import_issues(job)] == [("bad_tags", "tags")]
    shown = next(
        one for one in import_summary(job)["entities"]["customers"]["changes"] if one["line"] == 2
    )
    assert shown["fields"] == [{"field": "tags", "old": "出口、重点", "new": "军工、出口、重点"}]

    mine = everybody().get(code="A2")
    customer_update(
        by=None, customer_id=mine.pk, version=mine.version, now=now, changes={"city": "长沙"}
    )
    report = batch_undo(by=None, batch_id=job.batch_id, now=now)
    assert report.kept == {Customer._meta.db_table: [mine.pk]}, "whoever saved it saw its tags"
    assert [tags_of(code) for code in ("A1", "A2", "A3")] == [["出口", "重点"], ["新客"], ["重点"]]
