"""Reads of people, teams and the company's own settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from jishi.foundation.models import Batch, Company, ExchangeRate, Team, User


@dataclass(frozen=True, slots=True)
class TeamNode:
    """A team in reading order: parents before children, `depth` 0 at the roots."""

    team: Team
    depth: int


def demo_is_here() -> bool:
    """Whether the demo company's invented rows are among the data."""
    return Batch.objects.filter(is_demo=True, undone_at__isnull=True).exists()


def users_listed(*, active_only: bool = False) -> QuerySet[User]:
    """Everybody who works here, by name."""
    users = User.objects.select_related("team")
    if active_only:
        users = users.filter(is_active=True)
    return users.order_by("name", "pk")


def teams_in_order() -> list[TeamNode]:
    """All teams as a tree, siblings by name."""
    children: dict[int | None, list[Team]] = {}
    for team in Team.objects.order_by("name", "pk"):
        children.setdefault(team.parent_id, []).append(team)
    found: list[TeamNode] = []
    todo = [TeamNode(team, 0) for team in reversed(children.get(None, []))]
    while todo:
        node = todo.pop()
        found.append(node)
        below = children.get(node.team.pk, [])
        todo.extend(TeamNode(team, node.depth + 1) for team in reversed(below))
    return found


def company() -> Company:
    """The company of this installation; unsaved defaults before anybody has set it."""
    return Company.objects.filter(pk=1).order_by("pk").first() or Company(pk=1)


def exchange_rate_e8(*, currency: str, on: date) -> int | None:
    """Base currency units × 100,000,000 per unit of `currency` on a day. None when unknown.

    The base currency itself is always worth exactly one.
    """
    if currency == company().base_currency:
        return 100_000_000
    rates = ExchangeRate.objects.filter(currency=currency, valid_from__lte=on)
    return rates.order_by("-valid_from").values_list("rate_e8", flat=True).first()
