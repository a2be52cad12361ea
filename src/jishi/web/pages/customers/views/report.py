"""客户报告: to be printed, or taken along as a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jishi.customers.access import customer_for_view
from jishi.customers.queries import team_of
from jishi.foundation.enums import Permission
from jishi.web.pages.customers.presenters.head import head_of
from jishi.web.pages.customers.presenters.report import Report, report_of
from jishi.web.pages.customers.presenters.report_document import document_of
from jishi.web.pages.customers.presenters.report_file import workbook_of
from jishi.web.pages.customers.views.listing import frame_of
from jishi.web.pages.customers.views.record import receipt_view
from jishi.web.pages.grading.queries import standing_values
from jishi.web.permissions import PageRequest, requires


if TYPE_CHECKING:
    from jishi.customers.models import Customer


def _report(request: PageRequest, customer: Customer) -> Report:
    frame = frame_of(request, request.GET)
    standing = standing_values(request.user, customer.pk, frame.asked.today)
    team = team_of(request.user, customer.pk, present_only=True)
    head = head_of(customer, standing, team, frame)
    return report_of(request.user, customer, head, receipt_view(request, customer, frame), frame)


@require_safe
@requires(Permission.CUSTOMER_VIEW)
def report(request: PageRequest, customer_id: int) -> HttpResponse:
    """One customer on at most two sheets of A4."""
    customer = customer_for_view(request.user, customer_id)
    context = {
        "customer": customer,
        "report": _report(request, customer),
        "is_marked": request.GET.get("mark") == "1",
        "may_export": request.user.may(Permission.CUSTOMER_EXPORT),
    }
    return render(request, "customers/report.html", context)


@require_safe
@requires(Permission.CUSTOMER_EXPORT)
def report_file(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """The same as a workbook."""
    customer = customer_for_view(request.user, customer_id)
    return _file(customer, workbook_of(_report(request, customer)), "xlsx", "spreadsheetml.sheet")


@require_safe
@requires(Permission.CUSTOMER_EXPORT)
def report_document(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """The same as a Word document."""
    customer = customer_for_view(request.user, customer_id)
    document = document_of(_report(request, customer))
    return _file(customer, document, "docx", "wordprocessingml.document")


def _file(customer: Customer, content: bytes, ending: str, kind: str) -> HttpResponse:
    name = "".join(char for char in customer.code if char.isalnum() or char in "-_")
    named = f"{_('Customer report')}-{name or customer.pk}.{ending}"
    return HttpResponse(
        content,
        content_type=f"application/vnd.openxmlformats-officedocument.{kind}",
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=named)
            or "attachment"
        },
    )
