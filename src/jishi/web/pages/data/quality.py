"""Can the numbers be trusted: what is missing, what is old, what may be there twice."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from jishi.foundation.enums import Permission
from jishi.web import formats
from jishi.web.components.parts import Pages, Start, query_with
from jishi.web.pages.data.presenters import data_tabs, pages_of
from jishi.web.pages.data.queries.quality import (
    GAPS_ON_A_PAGE,
    Quality,
    customers_with_gap,
    quality,
)
from jishi.web.permissions import PageRequest, requires


@dataclass(frozen=True)
class GapRow:
    kind: str
    label: str
    what: str
    missing: int
    filled_pct: float
    url: str

    @property
    def filled_ratio(self) -> float:
        return self.filled_pct / 100


def _gap_rows(found: Quality) -> list[GapRow]:
    words = {
        "missing": _("missing"),
        "malformed": _("cannot be right"),
        "stale": _("old"),
    }
    rows = []
    for one in found.gaps:
        if one.gap.kind != "missing" and not one.customers:
            continue
        listed = one.gap.kind == "missing" and one.customers
        url = f"{reverse('web:imports_quality')}?missing={one.gap.field}#gap" if listed else ""
        filled = 100 * (found.customers - one.customers) / found.customers
        rows.append(
            GapRow(
                one.gap.kind, str(one.gap.label), words[one.gap.kind], one.customers, filled, url
            )
        )
    return rows


def _finding(found: Quality, rows: list[GapRow]) -> str:
    worst = max(rows, key=lambda row: row.missing)
    if not worst.missing:
        return _("Every customer is complete.")
    return ngettext(
        "%(n)s of %(all)s customers has the biggest gap: %(what)s.",
        "%(n)s of %(all)s customers have the biggest gap: %(what)s.",
        worst.missing,
    ) % {
        "n": formats.number(worst.missing),
        "all": formats.number(found.customers),
        "what": _("%(label)s (%(what)s)") % {"label": worst.label, "what": worst.what},
    }


@require_safe
@requires(Permission.IMPORT_RUN)
def quality_page(request: PageRequest) -> HttpResponse:
    today = timezone.localdate()
    found = quality(request.user, today=today)
    rows = _gap_rows(found) if found.customers else []
    context = {
        "tabs": data_tabs(request),
        "quality": found,
        "gaps": rows,
        "latest": [{"label": label, "day": day} for label, day in found.latest],
        "finding": _finding(found, rows) if rows else "",
        "starts": starts(request),
        **_gap_list(request, request.GET),
    }
    return render(request, "data/quality.html", context)


def _gap_list(request: PageRequest, asked: QueryDict) -> dict[str, object]:
    gap = asked.get("missing", "")
    labels = {
        one.gap.field: one.gap.label
        for one in quality(request.user, today=timezone.localdate()).gaps
    }
    if gap not in labels:
        return {"gap_page": None, "gap_pages": Pages(0, 0, 0), "gap_label": ""}
    page = Paginator(customers_with_gap(request.user, gap), GAPS_ON_A_PAGE).get_page(
        asked.get("page")
    )
    return {
        "gap_page": page,
        "gap_pages": pages_of(page, lambda n: f"{query_with(asked, page=n)}#gap"),
        "gap_label": labels[gap],
    }


def starts(request: PageRequest) -> list[Start]:
    """Three ways to get customers into an empty product."""
    ways = [
        Start(
            _("Import files"),
            reverse("web:import_new"),
            _("Excel or CSV with any headings; nothing is written before you have seen it."),
        ),
        Start(
            _("Template workbook"),
            reverse("web:import_template"),
            _("A workbook with drop-downs to fill in and import."),
        ),
    ]
    if request.user.may(Permission.DEMO_REMOVE):
        ways.append(
            Start(
                _("Load the demo company"),
                reverse("web:settings_demo"),
                _("2,000 invented customers with three years of orders, removed in one click."),
            )
        )
    return ways
