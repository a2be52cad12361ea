"""An exported table that was overtaken: three values for each cell, and a choice in a plain form."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils.translation import override
from tests.conftest import NOW

from jishi.customers.models import Customer
from jishi.customers.services import customer_update
from jishi.jobs.exporting import customers_export


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]


def stored() -> Customer:
    return Customer.objects.unscoped("a test looks").get(code="X1")


def form_of(page) -> dict[str, str]:
    """The form as it was offered."""
    fields = {"version": str(page.context["job"].version)}
    for customer in page.context["conflicts"]["customers"]:
        fields |= {row.name: "mine" if row.takes_mine else "theirs" for row in customer.rows}
    return fields


def sent(client, page, to: str, **changes: str):
    url = reverse(to, args=[page.context["job"].pk])
    return client.post(url, form_of(page) | changes, follow=True)


def shown(page) -> dict[str, tuple[str, str, str]]:
    (customer,) = page.context["conflicts"]["customers"]
    return {row.label: (row.base, row.theirs, row.mine) for row in customer.rows}


def test_three_values_are_shown_and_one_is_chosen(
    upload, signed, admin, make_user, make_customer, tmp_path
):
    make_customer(code="X1", name="甲公司", city="长沙", industry="C35", owner=admin, phone="0731")
    with override("zh-hans"):
        customers_export(tmp_path / "out.csv", file_format="csv")
    text = (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    other = make_user("sales_director", name="赵敏")
    customer_update(
        by=other, customer_id=stored().pk, version=1, now=NOW,
        changes={"city": "<b>岳阳</b>", "industry": "C34"},
    )  # fmt: skip
    assert "长沙" in text
    page = upload(
        {"out.csv": text.replace(",长沙,", ",株洲,").replace("专用设备制造业", "汽车制造业")}
    )
    if page.templates[0].name == "data/mapping.html":
        from tests.web.data.test_imports import confirmed

        page = confirmed(signed, page)
    assert shown(page) == {
        "城市": ("长沙", "<b>岳阳</b>", "株洲"),
        "行业属性": ("专用设备制造业", "通用设备制造业", "汽车制造业"),
    }
    html = page.content.decode()
    assert "<b>岳阳" not in html
    assert "赵敏" in html, "who changed it stands there"
    city = f"take.{stored().pk}.city"
    assert form_of(page)[city] == "theirs", "what stands here is the default"

    wrong = sent(signed, page, "web:import_choose", version="1", **{city: "mine"})
    assert wrong.status_code == 409
    assert form_of(wrong)[city] == "mine", "what was chosen still stands there"
    # Written with a choice that has not been looked at, it is shown first.
    page = sent(signed, wrong, "web:import_apply")
    assert page.context["can_apply"]
    assert stored().city == "<b>岳阳</b>"
    (block,) = page.context["changes"]
    assert [(row.before, row.after) for row in block.rows] == [("<b>岳阳</b>", "株洲")]
    assert page.context["conflicts"]["undecided"] == 0

    customer_update(by=other, customer_id=stored().pk, version=2, now=NOW, changes={"city": "湘潭"})
    page = sent(signed, page, "web:import_apply")
    assert page.context["can_apply"], "overtaken again, it is asked again"
    assert shown(page)["城市"] == ("长沙", "湘潭", "株洲")
    page = sent(signed, page, "web:import_choose", **{city: "mine"})
    report = sent(signed, page, "web:import_apply")
    assert report.context["is_written"]
    assert (stored().city, stored().industry) == ("株洲", "C34")
