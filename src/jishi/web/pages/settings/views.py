"""Preferences, company, roles and the audit trail."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jishi.foundation.enums import Permission
from jishi.foundation.queries import company
from jishi.foundation.services import company_update, exchange_rate_set, preferences_set
from jishi.foundation.versions import StaleVersionError
from jishi.web.components.parts import Choice, query_with
from jishi.web.pages.settings import queries
from jishi.web.pages.settings.forms import (
    CompanyForm,
    PreferencesForm,
    RateForm,
    TrailForm,
    take_errors,
)
from jishi.web.pages.settings.presenters import (
    rate_text,
    role_matrix,
    settings_tabs,
    trail_lines,
)
from jishi.web.permissions import PageRequest, public, requires, signed_in


LANGUAGE_COOKIE_SECONDS = 365 * 24 * 3600


@require_POST
@public
def language(request: HttpRequest) -> HttpResponseBase:
    """The language before signing in; afterwards it is the user's preference."""
    wanted, target = request.POST.get("language", ""), request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = settings.LOGIN_REDIRECT_URL
    response = redirect(target)
    if wanted in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=LANGUAGE_COOKIE_SECONDS,
            httponly=True,
            secure=request.is_secure(),
            samesite="Lax",
        )
    return response


@signed_in
def preferences(request: PageRequest) -> HttpResponseBase:
    """How the product looks to oneself."""
    user = request.user
    if request.method == "POST":
        form = PreferencesForm(request.POST)
        if form.is_valid():
            preferences_set(by=user, changes=form.cleaned_data)
            return redirect("web:settings")
    else:
        form = PreferencesForm(
            initial={name: getattr(user, name) for name in PreferencesForm.base_fields}
        )
    context = {"tabs": settings_tabs(request), "form": form}
    return render(request, "settings/preferences.html", context, status=422 if form.errors else 200)


# --- the company -------------------------------------------------------------------------------
@requires(Permission.USER_MANAGE)
def company_page(request: PageRequest) -> HttpResponseBase:
    stale: StaleVersionError | None = None
    row = company()
    if request.method == "POST":
        form = CompanyForm(request.POST)
        if form.is_valid():
            changes = dict(form.cleaned_data)
            version = changes.pop("version")
            try:
                company_update(by=request.user, version=version, changes=changes)
            except ValidationError as error:
                take_errors(form, error)
            except StaleVersionError as error:
                stale = error
            else:
                return redirect("web:settings_company")
    else:
        form = CompanyForm(initial={name: getattr(row, name) for name in CompanyForm.base_fields})
    return _company_page(request, form=form, stale=stale)


def _company_page(
    request: PageRequest,
    *,
    form: CompanyForm | None = None,
    rate_form: RateForm | None = None,
    stale: StaleVersionError | None = None,
) -> HttpResponse:
    row = company()
    if form is None:
        form = CompanyForm(initial={name: getattr(row, name) for name in CompanyForm.base_fields})
    rates = [
        {"currency": rate.currency, "valid_from": rate.valid_from, "rate": rate_text(rate.rate_e8)}
        for rate in queries.rates()
    ]
    refused = form.errors or (rate_form and rate_form.errors)
    return render(
        request,
        "settings/company.html",
        {
            "tabs": settings_tabs(request),
            "company": row,
            "form": form,
            "rates": rates,
            "rate_form": rate_form or RateForm(initial={"valid_from": timezone.localdate()}),
            "stale": stale,
            "newest_version": row.version,
        },
        status=409 if stale else 422 if refused else 200,
    )


@require_POST
@requires(Permission.USER_MANAGE)
def rate_add(request: PageRequest) -> HttpResponseBase:
    form = RateForm(request.POST)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            exchange_rate_set(
                by=request.user,
                currency=asked["currency"],
                valid_from=asked["valid_from"],
                rate=asked["rate"],
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect("web:settings_company")
    return _company_page(request, rate_form=form)


@require_safe
@signed_in
def roles(request: PageRequest) -> HttpResponse:
    """Who may do what: shown to everybody, straight from the code that enforces it."""
    columns, rows = role_matrix(queries.people_by_role())
    context = {"tabs": settings_tabs(request), "columns": columns, "rows": rows}
    return render(request, "settings/roles.html", context)


# --- the audit trail ---------------------------------------------------------------------------
@require_safe
@requires(Permission.AUDIT_VIEW)
def trail_page(request: PageRequest) -> HttpResponse:
    """Who changed what, newest first, with every value before and after."""
    tables, actors = queries.audited_tables(), queries.actor_names()
    form = TrailForm(request.GET)
    form.fields["table"].choices = [("", _("Everything")), *tables.items()]  # type: ignore[attr-defined]  # a ChoiceField
    form.fields["actor"].choices = [("", _("Everybody")), *actors.items()]  # type: ignore[attr-defined]  # a ChoiceField
    asked = queries.TrailFilter()
    if form.is_valid():
        clean = form.cleaned_data
        asked = queries.TrailFilter(
            table=clean["table"],
            row=clean["row"].strip(),
            actor_id=clean["actor"],
            request_id=clean["request_id"],
            before=clean["before"],
        )
    entries, more = queries.trail(asked)
    columns = {table: queries.column_names(table) for table in {e.table_name for e in entries}}
    active = []
    if asked.request_id:
        active.append(
            Choice(_("One request only"), query_with(request.GET, request_id=None), active=True)
        )
    return render(
        request,
        "settings/trail.html",
        {
            "tabs": settings_tabs(request),
            "form": form,
            "lines": trail_lines(
                entries,
                actors=actors,
                tables=tables,
                columns=columns,
                names=queries.row_names(entries),
            ),
            "older_url": query_with(request.GET, before=more) if more else "",
            "newest_url": query_with(request.GET, before=None) if asked.before else "",
            "active": active,
        },
    )
