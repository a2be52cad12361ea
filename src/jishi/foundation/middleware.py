"""What every request passes: who acts, in which language, and that a GET only reads."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from jishi.foundation.audit.context import acting_as


Handler = Callable[[HttpRequest], HttpResponse]
SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}
LANGUAGE_COOKIE = settings.LANGUAGE_COOKIE_NAME


class WriteInGetError(RuntimeError):
    """A page that is only looked at tried to change the database."""


class RequestContextMiddleware:
    """Names the request and the person to the audit triggers."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        if request.method in SAFE_METHODS:
            response = self.get_response(request)
        else:
            with acting_as(request.user.pk, request_id=request_id):
                response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class UserLanguageMiddleware:
    """Chinese unless the user, or before sign-in the cookie, says otherwise."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = (
            request.user.language
            if request.user.is_authenticated
            else request.COOKIES.get(LANGUAGE_COOKIE, settings.LANGUAGE_CODE)
        )
        language = wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response.render()
        response.headers.setdefault("Content-Language", language)
        return response


class PrivatePagesMiddleware:
    """Pages about customers are not kept by browsers or proxies."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response


_READS = re.compile(
    r"\s*(SELECT|WITH|EXPLAIN|PRAGMA|SAVEPOINT|RELEASE|BEGIN|SHOW)\b", re.IGNORECASE
)
_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER|TRUNCATE)\b")


def _reads_only(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    select = _READS.match(sql)
    hidden = sql.lstrip()[:4].upper() == "WITH" and _WRITES.search(sql.upper())
    if not select or hidden:
        raise WriteInGetError(f"A GET request tried to run: {sql[:120]}")
    return execute(sql, params, many, context)


class ReadOnlyGetMiddleware:
    """GET may only SELECT. Wraps the view alone: sessions are saved outside it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in SAFE_METHODS:
            return self.get_response(request)
        with connection.execute_wrapper(_reads_only):
            return self.get_response(request)
