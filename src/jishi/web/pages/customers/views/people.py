"""Who of us answers for a customer, and what happened with it."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jishi.customers.access import customer_for_view
from jishi.customers.services import customer_owner_change, customer_team_add, customer_team_end
from jishi.facts.recording import interaction_record
from jishi.foundation.enums import Permission
from jishi.web.pages.customers.forms import (
    EndMemberForm,
    InteractionForm,
    OwnerForm,
    TeamMemberForm,
)
from jishi.web.pages.customers.queries import forms as queries
from jishi.web.pages.customers.views.saving import (
    carried_out,
    form_methods,
    small_form,
    tab_url,
)
from jishi.web.permissions import PageRequest, requires


@form_methods
@requires(Permission.CUSTOMER_ASSIGN)
def owner(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """Hands the customer over; the former owner stays on record with dates."""
    customer = customer_for_view(request.user, customer_id)
    back = tab_url(customer_id, "record")
    people = queries.owner_choices()
    if request.method == "POST":
        form = OwnerForm(request.POST, people=people)
        if form.is_valid() and carried_out(
            form,
            lambda: customer_owner_change(
                by=request.user,
                customer_id=customer_id,
                version=form.cleaned_data["version"],
                now=timezone.now(),
                owner_id=form.cleaned_data["owner"],
            ),
        ):
            return redirect(back)
    else:
        form = OwnerForm(
            initial={"owner": customer.owner_id, "version": customer.version}, people=people
        )
    return small_form(request, form, customer, title=_("Owner"), submit=_("Hand over"), back=back)


@form_methods
@requires(Permission.CUSTOMER_ASSIGN)
def team(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """One more of our people on the account team."""
    customer = customer_for_view(request.user, customer_id)
    back = tab_url(customer_id, "record")
    data = request.POST if request.method == "POST" else None
    form = TeamMemberForm(data, people=queries.colleague_choices())
    if (
        form.is_bound
        and form.is_valid()
        and carried_out(
            form,
            lambda: customer_team_add(
                by=request.user,
                customer_id=customer_id,
                user_id=form.cleaned_data["user"],
                role=form.cleaned_data["role"],
                started_on=timezone.localdate(),
            ),
        )
    ):
        return redirect(back)
    return small_form(
        request, form, customer, title=_("Account team"), submit=_("Add to the team"), back=back
    )


@require_POST
@requires(Permission.CUSTOMER_ASSIGN)
def team_end(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """Ends somebody's part in the account team."""
    customer = customer_for_view(request.user, customer_id)
    back = tab_url(customer_id, "record")
    form = EndMemberForm(request.POST)
    if form.is_valid():
        member = queries.member_of(request.user, customer_id, form.cleaned_data["member"])
        if carried_out(
            form,
            lambda: customer_team_end(
                by=request.user,
                member_id=member.pk,
                version=form.cleaned_data["version"],
                ended_on=timezone.localdate(),
            ),
        ):
            return redirect(back)
    return small_form(
        request, form, customer, title=_("Account team"), submit=_("Leaves the team"), back=back
    )


@form_methods
@requires(Permission.FACT_RECORD)
def interaction(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """Logs a visit, call or message, and the next step it ended with."""
    customer = customer_for_view(request.user, customer_id)
    back = tab_url(customer_id, "interactions")
    data = request.POST if request.method == "POST" else None
    form = InteractionForm(data, today=timezone.localdate())
    if (
        form.is_bound
        and form.is_valid()
        and carried_out(
            form,
            lambda: interaction_record(
                by=request.user,
                customer_id=customer_id,
                now=timezone.now(),
                **form.cleaned_data,
            ),
        )
    ):
        return redirect(back)
    return small_form(
        request, form, customer, title=_("Log an interaction"), submit=_("Log it"), back=back
    )
