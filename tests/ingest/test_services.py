"""Questions, currencies, cancelling, stale comparisons, saved mappings, rights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.http import Http404
from tests.conftest import NOW
from tests.ingest.conftest import write_csv

from jishi.customers.models import Customer
from jishi.facts.models import OrderLine, Payment
from jishi.foundation.models import Company
from jishi.foundation.services import company_setup, exchange_rate_set
from jishi.foundation.writing import NotAllowedError
from jishi.ingest.folders import folder_of
from jishi.ingest.models import ImportJob
from jishi.ingest.queries import (
    import_issues,
    import_summary,
    imports_listed,
)
from jishi.ingest.remarks import import_warnings
from jishi.ingest.services import (
    ComparisonOutdatedError,
    ImportStateError,
    NotUndoableError,
    Upload,
    batch_undo,
    import_answer,
    import_apply,
    import_check,
    import_create,
    import_discard,
    import_map,
)
from jishi.web.pages.data.presenters import count_rows


pytestmark = pytest.mark.django_db

WHY = "a test looks"
HEAD = "客户编码,客户名称,订单号,行号,下单日期,数量,金额"


def lines() -> Any:
    return OrderLine.objects.unscoped(WHY).current()


def test_the_encoding_is_asked_and_answered(check: Callable[..., Any], tmp_path: Path) -> None:
    path = write_csv(tmp_path / "c.csv", "客戶編號,客戶名稱", "A1,臺灣積體電路", encoding="big5")
    job = check(path)
    assert (job.status, job.questions[0]["code"]) == ("unclear", "encoding_unclear")
    with pytest.raises(ImportStateError):
        import_answer(by=None, job_id=job.pk, version=job.version, answers={0: "utf-9"})
    job = import_answer(by=None, job_id=job.pk, version=job.version, answers={0: "big5"})
    job = import_check(by=None, job_id=job.pk)
    assert job.problem is None or job.problem["code"] == "nothing_mapped"
    recipe = {
        "key": "m", "title": {"en": "m"},
        "sources": {"t0": {"file": "c.csv"}},
        "steps": [{"entity": "customers", "source": "t0",
                   "fields": {"code": "客戶編號", "name": "客戶名稱"}}],
    }  # fmt: skip
    job = import_map(by=None, job_id=job.pk, version=job.version, recipe=recipe)
    job = import_check(by=None, job_id=job.pk)
    import_apply(by=None, job_id=job.pk, now=NOW)
    assert Customer.objects.unscoped(WHY).get().name == "臺灣積體電路"


def test_swapped_days_are_asked_and_answered(check: Callable[..., Any], tmp_path: Path) -> None:
    path = write_csv(tmp_path / "o.csv", HEAD, "A1,甲,S1,1,02/03/2026,1,10")
    job = check(path)
    assert job.status == "unclear"
    question = job.questions[0]
    assert (question["code"], question["samples"]) == ("date_order_unclear", ["02/03/2026"])
    job = import_answer(by=None, job_id=job.pk, version=job.version, answers={0: "dmy"})
    job = import_check(by=None, job_id=job.pk)
    import_apply(by=None, job_id=job.pk, now=NOW)
    assert lines().get().occurred_on == date(2026, 3, 2)


def test_days_that_settle_themselves(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    rows = ("A1,甲,S1,1,02/03/2026,1,10", "A1,甲,S2,1,02/28/2026,1,10")
    bring_in(write_csv(tmp_path / "o.csv", HEAD, *rows))
    assert set(lines().values_list("occurred_on", flat=True)) == {
        date(2026, 2, 3),
        date(2026, 2, 28),
    }


def test_decimal_commas_are_found(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    head = HEAD.replace(",", ";")
    bring_in(write_csv(tmp_path / "o.csv", head, "A1;甲;S1;1;2026-02-03;1;1.234,50"))
    assert lines().get().amount_e4 == 12_345_000


def test_a_point_that_could_be_either_is_asked(check: Callable[..., Any], tmp_path: Path) -> None:
    head = HEAD.replace(",", ";")
    job = check(write_csv(tmp_path / "o.csv", head, "A1;甲;S1;1;2026-02-03;1;1.234"))
    assert job.questions[0]["code"] == "decimal_unclear"
    job = import_answer(by=None, job_id=job.pk, version=job.version, answers={0: ","})
    job = import_check(by=None, job_id=job.pk)
    import_apply(by=None, job_id=job.pk, now=NOW)
    assert lines().get().amount_e4 == 12_340_000


def test_a_foreign_currency_needs_a_rate(
    bring_in: Callable[..., Any], check: Callable[..., Any], tmp_path: Path, admin: Any
) -> None:
    bring_in(write_csv(tmp_path / "a.csv", HEAD, "A1,甲,S1,1,2026-02-03,1,10"))
    assert Company.objects.get(pk=1).base_currency_is_set
    path = write_csv(
        tmp_path / "b.csv", HEAD, "A1,甲,S2,1,2026-02-03,1,10", "A1,甲,S2,2,2026-02-03,1,10",
        "A1,甲,S3,1,2026-02-05,1,10",
    )  # fmt: skip
    job = check(path, options={"currency": "USD"})
    assert job.problem == {
        "code": "currency_needs_rate", "params": {"currency": "USD", "base": "CNY"},
    }  # fmt: skip
    exchange_rate_set(by=admin, currency="USD", valid_from=date(2026, 2, 4), rate=Decimal("7.1"))
    job = check(path, options={"currency": "USD"})
    (early,) = import_warnings(job)
    assert (early.code, early.severity) == ("no_rate_yet", "warning")
    for told in ("USD", "2026-02-03", "2026-02-04", "2 行"):
        assert told in early.text
    exchange_rate_set(by=admin, currency="USD", valid_from=date(2026, 2, 3), rate=Decimal("7.1"))
    assert not import_warnings(bring_in(path, options={"currency": "USD"}))
    assert set(lines().values_list("currency", flat=True)) == {"CNY", "USD"}

    mixed = write_csv(
        tmp_path / "c.csv", f"{HEAD},币种", "A1,甲,S4,1,2026-02-06,1,10,USD",
        "A1,甲,S4,2,2026-02-06,1,20,USD", "A1,甲,S5,1,2026-02-06,1,5,CNY",
    )  # fmt: skip
    (amount,) = (row.amount for row in count_rows(check(mixed)) if row.label == "订单行")
    assert amount == "¥5.00 + $30.00", "never added up"


def test_the_first_amounts_settle_the_currency(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    job = bring_in(
        write_csv(tmp_path / "a.csv", HEAD, "A1,甲,S1,1,2026-02-03,1,10"),
        options={"currency": "EUR"},
    )
    assert import_summary(job)["adopts_currency"] == "EUR"
    company = Company.objects.get(pk=1)
    assert (company.base_currency, company.base_currency_is_set) == ("EUR", True)


def test_a_settled_currency_is_not_replaced(check: Callable[..., Any], tmp_path: Path) -> None:
    company_setup(by=None, base_currency="CNY")
    path = write_csv(tmp_path / "a.csv", HEAD, "A1,甲,S1,1,2026-02-03,1,10")
    assert check(path, options={"currency": "EUR"}).problem["code"] == "currency_needs_rate"


def test_what_changed_since_is_compared_again(
    bring_in: Callable[..., Any], check: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(write_csv(tmp_path / "a.csv", HEAD, "A1,甲,S1,1,2026-02-03,1,10"))
    late = check(write_csv(tmp_path / "b.csv", HEAD, "A1,甲,S1,1,2026-02-03,1,30"))
    bring_in(write_csv(tmp_path / "c.csv", HEAD, "A1,甲,S1,1,2026-02-03,1,20"))
    # The correction still corrects: another row than was compared, but the same counts.
    import_apply(by=None, job_id=late.pk, now=NOW)
    assert lines().get().amount_e4 == 300_000
    twin = check(write_csv(tmp_path / "d.csv", HEAD, "A2,乙,S2,1,2026-02-03,1,5"))
    bring_in(write_csv(tmp_path / "e.csv", HEAD, "A2,乙,S2,1,2026-02-03,1,5"))
    with pytest.raises(ComparisonOutdatedError):
        import_apply(by=None, job_id=twin.pk, now=NOW)
    twin.refresh_from_db()
    assert twin.counts["order_lines"] == {
        "new": 0, "changed": 0, "unchanged": 1, "rejected": 0,
        "read_e4": 50_000, "accepted_e4": 50_000,
    }  # fmt: skip
    assert lines().count() == 2


def test_an_import_is_written_once(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    job = bring_in(write_csv(tmp_path / "a.csv", HEAD, "A1,甲,S1,1,2026-02-03,1,10"))
    with pytest.raises(ImportStateError):
        import_apply(by=None, job_id=job.pk, now=NOW)
    with pytest.raises(ImportStateError):
        import_discard(by=None, job_id=job.pk)
    batch_undo(by=None, batch_id=job.batch_id, now=NOW)
    with pytest.raises(NotUndoableError):
        batch_undo(by=None, batch_id=job.batch_id, now=NOW)


def test_discarding_forgets_the_files(check: Callable[..., Any], tmp_path: Path) -> None:
    job = check(write_csv(tmp_path / "a.csv", HEAD, "A1,甲,S1,1,2026-02-03,1,10"))
    assert folder_of(job.pk).exists()
    import_discard(by=None, job_id=job.pk)
    assert not folder_of(job.pk).exists()
    assert not ImportJob.objects.exists()


def test_the_same_orders_in_two_files_of_one_number(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    """One order number, two customers: nobody can say whose it is."""
    job = check(
        write_csv(tmp_path / "a.csv", HEAD, "A1,甲,S1,1,2026-02-03,1,10",
                  "A2,乙,S1,2,2026-02-03,1,10", "A2,乙,S2,1,2026-02-03,1,10")
    )  # fmt: skip
    codes = {issue.code for issue in import_issues(job, severity="error")}
    assert codes == {"order_of_two_customers", "order_rejected"}
    assert job.counts["order_lines"]["new"] == 1
    assert job.counts["order_lines"]["rejected"] == 2


def test_one_line_number_twice(check: Callable[..., Any], tmp_path: Path) -> None:
    job = check(
        write_csv(tmp_path / "a.csv", HEAD, "A1,甲,S1,1,2026-02-03,1,10",
                  "A1,甲,S1,1,2026-02-03,1,10", "A1,甲,S1,2,2026-02-03,1,10",
                  "A1,甲,S1,2,2026-02-03,1,11")
    )  # fmt: skip
    counted = job.counts["order_lines"]
    assert (counted["new"], counted["rejected"]) == (1, 2)
    assert [i.line for i in import_issues(job, code="number_used_twice")] == [4, 5]
    assert [i.line for i in import_issues(job, code="repeated_row")] == [3]


def test_payments_point_to_orders_and_need_a_known_customer(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(write_csv(tmp_path / "a.csv", HEAD, "A1,甲,S1,1,2026-02-03,1,10"))
    job = bring_in(
        write_csv(tmp_path / "p.csv", "客户名称,订单号,回款日期,回款金额", "甲,S1,2026-03-01,10",
                  "甲,S9,2026-03-01,10", "丙,S1,2026-03-01,10")
    )  # fmt: skip
    assert job.counts["payments"]["new"] == 2
    assert {(i.line, i.code) for i in import_issues(job)} == {
        (3, "order_unknown"), (4, "customer_unknown"),
    }  # fmt: skip
    refs = Payment.objects.unscoped(WHY).values_list("order_ref", flat=True)
    assert set(refs) == {lines().get().order_ref, None}


def test_groups_and_owners(
    bring_in: Callable[..., Any], tmp_path: Path, make_user: Callable[..., Any]
) -> None:
    from jishi.customers.models import AccountTeamMember

    wang = make_user("key_account_manager", name="王经理")
    head = "客户编码,客户名称,所属集团,负责人"
    bring_in(write_csv(tmp_path / "a.csv", head, "A1,集团公司,,王经理", "A2,子公司,集团公司,谁",
                       "A3,孙公司,子公司,"))  # fmt: skip
    found = {c.code: c for c in Customer.objects.unscoped(WHY)}
    assert found["A2"].parent_id == found["A1"].pk
    assert found["A3"].parent_id == found["A2"].pk
    assert found["A1"].owner_id == wang.pk
    member = AccountTeamMember.objects.unscoped(WHY).get()
    assert (member.customer_id, member.user_id, member.role) == (found["A1"].pk, wang.pk, "owner")
    # A circle is not drawn: the group stays where it was.
    bring_in(write_csv(tmp_path / "b.csv", head, "A1,集团公司,孙公司,"))
    assert Customer.objects.unscoped(WHY).get(code="A1").parent_id is None


def test_credit_codes_are_checked_and_unique(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    job = bring_in(
        write_csv(tmp_path / "a.csv", "客户编码,客户名称,统一社会信用代码", "A1,甲,91350100M000100Y43",
                  "A2,乙,91350100M000100Y44", "A3,丙,91350100m000100y43")
    )  # fmt: skip
    assert job.counts["customers"]["new"] == 3
    assert {i.code for i in import_issues(job)} == {"bad_credit_code", "credit_code_taken"}


def test_formulas_guarded_by_our_own_export_come_back(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(write_csv(tmp_path / "a.csv", "客户编码,客户名称", "A1,'=甲", "A2,'甲'"))
    names = set(Customer.objects.unscoped(WHY).values_list("name", flat=True))
    assert names == {"=甲", "'甲'"}


def test_who_may_import(make_user: Callable[..., Any], admin: Any, tmp_path: Path) -> None:
    seller = make_user("regional_sales")
    path = write_csv(tmp_path / "a.csv", "客户名称", "甲")
    with path.open("rb") as content, pytest.raises(NotAllowedError):
        import_create(by=seller, uploads=[Upload("a.csv", content)], now=NOW)
    with pytest.raises(NotAllowedError):
        imports_listed(by=seller)
    with path.open("rb") as content:
        job = import_create(by=admin, uploads=[Upload("../../a.csv", content)], now=NOW)
    assert job.files[0]["name"] == "a.csv"
    analyst = make_user("analyst")
    import_check(by=analyst, job_id=job.pk)
    job = import_apply(by=analyst, job_id=job.pk, now=NOW)
    assert job.batch_id is not None
    with pytest.raises(NotAllowedError):
        batch_undo(by=analyst, batch_id=job.batch_id, now=NOW)
    with pytest.raises(Http404):
        import_check(by=admin, job_id=10_000)


def test_a_list_with_codes_and_orders_with_names_alone_speak_of_the_same(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    job = bring_in(
        write_csv(tmp_path / "c.csv", "客户编码,客户名称", "A1,甲", "A2,乙", "A3,丙", "A4,丙"),
        write_csv(tmp_path / "p.csv", "产品编码,产品名称,产品类别", "P1,轴承,传动"),
        write_csv(tmp_path / "o.csv", "客户名称,订单号,行号,下单日期,产品名称,数量,金额",
                  "甲,S1,1,2026-02-03,轴承,1,10", "丁,S2,1,2026-02-03,轴承,1,10",
                  "丙,S3,1,2026-02-03,轴承,1,10"),
    )  # fmt: skip
    named = Customer.objects.unscoped(WHY).values_list("name", "code")
    assert sorted(named) == [
        ("丁", "C000001"),
        ("丙", "A3"),
        ("丙", "A4"),
        ("乙", "A2"),
        ("甲", "A1"),
    ]
    sold = set(lines().values_list("customer__code", "product__sku"))
    assert sold == {("A1", "P1"), ("C000001", "P1")}
    assert {(i.code, i.file) for i in import_issues(job, severity="error")} == {
        ("customer_name_ambiguous", "o.csv"), ("order_rejected", "o.csv"),
    }  # fmt: skip


def test_recipes_say_what_is_missing(check: Callable[..., Any], tmp_path: Path) -> None:
    job = check(write_csv(tmp_path / "customers.csv", "customer_id", "A"), recipe="northwind")
    assert job.problem["code"] == "file_missing"
    folder = tmp_path / "n"
    folder.mkdir()
    for name in ("customers", "products", "orders", "order_details"):
        write_csv(folder / f"{name}.csv", "customer_id,order_id", "A,1")
    assert check(folder, recipe="northwind").problem["code"] == "no_such_column"


def test_a_mapping_changed_while_rows_are_checked_is_the_one_that_counts(
    check: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jishi.ingest.services import checking

    compare = checking._compare

    def meanwhile(job: ImportJob, summary: dict[str, Any]) -> dict[str, Any]:
        monkeypatch.setattr(checking, "_compare", compare)
        found = compare(job, summary)
        recipe = {**job.recipe, "steps": [{**job.recipe["steps"][0], "fields": {"name": "简称"}}]}
        import_map(by=None, job_id=job.pk, version=job.version, recipe=recipe)
        return found

    monkeypatch.setattr(checking, "_compare", meanwhile)
    job = check(write_csv(tmp_path / "c.csv", "客户编码,客户名称,简称", "A1,甲公司,甲"))
    assert job.status == "staged"
    import_apply(by=None, job_id=job.pk, now=NOW)
    assert Customer.objects.unscoped(WHY).get().name == "甲"


def test_lookups_stand_in_any_order_but_in_no_circle(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    write_csv(tmp_path / "c.csv", "code,name,town", "A1,甲,1")
    write_csv(tmp_path / "towns.csv", "town,province", "1,7")
    write_csv(tmp_path / "provinces.csv", "province,name", "7,湖南省")
    job = check(*(tmp_path / name for name in ("c.csv", "towns.csv", "provinces.csv")))

    def recipe(start: str) -> dict[str, Any]:
        return {
            "key": "m", "title": {"en": "m"},
            "sources": {n: {"file": f"{n}.csv"} for n in ("c", "towns", "provinces")},
            "steps": [{
                "entity": "customers", "source": "c",
                "lookups": {
                    "p": {"source": "provinces", "by": "t::province", "key": "province"},
                    "t": {"source": "towns", "by": start, "key": "town"},
                },
                "fields": {"code": "code", "name": "name", "city": "p::name"},
            }],
        }  # fmt: skip

    job = import_map(by=None, job_id=job.pk, version=job.version, recipe=recipe("town"))
    job = import_check(by=None, job_id=job.pk)
    assert import_summary(job)["entities"]["customers"]["sample"][0]["city"] == "湖南省"
    job = import_map(by=None, job_id=job.pk, version=job.version, recipe=recipe("p::province"))
    job = import_check(by=None, job_id=job.pk)
    assert job.problem is not None
    assert job.problem["code"] == "lookups_in_a_circle"


def test_a_complaint_closed_by_hand_stays_closed_when_its_file_comes_again(
    tmp_path: Path, bring_in: Callable[..., Any]
) -> None:
    from jishi.facts.models import Complaint
    from jishi.facts.recording import complaint_close

    path = write_csv(
        tmp_path / "投诉.csv",
        "客户编码,客户名称,投诉日期,投诉内容,解决日期",
        "A1,甲,2026-02-03,漏油,",
    )
    bring_in(write_csv(tmp_path / "客户.csv", "客户编码,客户名称", "A1,甲"))
    bring_in(path)
    opened = Complaint.objects.unscoped(WHY).current().get()
    closed = complaint_close(
        by=None, complaint_id=opened.pk, now=NOW, closed_on=NOW.date(), resolution="换了密封件"
    )
    again = bring_in(path)
    assert again.counts["complaints"] == {"new": 0, "changed": 0, "unchanged": 1, "rejected": 0}
    assert Complaint.objects.unscoped(WHY).current().get() == closed
