"""Work that somebody asked for and left: every page tells its end, with the way to the result.

What was asked for stands in a cookie, so that telling it writes nothing to the database. The cookie
only names tickets; what may be told about one is asked of the rooms, as on any page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.foundation.enums import Permission
from jishi.foundation.writing import NotAllowedError
from jishi.ingest.access import import_for_view
from jishi.jobs import tasks
from jishi.jobs.tickets import State, Ticket, ticket_of, tickets_noted
from jishi.web.wording import import_title


if TYPE_CHECKING:
    from jishi.foundation.models import User

COOKIE = "work"
COOKIE_SECONDS = 12 * 3600
MOST_WATCHED = 8
_NAMES = re.compile(rf"import-(?P<import>\d{{1,18}})|{tasks.SCORE}(?:-\d{{1,18}})?|{tasks.DEMO}")


@dataclass(frozen=True)
class Notice:
    """What came of a job. `tone` is empty, or "over" when it failed."""

    text: str
    url: str
    action: str
    tone: str = ""


@dataclass(frozen=True)
class Work:
    """`notices` of the jobs that have ended, and whether others are still to be waited for."""

    notices: list[Notice]
    waits: bool


def watched(request: HttpRequest) -> list[str]:
    """Names of the tickets this browser asked for, oldest first."""
    names = request.COOKIES.get(COOKIE, "").split(".")
    return [name for name in names if _NAMES.fullmatch(name)][-MOST_WATCHED:]


def work_of(request: HttpRequest, *, here: str = "") -> Work:
    """What ended since the last page, each told once.

    Args:
        request: whose cookie names the work; what is told is noted on it for the middleware.
        here: path of the page that is shown; the work it is about is not told on it.
    """
    user = request.user
    notices: list[Notice] = []
    told: list[str] = []
    waits = False
    if not user.is_authenticated:
        return Work(notices, waits)
    for name in watched(request):
        ticket = ticket_of(name)
        own = _is_about(here, name)
        if ticket is not None and ticket.is_busy:
            waits = waits or not own
            continue
        told.append(name)
        notice = notice_of(user, ticket) if ticket is not None and not own else None
        if notice is not None:
            notices.append(notice)
    request.work_told = told  # type: ignore[attr-defined]  # read by WorkMiddleware
    return Work(notices, waits)


def _is_about(path: str, name: str) -> bool:
    """Whether the page shows the work itself; an import has several pages."""
    place = place_of(name)
    return path == place or (name.startswith("import-") and path.startswith(place))


def place_of(name: str) -> str:
    """Path of the page that shows how far the work is."""
    found = _NAMES.fullmatch(name)
    if found is not None and found["import"]:
        return reverse("web:import", args=[int(found["import"])])
    return reverse("web:settings_demo" if name == tasks.DEMO else "web:lab")


def notice_of(user: User, ticket: Ticket) -> Notice | None:
    """What came of it; None when there is nothing to tell this person."""
    if ticket.state is State.CANCELLED:
        return None
    failed = ticket.state is not State.DONE
    url = place_of(ticket.name)
    if ticket.name == tasks.DEMO:
        return _demo(ticket, url, failed=failed) if user.may(Permission.DEMO_REMOVE) else None
    if ticket.kind == tasks.RUN:
        return _grading(user, ticket, url, failed=failed)
    try:
        job = import_for_view(user, int(ticket.name.removeprefix("import-")))
    except (Http404, NotAllowedError):
        return None
    title = {"title": import_title(job)}
    if failed:
        return Notice(_("%(title)s: the work stopped.") % title, url, _("See why"), "over")
    text, action = {
        tasks.READ: (_("%(title)s has been read."), _("Go on")),
        tasks.CHECK: (_("%(title)s has been checked. Nothing is written yet."), _("Go on")),
        tasks.APPLY: (_("%(title)s has been imported."), _("See the report")),
        tasks.UNDO: (_("%(title)s has been taken back."), _("See the report")),
    }[ticket.kind]
    return Notice(text % title, url, action)


def _grading(user: User, ticket: Ticket, url: str, *, failed: bool) -> Notice | None:
    if not user.may(Permission.SCHEME_VIEW):
        return None
    if failed:
        return Notice(_("The grading stopped."), url, _("See why"), "over")
    if ticket.name == tasks.SCORE:
        return Notice(_("The grading is done."), reverse("web:customers"), _("See the customers"))
    return Notice(_("The trial grading is done."), url, _("Compare"))


def _demo(ticket: Ticket, url: str, *, failed: bool) -> Notice:
    if failed:
        return Notice(_("The work on the demo company stopped."), url, _("See why"), "over")
    if ticket.kind == tasks.DEMO_LOAD:
        loaded = _("The demo company is loaded.")
        return Notice(loaded, reverse("web:customers"), _("See the customers"))
    return Notice(_("The demo company is removed."), url, _("See the settings"))


class WorkMiddleware:
    """Keeps the cookie: what a request asked for is added, what its page told is taken away."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with tickets_noted() as noted:
            response = self.get_response(request)
        told: Iterable[str] = getattr(request, "work_told", ())
        before = watched(request)
        after = [name for name in before if name not in {*told, *noted}] + list(noted)
        if after == before:
            return response
        if after:
            response.set_cookie(
                COOKIE,
                ".".join(after[-MOST_WATCHED:]),
                max_age=COOKIE_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        else:
            response.delete_cookie(COOKIE, samesite="Lax")
        return response
