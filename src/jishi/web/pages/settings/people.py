"""Users: the list, adding, changing, barring, new passwords."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from jishi.foundation.access import user_for_edit
from jishi.foundation.enums import SCOPES, Permission, Role
from jishi.foundation.services import (
    password_set,
    user_activate,
    user_create,
    user_deactivate,
    user_update,
)
from jishi.foundation.versions import StaleVersionError
from jishi.web.components.parts import Choice, Facet, Pages, query_with
from jishi.web.pages.settings import queries
from jishi.web.pages.settings.forms import (
    EditPersonForm,
    NewPersonForm,
    PasswordForm,
    take_errors,
)
from jishi.web.pages.settings.presenters import SCOPE_NAMES, settings_tabs
from jishi.web.permissions import PageRequest, requires


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _list_url(changed: int) -> str:
    return f"{reverse('web:settings_people')}?{urlencode({'changed': changed})}"


@require_safe
@requires(Permission.USER_MANAGE)
def listing(request: PageRequest) -> HttpResponse:
    """Everybody who works here; narrowed by text, role, team and whether they may sign in."""
    asked = request.GET
    text, role = asked.get("q", "").replace("\x00", "").strip(), asked.get("role", "")
    role = role if role in Role.values else ""
    team_id = _number(asked.get("team", ""))
    active = {"yes": True, "no": False}.get(asked.get("active", ""))
    found = queries.people(text=text, role=role, team_id=team_id, active=active)
    page = Paginator(found, queries.PEOPLE_ON_A_PAGE).get_page(asked.get("page"))
    params = asked.copy()
    params.pop("changed", None)
    pages = Pages(
        first=page.start_index(),
        last=page.end_index(),
        total=page.paginator.count,
        previous_url=query_with(params, page=page.previous_page_number())
        if page.has_previous()
        else "",
        next_url=query_with(params, page=page.next_page_number()) if page.has_next() else "",
    )
    context = {
        "tabs": settings_tabs(request),
        "page": page,
        "pages": pages,
        "text": text,
        "facets": _facets(params, role=role, team_id=team_id, active=active),
        "clear_url": query_with(params, role=None, team=None, active=None, page=None),
        "kept": [(n, v) for n, v in params.items() if n not in ("q", "page")],
        "changed": _number(asked.get("changed", "")),
        "narrowed": bool(text or role or team_id or active is not None),
    }
    return render(request, "settings/people.html", context)


def _facets(params: Any, *, role: str, team_id: int | None, active: bool | None) -> list[Facet]:
    counts = queries.people_by_role()
    in_team = queries.people_by_team()

    def switch(name: str, value: str, on: bool) -> str:
        return query_with(params, **{name: None if on else value, "page": None})

    states = [("yes", _("May sign in"), active is True), ("no", _("Barred"), active is False)]
    return [
        Facet(
            _("Role"),
            [
                Choice(
                    str(one.label),
                    switch("role", one.value, role == one.value),
                    counts.get(one.value, 0),
                    role == one.value,
                )
                for one in Role
            ],
        ),
        Facet(
            _("Team"),
            [
                Choice(
                    name, switch("team", str(pk), team_id == pk), in_team.get(pk, 0), team_id == pk
                )
                for pk, name in queries.team_names().items()
            ],
        ),
        Facet(
            _("State"),
            [Choice(label, switch("active", key, on), None, on) for key, label, on in states],
        ),
    ]


@sensitive_post_parameters("password")
@requires(Permission.USER_MANAGE)
def add(request: PageRequest) -> HttpResponseBase:
    form = NewPersonForm(request.POST or None, initial={"language": "zh-hans"})
    if request.method == "POST" and form.is_valid():
        try:
            user = user_create(
                by=request.user, password=form.cleaned_data["password"], **form.values()
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect(_list_url(user.pk))
    return render(
        request,
        "settings/person_add.html",
        {"tabs": settings_tabs(request), "form": form, "scopes": _scopes()},
        status=422 if form.is_bound else 200,
    )


def _scopes() -> list[tuple[str, str]]:
    """What each role sees, in words."""
    return [(str(role.label), str(SCOPE_NAMES[SCOPES[role]])) for role in Role]


@requires(Permission.USER_MANAGE)
def edit(request: PageRequest, user_id: int) -> HttpResponseBase:
    user = user_for_edit(request.user, user_id)
    stale: StaleVersionError | None = None
    if request.method == "POST":
        form = EditPersonForm(request.POST)
        if form.is_valid():
            try:
                user_update(
                    by=request.user,
                    user_id=user_id,
                    version=form.cleaned_data["version"],
                    changes=form.values(),
                )
            except ValidationError as error:
                take_errors(form, error)
            except StaleVersionError as error:
                stale = error
            else:
                return redirect(_list_url(user_id))
    else:
        form = _form_of(user)
    return _person_page(request, user, form=form, stale=stale)


def _form_of(user: Any) -> EditPersonForm:
    kept = ("version", "username", "name", "role", "email", "language")
    values = {name: getattr(user, name) for name in kept}
    return EditPersonForm(initial=values | {"team": user.team_id})


def _person_page(
    request: PageRequest,
    user: Any,
    *,
    form: EditPersonForm | None = None,
    password_form: PasswordForm | None = None,
    stale: StaleVersionError | None = None,
    refusal: str = "",
) -> HttpResponse:
    """The page of one user, whichever of its forms was sent."""
    form = form or _form_of(user)
    refused = bool(form.errors or refusal or (password_form and password_form.errors))
    return render(
        request,
        "settings/person.html",
        {
            "tabs": settings_tabs(request),
            "person": user,
            "form": form,
            "password_form": password_form or PasswordForm(),
            "stale": stale,
            "refusal": refusal,
            "newest_version": stale.current.version if stale else user.version,  # type: ignore[attr-defined]  # a Versioned row
            "scope": SCOPE_NAMES[SCOPES[user.role]],
            "is_self": user.pk == request.user.pk,
        },
        status=409 if stale else 422 if refused else 200,
    )


@sensitive_post_parameters("password")
@require_POST
@requires(Permission.USER_MANAGE)
def password(request: PageRequest, user_id: int) -> HttpResponseBase:
    user = user_for_edit(request.user, user_id)
    form = PasswordForm(request.POST)
    if form.is_valid():
        try:
            password_set(by=request.user, user_id=user_id, password=form.cleaned_data["password"])
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect(_list_url(user_id))
    return _person_page(request, user, password_form=form)


@require_POST
@requires(Permission.USER_MANAGE)
def active(request: PageRequest, user_id: int) -> HttpResponseBase:
    """Bar somebody from signing in, or let them in again."""
    user = user_for_edit(request.user, user_id)
    change = user_activate if request.POST.get("active") == "yes" else user_deactivate
    try:
        change(
            by=request.user, user_id=user_id, version=_number(request.POST.get("version", "")) or 0
        )
    except ValidationError as error:
        return _person_page(request, user, refusal=" ".join(error.messages))
    except StaleVersionError as error:
        return _person_page(request, user, stale=error)
    return redirect(_list_url(user_id))
