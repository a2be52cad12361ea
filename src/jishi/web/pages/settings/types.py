"""The company's list of customer types: adding, renaming, ordering, retiring."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from jishi.customers.services import (
    customer_type_add,
    customer_type_for,
    customer_type_move,
    customer_type_update,
)
from jishi.foundation.enums import Permission
from jishi.foundation.versions import StaleVersionError
from jishi.web.pages.settings import queries
from jishi.web.pages.settings.forms import CustomerTypeForm, EditCustomerTypeForm, take_errors
from jishi.web.pages.settings.presenters import settings_tabs
from jishi.web.permissions import PageRequest, requires


def _list_url(changed: str) -> str:
    return f"{reverse('web:settings_types')}?changed={changed}"


@requires(Permission.USER_MANAGE)
def listing(request: PageRequest) -> HttpResponse:
    return _types_page(request, CustomerTypeForm())


def _types_page(request: PageRequest, form: CustomerTypeForm) -> HttpResponse:
    context = {
        "tabs": settings_tabs(request),
        "types": queries.customer_types(),
        "changed": request.GET.get("changed", ""),
        "form": form,
    }
    return render(request, "settings/types.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.USER_MANAGE)
def add(request: PageRequest) -> HttpResponseBase:
    form = CustomerTypeForm(request.POST)
    if form.is_valid():
        try:
            kind = customer_type_add(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return redirect(_list_url(kind.key))
    return _types_page(request, form)


@require_POST
@requires(Permission.USER_MANAGE)
def move(request: PageRequest, type_key: str) -> HttpResponseBase:
    customer_type_move(by=request.user, key=type_key, up=request.POST.get("to") == "up")
    return redirect(_list_url(type_key))


@requires(Permission.USER_MANAGE)
def edit(request: PageRequest, type_key: str) -> HttpResponseBase:
    kind = customer_type_for(request.user, type_key)
    stale: StaleVersionError | None = None
    if request.method == "POST":
        form = EditCustomerTypeForm(request.POST)
        if form.is_valid():
            changes = dict(form.cleaned_data)
            version = changes.pop("version")
            try:
                customer_type_update(
                    by=request.user, key=type_key, version=version, changes=changes
                )
            except ValidationError as error:
                take_errors(form, error)
            except StaleVersionError as error:
                stale = error
            else:
                return redirect(_list_url(type_key))
    else:
        form = EditCustomerTypeForm(
            initial={
                "version": kind.version,
                "name": kind.name,
                "name_en": kind.name_en,
                "is_retired": kind.is_retired,
            }
        )
    return _type_page(request, kind, form, stale)


def _type_page(
    request: PageRequest,
    kind: Any,
    form: EditCustomerTypeForm,
    stale: StaleVersionError | None,
) -> HttpResponse:
    context = {
        "tabs": settings_tabs(request),
        "kind": kind,
        "form": form,
        "stale": stale,
        "newest_version": kind.version,
    }
    status = 409 if stale else 422 if form.errors else 200
    return render(request, "settings/type.html", context, status=status)
