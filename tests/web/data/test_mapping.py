"""A recipe becomes a form and the form becomes the same recipe."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.utils import translation

from jishi.ingest.mapping.catalogue import ENTITIES
from jishi.ingest.mapping.recipe import recipe_from, shipped_recipes
from jishi.web.pages.data.mapping import (
    SheetColumns,
    is_editable,
    recipe_from_form,
    sheet_forms,
    step_lines,
)


SHEET = SheetColumns(
    key="rows", file="sales.xlsx", sheet="Sheet1",
    headings=["公司名", "单号", "日期", "品名", "数量", "金额"],
    samples=[["甲", "A1", "2026-01-02", "阀", "1", "10"], ["", "A2", "2026-01-03", "泵", "2", "20"]],
    rows=2,
)  # fmt: skip

RECIPE = recipe_from(
    {
        "key": "wizard",
        "title": {"en": "Sales"},
        "currency": "CNY",
        "sources": {"rows": {"file": "sales.xlsx"}},
        "steps": [
            {"entity": "customers", "source": "rows", "fields": {"name": "公司名"}},
            {
                "entity": "orders", "source": "rows",
                "fields": {"customer_name": "公司名", "order_no": "单号", "ordered_on": "日期"},
            },
            {
                "entity": "order_lines", "source": "rows",
                "fields": {
                    "order_no": "单号", "product_name": "品名", "amount": "金额",
                    "quantity": {"const": "1"},
                },
            },
        ],
    }
)  # fmt: skip


def posted(form, **extra: str) -> QueryDict:
    """What the browser sends for a form that nobody touched."""
    post = QueryDict(mutable=True)
    for column in form.columns:
        post.setlist(f"to.{column.name}", list(column.chosen))
        post[f"blank.{column.name}"] = column.blank_words
    for constant in form.constants:
        post[constant.name] = constant.value
    post["currency"] = "CNY"
    for name, value in extra.items():
        post[name.replace("__", ".")] = value
    return post


def test_an_untouched_form_says_the_same_recipe():
    (form,) = sheet_forms(RECIPE, [SHEET])
    back = recipe_from(recipe_from_form(posted(form), [SHEET], base=RECIPE))
    assert back == RECIPE


def test_formulas_and_translated_words_are_carried_over():
    data = RECIPE.model_dump(mode="json", exclude_defaults=True)
    orders = data["steps"][1]["fields"]
    orders["order_no"] = {"text": [{"column": "日期"}, {"const": "/"}, {"column": "公司名"}]}
    orders["status"] = {"column": "单号", "values": {"好": "completed"}, "otherwise": "open"}
    data["steps"][0]["only_with"] = ["name"]
    recipe = recipe_from(data)
    assert is_editable(recipe)
    (form,) = sheet_forms(recipe, [SHEET])
    assert [origin for _label, origin in form.formulas] == ["日期 + “/” + 公司名"]
    assert recipe_from(recipe_from_form(posted(form), [SHEET], base=recipe)) == recipe


def test_one_column_may_be_several_fields():
    (form,) = sheet_forms(RECIPE, [SHEET])
    assert form.columns[0].chosen == ["customers.name", "orders.customer_name"]
    assert form.columns[4].chosen == [""], "the quantity is fixed, its column is not used"


def test_samples_leave_out_blank_cells():
    (form,) = sheet_forms(RECIPE, [SHEET])
    assert form.columns[0].samples == ["甲"]
    assert form.columns[3].samples == ["阀", "泵"]


def test_whose_row_it_is_needs_to_be_said_only_once():
    post = QueryDict(mutable=True)
    for number, target in enumerate(
        ["customers.name", "orders.order_no", "orders.ordered_on", "order_lines.product_name",
         "order_lines.quantity", "order_lines.amount"]
    ):  # fmt: skip
        post.setlist(f"to.rows.{number}", [target])
    steps = {
        step["entity"]: step["fields"]
        for step in recipe_from_form(post, [SHEET], base=RECIPE)["steps"]
    }
    assert steps["orders"]["customer_name"] == {"column": "公司名"}
    assert steps["order_lines"]["order_no"] == {"column": "单号"}
    assert "customer_name" not in steps["order_lines"], (
        "an order line finds its order, that its customer"
    )


def test_required_fields_that_no_column_gives_are_asked_for():
    post = QueryDict("to.rows.0=interactions.customer_name")
    data = recipe_from_form(post, [SHEET], base=RECIPE)
    (form,) = sheet_forms(recipe_from(data), [SHEET])
    required = {field.name for field in ENTITIES["interactions"].fields if field.required}
    assert {c.name.rpartition(".")[2] for c in form.constants} == required


def test_words_that_mean_blank_are_kept():
    (form,) = sheet_forms(RECIPE, [SHEET])
    data = recipe_from_form(posted(form, blank__rows__5="NULL n/a"), [SHEET], base=RECIPE)
    lines = next(step for step in data["steps"] if step["entity"] == "order_lines")
    assert lines["fields"]["amount"] == {"column": "金额", "blank_words": ["NULL", "n/a"]}


@pytest.mark.parametrize("target", ["", "customers.password", "users.name", "x", "orders."])
def test_unknown_targets_are_ignored(target):
    post = QueryDict(mutable=True)
    post.setlist("to.rows.0", [target])
    assert recipe_from_form(post, [SHEET], base=RECIPE)["steps"] == []


@pytest.mark.django_db
@pytest.mark.parametrize("key", sorted(shipped_recipes()))
def test_shipped_recipes_are_shown_in_words_when_they_cannot_be_edited(key):
    recipe = shipped_recipes()[key]
    lines = step_lines(recipe, {})
    assert len(lines) == len(recipe.steps)
    assert all(origin for line in lines for _field, origin in line.fields)
    if key == "adventureworks":
        assert not is_editable(recipe)
        with translation.override("zh-hans"):
            (customers,) = [line for line in step_lines(recipe, {}) if line.entity == "客户"][:1]
            (contacts,) = [line for line in step_lines(shipped_recipes()["northwind"], {})
                           if line.entity == "联系人"]  # fmt: skip
        assert dict(contacts.fields)["首要联系人"] == "“是”"
        told = dict(customers.fields)
        assert told["客户类型"] == "“企业”"
        assert told["城市"] == "City（DimGeography.csv）"


@pytest.mark.django_db
@pytest.mark.usefixtures("at_once")
def test_a_wide_file_carries_the_list_of_fields_once(signed, upload):
    headings = ["客户名称", "城市", *(f"备用{n}" for n in range(109))]
    page = upload(
        {"wide.csv": ",".join(headings) + "\n" + ",".join(["甲", "长沙"] + ["x"] * 109) + "\n"}
    )
    text = page.content.decode()
    assert len(page.content) < 300_000
    assert text.count('<optgroup label="') == len(ENTITIES)
    assert text.count('value="orders.due_on"') == 1
    assert '<option value="customers.name" selected>客户：客户</option>' in text
    assert 'href="?fields=all"' in text
    whole = signed.get(page.request["PATH_INFO"], {"fields": "all"})
    assert whole.content.decode().count('value="orders.due_on"') == 2 * 111 + 1
