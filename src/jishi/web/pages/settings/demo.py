"""The demo company: loading it into an empty database, and removing it."""

from __future__ import annotations

from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from jishi.foundation.enums import Permission, Role
from jishi.foundation.services import user_create
from jishi.jobs import tasks
from jishi.jobs.tickets import State, ticket_of
from jishi.web.pages.data.running import demo_part
from jishi.web.pages.settings import queries
from jishi.web.pages.settings.forms import FirstAdministratorForm, take_errors
from jishi.web.pages.settings.presenters import settings_tabs
from jishi.web.permissions import PageRequest, requires


@require_safe
@requires(Permission.DEMO_REMOVE)
def demo(request: PageRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: PageRequest, *, refusal: str = "", form: FirstAdministratorForm | None = None
) -> HttpResponse:
    from jishi.jobs.demo import DEMO_LOGINS, DEMO_PASSWORD

    ticket = ticket_of(tasks.DEMO)
    failure = ticket.message if ticket is not None and ticket.state is State.FAILED else ""
    context = {
        "tabs": settings_tabs(request),
        "demo": queries.demo_state(),
        "logins": DEMO_LOGINS,
        "password": DEMO_PASSWORD,
        "form": form or (FirstAdministratorForm() if request.user.is_demo else None),
        "refusal": refusal or failure,
        "work": demo_part(),
    }
    wrong = refusal or (form is not None and form.is_bound)
    return render(request, "settings/demo.html", context, status=422 if wrong else 200)


@require_safe
@requires(Permission.DEMO_REMOVE)
def progress(request: PageRequest) -> HttpResponseBase:
    """The moving part of the page; loads the page anew when the work is over."""
    part = demo_part()
    if part is not None:
        return render(request, "components/progress.html", {"work": part})
    url = reverse("web:settings_demo")
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


@require_POST
@sensitive_post_parameters("password", "again")
@requires(Permission.DEMO_REMOVE)
def remove(request: PageRequest) -> HttpResponseBase:
    """Removes the demo company. A demo user, who goes with it, first becomes somebody who stays."""
    form = FirstAdministratorForm(request.POST) if request.user.is_demo else None
    if request.POST.get("sure") != "yes":
        refusal = _("Tick the box to confirm: a removed demo company is gone.")
        return _page(request, refusal=refusal, form=form)
    if form is not None:
        if not form.is_valid():
            return _page(request, form=form)
        try:
            user = user_create(
                by=request.user,
                username=form.cleaned_data["username"],
                name=form.cleaned_data["name"],
                role=Role.ADMIN,
                password=form.cleaned_data["password"],
                language=get_language() or "zh-hans",
            )
        except ValidationError as error:
            take_errors(form, error)
            return _page(request, form=form)
        login(request, user)
    tasks.ask_demo_remove(request.user.pk)
    return redirect("web:settings_demo")


@require_POST
@requires(Permission.DEMO_REMOVE)
def load(request: PageRequest) -> HttpResponseBase:
    if not queries.demo_state().database_is_empty:
        return _page(request, refusal=_("The demo company goes into an empty database only."))
    tasks.ask_demo_load(request.user.pk)
    return redirect("web:settings_demo")
