"""The catalogue page by itself: real parts, and addresses that only have to exist."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path
from django.utils.translation import get_language

from jishi.web.catalogue import catalogue_context


TODAY = date(2026, 11, 22)


def _context(request: HttpRequest) -> dict:
    lang = get_language() or "zh-hans"
    return catalogue_context(today=TODAY, lang=lang, params=request.GET, peek_url="/peek/")


def catalogue(request: HttpRequest) -> HttpResponse:
    return render(request, "web/catalogue.html", _context(request))


PEEK = """{% load jishi %}{% drawer "Customer" back_url="/catalogue/" %}<p>Row {{ pk }}</p>{% enddrawer %}"""


def peek(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(PEEK).render({"pk": pk}))


LIST = """{% load jishi %}<div id="list" data-swap><h1>List</h1>{% columns options %}{% grid table %}{% pager pages %}</div>"""
LIST_PAGE = (
    """{% extends "base.html" %}{% load jishi %}
{% block scripts %}{% asset "grid.js" %}{% endblock scripts %}
{% block content %}"""
    + LIST
    + "{% endblock content %}"
)


def listing(request: HttpRequest) -> HttpResponse:
    """A list that answers a script with the list alone."""
    context = _context(request)
    context["options"] = context["column_options"]
    source = LIST if request.headers.get("HX-Request") else LIST_PAGE
    source = source.replace("{% load jishi %}<div", "<div") if "extends" in source else source
    return HttpResponse(engines["django"].from_string(source).render(context, request))


def palette(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "")
    groups = [
        group for group in _context(request)["hit_groups"] if query in "zlzk 中联重科" or not query
    ]
    return render(request, "components/hits.html", {"groups": groups, "query": query})


def explain(request: HttpRequest) -> HttpResponse:
    if request.GET["key"] == "score":
        return HttpResponse("<main>a whole page</main>")
    context = {"explanation": _context(request)["explanation"], "heading": 2}
    return render(request, "components/explanation.html", context)


def there(request: HttpRequest, **_parts: object) -> HttpResponse:
    return HttpResponse(status=204 if request.method == "POST" else 200)


web = (
    [
        path("", there, name="today"),
        path("customers/", there, name="customers"),
        path("customers/<int:pk>/", there, name="customer"),
        path("lab/", there, name="lab"),
        path("imports/", there, name="imports"),
        path("settings/", there, name="settings"),
        path("peek/<int:pk>", peek, name="peek"),
        path("list/", listing, name="list"),
        path("palette/", palette, name="palette"),
        path("explain/", explain, name="explain"),
        path("preferences/", there, name="preferences"),
        path("catalogue/", catalogue, name="catalogue"),
    ],
    "web",
)

urlpatterns = [
    path("", include(web)),
    path("login/", there, name="account_login"),
    path("logout/", there, name="account_logout"),
    path("password/", there, name="account_change_password"),
]
