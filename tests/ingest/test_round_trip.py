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
from jishi.foundation.writing import NotAllowedError
from jishi.ingest.queries import conflicts_of, import_issues, import_summary
from jishi.ingest.services import (
    ComparisonOutdatedError,
    ImportStateError,
    import_apply,
    import_check,
    import_choose,
)
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


# --- somebody else was there in between ------------------------------------------------------------
def stored() -> Any:
    return Customer.objects.unscoped("a test looks").get(code="X1")


def changed_here(tags: list[str] | None = None, **fields: Any) -> None:
    customer = stored()
    customer_update(
        by=None,
        customer_id=customer.pk,
        version=customer.version,
        now=NOW,
        changes=fields,
        tags=tags,
    )


def typed_in(path: Path, *, code: str = "X1", **cells: str) -> Path:
    """The table with these cells (heading → text) typed into the row of a customer."""
    book = load_workbook(path)
    sheet = book.active
    place = {cell.value: cell.column for cell in sheet[1]}
    line = next(row for row in (2, 3) if sheet.cell(row, place["客户编码"]).value == code)
    for heading, text in cells.items():
        sheet.cell(line, place[heading]).value = text
    book.save(path)
    return path


def conflicts(job: Any) -> dict[str, tuple[Any, ...]]:
    """Column → what the file says, what is here, what was exported, and what was chosen."""
    return {
        one["column"]: (one["mine"], one["theirs"], one["base"], one["takes_mine"])
        for one in conflicts_of(job)["shown"]
    }


def chosen(job: Any, **columns: bool) -> Any:
    """The import, checked again with these cells decided."""
    cells = {(stored().pk, column): mine for column, mine in columns.items()}
    import_choose(by=None, job_id=job.pk, version=job.version, takes_mine=cells)
    return import_check(by=None, job_id=job.pk)


def test_what_somebody_changed_after_the_export_is_not_changed_back(
    exported: Callable[[str], Path], check: Callable[..., Any]
) -> None:
    changed_here(tags=["出口", "重点"])
    path = typed_in(exported("zh-hans"), 标签="出口、重点、电子")
    changed_here(city="长沙望城", tags=["出口", "复购"])
    job = check(path)
    assert conflicts(job) == {}
    assert changes(job) == {"tags": "出口、复购、电子"}, "重点 was taken away since"


def test_cells_are_settled_one_by_one_and_both_is_asked(
    exported: Callable[[str], Path], check: Callable[..., Any], make_user: Callable[..., Any]
) -> None:
    path = typed_in(exported("zh-hans"), 城市="株洲", 公司电话="0731-84000009", 主要需求="备件")
    typed_in(path, code="X2", 主营业务="起重机", _rev="77")
    changed_here(city="长沙望城", needs="备件", address="新路 1 号")
    job = check(path)
    assert changes(job) == {"phone": "0731-84000009"}, "only the file changed it"
    assert conflicts(job) == {
        "city": ("株洲", "长沙望城", "长沙星沙", None),
        "business": ("起重机", None, None, None),  # a version that the trail does not know
    }
    assert job.counts["customers"]["undecided"] == 2
    warnings = list(import_issues(job, code="changed_since_export"))
    assert {(one.severity, one.value) for one in warnings} == {
        ("warning", f"X1 {WHOLE['name']} · 株洲"), ("warning", "X2 =无名 · 起重机"),
    }  # fmt: skip

    good, options = {(stored().pk, "city"): True}, job.options
    for version, cells in (
        (job.version - 1, good),
        (job.version, {}),
        (job.version, {(stored().pk, "phone"): True}),
        (job.version, {(stored().pk + 99, "city"): True}),
    ):
        with pytest.raises(ImportStateError):
            import_choose(by=None, job_id=job.pk, version=version, takes_mine=cells)
    with pytest.raises(NotAllowedError):
        import_choose(by=make_user("auditor"), job_id=job.pk, version=job.version, takes_mine=good)
    job.refresh_from_db()
    assert (job.status, job.options) == ("staged", options)

    import_apply(by=None, job_id=job.pk, now=NOW)
    row = stored()
    assert (row.city, row.phone, row.needs, row.address) == (
        "长沙望城", "0731-84000009", "备件", "新路 1 号",
    ), "undecided, what stands here stays"  # fmt: skip


def test_what_is_chosen_is_written_unless_it_is_overtaken_again(
    exported: Callable[[str], Path], check: Callable[..., Any]
) -> None:
    path = typed_in(exported("zh-hans"), 城市="株洲", 规模="中型", 账期天数="90")
    changed_here(city="长沙望城", size_class="small", payment_days=30)
    job = chosen(check(path), city=True, size_class=False, payment_days=True)
    assert changes(job) == {"city": "株洲", "payment_days": "90"}
    assert conflicts(job)["size_class"] == ("medium", "small", "large", False)
    assert "undecided" not in job.counts["customers"]

    changed_here(city="长沙岳麓")
    with pytest.raises(ComparisonOutdatedError):
        import_apply(by=None, job_id=job.pk, now=NOW)
    job.refresh_from_db()
    assert stored().city == "长沙岳麓", "nothing is written"
    assert conflicts(job)["city"] == ("株洲", "长沙岳麓", "长沙星沙", None), "it is asked again"
    job = chosen(job, city=True)
    changed_here(address="新路 1 号")
    import_apply(by=None, job_id=job.pk, now=NOW)
    row = stored()
    assert (row.city, row.size_class, row.payment_days, row.address) == (
        "株洲", "small", 90, "新路 1 号",
    )  # fmt: skip


def test_a_customer_is_known_again_whatever_became_of_its_code(
    exported: Callable[[str], Path], check: Callable[..., Any]
) -> None:
    path = typed_in(exported("zh-hans"), 城市="株洲")
    changed_here(code="X1-2026")  # here, after the export
    job = check(path)
    assert job.counts["customers"]["new"] == 0
    assert changes(job) == {"city": "株洲"}

    typed_in(path, code="X2", 客户编码="X7")  # in the file
    job = check(path)
    assert changes(job) == {"city": "株洲", "code": "X7"}
    import_apply(by=None, job_id=job.pk, now=NOW)
    found = Customer.objects.unscoped("a test looks").order_by("pk")
    assert [(one.code, one.city) for one in found] == [("X1-2026", "株洲"), ("X7", "")]

    typed_in(path, code="X7", 客户="别家公司", 客户编码="X9")  # the table of another company
    assert check(path).counts["customers"]["new"] == 1
