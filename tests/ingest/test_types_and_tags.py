"""What the company calls its types of customers, and tags, in files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.ingest.conftest import write_csv

from jishi.customers import services
from jishi.customers.models import Customer, CustomerType


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
