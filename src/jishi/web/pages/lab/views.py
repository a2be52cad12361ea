"""The laboratory: other weights, who enters and leaves, and what to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from jishi.foundation.enums import Permission
from jishi.foundation.versions import StaleVersionError
from jishi.jobs import tasks
from jishi.jobs.tickets import State, ticket_of
from jishi.scoring.access import scheme_version_for_view
from jishi.scoring.enums import SchemeStatus
from jishi.scoring.laboratory import NeedsRunError, lab_answer, scheme_checked
from jishi.scoring.queries import run_latest, scheme_in_force, scheme_named, scheme_versions
from jishi.scoring.services import scheme_activate, scheme_retire, scheme_save
from jishi.web.components.parts import Start
from jishi.web.pages.data.running import scoring_part
from jishi.web.pages.grading.silence import way_in
from jishi.web.pages.lab.balance import balance_text, shares_in
from jishi.web.pages.lab.forms import DraftForm
from jishi.web.pages.lab.keys import free_key, slug
from jishi.web.pages.lab.presenters import (
    cut_choices,
    lang,
    normalisation_choices,
    panels_of,
    policy_choices,
    scheme_row,
    slider_rows,
    text_of,
)
from jishi.web.pages.lab.state import LabState, changed_body, read_state
from jishi.web.pages.settings.forms import take_errors
from jishi.web.permissions import PageRequest, requires


if TYPE_CHECKING:
    from jishi.scoring.models import SchemeVersion


# Where trying out a share begins for a scheme that leaves the choice to its tiers.
FIRST_SHARE = 20


def chosen_version(request: PageRequest, params: QueryDict) -> SchemeVersion | None:
    """The scheme version an address names as `key.number`; else the one in force, else the first."""
    versions = list(scheme_versions(by=request.user))
    wanted = params.get("scheme", "")
    for one in versions:
        if wanted in (f"{one.key}.{one.number}", one.key):
            return one
    return scheme_in_force() or next(iter(versions), None)


def state_for(version: SchemeVersion, params: QueryDict) -> LabState:
    return read_state(params, f"{version.key}.{version.number}", version.body)


@require_safe
@requires(Permission.SCHEME_VIEW)
def lab(request: PageRequest) -> HttpResponse:
    """The whole laboratory in one page; the address holds what is tried."""
    return _lab_page(request, request.GET)


def _lab_page(request: PageRequest, params: QueryDict, *, refusal: str = "") -> HttpResponse:
    version = chosen_version(request, params)
    has_run = run_latest() is not None
    may = request.user.may
    tried = version is not None and version.status != SchemeStatus.ACTIVE
    ticket = ticket_of(tasks.score_ticket(version.pk if version and tried else None))
    failure = ticket.message if ticket is not None and ticket.state is State.FAILED else ""
    context: dict[str, Any] = {
        "version": version,
        "has_run": has_run,
        "may_run": may(Permission.SCORE_RUN) and version is not None,
        "may_draft": may(Permission.SCHEME_DRAFT),
        "work": scoring_part(),
        "refusal": refusal or failure,
        "starts": _starts(request),
    }
    if version is not None and has_run:
        context |= _controls(request, version, state_for(version, params))
        context["scheme_rows"] = [
            scheme_row(
                one,
                may_activate=may(Permission.SCHEME_ACTIVATE),
                changed=_number(params.get("changed", "")),
            )
            for one in scheme_versions(by=request.user)
        ]
    return render(request, "lab/lab.html", context, status=409 if refusal else 200)


def _controls(request: PageRequest, version: SchemeVersion, state: LabState) -> dict[str, Any]:
    body = changed_body(state, version.body)
    selection = body["selection"]
    sliders = slider_rows(version.body, state)
    return {
        "state": state,
        "schemes": [
            {
                "value": f"{one.key}.{one.number}",
                "label": f"{one.name(lang())} v{one.number} · {one.get_status_display()}",
            }
            for one in scheme_versions(by=request.user)
        ],
        "description": text_of(version.body.get("description")),
        "sliders": sliders,
        "total": sum(one.value for one in sliders),
        "cuts": cut_choices(version.body["selection"]),
        "cut": selection["kind"],
        "cut_value": _plain(FIRST_SHARE if selection["kind"] == "classes" else selection["value"]),
        "normalisations": normalisation_choices(),
        "policies": policy_choices(),
        "coverage": _plain(body["min_coverage_pct"]),
        "more_open": bool(state.normalise or state.missing or state.coverage is not None),
        "balance": balance_text(shares_in(body)),
        **_panels(request, version, state),
    }


def _plain(value: Any) -> str:
    """20 rather than 20.000000."""
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _panels(request: PageRequest, version: SchemeVersion, state: LabState) -> dict[str, Any]:
    """The answer, or what keeps it from being given."""
    if not request.user.may(Permission.SCHEME_DRAFT):
        return {"panels": None, "errors": [], "read_only": True}
    body = changed_body(state, version.body)
    try:
        answer = lab_answer(by=request.user, body=body)
    except ValidationError as error:
        return {"panels": None, "errors": error.messages}
    except NeedsRunError:
        return {"panels": None, "errors": [], "needs_run": version}
    unchanged = body == version.body
    same = scheme_named(version.key) == version
    name = version.key if same else f"{version.key}.{version.number}"
    command = f"jishi score --scheme {name} --as-of {answer.run.as_of}" if unchanged else ""
    panels = panels_of(
        answer, body, command=command, today=timezone.localdate(), query=state.query()
    )
    return {"panels": panels, "errors": [], "way_in": way_in(request.user)}


@require_POST
@requires(Permission.SCHEME_DRAFT)
def preview(request: PageRequest) -> HttpResponse:
    """The panels alone, for the moving sliders."""
    version = chosen_version(request, request.POST)
    if version is None:
        return HttpResponse(status=204)
    state = state_for(version, request.POST)
    context = {
        "version": version,
        "may_run": True,
        "balance": balance_text(shares_in(changed_body(state, version.body))),
        **_panels(request, version, state),
    }
    return render(request, "lab/panels.html", context)


@require_POST
@requires(Permission.SCHEME_VIEW)
def go(request: PageRequest) -> HttpResponseBase:
    """From a sent form to the address that holds its state."""
    version = chosen_version(request, request.POST)
    if version is None:
        return redirect("web:lab")
    then = request.POST.get("then", "")
    if then == "scheme":
        return redirect(f"{reverse('web:lab')}?scheme={version.key}.{version.number}")
    page = {"draft": "web:lab_draft", "edit": "web:lab_scheme"}.get(then, "web:lab")
    return redirect(f"{reverse(page)}?{state_for(version, request.POST).query()}")


# --- keeping it --------------------------------------------------------------------------------
@requires(Permission.SCHEME_DRAFT)
def draft(request: PageRequest) -> HttpResponseBase:
    """Give what was tried a name, and keep it as a draft."""
    version = chosen_version(request, request.GET)
    if version is None:
        return redirect("web:lab")
    state = state_for(version, request.GET)
    form = DraftForm(
        request.POST or None, initial={"name_zh": version.name_zh, "name_en": version.name_en}
    )
    if request.method == "POST" and form.is_valid():
        body = changed_body(state, version.body)
        asked = form.cleaned_data
        body["name"] = {"zh": asked["name_zh"], "en": asked["name_en"]}
        if asked["as_new"]:
            taken = {one.key for one in scheme_versions(by=request.user)}
            body["key"] = free_key(slug(asked["name_en"], "scheme"), taken)
        try:
            saved = scheme_save(by=request.user, body=body, now=timezone.now(), note=asked["note"])
        except ValidationError as error:
            take_errors(form, error)
        else:
            url = reverse("web:lab")
            return redirect(f"{url}?scheme={saved.key}.{saved.number}&changed={saved.pk}")
    context = {
        "form": form,
        "finding": _draft_finding(version, state),
        "back_url": f"{reverse('web:lab')}?{state.query()}",
    }
    return render(request, "lab/draft.html", context, status=422 if form.errors else 200)


def _draft_finding(version: SchemeVersion, state: LabState) -> str:
    sliders = slider_rows(version.body, state)
    weights = " · ".join(f"{one.label} {one.value}%" for one in sliders)
    return _("From %(scheme)s: %(weights)s") % {"scheme": version.name(lang()), "weights": weights}


@require_POST
@requires(Permission.SCHEME_ACTIVATE)
def activate(request: PageRequest) -> HttpResponseBase:
    """Put a version in force, and grade everybody by it."""
    pk = _number(request.POST.get("scheme_id", "")) or 0
    version = scheme_version_for_view(request.user, pk)
    try:
        scheme_checked(version.body)
        scheme_activate(
            by=request.user,
            scheme_version_id=pk,
            version=_number(request.POST.get("version", "")) or 0,
            now=timezone.now(),
        )
    except StaleVersionError as error:
        return _lab_page(request, request.POST, refusal=str(error))
    except ValidationError as error:
        return _lab_page(request, request.POST, refusal=" ".join(error.messages))
    tasks.ask_score(request.user.pk)
    messages.success(
        request,
        _("%(scheme)s is in force. Everybody is being graded by it.")
        % {"scheme": version.name(lang())},
    )
    return redirect(f"{reverse('web:lab')}?scheme={version.key}.{version.number}&changed={pk}")


@requires(Permission.SCHEME_ACTIVATE)
def retire(request: PageRequest) -> HttpResponseBase:
    """Ask, and then take a version out of use."""
    sent = request.POST if request.method == "POST" else request.GET
    spot = sent.get("scheme", "")
    if not spot:
        return redirect("web:lab")
    version = scheme_named(spot) if "." in spot else None
    if version is None:
        raise Http404
    refusal = ""
    if request.method == "POST":
        try:
            scheme_retire(
                by=request.user,
                scheme_version_id=version.pk,
                version=_number(sent.get("version", "")) or 0,
            )
        except StaleVersionError as error:
            refusal = str(error)
        except ValidationError as error:
            refusal = " ".join(error.messages)
        else:
            messages.success(request, _("%(scheme)s is retired.") % {"scheme": _named(version)})
            return redirect(f"{reverse('web:lab')}?changed={version.pk}")
    context = {
        "question": _("Retire %(scheme)s?") % {"scheme": _named(version)},
        "spot": spot,
        "row_version": version.version,
        "back_url": reverse("web:lab"),
        "refusal": refusal,
    }
    return render(request, "lab/retire.html", context, status=409 if refusal else 200)


def _named(version: SchemeVersion) -> str:
    return f"{version.name(lang())} v{version.number}"


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


# --- running it --------------------------------------------------------------------------------
@require_POST
@requires(Permission.SCORE_RUN)
def run(request: PageRequest) -> HttpResponseBase:
    """Grade everybody; with a scheme that is not in force only to compare."""
    pk = _number(request.POST.get("scheme_id", ""))
    version = scheme_version_for_view(request.user, pk) if pk else None
    compare = version is not None and version.status != SchemeStatus.ACTIVE
    tasks.ask_score(request.user.pk, version.pk if version and compare else None)
    query = f"?scheme={version.key}.{version.number}" if version else ""
    return redirect(f"{reverse('web:lab')}{query}")


@require_safe
@requires(Permission.SCHEME_VIEW)
def progress(request: PageRequest) -> HttpResponseBase:
    """The bar of the grading; when it is over, the page it stands on is loaded anew."""
    part = scoring_part()
    if part is not None:
        return render(request, "components/progress.html", {"work": part})
    back = request.htmx.current_url_abs_path if request.htmx else ""
    url = back or reverse("web:lab")
    return HttpResponseClientRedirect(url) if request.htmx else redirect("web:lab")


def _starts(request: PageRequest) -> list[Start]:
    ways = []
    if request.user.may(Permission.IMPORT_RUN):
        ways.append(
            Start(
                _("Import files"),
                reverse("web:import_new"),
                _("Customers and orders, from Excel or CSV."),
            )
        )
    if request.user.may(Permission.DEMO_REMOVE):
        ways.append(
            Start(
                _("Load the demo company"),
                reverse("web:settings_demo"),
                _("2,000 invented customers with three years of orders, removed in one click."),
            )
        )
    if request.user.may(Permission.SCORE_RUN):
        ways.append(
            Start(
                _("Score everybody now"),
                reverse("web:lab_run"),
                _("Grade the customers that are here."),
                post=True,
            )
        )
    return ways
