"""The exported table comes back as it went out, and what was typed into it goes where it was typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override
from openpyxl import load_workbook
from tests.conftest import NOW

from jishi.customers.models import Customer, CustomerType
from jishi.customers.services import customer_update
from jishi.ingest.queries import import_issues, import_summary
from jishi.jobs.exporting import customers_export


pytestmark = pytest.mark.django_db

WHOLE = {
    "code": "X1", "name": "长沙中联智科工程机械有限公司", "short_name": "中联智科",
    "credit_code": "91430100MA4L16XXXT", "industry": "C35", "business": "工程机械", "size_class": "large",
    "region": "430100", "city": "长沙星沙", "address": "工业一路 133 号", "phone": "0731-84000001",
    "email": "info@x1.example", "stage": "long_term", "needs": "整线改造", "strategy": "高层互访",
    "payment_days": 60,
}  # fmt: skip
# Heading in Chinese → what is typed, the field it changes, its new value.
TYPED = {
    "客户": ("湘江重工", "name", "湘江重工"),
    "简称": ("湘重", "short_name", "湘重"),
    "行业属性": ("通用设备制造业", "industry", "C34"),
    "主营业务": ("起重机", "business", "起重机"),
    "规模": ("中型", "size_class", "medium"),
    "地区": ("上海市", "region", "310000"),
    "城市": ("株洲", "city", "株洲"),
    "地址": ("新路 1 号", "address", "新路 1 号"),
    "公司电话": ("0731-84000009", "phone", "0731-84000009"),
    "公司邮箱": ("new@x1.example", "email", "new@x1.example"),
    "合作阶段": ("初次", "stage", "first"),
    "主要需求": ("备件", "needs", "备件"),
    "管理策略": ("季度复盘", "strategy", "季度复盘"),
    "账期天数": (90, "payment_days", "90"),
}


def changes(job: Any) -> dict[str, str]:
    """Field → new value of the one customer of the import."""
    told = import_summary(job)["entities"]["customers"]["changes"]
    return {one["field"]: one["new"] for customer in told for one in customer["fields"]}


@pytest.fixture
def exported(make_customer: Callable[..., Any], tmp_path: Path) -> Callable[[str], Path]:
    """`exported(language)` → the table of a whole customer and of one that is only named."""
    CustomerType.objects.get_or_create(key="business", defaults={"name": "企业"})
    make_customer(**WHOLE, customer_type_id="business")
    make_customer(code="X2", name="=无名")

    def export(language: str) -> Path:
        path = tmp_path / f"{language}.xlsx"
        with override(language):
            assert customers_export(path, file_format="xlsx") == 2
        return path

    return export


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_untouched_it_changes_nothing(
    exported: Callable[[str], Path], check: Callable[..., Any], language: str
) -> None:
    job = check(exported(language))
    assert changes(job) == {}
    assert job.counts["customers"] == {"new": 0, "changed": 0, "unchanged": 2, "rejected": 0}


def test_every_cell_changes_its_own_field(
    exported: Callable[[str], Path], check: Callable[..., Any]
) -> None:
    path = exported("zh-hans")
    book = load_workbook(path)
    sheet = book.active
    place = {cell.value: cell.column for cell in sheet[1]}
    line = next(row for row in (2, 3) if sheet.cell(row, place["客户编码"]).value == "X1")
    for heading, (typed, _field, _value) in TYPED.items():
        sheet.cell(line, place[heading]).value = typed
    book.save(path)
    assert changes(check(path)) == {field: value for _typed, field, value in TYPED.values()}


def test_what_somebody_changed_after_the_export_is_not_changed_back(
    exported: Callable[[str], Path], check: Callable[..., Any]
) -> None:
    path = exported("zh-hans")
    customer = Customer.objects.unscoped("a test looks").get(code="X1")
    customer_update(
        by=None, customer_id=customer.pk, version=1, now=NOW, changes={"city": "长沙望城"}
    )
    job = check(path)
    assert job.counts["customers"] == {"new": 0, "changed": 0, "unchanged": 1, "rejected": 1}
    assert [(one.code, one.value) for one in import_issues(job, severity="error")] == [
        ("changed_since_export", WHOLE["name"])
    ]
