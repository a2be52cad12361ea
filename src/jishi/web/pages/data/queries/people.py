"""What colleagues are called."""

from __future__ import annotations

from collections.abc import Iterable

from jishi.foundation.models import User


def user_names(ids: Iterable[int]) -> dict[int, str]:
    """Number → name."""
    return dict(User.objects.filter(pk__in=set(ids)).order_by("pk").values_list("pk", "name"))
