"""People in files: known by their code wherever they work, else by name within the customer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.ingest.conftest import write_csv

from jishi.customers.models import Contact, ContactPosition, Customer
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
