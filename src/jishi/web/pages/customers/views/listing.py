"""The customer table, and its export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jishi.foundation.enums import Permission
from jishi.foundation.queries import company
from jishi.web.components.parts import Choice, Facet, Pages, Start, query_with
from jishi.web.components.table import Table
from jishi.web.pages.customers.columns import KNOWN, SORTABLE
from jishi.web.pages.customers.presenters import controls
from jishi.web.pages.customers.presenters import listing as present
from jishi.web.pages.customers.presenters.exports import cells_of, columns_of
from jishi.web.pages.customers.presenters.peek import Peek, peek_of
from jishi.web.pages.customers.presenters.segments import switch
from jishi.web.pages.customers.queries import counting
from jishi.web.pages.customers.queries import listing as queries
from jishi.web.pages.customers.queries.exports import rows
from jishi.web.pages.customers.queries.listing import Asked
from jishi.web.pages.customers.state import kept_params, read_state
from jishi.web.pages.customers.views.files import Export, exports, sent
from jishi.web.pages.grading.queries import grading
from jishi.web.permissions import PageRequest, requires


# From so many graded customers on, counts come after the rows.
LARGE = 50_000


@dataclass(frozen=True)
class ListPage:
    """Everything the template shows."""

    sentence: str
    is_empty: bool
    layouts: list[Choice]
    views: list[Choice]
    facets: list[Facet]
    notices: list[controls.Notice]
    sizes: list[Choice]
    footers: list[Choice]
    totals_url: str
    column_options: list[dict[str, Any]]
    kept: list[tuple[str, str]]
    text: str
    clear_url: str
    table: Table | None
    pages: Pages
    later_url: str
    exports: list[Export]
    may_create: bool
    starts: list[Start]
    drawer: Peek | None = None
    views_label: str = ""
    empty_title: str = ""
    empty_question: str = ""


def frame_of(request: PageRequest, params: QueryDict) -> present.Frame:
    """The table that a query string describes, as this user sees it today."""
    current = grading()
    asked = Asked(
        by=request.user,
        state=read_state(params, sortable=SORTABLE, known=KNOWN),
        today=timezone.localdate(),
        run_id=current.run_id if current else None,
    )
    return present.Frame(
        asked=asked,
        params=params,
        grading=current,
        lang=get_language() or "zh-hans",
        currency=company().base_currency,
    )


@require_safe
@requires(Permission.CUSTOMER_VIEW)
def table(request: PageRequest) -> HttpResponse:
    """大客户表: who the key accounts are, in which tier, and how they are doing."""
    frame = frame_of(request, request.GET)
    context = {"page": _page(request, frame)}
    template = "customers/list_region.html" if request.htmx else "customers/list.html"
    return render(request, template, context)


def _page(request: PageRequest, frame: present.Frame) -> ListPage:
    user, asked = request.user, frame.asked
    later = counts_later(request, frame)
    counts = {} if later else counting.view_counts(asked)
    totals = None if later else counting.totals(asked)
    typical = {} if later else counting.typical(asked)
    facets = {} if later else counting.facet_counts(asked)
    names = counting.names_of(asked, facets, frame.lang)
    found = queries.page(asked)
    is_empty = not later and not counts.get("all") and not counts.get("unscored")
    return ListPage(
        sentence=controls.sentence(frame, totals),
        is_empty=is_empty,
        layouts=switch(frame, by=None),
        views=controls.views(frame, counts),
        views_label=_("Views"),
        facets=controls.facets(frame, facets, names),
        notices=controls.notices(frame, counts),
        sizes=controls.sizes(frame),
        footers=controls.footers(frame),
        totals_url=present.total_url("totals", frame),
        column_options=controls.column_options(frame),
        kept=list(controls.kept_fields(request.GET)),
        text=asked.state.text,
        clear_url=f"{reverse('web:customers')}?view={asked.state.view}",
        table=present.table_of(frame, found, totals, typical) if found.rows else None,
        pages=controls.pages(frame, found, totals.customers if totals else 0),
        later_url=query_with(request.GET, counts=1) if later else "",
        exports=exports(user, "web:customers_export", kept_params(request.GET)),
        may_create=user.may(Permission.CUSTOMER_CREATE),
        starts=controls.starts(
            may_import=user.may(Permission.IMPORT_RUN),
            may_create=user.may(Permission.CUSTOMER_CREATE),
            may_load_demo=user.may(Permission.DEMO_REMOVE),
        ),
        drawer=peek_of(request.GET.get("peek", ""), frame),
        empty_title=_("No customers yet"),
        empty_question=_(
            "This table will answer who your key accounts are, in which tier, and how they are doing."
        ),
    )


def counts_later(request: PageRequest, frame: present.Frame) -> bool:
    """Whether the rows come first and what they add up to is asked for afterwards: counting a
    large table anew takes seconds."""
    if frame.grading is None or frame.grading.population < LARGE:
        return False
    return request.GET.get("counts") != "1" and not counting.are_kept(frame.asked)


@require_safe
@requires(Permission.CUSTOMER_EXPORT)
def export(request: PageRequest) -> HttpResponseBase:
    """Every customer of the table as a file, with hidden ids so that it can be imported again."""
    frame = frame_of(request, request.GET)
    columns = columns_of(frame)
    cells = cells_of(rows(frame.asked), frame)
    name = f"{_('customers')}-{frame.asked.today.isoformat()}"
    return sent(columns, cells, name=name, title=_("Customers"), form=request.GET.get("format", ""))
