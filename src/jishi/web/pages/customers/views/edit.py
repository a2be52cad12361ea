"""Adding a customer, changing its record, and putting it into a group."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from jishi.customers.access import customer_for_view
from jishi.customers.services import (
    customer_create,
    customer_parent_change,
    customer_update,
    is_group_seen,
)
from jishi.foundation.enums import Permission
from jishi.foundation.sending import SentBeforeError, once
from jishi.web.pages.customers.forms import CustomerForm, ParentForm
from jishi.web.pages.customers.presenters.conflicts import Difference, differences
from jishi.web.pages.customers.queries import forms as queries
from jishi.web.pages.customers.views.saving import (
    carried_out,
    form_methods,
    small_form,
    status_of,
    tab_url,
)
from jishi.web.permissions import PageRequest, requires


def _customer_form(
    data: Any = None, initial: dict[str, Any] | None = None, *, kind: str = ""
) -> CustomerForm:
    """The form; `kind` is the customer's present type, which may be retired."""
    return CustomerForm(
        data,
        initial=initial,
        types=queries.type_choices(present=kind),
        industries=queries.industry_choices(),
    )


@form_methods
@requires(Permission.CUSTOMER_CREATE)
def create(request: PageRequest) -> HttpResponseBase:
    """A new customer: only the name is asked for."""
    form = _customer_form(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        now = timezone.now()
        try:
            made = once(
                form.token,
                lambda: customer_create(
                    by=request.user, now=now, tags=form.tags_typed(), **form.values()
                ),
                now=now,
            )
        except SentBeforeError as before:
            return redirect("web:customer", before.made_id)
        except ValidationError as error:
            form.add_service_errors(error)
        else:
            return redirect("web:customer", made.pk)
    context = {"form": form, "customer": None, "differences": (), "back": reverse("web:customers")}
    return render(request, "customers/edit.html", context, status=status_of(form))


@form_methods
@requires(Permission.CUSTOMER_EDIT)
def change(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """The whole record. Whoever saves an old version sees what changed meanwhile."""
    customer = customer_for_view(request.user, customer_id)
    found: list[Difference] = []
    if request.method == "POST":
        typed = request.POST.copy()
        form = _customer_form(typed, kind=customer.customer_type_id or "")
        if form.is_valid() and carried_out(
            form,
            lambda: customer_update(
                by=request.user,
                customer_id=customer_id,
                version=form.cleaned_data["version"] or 0,
                now=timezone.now(),
                changes=form.values(),
                tags=form.tags_typed(),
            ),
        ):
            return redirect(tab_url(customer_id, "record"))
        if form.is_stale:
            customer = customer_for_view(request.user, customer_id)
            found = differences(form, CustomerForm.initial_of(queries.customer_row(customer)))
            typed["version"] = str(customer.version)  # saving again is a decision
    else:
        row = queries.customer_row(customer)
        form = _customer_form(
            initial=CustomerForm.initial_of(row), kind=customer.customer_type_id or ""
        )
    context = {
        "form": form,
        "customer": customer,
        "differences": found,
        "back": tab_url(customer_id, "record"),
    }
    return render(request, "customers/edit.html", context, status=status_of(form))


@form_methods
@requires(Permission.CUSTOMER_EDIT)
def group(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """Puts the customer below its parent company, or lets it stand alone."""
    customer = customer_for_view(request.user, customer_id)
    back = tab_url(customer_id, "record")
    is_seen = is_group_seen(request.user, customer)
    parent = customer.parent.code if customer.parent and is_seen else ""
    stored = {"parent_code": parent, "version": customer.version}
    if request.method == "POST":
        form = ParentForm(request.POST)
        if form.is_valid() and _move(request, form, customer_id):
            return redirect(back)
    else:
        form = ParentForm(initial=stored)
    return small_form(
        request,
        form,
        customer,
        title=_("Group"),
        submit=_("Save"),
        back=back,
        about="" if is_seen else _("It belongs to a group that you do not see."),
        stored=stored,
    )


def _move(request: PageRequest, form: ParentForm, customer_id: int) -> bool:
    code = form.cleaned_data["parent_code"]
    parent = queries.customer_by_code_seen(request.user, code) if code else None
    if code and parent is None:
        form.add_error("parent_code", _("There is no customer with this code among those you see."))
        return False
    return carried_out(
        form,
        lambda: customer_parent_change(
            by=request.user,
            customer_id=customer_id,
            version=form.cleaned_data["version"],
            now=timezone.now(),
            parent_id=parent.pk if parent else None,
        ),
    )
