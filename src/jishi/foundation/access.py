"""Fetching people and teams for a purpose: the row, or 404; the permission, or 403."""

from __future__ import annotations

from django.http import Http404

from jishi.foundation.enums import Permission
from jishi.foundation.models import Team, User
from jishi.foundation.writing import authorise


def user_for_edit(by: User | None, pk: int) -> User:
    authorise(by, Permission.USER_MANAGE)
    user = User.objects.filter(pk=pk).order_by("pk").first()
    if user is None:
        raise Http404
    return user


def team_for_edit(by: User | None, pk: int) -> Team:
    authorise(by, Permission.USER_MANAGE)
    team = Team.objects.filter(pk=pk).order_by("pk").first()
    if team is None:
        raise Http404
    return team
