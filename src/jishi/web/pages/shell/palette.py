"""What the palette lists: customers, contacts, and the places of the product."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.foundation.enums import Permission
from jishi.web.components.parts import Hit, HitGroup
from jishi.web.pages.shell import queries
from jishi.web.permissions import PageRequest
from jishi.web.shell import shell_of


FOUND = 8
PREFIXES = {"#": "customer", "＃": "customer", "@": "contact", "＠": "contact"}


def hit_groups(request: PageRequest, query: str) -> list[HitGroup]:
    """Everything that answers `query`, in groups; the places alone when nothing is asked."""
    kind = PREFIXES.get(query[:1], "")
    text = query[1:].strip() if kind else query
    groups = []
    if request.user.may(Permission.CUSTOMER_VIEW):
        groups = _customers(request, text, kind) if text else _recent(request, kind)
    if not kind:
        groups.append(HitGroup(_("Go to"), _places(request, text.casefold())))
    return [group for group in groups if group.hits]


def _customers(request: PageRequest, text: str, kind: str) -> list[HitGroup]:
    found = queries.found(by=request.user, text=text, kind=kind, limit=FOUND)
    return [
        HitGroup(_("Customers"), [_customer(one) for one in found if one.kind == "customer"]),
        HitGroup(_("Contacts"), [_contact(one) for one in found if one.kind == "contact"]),
    ]


def _recent(request: PageRequest, kind: str) -> list[HitGroup]:
    if kind == "contact":
        return []
    recent = queries.recent(by=request.user, limit=FOUND)
    return [HitGroup(_("Changed lately"), [_customer(one) for one in recent])]


def _customer(one: queries.Found) -> Hit:
    return Hit(
        one.title,
        reverse("web:customer", args=[one.customer_id]),
        one.code,
        one.seal_char,
        one.seal_form,
        one.tier,
    )


def _contact(one: queries.Found) -> Hit:
    return Hit(
        one.title,
        reverse("web:customer", args=[one.customer_id]) + "?tab=record#contacts",
        one.customer,
    )


def _places(request: PageRequest, wanted: str) -> list[Hit]:
    """The navigation, the views of the table, and what can be begun from anywhere."""
    user = request.user
    hits = [
        Hit(entry.label, entry.url) for group in shell_of(request).groups for entry in group.entries
    ]
    table = reverse("web:customers")
    if user.may(Permission.CUSTOMER_VIEW):
        hits += [
            Hit(_("Segments"), reverse("web:customers_segments"), _("View")),
            Hit(_("My customers"), f"{table}?view=mine", _("View")),
            Hit(_("No contact for 90 days"), f"{table}?view=silent", _("View")),
            Hit(_("With overdue payments"), f"{table}?view=overdue", _("View")),
            Hit(_("Without an owner"), f"{table}?view=unassigned", _("View")),
        ]
    if user.may(Permission.CUSTOMER_CREATE):
        hits.append(Hit(_("New customer"), reverse("web:customer_create"), _("Action")))
    return [hit for hit in hits if wanted in hit.label.casefold()]
