"""What people judge about a customer: expert ratings and designations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jishi.customers.access import customer_for_view
from jishi.facts.recording import rating_record
from jishi.foundation.enums import Permission
from jishi.jobs import tasks
from jishi.scoring.queries import tiers_in_force
from jishi.scoring.services import designation_end, designation_set
from jishi.web.pages.customers.judgement_forms import (
    DesignationForm,
    EndDesignationForm,
    RatingForm,
)
from jishi.web.pages.customers.views.saving import (
    carried_out,
    form_methods,
    small_form,
    tab_url,
)
from jishi.web.permissions import PageRequest, requires


@form_methods
@requires(Permission.FACT_RECORD)
def rating(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """Records an expert's judgement; the next grading reads it."""
    customer = customer_for_view(request.user, customer_id)
    back = tab_url(customer_id, "scoring")
    data = request.POST if request.method == "POST" else None
    form = RatingForm(data, today=timezone.localdate())
    return small_form(
        request,
        form,
        customer,
        title=_("Expert rating"),
        submit=_("Record the rating"),
        back=back,
        act=lambda: rating_record(
            by=request.user,
            customer_id=customer_id,
            now=timezone.now(),
            **form.cleaned_data,
        ),
    )


@form_methods
@requires(Permission.DESIGNATE)
def designation(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """Puts the customer into a tier by decision, and grades everybody anew."""
    customer = customer_for_view(request.user, customer_id)
    back = tab_url(customer_id, "history")
    language = get_language() or ""
    tiers = [(tier.key, tier.label(language)) for tier in tiers_in_force()]
    form = DesignationForm(request.POST if request.method == "POST" else None, tiers=tiers)
    return small_form(
        request,
        form,
        customer,
        title=_("Strategic designation"),
        submit=_("Designate"),
        back=back,
        act=lambda: _decided(
            request,
            lambda: designation_set(
                by=request.user,
                customer_id=customer_id,
                now=timezone.now(),
                **form.cleaned_data,
            ),
        ),
    )


def _decided(request: PageRequest, act: Callable[[], Any]) -> None:
    """A decision shows in every list once everybody is graded by it."""
    act()
    tasks.ask_score(request.user.pk)
    messages.success(request, _("Saved. Everybody is being graded anew by it."))


@require_POST
@requires(Permission.DESIGNATE)
def end(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """Ends a designation; the score decides again."""
    customer = customer_for_view(request.user, customer_id)
    back = tab_url(customer_id, "history")
    form = EndDesignationForm(request.POST)
    if not form.is_valid():
        raise Http404
    if carried_out(
        form,
        lambda: _decided(
            request,
            lambda: designation_end(
                by=request.user,
                designation_id=form.cleaned_data["designation"],
                version=form.cleaned_data["version"],
                now=timezone.now(),
            ),
        ),
    ):
        return redirect(back)
    return small_form(
        request,
        form,
        customer,
        title=_("Strategic designation"),
        submit=_("End it"),
        back=back,
    )
