"""The people at a customer."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from jishi.customers.access import contact_for_view, customer_for_view
from jishi.customers.services import contact_create, contact_position_update, contact_update
from jishi.foundation.enums import Permission
from jishi.web.pages.customers.forms import ContactForm
from jishi.web.pages.customers.queries import forms as queries
from jishi.web.pages.customers.views.saving import (
    carried_out,
    form_methods,
    small_form,
    tab_url,
)
from jishi.web.permissions import PageRequest, requires


@form_methods
@requires(Permission.CUSTOMER_EDIT)
def create(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """A new contact: the name is enough."""
    customer = customer_for_view(request.user, customer_id)
    back = tab_url(customer_id, "record")
    form = ContactForm(request.POST if request.method == "POST" else None)
    if (
        form.is_bound
        and form.is_valid()
        and carried_out(
            form,
            lambda: contact_create(
                by=request.user,
                customer_id=customer_id,
                now=timezone.now(),
                **form.person_values(),
                **form.position_values(),
            ),
        )
    ):
        return redirect(back)
    return small_form(
        request, form, customer, title=_("New contact"), submit=_("Add the contact"), back=back
    )


@form_methods
@requires(Permission.CUSTOMER_EDIT)
def change(request: PageRequest, customer_id: int, contact_id: int) -> HttpResponseBase:
    """A contact's own data and the position at this customer."""
    customer = customer_for_view(request.user, customer_id)
    contact = contact_for_view(request.user, contact_id)
    position = queries.position_of(request.user, customer_id, contact_id)
    back = tab_url(customer_id, "record")
    if request.method == "POST":
        form = ContactForm(request.POST)
        if form.is_valid() and carried_out(
            form, lambda: _save(request, form, contact_id, position.pk)
        ):
            return redirect(back)
    else:
        form = ContactForm(
            initial={
                **queries.contact_initial(contact, position),
                "version": contact.version,
                "position_version": position.version,
            }
        )
    return small_form(request, form, customer, title=contact.name, submit=_("Save"), back=back)


def _save(request: PageRequest, form: ContactForm, contact_id: int, position_id: int) -> None:
    """Both rows or neither."""
    with transaction.atomic():
        contact_update(
            by=request.user,
            contact_id=contact_id,
            version=form.cleaned_data["version"] or 0,
            now=timezone.now(),
            changes=form.person_values(),
        )
        contact_position_update(
            by=request.user,
            position_id=position_id,
            version=form.cleaned_data["position_version"] or 0,
            changes=form.position_values(),
        )
