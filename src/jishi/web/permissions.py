"""What a page asks of whoever opens it. Every address states it; a test walks the URL map."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from jishi.foundation.enums import Permission
from jishi.foundation.writing import NotAllowedError


if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    import jishi.foundation.models


P = ParamSpec("P")


class PageRequest(HttpRequest):
    """A request that has passed the login wall, for the type checker."""

    user: jishi.foundation.models.User
    htmx: HtmxDetails


Page = Callable[Concatenate[PageRequest, P], HttpResponseBase]


def requires(permission: Permission) -> Callable[[Page[P]], Callable[..., HttpResponseBase]]:
    """Answer 403 to whoever's role does not carry `permission`."""

    def decorate(view: Page[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def checked(request: PageRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.may(permission):
                raise PermissionDenied(permission.value)
            return _translated(view, request, *args, **kwargs)

        checked.required_permission = permission  # type: ignore[attr-defined]  # read by the guard
        return checked

    return decorate


def signed_in(view: Page[P]) -> Callable[..., HttpResponseBase]:
    """Everybody who works here may open this page."""

    @wraps(view)
    def checked(request: PageRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return _translated(view, request, *args, **kwargs)

    checked.required_permission = None  # type: ignore[attr-defined]  # read by the guard
    return checked


def public(view: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Opens before signing in, and shows nothing of anybody's."""

    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponseBase:
        return view(request)

    checked.required_permission = None  # type: ignore[attr-defined]  # read by the guard
    return login_not_required(checked)


def _translated(view: Any, request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """A service that refuses answers 403 as well."""
    try:
        response: HttpResponseBase = view(request, *args, **kwargs)
    except NotAllowedError as refusal:
        raise PermissionDenied(refusal.permission.value) from refusal
    return response
