"""Reads of the customer archive, always from who asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, F, QuerySet, When

from jishi.customers.enums import TeamRole
from jishi.customers.models import AccountTeamMember, ContactPosition, Customer
from jishi.customers.trees import ancestor_ids, subtree_ids
from jishi.foundation.models import User


_IDS_AT_ONCE = 800


# --- groups ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class GroupNode:
    """A customer in its group. Nodes come in reading order, parents before children."""

    customer: Customer
    depth: int


def group_tree(by: User, customer_id: int) -> list[GroupNode]:
    """The whole group that a customer belongs to, from its head down, siblings by name.

    What `by` may not see is left out with everything that hangs on it alone, so that the tree tells
    nothing of it. A customer without group is a tree of one; one that is not seen, an empty tree.
    """
    seen = Customer.objects.visible_to(by)
    above = ancestor_ids(customer_id)
    visible = set(
        seen.filter(pk__in=[customer_id, *above]).order_by("pk").values_list("pk", flat=True)
    )
    if customer_id not in visible:
        return []
    head = customer_id
    for ancestor in above:
        if ancestor not in visible:
            break
        head = ancestor
    ids = subtree_ids(head)
    rows = seen.filter(pk__in=list(ids)).select_related("owner", "customer_type")
    children: dict[int | None, list[Customer]] = {}
    by_id = {}
    for customer in rows.order_by("name", "pk"):
        by_id[customer.pk] = customer
        children.setdefault(customer.parent_id, []).append(customer)
    found: list[GroupNode] = []
    todo = [GroupNode(by_id[head], 0)]
    while todo:
        node = todo.pop()
        found.append(node)
        below = reversed(children.get(node.customer.pk, []))
        todo.extend(GroupNode(customer, node.depth + 1) for customer in below)
    return found


def rolled_up(tree: Iterable[GroupNode], own: Mapping[int, int]) -> dict[int, int]:
    """Customer id → its own amount and those of everything below it, for amounts of any kind.

    Args:
        tree: of `group_tree`.
        own: customer id → its own amount; customers left out have none.
    """
    totals: dict[int, int] = {}
    nodes = list(tree)
    inside = {node.customer.pk for node in nodes}
    for node in nodes:
        totals[node.customer.pk] = own.get(node.customer.pk, 0)
    for node in reversed(nodes):
        parent = node.customer.parent_id
        if parent in inside and node.depth > 0:
            totals[parent] += totals[node.customer.pk]
    return totals


# --- tags --------------------------------------------------------------------------------------
def tags_of(customer_ids: Sequence[int]) -> dict[int, list[str]]:
    """Customer → the names of its tags, sorted; of customers that the caller has seen already."""
    found: dict[int, list[str]] = {}
    for start in range(0, len(customer_ids), _IDS_AT_ONCE):
        some = customer_ids[start : start + _IDS_AT_ONCE]
        rows = Customer.tags.through._default_manager.filter(customer_id__in=some)
        for pk, name in rows.order_by("tag__name").values_list("customer_id", "tag__name"):
            found.setdefault(pk, []).append(name)
    return {pk: sorted(names) for pk, names in found.items()}


# --- people ------------------------------------------------------------------------------------
def contacts_of(
    by: User, customer_id: int, *, present_only: bool = False
) -> QuerySet[ContactPosition]:
    """The positions at a customer with their contacts: present ones first, the first contact first,
    then by influence."""
    rows: QuerySet[ContactPosition] = (
        ContactPosition.objects.visible_to(by)
        .filter(customer=customer_id)
        .select_related("contact")
    )
    if present_only:
        rows = rows.filter(ended_on__isnull=True)
    return rows.order_by(
        F("ended_on").desc(nulls_first=True),
        "-is_primary",
        F("influence").desc(nulls_last=True),
        "contact__name",
        "pk",
    )


def team_of(
    by: User, customer_id: int, *, present_only: bool = False
) -> QuerySet[AccountTeamMember]:
    """Who of us works for a customer: present ones first, the owner at the head."""
    rows: QuerySet[AccountTeamMember] = (
        AccountTeamMember.objects.visible_to(by).filter(customer=customer_id).select_related("user")
    )
    if present_only:
        rows = rows.filter(ended_on__isnull=True)
    owner_first = Case(When(role=TeamRole.OWNER, then=0), default=1)
    return rows.order_by(
        F("ended_on").desc(nulls_first=True), owner_first, "role", "started_on", "pk"
    )
