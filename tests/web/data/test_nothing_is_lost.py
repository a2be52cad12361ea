"""The wizard says what would not come in, asks what it must not guess, and offers the recipe that fits."""

from __future__ import annotations

import pytest
from django.urls import reverse

from jishi.ingest.models import ImportJob, SavedRecipe
from jishi.ingest.queries import import_summary


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]

NORTHWIND = {
    "customers.csv": "customer_id,company_name,contact_name,contact_title,address,city,country,phone\n"
    "ALFKI,Alfreds,Maria,Owner,Street 1,Berlin,Germany,030\n",
    "products.csv": "product_id,product_name,category_id,unit_price\n1,Chai,1,18\n",
    "orders.csv": "order_id,customer_id,order_date\n10248,ALFKI,1996-07-04\n",
    "order_details.csv": "order_id,product_id,unit_price,quantity,discount\n10248,1,14,12,0.5\n",
}


def checked(client, response, **fields: str):
    """Check the import that a page shows, as its columns were recognised."""
    job = ImportJob.objects.get(pk=response.context["job"].pk)
    post: dict[str, object] = {"version": str(job.version), "currency": "CNY", **fields}
    for form in response.context["sheets"]:
        for column in form.columns:
            post[f"to.{column.name}"] = list(column.chosen)
        for constant in form.constants:
            post[constant.name] = constant.value
    return client.post(reverse("web:import_mapping", args=[job.pk]), post, follow=True)


def read_by(client, response, key: str):
    job = ImportJob.objects.get(pk=response.context["job"].pk)
    url = reverse("web:import_recipe_use", args=[job.pk])
    return client.post(url, {"version": job.version, "recipe": key}, follow=True)


def test_a_recipe_that_knows_the_files_is_offered(signed, upload) -> None:
    page = upload(NORTHWIND)
    assert [key for key, _title in page.context["fitting"]] == ["northwind"]
    assert "使用配方“Northwind（罗斯文）”" in page.content.decode()
    result = read_by(signed, page, "northwind")
    job = result.context["job"]
    assert (job.status, job.recipe_key) == ("staged", "northwind")
    assert job.counts["order_lines"]["accepted_e4"] == 840_000
    refused = read_by(signed, page, "nothing")
    assert refused.status_code == 422


def test_few_recipes_are_offered_and_one_that_nobody_can_read_stops_nothing(
    signed, upload, now
) -> None:
    body = {"title": {"en": "R"}, "sources": {"t": {"file": "*.csv"}}}
    for number, fields in enumerate(
        [{"name": "客户"}] * 4 + [{"name": "客户", "city": "城市"}, {"gone": "客户"}]
    ):
        steps = [{"entity": "customers", "source": "t", "fields": fields}]
        data = {**body, "key": f"r{number}", "steps": steps}
        SavedRecipe.objects.create(key=f"r{number}", title="R", body=data, created_at=now)
    page = upload({"a.csv": "客户,城市\n甲,长沙\n"})
    assert [key for key, _title in page.context["fitting"]] == ["r4", "r0", "r1"]
    recipes = signed.get(reverse("web:imports_recipes"))
    broken = next(row for row in recipes.context["rows"] if row["key"] == "r5")
    assert "gone" in broken["problems"][0]
    assert signed.get(reverse("web:import_recipe", args=["r5"])).status_code == 302
    assert read_by(signed, page, "r5").status_code == 422


def test_a_recipe_whose_column_is_missing_is_no_dead_end(signed, upload) -> None:
    files = {**NORTHWIND, "orders.csv": "order_id,customer,order_date\n10248,ALFKI,1996-07-04\n"}
    page = upload(files, recipe="northwind")
    text = page.content.decode()
    assert "customer_id" in page.context["problem"]["message"]
    assert reverse("web:import_discard", args=[page.context["job"].pk]) in text
    assert "改为识别列名" in text
    page = read_by(signed, page, "")
    assert page.context["editable"]
    assert page.context["job"].recipe_key == ""
    assert len(page.context["sheets"]) == 4


def test_orders_without_lines_stand_above_the_counts(signed, upload) -> None:
    page = checked(
        signed, upload({"a.csv": "订单编号,下单时间,客户,数量,仓库\nD1,2026-03-01,甲公司,3,南\n"})
    )
    text = page.content.decode()
    said = "a.csv：1 张订单没有任何明细，不会计入销售额。没有列给出金额或单价。"
    assert text.index(said) < text.index("<table")
    assert "<dt>a.csv</dt><dd>数量、仓库</dd>" in text


def test_the_rate_of_tax_is_asked_for_and_told(signed, upload) -> None:
    file = {"a.csv": "订单编号,下单时间,客户,产品,数量,金额(含税)\nD1,2026-03-01,甲公司,阀,3,113\n"}
    page = checked(signed, upload(file))
    assert "13 %" in page.content.decode()
    job = page.context["job"]
    answer = {"version": job.version, "q0": "13"}
    page = signed.post(reverse("web:import_answer", args=[job.pk]), answer, follow=True)
    assert page.context["job"].counts["order_lines"]["accepted_e4"] == 1_000_000
    assert "已扣除 13% 的税" in page.content.decode()
    assert import_summary(page.context["job"])["unmapped_columns"] == []
