"""Row scope: a query that has not said who asks raises instead of answering.

Every business table's default manager is a `ScopedManager`. Its querysets refuse to run until
`visible_to(user)` has narrowed them, or `unscoped(reason)` has said why no person is involved
(jobs, migrations of data, the snapshot).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self, TypeVar

from django.db import models


ModelT = TypeVar("ModelT", bound=models.Model, covariant=True)


class UnscopedQueryError(RuntimeError):
    """A query on scoped rows was about to run without saying who asks."""


class ScopedQuerySet(models.QuerySet[ModelT]):
    """A queryset that raises `UnscopedQueryError` until it is scoped."""

    _scoped: bool = False

    def visible_to(self, user: Any) -> Self:
        """The rows that `user` may see. Subclasses narrow in `_narrow`."""
        narrowed = self._narrow(user)
        narrowed._scoped = True
        return narrowed

    def _narrow(self, user: Any) -> Self:
        raise TypeError(f"{type(self).__name__} does not say which rows a user may see")

    def unscoped(self, reason: str) -> Self:
        """All rows, for work that no person asked for. `reason` is for the reader of the code."""
        if not reason:
            raise ValueError("Say why this query is not scoped to a person.")
        clone = self.all()
        clone._scoped = True
        return clone

    def _require_scope(self) -> None:
        if not self._scoped:
            raise UnscopedQueryError(
                f"{self.model.__name__} was queried without a scope. "
                "Call visible_to(user), or unscoped(reason) where no person asks."
            )

    # Every way in which Django turns a queryset into SQL of its own.
    def _clone(self) -> Self:
        clone: Any = super()._clone()  # type: ignore[misc]  # Django keeps it out of its stubs
        clone._scoped = self._scoped
        return clone

    def _fetch_all(self) -> None:
        self._require_scope()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Iterator[ModelT]:
        self._require_scope()
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        self._require_scope()
        return super().count()

    def exists(self) -> bool:
        self._require_scope()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._require_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._require_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._require_scope()
        return super().delete()

    def explain(self, *args: Any, **kwargs: Any) -> str:
        self._require_scope()
        return super().explain(*args, **kwargs)

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        """Used inside another query (`pk__in=…`, `Exists(…)`): that leaks just as well."""
        self._require_scope()
        return super().resolve_expression(*args, **kwargs)


ScopedManager = models.Manager.from_queryset(ScopedQuerySet)
