"""Recipes as files: written, read back the same, refused in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import Http404
from django.utils import translation
from tests.conftest import NOW
from tests.ingest.conftest import write_csv

from jishi.foundation.writing import NotAllowedError
from jishi.ingest.mapping.recipe import (
    MAX_RECIPE_BYTES,
    Recipe,
    RecipeError,
    recipe_from,
    recipe_from_bytes,
    recipe_from_yaml,
    recipe_to_yaml,
    shipped_recipes,
)
from jishi.ingest.messages import RECIPE_PROBLEMS, recipe_problem_texts
from jishi.ingest.models import SavedRecipe
from jishi.ingest.queries import recipe_by_key, recipes_listed
from jishi.ingest.services import ImportStateError, recipe_add, recipe_remove


HEAD = "客户编码,客户名称,订单号,行号,下单日期,数量,金额"
HARD = {
    "key": "hard",
    "title": {"en": "No: 1e3 # yes", "zh-hans": "是"},
    "currency": "NOK",
    "sources": {
        "t": {
            "file": "*.csv",
            "columns": ["null", "0012", "a::b", "2024-01-01"],
            "dialect": {"quote": None, "delimiter": "\t", "header_rows": {"0": None}},
        }
    },
    "steps": [
        {
            "entity": "customers",
            "source": "t",
            "where": [{"column": "null", "starts_with": ["~"], "negate": True}],
            "fields": {
                "code": {"column": "a::b"},
                "name": "0012",
                "cooperation_since": {"column": "2024-01-01", "blank_words": ["NULL", "~", "off"]},
                "stage": {"const": "yes"},
            },
        }
    ],
}


def without(part: str) -> dict[str, Any]:
    return {name: value for name, value in HARD.items() if name != part}


def step(**changed: Any) -> dict[str, Any]:
    return {**HARD, "steps": [{**HARD["steps"][0], **changed}]}  # type: ignore[index]  # a list


@pytest.mark.parametrize("recipe", [*shipped_recipes().values(), recipe_from(HARD)])
def test_a_recipe_written_as_yaml_is_read_as_the_same(recipe: Recipe) -> None:
    text = recipe_to_yaml(recipe)
    assert recipe_from_yaml(text) == recipe
    assert recipe_from_bytes(b"\xef\xbb\xbf" + text.encode()) == recipe


def test_a_plain_column_is_written_short() -> None:
    text = recipe_to_yaml(shipped_recipes()["northwind"])
    assert "column:" not in text.split("steps:")[1].split("lookups:")[0].split("text:")[0]
    assert "是" in recipe_to_yaml(recipe_from(HARD)), "people can read it"


WRONG = [
    ("key: [", "not_yaml", "第 1 行"),
    ("key: a\nkey: b\n", "not_yaml", "第 2 行"),
    ("a: &x [1]\nb: *x\n", "not_yaml", "第 2 行"),
    ("[" * 3000, "not_yaml", "不是 YAML"),
    ("d: 2024-99-99\n", "not_yaml", "不是 YAML"),
    ("\x00", "not_yaml", "不是 YAML"),
    ("- a\n- b\n", "not_a_recipe", "没有配方"),
    (b"\xff\xfe\x00", "not_utf8", "UTF-8"),
    ("#" * (MAX_RECIPE_BYTES + 1), "too_long", str(MAX_RECIPE_BYTES)),
    (without("title"), "missing", "title：缺少"),
    ({**HARD, "tittle": 1}, "extra_forbidden", "tittle：不是配方的组成部分"),
    ({**HARD, "key": "甲 乙"}, "string_pattern_mismatch", "key：写法不符合要求"),
    ({**HARD, "currency": 7}, "string_type", "currency：必须是文本"),
    ({**HARD, "steps": []}, "no_steps", "至少要有一个 step"),
    ({**HARD, "steps": {}}, "list_type", "steps：必须是列表"),
    (step(entity="clients"), "no_entity", "steps.0：没有“clients”"),
    (step(source="u"), "no_source", "“u”"),
    (step(fields={"nmae": "a"}), "no_field", "没有字段“nmae”"),
    (step(fields={"name": {"column": "a", "const": "b"}}), "one_kind", "steps.0.fields.name"),
    (step(fields={"name": "l::a"}), "no_lookup", "“l”"),
    (step(where=[{"column": "a"}]), "one_test", "steps.0.where.0"),
    (step(where=[{"column": "a", "is_blank": "perhaps"}]), "bool_parsing", "true 或 false"),
    ({**HARD, "sources": {"t": {"file": "a", "dialect": {"decimal": "x"}}}}, "literal_error",
     "sources.t.dialect.decimal：必须是"),
    ({**HARD, "sources": {"t": {"file": "a", "dialect": {"quote": "''"}}}}, "string_too_long",
     "不能超过 1 个字符"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "code", "words"), WRONG)
def test_what_is_no_recipe_is_refused_with_place_and_reason(
    written: Any, code: str, words: str
) -> None:
    content = written.encode() if isinstance(written, str) else written
    with pytest.raises(RecipeError) as refused:
        recipe_from(content) if isinstance(content, dict) else recipe_from_bytes(content)
    assert code in {problem.code for problem in refused.value.problems}
    with translation.override("zh-hans"):
        told = recipe_problem_texts(refused.value)
    assert words in "\n".join(told)
    assert "%(" not in "".join(told)
    with translation.override("en"):
        assert not any("%(" in one for one in recipe_problem_texts(refused.value))


def test_every_way_to_be_wrong_has_words() -> None:
    told = {code for _written, code, _words in WRONG}
    assert told <= set(RECIPE_PROBLEMS)


# --- kept --------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_kept_mapping_reads_the_next_file(
    check: Callable[..., Any], tmp_path: Path, admin: Any
) -> None:
    job = check(write_csv(tmp_path / "a.csv", HEAD, "A1,甲,S1,1,2026-02-03,1,10"))
    body = {**job.recipe, "sources": {"t0": {**job.recipe["sources"]["t0"], "file": "*.csv"}}}
    recipe = recipe_from({**body, "key": "erp", "title": {"zh-hans": "ERP 导出", "en": "ERP"}})
    recipe_add(by=admin, recipe=recipe, now=NOW)
    assert recipe_by_key("erp") == recipe
    assert ("erp", {"zh-hans": "ERP 导出", "en": "ERP"}, False) in recipes_listed()
    again = check(write_csv(tmp_path / "b.csv", HEAD, "A1,甲,S2,1,2026-02-03,1,10"), recipe="erp")
    assert again.counts["order_lines"]["new"] == 1


@pytest.mark.django_db
def test_a_recipe_does_not_take_anothers_place_unasked(admin: Any) -> None:
    first = recipe_from(HARD)
    recipe_add(by=admin, recipe=first, now=NOW)
    recipe_add(by=admin, recipe=first, now=NOW)
    assert SavedRecipe.objects.get().version == 1
    second = first.model_copy(update={"currency": "SEK"})
    with pytest.raises(ImportStateError, match="hard"):
        recipe_add(by=admin, recipe=second, now=NOW)
    assert recipe_by_key("hard") == first
    recipe_add(by=admin, recipe=second, now=NOW, replace=True)
    assert recipe_by_key("hard") == second
    assert SavedRecipe.objects.get().version == 2


@pytest.mark.django_db
def test_recipes_of_the_product_stay(admin: Any) -> None:
    shipped = shipped_recipes()["northwind"]
    assert recipe_add(by=admin, recipe=shipped, now=NOW) is None
    with pytest.raises(ImportStateError, match="northwind"):
        recipe_add(
            by=admin, recipe=shipped.model_copy(update={"currency": "SEK"}), now=NOW, replace=True
        )
    with pytest.raises(Http404):
        recipe_remove(by=admin, key="northwind")


@pytest.mark.django_db
def test_who_may_keep_and_remove(make_user: Callable[..., Any], admin: Any) -> None:
    seller, recipe = make_user("regional_sales"), recipe_from(HARD)
    with pytest.raises(NotAllowedError):
        recipe_add(by=seller, recipe=recipe, now=NOW)
    recipe_add(by=admin, recipe=recipe, now=NOW)
    with pytest.raises(NotAllowedError):
        recipe_remove(by=seller, key="hard")
    recipe_remove(by=admin, key="hard")
    assert recipe_by_key("hard") is None
