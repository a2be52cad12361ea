"""客户分群: the customers of the table compared by type, industry, size, frequency …"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jishi.foundation.enums import Permission
from jishi.web.components.parts import Choice, Facet, Start, query_with
from jishi.web.components.table import Table
from jishi.web.pages.customers.presenters import controls
from jishi.web.pages.customers.presenters import segments as present
from jishi.web.pages.customers.presenters.segment_exports import cells_of, columns_of
from jishi.web.pages.customers.presenters.segment_figures import explanation
from jishi.web.pages.customers.presenters.segments import Comparison
from jishi.web.pages.customers.queries import counting
from jishi.web.pages.customers.queries.segments import DIMENSIONS, segments
from jishi.web.pages.customers.state import FACETS, VIEWS, kept_params
from jishi.web.pages.customers.views.files import Export, exports, sent
from jishi.web.pages.customers.views.listing import counts_later, frame_of
from jishi.web.permissions import PageRequest, requires


OWN = ("by", "order")


@dataclass(frozen=True)
class SegmentsPage:
    """Everything the template shows."""

    sentence: str
    layouts: list[Choice]
    dimensions: list[Choice]
    views: list[Choice]
    facets: list[Facet]
    notices: list[controls.Notice]
    kept: list[tuple[str, str]]
    text: str
    clear_url: str
    table: Table | None
    later_url: str
    exports: list[Export]
    starts: list[Start]


def comparison_of(request: PageRequest) -> Comparison:
    """What a query string compares; all customers unless it names a view."""
    params = request.GET.copy()
    if params.get("view") not in VIEWS or params.get("view") == "unscored":
        params["view"] = "all"
    by, order = params.get("by", ""), params.get("order", "")
    by = by if by in DIMENSIONS else DIMENSIONS[0]
    frame = frame_of(request, params)
    found = segments(frame.asked, by)
    counts = {by: [(one.value, one.customers) for one in found]}
    return Comparison(
        frame=frame,
        by=by,
        order=order if order.removeprefix("-") in present.SORTABLE else "",
        found=found,
        names=counting.names_of(frame.asked, counts, frame.lang),
    )


@require_safe
@requires(Permission.CUSTOMER_VIEW)
def page(request: PageRequest) -> HttpResponse:
    """Which kinds of customers bring how much."""
    one = comparison_of(request)
    template = "segments_region.html" if request.htmx else "segments.html"
    return render(request, f"customers/{template}", {"page": _page(request, one)})


def _page(request: PageRequest, one: Comparison) -> SegmentsPage:
    user, frame = request.user, one.frame
    asked, params = frame.asked, frame.params
    later = counts_later(request, frame)
    counts = {} if later else counting.view_counts(asked)
    facets = {} if later else counting.facet_counts(asked)
    names = counting.names_of(asked, facets, frame.lang)
    address = reverse("web:customers_segments")
    plain = {**dict.fromkeys(FACETS), "q": None, "counts": None}
    views = controls.views(frame, counts, page="web:customers_segments", also=OWN)
    kept = kept_params(params)
    for name in OWN:
        if name in params:
            kept.setlist(name, params.getlist(name))
    return SegmentsPage(
        sentence=present.sentence(one),
        layouts=present.switch(frame, by=one.by),
        dimensions=present.dimensions(params, one.by),
        views=[view for view in views if "view=unscored" not in view.url],
        facets=controls.facets(frame, facets, names),
        notices=controls.notices(frame, counts),
        kept=[(name, value) for name, values in kept.lists() if name != "q" for value in values],
        text=asked.state.text,
        clear_url=address + query_with(params, **plain),
        table=present.table_of(one) if one.found else None,
        later_url=query_with(params, counts=1) if later else "",
        exports=exports(user, "web:customers_segments_export", kept) if one.found else [],
        starts=_starts(request) if frame.grading is None else [],
    )


def _starts(request: PageRequest) -> list[Start]:
    user = request.user
    return controls.starts(
        may_import=user.may(Permission.IMPORT_RUN),
        may_create=user.may(Permission.CUSTOMER_CREATE),
        may_load_demo=user.may(Permission.DEMO_REMOVE),
    )


@require_safe
@requires(Permission.CUSTOMER_VIEW)
def figure(request: PageRequest) -> HttpResponse:
    """Where one figure of a segment comes from."""
    one = comparison_of(request)
    found = explanation(one, request.GET.get("key", ""), request.GET.get("segment"))
    if found is None:
        raise Http404
    context = {"explanation": found, "heading": 2 if request.htmx else 1}
    template = "components/explanation.html" if request.htmx else "shell/explain.html"
    return render(request, template, context)


@require_safe
@requires(Permission.CUSTOMER_EXPORT)
def export(request: PageRequest) -> HttpResponseBase:
    """Every segment as a file."""
    one = comparison_of(request)
    word, today = _("segments"), one.frame.asked.today.isoformat()
    return sent(
        columns_of(one),
        cells_of(one),
        name=f"{word}-{today}",
        title=_("Segments"),
        form=request.GET.get("format", ""),
    )
