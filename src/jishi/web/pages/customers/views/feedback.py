"""What customers tell us: complaints until they are closed, and how satisfied they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jishi.customers.access import customer_for_view
from jishi.facts.access import fact_for_view
from jishi.facts.recording import (
    FactSupersededError,
    complaint_close,
    complaint_record,
    satisfaction_record,
)
from jishi.foundation.enums import Permission
from jishi.web import formats
from jishi.web.pages.customers.feedback_forms import (
    CloseComplaintForm,
    ComplaintForm,
    SatisfactionForm,
)
from jishi.web.pages.customers.views.saving import (
    form_methods,
    small_form,
    tab_url,
)
from jishi.web.permissions import PageRequest, requires


if TYPE_CHECKING:
    from jishi.facts.models import Complaint


@form_methods
@requires(Permission.FACT_RECORD)
def complaint(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """Records a complaint; it stands open until somebody closes it."""
    customer = customer_for_view(request.user, customer_id)
    back = tab_url(customer_id, "interactions")
    data = request.POST if request.method == "POST" else None
    form = ComplaintForm(data, today=timezone.localdate())
    return small_form(
        request,
        form,
        customer,
        title=_("Record a complaint"),
        submit=_("Record the complaint"),
        back=back,
        act=lambda: complaint_record(
            by=request.user,
            customer_id=customer_id,
            now=timezone.now(),
            **form.cleaned_data,
        ),
    )


@form_methods
@requires(Permission.FACT_RECORD)
def close(request: PageRequest, customer_id: int, complaint_id: int) -> HttpResponseBase:
    """Closes an open complaint with what was done about it; the row itself is the version."""
    customer = customer_for_view(request.user, customer_id)
    found = cast("Complaint", fact_for_view(request.user, "complaint", complaint_id))
    if found.customer_id != customer.pk:
        raise Http404
    back = f"{tab_url(customer_id, 'interactions')}&kind=complaint"
    is_over = found.superseded_at is not None or found.closed_on is not None
    if is_over and request.method != "POST":
        messages.info(request, " ".join(FactSupersededError().messages))
        return redirect(back)

    def act() -> None:
        if is_over:
            raise FactSupersededError
        complaint_close(
            by=request.user, complaint_id=complaint_id, now=timezone.now(), **form.cleaned_data
        )

    data = request.POST if request.method == "POST" else None
    form = CloseComplaintForm(data, today=timezone.localdate())
    day = formats.day_long(found.occurred_on, get_language() or "", timezone.localdate())
    return small_form(
        request,
        form,
        customer,
        title=_("Close the complaint"),
        submit=_("Close the complaint"),
        back=back,
        act=act,
        about=f"{day} · {found.get_severity_display()}\n{found.summary}",
    )


@form_methods
@requires(Permission.FACT_RECORD)
def satisfaction(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """Records how satisfied somebody at the customer is."""
    customer = customer_for_view(request.user, customer_id)
    back = tab_url(customer_id, "interactions")
    data = request.POST if request.method == "POST" else None
    form = SatisfactionForm(data, today=timezone.localdate())
    return small_form(
        request,
        form,
        customer,
        title=_("Record satisfaction"),
        submit=_("Record the answer"),
        back=back,
        act=lambda: satisfaction_record(
            by=request.user,
            customer_id=customer_id,
            now=timezone.now(),
            **form.values(),
        ),
    )
