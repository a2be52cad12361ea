"""What a person is told when another write holds the database for longer than saving waits."""

from __future__ import annotations

from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


RETRY_SECONDS = 15
_SAYS_BUSY = ("database is locked", "lock timeout", "deadlock detected")


class BusyDatabaseMiddleware:
    """Answers 503 with a page that says so, instead of a fault: nothing was changed, try again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, OperationalError):
            return None
        if not any(words in str(exception) for words in _SAYS_BUSY):
            return None
        response = render(request, "503.html", status=503)
        response["Retry-After"] = str(RETRY_SECONDS)
        return response
