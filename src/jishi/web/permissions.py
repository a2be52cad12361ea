"""Every address says what it takes to open it.

A view carries `required_permission`: a `Permission`, or None for a page that everybody who signed
in may see. The test that walks the URL map refuses a view without it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, cast

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from jishi.foundation.enums import Permission
from jishi.foundation.models import User
from jishi.foundation.writing import NotAllowedError


PageView = Callable[..., HttpResponseBase]


class GuardedView(Protocol):
    """A view that says what it takes to open it."""

    required_permission: Permission | None
    is_public: bool

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase: ...


class UserRequest(HttpRequest):
    """A request behind the sign-in: its user is one of ours."""

    user: User
    htmx: Any
    csp_nonce: str


def _guard(view: PageView, permission: Permission | None) -> GuardedView:
    @wraps(view)
    def guarded(request: UserRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if permission is not None and not request.user.may(permission):
            raise PermissionDenied(permission.value)
        try:
            return view(request, *args, **kwargs)
        except NotAllowedError as refused:
            raise PermissionDenied(refused.permission.value) from refused

    page = cast("GuardedView", guarded)
    page.required_permission = permission
    page.is_public = False
    return page


def requires(permission: Permission) -> Callable[[PageView], GuardedView]:
    """The view opens for whoever's role carries `permission`; everybody else gets 403."""
    return lambda view: _guard(view, permission)


def signed_in(view: PageView) -> GuardedView:
    """The view opens for everybody who signed in."""
    return _guard(view, None)


def public(view: Callable[[HttpRequest], HttpResponse]) -> GuardedView:
    """The view opens without signing in and shows nothing of anybody's."""
    page = cast("GuardedView", login_not_required(view))
    page.required_permission = None
    page.is_public = True
    return page
