"""Addresses of customers: the table, one customer, and the forms."""

from __future__ import annotations

from django.urls import URLPattern, path

from jishi.web.pages.customers.views import (
    contacts,
    edit,
    feedback,
    judgements,
    listing,
    people,
    record,
    report,
    segments,
)


urlpatterns: list[URLPattern] = [
    path("customers/", listing.table, name="customers"),
    path("customers/export/", listing.export, name="customers_export"),
    path("customers/segments/", segments.page, name="customers_segments"),
    path("customers/segments/figure/", segments.figure, name="customers_segments_figure"),
    path("customers/segments/export/", segments.export, name="customers_segments_export"),
    path("customers/new/", edit.create, name="customer_create"),
    path("customers/<int:customer_id>/", record.page, name="customer"),
    path(
        "customers/<int:customer_id>/orders/<int:order_ref>/", record.order, name="customer_order"
    ),
    path("customers/<int:customer_id>/peek/", record.peek, name="customer_peek"),
    path("customers/<int:customer_id>/receipt.json", record.receipt, name="customer_receipt"),
    path("customers/<int:customer_id>/report/", report.report, name="customer_report"),
    path(
        "customers/<int:customer_id>/report.xlsx", report.report_file, name="customer_report_file"
    ),
    path(
        "customers/<int:customer_id>/report.docx",
        report.report_document,
        name="customer_report_document",
    ),
    path("customers/<int:customer_id>/edit/", edit.change, name="customer_edit"),
    path("customers/<int:customer_id>/group/", edit.group, name="customer_group"),
    path("customers/<int:customer_id>/owner/", people.owner, name="customer_owner"),
    path("customers/<int:customer_id>/team/", people.team, name="customer_team"),
    path(
        "customers/<int:customer_id>/team/<int:member_id>/end/",
        people.team_end,
        name="customer_team_end",
    ),
    path(
        "customers/<int:customer_id>/interactions/new/",
        people.interaction,
        name="customer_interaction",
    ),
    path(
        "customers/<int:customer_id>/interactions/<int:interaction_id>/withdraw/",
        people.withdraw,
        name="customer_interaction_withdraw",
    ),
    path(
        "customers/<int:customer_id>/complaints/new/",
        feedback.complaint,
        name="customer_complaint",
    ),
    path(
        "customers/<int:customer_id>/complaints/<int:complaint_id>/close/",
        feedback.close,
        name="customer_complaint_close",
    ),
    path(
        "customers/<int:customer_id>/satisfaction/new/",
        feedback.satisfaction,
        name="customer_satisfaction",
    ),
    path("customers/<int:customer_id>/ratings/new/", judgements.rating, name="customer_rating"),
    path(
        "customers/<int:customer_id>/designation/",
        judgements.designation,
        name="customer_designation",
    ),
    path(
        "customers/<int:customer_id>/designation/end/",
        judgements.end,
        name="customer_designation_end",
    ),
    path("customers/<int:customer_id>/contacts/new/", contacts.create, name="customer_contact_new"),
    path(
        "customers/<int:customer_id>/contacts/<int:contact_id>/",
        contacts.change,
        name="customer_contact",
    ),
    path(
        "customers/<int:customer_id>/contacts/<int:contact_id>/elsewhere/",
        contacts.elsewhere,
        name="customer_contact_elsewhere",
    ),
    path(
        "customers/<int:customer_id>/contacts/<int:contact_id>/left/",
        contacts.left,
        name="customer_contact_left",
    ),
]
