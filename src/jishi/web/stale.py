"""What a person is told whose form was made before somebody signed in or out in the same browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answers a form whose secret is no longer that of the browser: nothing was changed, open it again."""
    del reason  # for the log, which has it
    if request.headers.get("HX-Request"):
        text = _("This page is out of date. Load it again, then go on.")
        return HttpResponse(text, content_type="text/plain; charset=utf-8", status=403)
    back = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if not is_ours or urlsplit(back).path == reverse("account_logout"):
        back = reverse("web:today")
    return render(request, "403_csrf.html", {"back_url": back}, status=403)
