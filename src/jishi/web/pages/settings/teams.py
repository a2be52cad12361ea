"""The tree of teams: list, adding, moving, removing."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jishi.foundation.access import team_for_edit
from jishi.foundation.enums import Permission
from jishi.foundation.queries import teams_in_order
from jishi.foundation.services import team_create, team_remove, team_update
from jishi.foundation.versions import StaleVersionError
from jishi.web.pages.settings import queries
from jishi.web.pages.settings.forms import EditTeamForm, TeamForm, take_errors
from jishi.web.pages.settings.presenters import settings_tabs
from jishi.web.permissions import PageRequest, requires


def _list_url(changed: int) -> str:
    return f"{reverse('web:settings_teams')}?changed={changed}"


@requires(Permission.USER_MANAGE)
def listing(request: PageRequest) -> HttpResponse:
    return _teams_page(request, TeamForm())


def _teams_page(request: PageRequest, form: TeamForm) -> HttpResponse:
    people = queries.people_by_team()
    changed = request.GET.get("changed", "")
    teams = [
        {
            "team": node.team,
            "depth": range(node.depth),
            "people": people.get(node.team.pk, 0),
            "changed": str(node.team.pk) == changed,
        }
        for node in teams_in_order()
    ]
    return render(
        request,
        "settings/teams.html",
        {"tabs": settings_tabs(request), "teams": teams, "form": form},
        status=422 if form.errors else 200,
    )


@require_POST
@requires(Permission.USER_MANAGE)
def add(request: PageRequest) -> HttpResponseBase:
    form = TeamForm(request.POST)
    if form.is_valid():
        try:
            team = team_create(by=request.user, **form.values())
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect(_list_url(team.pk))
    return _teams_page(request, form)


@requires(Permission.USER_MANAGE)
def edit(request: PageRequest, team_id: int) -> HttpResponseBase:
    team = team_for_edit(request.user, team_id)
    stale: StaleVersionError | None = None
    if request.method == "POST":
        form = EditTeamForm(request.POST, but=team_id)
        if form.is_valid():
            try:
                team_update(
                    by=request.user,
                    team_id=team_id,
                    version=form.cleaned_data["version"],
                    changes=form.values(),
                )
            except ValidationError as error:
                take_errors(form, error)
            except StaleVersionError as error:
                stale = error
            else:
                return redirect(_list_url(team_id))
    else:
        form = EditTeamForm(
            initial={"version": team.version, "name": team.name, "parent": team.parent_id},
            but=team_id,
        )
    return _team_page(request, team, form, stale=stale)


def _team_page(
    request: PageRequest,
    team: Any,
    form: EditTeamForm,
    *,
    stale: StaleVersionError | None = None,
    refusal: str = "",
) -> HttpResponse:
    return render(
        request,
        "settings/team.html",
        {
            "tabs": settings_tabs(request),
            "team": team,
            "form": form,
            "stale": stale,
            "newest_version": stale.current.version if stale else team.version,  # type: ignore[attr-defined]  # a Versioned row
            "refusal": refusal,
        },
        status=409 if stale else 422 if form.errors or refusal else 200,
    )


@require_POST
@requires(Permission.USER_MANAGE)
def remove(request: PageRequest, team_id: int) -> HttpResponseBase:
    team = team_for_edit(request.user, team_id)
    try:
        team_remove(by=request.user, team_id=team_id)
    except ValidationError as error:
        form = EditTeamForm(
            initial={"version": team.version, "name": team.name, "parent": team.parent_id},
            but=team_id,
        )
        return _team_page(request, team, form, refusal=" ".join(error.messages))
    return redirect("web:settings_teams")
