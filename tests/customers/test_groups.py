"""Groups to any depth: who belongs to whom, what they add up to, and what a user sees of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from tests.conftest import NOW

from jishi.customers import services
from jishi.customers.models import Customer
from jishi.customers.queries import group_tree, rolled_up
from jishi.customers.trees import ancestor_ids, subtree_ids, would_be_cycle


pytestmark = pytest.mark.django_db
Make = Callable[..., Any]


@pytest.fixture
def director(make_user: Make) -> Any:
    return make_user("sales_director")


@pytest.fixture
def family(make_customer: Make) -> dict[str, Customer]:
    """集团 ─┬─ 华东 ─┬─ 上海 ── 浦东
    │        └─ 苏州
    └─ 华南"""
    made: dict[str, Customer] = {}
    for name, above in (
        ("集团", ""), ("华东", "集团"), ("华南", "集团"), ("上海", "华东"), ("苏州", "华东"),
        ("浦东", "上海"),
    ):  # fmt: skip
        made[name] = make_customer(name=name, parent=made.get(above))
    make_customer(name="别家")
    return made


def shown(tree: Any) -> list[tuple[str, int]]:
    return [(node.customer.name, node.depth) for node in tree]


def test_the_whole_group_is_found_from_anywhere_in_reading_order(
    family: dict[str, Customer], director: Any
) -> None:
    trees = [shown(group_tree(director, one.pk)) for one in family.values()]
    assert all(tree == trees[0] for tree in trees)
    depths = dict(trees[0])
    assert depths == {"集团": 0, "华东": 1, "华南": 1, "上海": 2, "苏州": 2, "浦东": 3}
    names = [name for name, _depth in trees[0]]
    for child, parent in (("上海", "华东"), ("浦东", "上海"), ("华南", "集团")):
        assert names.index(child) > names.index(parent)
    assert names.index("浦东") == names.index("上海") + 1, "children stand right below their parent"


def test_amounts_are_rolled_up_level_by_level(family: dict[str, Customer], director: Any) -> None:
    amounts = {"集团": 1, "华东": 10, "上海": 100, "浦东": 1_000, "苏州": 10_000}
    own = {family[name].pk: amount for name, amount in amounts.items()}
    totals = rolled_up(group_tree(director, family["浦东"].pk), own)
    by_name = {name: totals[one.pk] for name, one in family.items()}
    assert by_name == {
        "集团": 11_111, "华东": 11_110, "上海": 1_100, "浦东": 1_000, "苏州": 10_000, "华南": 0,
    }  # fmt: skip


def test_a_customer_by_itself_is_a_tree_of_one(make_customer: Make, director: Any) -> None:
    alone = make_customer(name="独")
    assert shown(group_tree(director, alone.pk)) == [("独", 0)]
    assert rolled_up(group_tree(director, alone.pk), {alone.pk: 7}) == {alone.pk: 7}
    assert group_tree(director, 10**9) == []


def test_a_deep_group_is_read_in_a_few_queries(
    make_customer: Make, director: Any, django_assert_max_num_queries: Any
) -> None:
    depth = 300
    made = [make_customer(name="第000层")]
    for n in range(1, depth):
        made.append(make_customer(name=f"第{n:03d}层", parent=made[-1]))
    with django_assert_max_num_queries(4):
        tree = group_tree(director, made[-1].pk)
    assert shown(tree) == [(f"第{n:03d}层", n) for n in range(depth)]
    totals = rolled_up(tree, {one.pk: 1 for one in made})
    assert [totals[one.pk] for one in made] == list(range(depth, 0, -1))
    assert ancestor_ids(made[-1].pk) == [one.pk for one in reversed(made[:-1])]
    assert subtree_ids(made[0].pk) == {one.pk: n for n, one in enumerate(made)}
    assert would_be_cycle(made[0].pk, made[-1].pk)
    assert not would_be_cycle(made[-1].pk, made[0].pk)
    with pytest.raises(ValidationError):
        services.customer_parent_change(
            by=None, customer_id=made[0].pk, version=1, parent_id=made[-1].pk, now=NOW
        )


def test_what_a_user_does_not_see_is_not_told(family: dict[str, Customer], make_user: Make) -> None:
    """He sees 上海, 浦东 and 苏州: neither what is above them nor that 苏州 is their neighbour."""
    seller = make_user("key_account_manager")
    for name in ("上海", "浦东", "苏州"):
        Customer._base_manager.filter(pk=family[name].pk).update(owner=seller)
    assert shown(group_tree(seller, family["浦东"].pk)) == [("上海", 0), ("浦东", 1)]
    assert shown(group_tree(seller, family["苏州"].pk)) == [("苏州", 0)]
    assert group_tree(seller, family["集团"].pk) == []
    totals = rolled_up(
        group_tree(seller, family["上海"].pk), {one.pk: 1 for one in family.values()}
    )
    assert totals == {family["上海"].pk: 2, family["浦东"].pk: 1}


def test_an_unseen_link_hides_what_hangs_on_it(
    family: dict[str, Customer], make_user: Make
) -> None:
    seller = make_user("key_account_manager")
    for name in ("集团", "上海", "华南"):  # 华东 between 集团 and 上海 is not his
        Customer._base_manager.filter(pk=family[name].pk).update(owner=seller)
    assert shown(group_tree(seller, family["集团"].pk)) == [("集团", 0), ("华南", 1)]
    assert shown(group_tree(seller, family["上海"].pk)) == [("上海", 0)]
