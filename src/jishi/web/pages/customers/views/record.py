"""客户 360: one customer, tab by tab, and the look into it from the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jishi.customers.access import customer_for_view
from jishi.customers.completeness import customer_completeness
from jishi.customers.queries import contacts_of, group_tree, tags_of, team_of
from jishi.facts.access import order_for_view
from jishi.foundation.enums import Permission
from jishi.scoring.periods import within
from jishi.scoring.queries import designation_of, tier_changes
from jishi.scoring.receipts import (
    facts_behind,
    receipt_of,
    receipt_with_facts,
    what_raises_it_for,
)
from jishi.scoring.runfiles import RunFilesMissingError
from jishi.web.components.parts import query_with
from jishi.web.pages.customers.presenters import (
    archive,
    changes,
    dealings,
    history,
    moments,
    orders,
    scoring,
)
from jishi.web.pages.customers.presenters.controls import view_labels
from jishi.web.pages.customers.presenters.head import TABS, head_of, tabs_of, way_of
from jishi.web.pages.customers.presenters.listing import Frame
from jishi.web.pages.customers.presenters.peek import peek_for
from jishi.web.pages.customers.queries import counting
from jishi.web.pages.customers.queries import listing as listing_queries
from jishi.web.pages.customers.queries import record as queries
from jishi.web.pages.customers.state import kept_params
from jishi.web.pages.customers.views.listing import frame_of
from jishi.web.pages.data.running import scoring_part
from jishi.web.pages.grading.queries import standing_values
from jishi.web.permissions import PageRequest, requires


if TYPE_CHECKING:
    from jishi.customers.models import Customer

CHANGES_SHOWN = 60
CONTACTS_IN_OVERVIEW = 6


@require_safe
@requires(Permission.CUSTOMER_VIEW)
def page(request: PageRequest, customer_id: int) -> HttpResponse:
    """Is this customer healthy, who decides, what do we owe it, what next?"""
    customer = customer_for_view(request.user, customer_id)
    frame = frame_of(request, request.GET)
    tab = request.GET.get("tab", TABS[0])
    tab = tab if tab in TABS else TABS[0]
    team = list(team_of(request.user, customer.pk, present_only=True))
    standing = standing_values(request.user, customer.pk, frame.asked.today)
    total = counting.counted(frame.asked)
    neighbours = listing_queries.neighbours(frame.asked, customer.pk, total=total)
    view = view_labels()[frame.asked.state.view]
    context = {
        "customer": customer,
        "head": head_of(customer, standing, team, frame),
        "way": way_of(customer.pk, neighbours, view, tab, frame),
        "tabs": tabs_of(customer.pk, tab, {}, frame),
        "tabs_label": _("Parts of the customer's page"),
        "tab_template": f"customers/tabs/{tab}.html",
        "may_edit": request.user.may(Permission.CUSTOMER_EDIT),
        "may_assign": request.user.may(Permission.CUSTOMER_ASSIGN),
        "may_record": request.user.may(Permission.FACT_RECORD),
        **_CONTENT[tab](request, customer, frame),
    }
    return render(request, "customers/record.html", context)


@require_safe
@requires(Permission.CUSTOMER_VIEW)
def peek(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """The drawer over the table; without scripts the table with the drawer open."""
    frame = frame_of(request, request.GET)
    found = peek_for(customer_id, frame)
    if not request.htmx:
        kept = kept_params(request.GET)
        return redirect(reverse("web:customers") + query_with(kept, peek=customer_id))
    return render(request, "customers/peek.html", {"peek": found, "is_open": False})


@require_safe
@requires(Permission.CUSTOMER_VIEW)
def order(request: PageRequest, customer_id: int, order_ref: int) -> HttpResponse:
    """One order with all its lines."""
    customer = customer_for_view(request.user, customer_id)
    found = order_for_view(request.user, order_ref)
    if found.customer_id != customer.pk:
        raise Http404
    lang, today = get_language() or "zh-hans", timezone.localdate()
    context = {
        "customer": customer,
        **orders.whole_order(request.user, found, request.GET, lang, today),
    }
    return render(request, "customers/order.html", context)


@require_safe
@requires(Permission.CUSTOMER_VIEW)
def receipt(request: PageRequest, customer_id: int) -> HttpResponseBase:
    """The receipt as JSON: exact decimals whose sum is the score, down to the facts behind each."""
    customer = customer_for_view(request.user, customer_id)
    try:
        paper = receipt_with_facts(by=request.user, customer_id=customer.pk)
    except RunFilesMissingError:
        return JsonResponse({"error": _("The files of the last grading are missing.")}, status=409)
    response = JsonResponse(paper, json_dumps_params={"ensure_ascii": False, "indent": 1})
    name = "".join(char for char in customer.code if char.isalnum() or char in "-_")
    header = content_disposition_header(
        as_attachment=True, filename=f"receipt-{name or customer.pk}.json"
    )
    response["Content-Disposition"] = header or "attachment"
    return response


# --- what each tab shows -------------------------------------------------------------------------
def _overview(request: PageRequest, customer: Customer, frame: Frame) -> dict[str, Any]:
    contacts = contacts_of(request.user, customer.pk, present_only=True)[:CONTACTS_IN_OVERVIEW]
    return {
        "moments": moments.newest(request.user, customer, frame),
        "receipt": receipt_view(request, customer, frame),
        "contacts": archive.contact_lines(contacts, customer.pk, frame),
        "raises": _raises(request, customer, frame)[:1],
    }


def _record(request: PageRequest, customer: Customer, frame: Frame) -> dict[str, Any]:
    by = request.user
    tree = group_tree(by, customer.pk)
    standings = queries.standings_of(by, [node.customer.pk for node in tree])
    spends = {pk: row["spend_e4"] for pk, row in standings.items()}
    tiers = {pk: row["tier_key"] for pk, row in standings.items()}
    complete = customer_completeness(by, customer.pk, today=frame.asked.today)
    everything = request.GET.get("changes") == "all"
    told, more = changes.lines_of(by, customer.pk, frame.lang, everything=everything)
    return {
        "changes": told,
        "changes_more_url": f"{query_with(request.GET, changes='all')}#changes"
        if more and not everything
        else "",
        "sections": archive.pairs(customer, tags_of([customer.pk]).get(customer.pk, []), frame),
        "sales_label": within(_("Sales"), frame.months),
        "group": archive.group_lines(tree, customer.pk, spends, tiers, frame),
        "contacts": archive.contact_lines(contacts_of(by, customer.pk), customer.pk, frame),
        "members": archive.member_lines(team_of(by, customer.pk), frame),
        "complete_pct": complete.share_pct if complete else 0,
        "gaps": archive.gap_lines(complete) if complete else [],
    }


def _trade(request: PageRequest, customer: Customer, frame: Frame) -> dict[str, Any]:
    return dealings.content(request.user, customer, frame, request.GET)


def _interactions(request: PageRequest, customer: Customer, frame: Frame) -> dict[str, Any]:
    return moments.content(request.user, customer, frame, request.GET)


def receipt_view(request: PageRequest, customer: Customer, frame: Frame) -> scoring.Receipt | None:
    """None for a customer that was not graded, or whose run's files are gone."""
    today = frame.asked.today
    if frame.grading is None or standing_values(request.user, customer.pk, today) is None:
        return None
    try:
        paper = receipt_of(by=request.user, customer_id=customer.pk)
    except RunFilesMissingError:
        return None
    return scoring.receipt_view(paper, customer.pk, frame)


def _raises(request: PageRequest, customer: Customer, frame: Frame) -> list[scoring.Raise]:
    today = frame.asked.today
    if frame.grading is None or standing_values(request.user, customer.pk, today) is None:
        return []
    try:
        lines = what_raises_it_for(by=request.user, customer_id=customer.pk)
    except RunFilesMissingError:
        return []
    return scoring.raises(lines, frame)


def _scoring(request: PageRequest, customer: Customer, frame: Frame) -> dict[str, Any]:
    found = receipt_view(request, customer, frame)
    asked = request.GET.get("facts", "")
    tables = []
    if found is not None and asked:
        try:
            behind = facts_behind(by=request.user, customer_id=customer.pk, indicator=asked)
        except KeyError:
            behind = []
        names = queries.names_in(request.user, [row for one in behind for row in one.rows])
        tables = scoring.facts_tables(behind, names, customer.pk, frame)
    return {
        "receipt": found,
        "raises": _raises(request, customer, frame) if found else [],
        "facts": tables,
    }


def _history(request: PageRequest, customer: Customer, frame: Frame) -> dict[str, Any]:
    moves = list(tier_changes(by=request.user, customer=customer)[:CHANGES_SHOWN])
    may_designate = request.user.may(Permission.DESIGNATE) and frame.grading is not None
    return {
        "changes": history.change_lines(moves, frame),
        "chart": history.steps_chart(moves, frame),
        "may_designate": may_designate,
        "work": scoring_part() if may_designate else None,
        "decision": history.decision_of(
            designation_of(by=request.user, customer_id=customer.pk, on=frame.asked.today), frame
        ),
    }


_CONTENT: dict[str, Callable[[PageRequest, Customer, Frame], dict[str, Any]]] = {
    "overview": _overview,
    "record": _record,
    "trade": _trade,
    "interactions": _interactions,
    "scoring": _scoring,
    "history": _history,
}
