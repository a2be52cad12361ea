"""The people at a customer."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jishi.customers.access import contact_for_view, customer_for_view
from jishi.customers.services import (
    contact_create,
    contact_position_add,
    contact_position_end,
    contact_position_update,
    contact_update,
)
from jishi.foundation.enums import Permission
from jishi.web.pages.customers.contact_forms import ContactForm, ElsewhereForm, LeftForm
from jishi.web.pages.customers.presenters.archive import place_lines
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
    return small_form(
        request,
        form,
        customer,
        title=_("New contact"),
        submit=_("Add the contact"),
        back=back,
        act=lambda: contact_create(
            by=request.user,
            customer_id=customer_id,
            now=timezone.now(),
            **form.person_values(),
            **form.position_values(),
        ),
    )


@form_methods
@requires(Permission.CUSTOMER_EDIT)
def change(request: PageRequest, customer_id: int, contact_id: int) -> HttpResponseBase:
    """A contact's own data and the position at this customer."""
    customer = customer_for_view(request.user, customer_id)
    contact = contact_for_view(request.user, contact_id)
    position = queries.position_of(request.user, customer_id, contact_id)
    back = tab_url(customer_id, "record")
    stored = {
        **queries.contact_initial(contact, position),
        "version": contact.version,
        "position_version": position.version,
    }
    if request.method == "POST":
        form = ContactForm(request.POST)
        if form.is_valid() and carried_out(
            form, lambda: _save(request, form, contact_id, position.pk)
        ):
            return redirect(back)
    else:
        form = ContactForm(initial=stored)
    today, lang = timezone.localdate(), get_language() or ""
    places = place_lines(queries.positions_of(request.user, contact_id), lang, today)
    return small_form(
        request,
        form,
        customer,
        title=contact.name,
        submit=_("Save"),
        back=back,
        template="customers/contact.html",
        more={"contact": contact, "position": position, "places": places},
        stored=stored,
    )


@form_methods
@requires(Permission.CUSTOMER_EDIT)
def elsewhere(request: PageRequest, customer_id: int, contact_id: int) -> HttpResponseBase:
    """Gives the person a position at another customer that one sees."""
    customer = customer_for_view(request.user, customer_id)
    contact = contact_for_view(request.user, contact_id)
    queries.position_of(request.user, customer_id, contact_id)
    back = reverse("web:customer_contact", args=[customer_id, contact_id])
    form = ElsewhereForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        values = dict(form.cleaned_data)
        other = queries.customer_by_code_seen(request.user, values.pop("customer_code"))
        if other is None:
            form.add_error(
                "customer_code", _("There is no customer with this code among those you see.")
            )
        elif carried_out(
            form,
            lambda: contact_position_add(
                by=request.user, contact_id=contact_id, customer_id=other.pk, **values
            ),
        ):
            return redirect(back)
    return small_form(
        request,
        form,
        customer,
        title=_("%(name)s also works at …") % {"name": contact.name},
        submit=_("Add the position"),
        back=back,
    )


@form_methods
@requires(Permission.CUSTOMER_EDIT)
def left(request: PageRequest, customer_id: int, contact_id: int) -> HttpResponseBase:
    """The person has left this customer; the position stays as history."""
    customer = customer_for_view(request.user, customer_id)
    contact = contact_for_view(request.user, contact_id)
    position = queries.position_of(request.user, customer_id, contact_id)
    back = reverse("web:customer_contact", args=[customer_id, contact_id])
    today, has_left = timezone.localdate(), position.ended_on is not None
    stored = {"ended_on": position.ended_on, "position_version": position.version}
    if request.method == "POST":
        form = LeftForm(request.POST, today=today, has_left=has_left)
        if form.is_valid() and carried_out(
            form, lambda: _leave(request, form, position.pk, form.cleaned_data["ended_on"])
        ):
            return redirect(back)
    else:
        form = LeftForm(
            initial={"ended_on": position.ended_on or today, "position_version": position.version},
            today=today,
            has_left=has_left,
        )
    return small_form(
        request,
        form,
        customer,
        title=_("%(name)s has left") % {"name": contact.name},
        submit=_("Save"),
        back=back,
        about=position.title,
        stored=stored,
    )


def _leave(request: PageRequest, form: LeftForm, position_id: int, day: date | None) -> None:
    version = form.cleaned_data["position_version"]
    if day is not None:
        contact_position_end(
            by=request.user, position_id=position_id, version=version, ended_on=day
        )
    else:
        contact_position_update(
            by=request.user, position_id=position_id, version=version, changes={"ended_on": None}
        )


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
