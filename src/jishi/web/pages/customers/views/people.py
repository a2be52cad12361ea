"""Who of us answers for a customer, and what happened with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jishi.customers.access import customer_for_view
from jishi.customers.services import customer_owner_change, customer_team_add, customer_team_end
from jishi.facts.access import fact_for_view
from jishi.facts.recording import (
    FactSupersededError,
    fact_withdraw,
    interaction_record,
    is_withdrawable,
)
from jishi.foundation.enums import Permission
from jishi.web import formats
from jishi.web.pages.customers.forms import (
    EndMemberForm,
    InteractionForm,
    OwnerForm,
    TeamMemberForm,
    WithdrawForm,
)
from jishi.web.pages.customers.queries import forms as queries
from jishi.web.pages.customers.views.saving import (
    carried_out,
    form_methods,
    small_form,
    tab_url,
)
from jishi.web.permissions import PageRequest, requires


if TYPE_CHECKING:
    from jishi.facts.models import Interaction


@form_methods
@requires(Permission.CUSTOMER_ASSIGN)
def owner(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """Hands the customer over; the former owner stays on record with dates."""
    customer = customer_for_view(request.user, customer_id)
    back = tab_url(customer_id, "record")
    people = queries.owner_choices()
    if request.method == "POST":
        form = OwnerForm(request.POST, people=people, today=timezone.localdate())
        if form.is_valid() and carried_out(
            form,
            lambda: customer_owner_change(
                by=request.user,
                customer_id=customer_id,
                version=form.cleaned_data["version"],
                now=timezone.now(),
                owner_id=form.cleaned_data["owner"],
                on=form.cleaned_data["started_on"],
            ),
        ):
            if queries.is_seen(request.user, customer_id):
                return redirect(back)
            messages.success(
                request,
                _("%(name)s was handed over. You do not see it any more.")
                % {"name": customer.shown_name},
            )
            return redirect("web:customers")
    else:
        form = OwnerForm(
            initial={"owner": customer.owner_id, "version": customer.version},
            people=people,
            today=timezone.localdate(),
        )
    return small_form(
        request,
        form,
        customer,
        title=_("Owner"),
        submit=_("Hand over"),
        back=back,
        stored={"owner": customer.owner_id, "version": customer.version},
    )


@form_methods
@requires(Permission.CUSTOMER_ASSIGN)
def team(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """One more of our people on the account team."""
    customer = customer_for_view(request.user, customer_id)
    back = tab_url(customer_id, "record")
    data = request.POST if request.method == "POST" else None
    form = TeamMemberForm(data, people=queries.colleague_choices(), today=timezone.localdate())
    return small_form(
        request,
        form,
        customer,
        title=_("Account team"),
        submit=_("Add to the team"),
        back=back,
        act=lambda: customer_team_add(
            by=request.user,
            customer_id=customer_id,
            user_id=form.cleaned_data["user"],
            role=form.cleaned_data["role"],
            started_on=form.cleaned_data["started_on"],
        ),
    )


@form_methods
@requires(Permission.CUSTOMER_ASSIGN)
def team_end(request: PageRequest, customer_id: int, member_id: int) -> HttpResponseBase:
    """Ends somebody's part in the account team on a day."""
    customer = customer_for_view(request.user, customer_id)
    member = queries.member_of(request.user, customer_id, member_id)
    today = timezone.localdate()
    since = formats.day_long(member.started_on, get_language() or "", today)
    form = EndMemberForm(
        request.POST if request.method == "POST" else None,
        initial={"ended_on": today, "version": member.version},
        today=today,
    )
    return small_form(
        request,
        form,
        customer,
        title=_("%(name)s leaves the account team") % {"name": member.user.name},
        submit=_("Leaves the team"),
        back=tab_url(customer_id, "record"),
        about=_("%(role)s since %(day)s") % {"role": member.get_role_display(), "day": since},
        act=lambda: customer_team_end(
            by=request.user,
            member_id=member.pk,
            version=form.cleaned_data["version"],
            ended_on=form.cleaned_data["ended_on"],
        ),
    )


@form_methods
@requires(Permission.FACT_RECORD)
def withdraw(request: PageRequest, customer_id: int, interaction_id: int) -> HttpResponseBase:
    """Takes back a mistyped interaction with a reason; it stays in the history."""
    customer = customer_for_view(request.user, customer_id)
    found = cast("Interaction", fact_for_view(request.user, "interaction", interaction_id))
    if found.customer_id != customer.pk:
        raise Http404
    back = f"{tab_url(customer_id, 'interactions')}&kind=interaction"
    refusal = ""
    if found.superseded_at is not None:
        refusal = " ".join(FactSupersededError().messages)
    elif not is_withdrawable(request.user, found):
        refusal = _("Only who logged it by hand, or who assigns customers, can withdraw it.")
    if refusal and request.method != "POST":
        messages.info(request, refusal)
        return redirect(back)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    day = formats.day_long(found.occurred_on, get_language() or "", timezone.localdate())
    return small_form(
        request,
        form,
        customer,
        title=_("Withdraw the interaction"),
        submit=_("Withdraw the interaction"),
        back=back,
        about=f"{day} · {found.get_channel_display()}\n{found.summary}",
        act=lambda: fact_withdraw(
            by=request.user,
            kind="interaction",
            fact_id=interaction_id,
            now=timezone.now(),
            **form.cleaned_data,
        ),
    )


@form_methods
@requires(Permission.FACT_RECORD)
def interaction(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """Logs a visit, call or message, and the next step it ended with."""
    customer = customer_for_view(request.user, customer_id)
    back = tab_url(customer_id, "interactions")
    data = request.POST if request.method == "POST" else None
    form = InteractionForm(data, today=timezone.localdate())
    return small_form(
        request,
        form,
        customer,
        title=_("Log an interaction"),
        submit=_("Log it"),
        back=back,
        act=lambda: interaction_record(
            by=request.user,
            customer_id=customer_id,
            now=timezone.now(),
            **form.cleaned_data,
        ),
    )
