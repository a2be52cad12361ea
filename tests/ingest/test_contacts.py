"""People in files: known by their code wherever they work, else by name within the customer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.ingest.conftest import write_csv

from jishi.customers.models import Contact, ContactPosition, Customer
from jishi.customers.search import search
from jishi.customers.services import contact_position_end
from jishi.ingest.queries import import_issues
from jishi.ingest.services import batch_undo


pytestmark = pytest.mark.django_db

WHY = "a test looks"
HEAD = "客户编码,客户名称,联系人编码,联系人,所属方,职务,手机"


def places() -> list[tuple[str, str, str]]:
    rows = ContactPosition.objects.unscoped(WHY).order_by("customer__code", "contact__name")
    return list(rows.values_list("contact__name", "customer__code", "title"))


def warned(job: Any) -> set[tuple[str, str]]:
    return {(one.code, one.field) for one in import_issues(job)}


def test_one_person_at_two_companies_in_one_file(
    bring_in: Callable[..., Any], tmp_path: Path, now: Any
) -> None:
    path = write_csv(
        tmp_path / "c.csv", HEAD,
        "K1,甲公司,P1,张三,第三方,顾问,13800000001",
        "K2,乙公司,P1,张三,,董事,",
        "K2,乙公司,P2,李四,客户方,经理,",
    )  # fmt: skip
    job = bring_in(path)
    assert places() == [("张三", "K1", "顾问"), ("张三", "K2", "董事"), ("李四", "K2", "经理")]
    person = Contact.objects.unscoped(WHY).get(code="P1")
    assert (person.party, person.mobile) == ("third_party", "13800000001")
    assert Contact.objects.unscoped(WHY).get(code="P2").party == "customer"
    assert warned(job) == set()
    again = bring_in(path)
    assert again.counts["contacts"] == {"new": 0, "changed": 0, "unchanged": 3, "rejected": 0}

    batch_undo(by=None, batch_id=job.batch_id, now=now)
    assert places() == []
    assert not Contact.objects.unscoped(WHY).exists()


def test_a_second_company_comes_later_and_what_differs_is_said(
    bring_in: Callable[..., Any], tmp_path: Path, now: Any
) -> None:
    bring_in(write_csv(tmp_path / "a.csv", HEAD, "K1,甲公司,P1,张三,,顾问,13800000001"))
    job = bring_in(
        write_csv(
            tmp_path / "b.csv", HEAD,
            "K1,甲公司,P1,张三,,顾问,13900000002", "K2,乙公司,P1,张三,,,13900000002",
            "K3,丙公司,P1,张三丰,,董事,13900000003",
        )
    )  # fmt: skip
    assert places() == [("张三", "K1", "顾问"), ("张三", "K2", ""), ("张三", "K3", "董事")]
    person = Contact.objects.unscoped(WHY).get()
    assert (person.name, person.mobile, person.version) == ("张三", "13900000002", 2)
    assert warned(job) == {("values_differ", "contact_name"), ("values_differ", "mobile")}

    batch_undo(by=None, batch_id=job.batch_id, now=now)
    assert places() == [("张三", "K1", "顾问")]
    assert Contact.objects.unscoped(WHY).get().mobile == "13800000001"


def test_a_company_named_by_code_and_by_name_is_one_position(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(write_csv(tmp_path / "k.csv", "客户编码,客户名称", "K1,甲公司"))
    job = bring_in(
        write_csv(tmp_path / "p.csv", HEAD, "K1,,P1,张三,,顾问,", ",甲公司,P1,张三,,顾问,")
    )
    assert places() == [("张三", "K1", "顾问")]
    assert warned(job) == {("repeated_row", "contact_name")}


def test_a_code_given_later_belongs_to_the_person_of_that_name(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(write_csv(tmp_path / "a.csv", HEAD, "K1,甲公司,,张三,,顾问,"))
    bring_in(
        write_csv(
            tmp_path / "b.csv", HEAD, "K1,甲公司,P1,张三,,顾问,", "K2,乙公司,P1,张三,,董事,"
        )
    )  # fmt: skip
    assert places() == [("张三", "K1", "顾问"), ("张三", "K2", "董事")]
    assert Contact.objects.unscoped(WHY).get().code == "P1"


@pytest.mark.parametrize("code", ["P1", ""])
def test_who_has_left_is_not_brought_back_by_an_old_file(
    bring_in: Callable[..., Any], tmp_path: Path, code: str
) -> None:
    path = write_csv(tmp_path / "a.csv", HEAD, f"K1,甲公司,{code},张三,,顾问,")
    bring_in(path)
    position = ContactPosition.objects.unscoped(WHY).get()
    contact_position_end(
        by=None, position_id=position.pk, version=position.version, ended_on=date(2026, 6, 30)
    )
    again = bring_in(path)
    assert again.counts["contacts"]["unchanged"] == 1
    assert ContactPosition.objects.unscoped(WHY).get().ended_on == date(2026, 6, 30)
    assert Customer.objects.unscoped(WHY).count() == 1


def test_numbers_and_mail_longer_than_can_be_kept_are_left_blank_and_said(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    numbers = "/".join(f"1380000000{digit}" for digit in range(4))
    mail = f"{'a' * 250}@x.example"
    job = bring_in(
        write_csv(
            tmp_path / "long.csv", "客户编码,客户名称,公司电话,公司邮箱,联系人,手机",
            f"K1,甲公司,{numbers},{mail},张三,{numbers}",
        )
    )  # fmt: skip
    assert warned(job) == {("too_long", "phone"), ("too_long", "email"), ("too_long", "mobile")}
    customer = Customer.objects.unscoped(WHY).get()
    assert (customer.phone, customer.email) == ("", "")
    assert Contact.objects.unscoped(WHY).get().mobile == ""


def test_a_person_is_found_by_the_new_number_at_every_company(
    bring_in: Callable[..., Any], tmp_path: Path, admin: Any
) -> None:
    rows = ("K1,甲公司,P1,张三,,,13800000001", "K2,乙公司,P1,张三,,,13800000001")
    bring_in(write_csv(tmp_path / "a.csv", HEAD, *rows))
    bring_in(write_csv(tmp_path / "b.csv", HEAD, "K1,甲公司,P1,张三,,,13900007777"))
    assert {hit.customer_code for hit in search(by=admin, text="07777")} == {"K1", "K2"}


def test_rows_that_disagree_are_called_by_their_own_name(
    check: Callable[..., Any], tmp_path: Path
) -> None:
    head = "客户编码,客户名称,城市,联系人,职务"
    job = check(
        write_csv(tmp_path / "d.csv", head, "K1,甲公司,长沙,张三,顾问", "K1,甲公司,株洲,张三,经理")
    )
    found = {one.field: one.text for one in import_issues(job, code="values_differ")}
    assert set(found) == {"city", "region", "title"}
    assert "K1" in found["city"]
    assert "张三" in found["title"]
    assert not [text for text in found.values() if ":" in text or "|" in text]


def test_a_customer_named_in_two_files_of_one_import_is_written_once(
    bring_in: Callable[..., Any], tmp_path: Path
) -> None:
    bring_in(write_csv(tmp_path / "k.csv", "客户编码,客户名称", "K1,甲公司"))
    bring_in(
        write_csv(tmp_path / "a.csv", "客户编码,客户名称,城市", "K1,甲公司,长沙"),
        write_csv(tmp_path / "b.csv", "客户名称,地址", "甲公司,工业一路"),
    )
    assert Customer.objects.unscoped(WHY).get().city == "长沙"


def test_a_birthday_is_a_day_of_its_calendar(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    head = "客户编码,客户名称,联系人,生日,生日历法"
    job = bring_in(
        write_csv(
            tmp_path / "b.csv", head,
            "K1,甲公司,闰年,2-29,公历", "K1,甲公司,无此日,2-30,公历", "K1,甲公司,农历,1980-02-30,农历",
            "K1,甲公司,农历无,2-31,农历", "K1,甲公司,平年,1981年2月29日,",
        )
    )  # fmt: skip
    kept = Contact.objects.unscoped(WHY).exclude(birth_month=None)
    assert set(kept.values_list("name", "birth_year", "birth_month", "birth_day")) == {
        ("闰年", None, 2, 29),
        ("农历", 1980, 2, 30),
    }
    assert [one.value for one in import_issues(job, code="not_birthday")] == [
        "2-30", "2-31", "1981年2月29日",
    ]  # fmt: skip


def test_what_is_counted_is_a_whole_number(bring_in: Callable[..., Any], tmp_path: Path) -> None:
    job = bring_in(
        write_csv(
            tmp_path / "n.csv", "客户编码,客户名称,员工人数,账期天数", "K1,甲公司,12.7,30.0",
        )
    )  # fmt: skip
    customer = Customer.objects.unscoped(WHY).get()
    assert (customer.employees, customer.payment_days) == (None, 30)
    assert warned(job) == {("not_integer", "employees")}


def test_generated_codes_go_on_after_the_last_of_six_digits(
    bring_in: Callable[..., Any], tmp_path: Path, make_customer: Callable[..., Any]
) -> None:
    make_customer(code="C999999", name="第九十九万九千九百九十九家")
    bring_in(write_csv(tmp_path / "a.csv", "客户名称", "甲", "乙"))
    bring_in(write_csv(tmp_path / "b.csv", "客户名称", "丙"))
    codes = Customer.objects.unscoped(WHY).exclude(code="C999999").values_list("code", flat=True)
    assert set(codes) == {"C1000000", "C1000001", "C1000002"}
