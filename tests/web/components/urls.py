"""The catalogue page by itself: real parts, and addresses that only have to exist."""

from __future__ import annotations

import json
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path
from django.utils.html import escape
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from jishi.web.catalogue import catalogue_context
from jishi.web.components.parts import Progress


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


BENCH = """{% extends "base.html" %}{% load jishi %}
{% block scripts %}{% asset "lab.js" %}{% endblock scripts %}
{% block content %}<h1>Bench</h1>
<form data-lab data-preview="{% url "web:lab_preview" %}" method="get">
{% slider "w_sales" "Sales" 60 %}{% slider "w_potential" "Potential" 40 %}
<input type="checkbox" checked data-balance aria-label="balance"><b data-sum></b>
<input type="number" name="cut" value="20" aria-label="cut"></form>
<div id="lab-panels"></div>
<div class="drop"><input type="file" multiple aria-label="files"></div>
{% progress work %}
<button id="act" type="button" hx-post="{% url "web:act" %}" hx-swap="none">Act</button>
<button id="fail" type="button" hx-post="{% url "web:fail" %}" hx-swap="none">Fail</button>
{% endblock content %}"""


def bench(request: HttpRequest) -> HttpResponse:
    work = Progress("Work", 1, 4, poll_url="/poll/?done=1")
    return HttpResponse(engines["django"].from_string(BENCH).render({"work": work}, request))


@require_POST
def lab_preview(request: HttpRequest) -> HttpResponse:
    """What arrived, as the panels would show it."""
    sent = request.POST
    locked = ",".join(sent.getlist("locked"))
    text = f"{sent['w_sales']}/{sent['w_potential']}/{sent['cut']}/{locked}"
    return HttpResponse(f"<p data-finding>{escape(text)}</p>")


def poll(request: HttpRequest) -> HttpResponse:
    """One step further each time it is asked."""
    done = int(request.GET["done"]) + 1
    work = Progress(
        "Work",
        done,
        4,
        finished=done == 4,
        poll_url=f"/poll/?done={done}",
        result_url="/",
        result_label="Result",
    )
    return render(request, "components/progress.html", {"work": work})


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Something done, with its way back."""
    toast = {"jishi:toast": {"text": "Moved to core", "undo": "/undo/"}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(toast)})


@require_POST
def fail(request: HttpRequest) -> HttpResponse:
    return HttpResponse("The row was changed meanwhile.", status=409, content_type="text/plain")


def palette(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").lstrip("#")
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
        path("bench/", bench, name="bench"),
        path("lab/page/", bench, name="lab_page"),
        path("lab/preview/", lab_preview, name="lab_preview"),
        path("poll/", poll, name="poll"),
        path("act/", act, name="act"),
        path("fail/", fail, name="fail"),
        path("undo/", there, name="undo"),
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
