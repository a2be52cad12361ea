"""What every page uses: search, explanations, preferences, the catalogue of parts, health."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from jishi.foundation.services import preferences_set
from jishi.web.catalogue import catalogue_context
from jishi.web.pages.shell import explanations, queries
from jishi.web.pages.shell.forms import PreferencesForm
from jishi.web.pages.shell.palette import hit_groups
from jishi.web.permissions import PageRequest, public, signed_in
from jishi.web.work import work_of


QUERY_LENGTH = 80


@require_safe
@signed_in
def palette(request: PageRequest) -> HttpResponse:
    """What a search finds: a list for the palette, a page of its own without scripts."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:QUERY_LENGTH]
    context = {"groups": hit_groups(request, query), "query": query}
    template = "components/hits.html" if request.htmx else "shell/palette.html"
    return render(request, template, context)


@require_safe
@signed_in
def explain(request: PageRequest) -> HttpResponse:
    """Where one number comes from."""
    asked = explanations.Asked(
        key=request.GET.get("key", ""),
        customer_id=_number(request.GET.get("customer", "")),
        run_id=_number(request.GET.get("run", "")),
        lang=get_language() or "zh-hans",
        today=timezone.localdate(),
        params=request.GET,
    )
    found = explanations.explanation(request.user, asked)
    if found is None:
        raise Http404
    context = {"explanation": found, "heading": 2 if request.htmx else 1}
    template = "components/explanation.html" if request.htmx else "shell/explain.html"
    return render(request, template, context)


def _number(text: str) -> int | None:
    """A row's number; None when there is none. Anything else is no such page."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Http404
    return int(text)


@require_safe
@signed_in
def work(request: PageRequest) -> HttpResponseBase:
    """Whether work that was left has ended: asked for by the page one went to."""
    here = request.GET.get("here", "")
    found = work_of(request, here=here)
    if not request.htmx:
        return redirect("web:today")
    response = (
        render(request, "components/work.html", {"here": here}) if found.waits else HttpResponse()
    )
    if found.notices:
        lines = [{"text": one.text, "url": one.url, "action": one.action} for one in found.notices]
        trigger_client_event(response, "jishi:toast", {"lines": lines})
    return response


@require_POST
@signed_in
def preferences(request: PageRequest) -> HttpResponseBase:
    """Language, theme, row height, colours and keys; scripts ask without leaving the page."""
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    try:
        preferences_set(by=request.user, changes=form.changes())
    except ValidationError:
        return HttpResponse(status=400)
    if request.headers.get("Sec-Fetch-Dest") == "empty":  # a script asks and stays where it is
        return HttpResponse(status=204)
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if allowed else reverse("web:today")


@require_safe
@signed_in
def catalogue(request: PageRequest) -> HttpResponse:
    """One living example of every part of the pages."""
    context = catalogue_context(
        today=timezone.localdate(), lang=get_language() or "zh-hans", params=request.GET
    )
    return render(request, "web/catalogue.html", context)


@require_safe
@public
def healthz(request: HttpRequest) -> HttpResponseBase:
    """For monitors: 200 while the database answers."""
    problem = queries.database_problem()
    return JsonResponse({"ok": not problem}, status=503 if problem else 200)
