"""The head of a customer's page: seal, name, who answers for it, six figures, the way onwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.customers.industries import industry_name
from jishi.customers.regions import region_name, region_parents
from jishi.scoring.periods import within
from jishi.web import formats
from jishi.web.components.parts import Tab, explain_url, query_with
from jishi.web.pages.customers.presenters.listing import Frame
from jishi.web.pages.customers.queries.listing import Neighbours
from jishi.web.pages.customers.state import kept_params
from jishi.web.pages.grading.queries import TierSeal


if TYPE_CHECKING:
    from jishi.customers.models import AccountTeamMember, Customer

TABS = ("overview", "record", "trade", "interactions", "scoring", "history")


@dataclass(frozen=True)
class Figure:
    label: str
    value: str
    note: str = ""
    why: str = ""
    change: float | None = None
    full: str = ""
    change_why: str = ""


@dataclass(frozen=True)
class Head:
    """Everything above the tabs."""

    pk: int
    name: str
    full_name: str
    seal: TierSeal | None
    parts: list[str]
    figures: list[Figure]
    is_designated: bool
    is_archived: bool


@dataclass(frozen=True)
class Way:
    """Where one came from, and the customers before and after this one there."""

    list_url: str
    view: str
    place: str = ""
    previous_url: str = ""
    next_url: str = ""


def head_of(
    customer: Customer,
    standing: Mapping[str, Any] | None,
    team: Iterable[AccountTeamMember],
    frame: Frame,
) -> Head:
    seal = frame.grading.tier(standing["tier_key"]) if frame.grading and standing else None
    return Head(
        pk=customer.pk,
        name=customer.shown_name,
        full_name=customer.name if customer.short_name else "",
        seal=seal,
        parts=_parts(customer, seal, team, frame),
        figures=figures(customer.pk, standing, frame) if standing else [],
        is_designated=bool(standing and standing["is_designated"]),
        is_archived=customer.is_archived,
    )


def _parts(
    customer: Customer, seal: TierSeal | None, team: Iterable[AccountTeamMember], frame: Frame
) -> list[str]:
    above = region_parents(customer.region)
    place = region_name((*above, customer.region)[min(1, len(above))], frame.lang)
    parts = [
        _("%(tier)s customer") % {"tier": seal.label} if seal else _("Not graded yet"),
        industry_name(customer.industry, frame.lang) or customer.business,
        place or customer.city,
        *(
            _("%(role)s %(name)s") % {"role": member.get_role_display(), "name": member.user.name}
            for member in team
        ),
        together(customer.cooperation_since_on, frame.asked.today),
    ]
    if customer.owner_id is None:
        parts.insert(3, _("no owner yet"))
    return [part for part in parts if part]


def together(since: date | None, today: date) -> str:
    """How long we have worked together, counted as people count: the first year is the first."""
    if since is None or since > today:
        return ""
    years = today.year - since.year - ((today.month, today.day) < (since.month, since.day))
    return _("year %(count)s together") % {"count": years + 1}


def figures(pk: int, standing: Mapping[str, Any], frame: Frame) -> list[Figure]:
    """The six figures, each linked to its explanation."""
    grading = frame.grading
    lang, today, currency = frame.lang, frame.asked.today, frame.currency
    run = grading.run_id if grading else None

    def why(key: str) -> str:
        return explain_url(key, customer=pk, run=run)

    population = formats.number(grading.population) if grading else ""
    latest = standing["latest_interaction_on"]
    ratio = standing["silence_ratio"]
    return [
        Figure(
            _("Score"),
            formats.score(standing["score_micro"]),
            _("rank %(rank)s of %(population)s")
            % {"rank": formats.number(standing["rank"]), "population": population},
            why("score"),
        ),
        Figure(
            within(_("Sales"), grading.window_months if grading else None),
            formats.money(standing["spend_e4"], lang, currency),
            "",
            why("spend"),
            standing["growth_yoy_pct"],
            formats.money_full(standing["spend_e4"], currency),
            why("growth"),
        ),
        Figure(
            _("Margin"),
            formats.percent(standing["margin_pct"]),
            formats.money(standing["margin_e4"], lang, currency)
            if standing["margin_e4"] is not None
            else "",
            why("margin_pct"),
        ),
        Figure(
            _("Contribution to sales"),
            formats.percent(standing["contribution_pct"]),
            _of_all(grading.margin_share_pct(standing["margin_e4"]) if grading else None),
            why("contribution"),
        ),
        Figure(
            _("Overdue"),
            formats.money(standing["overdue_e4"], lang, currency),
            _("as of %(day)s") % {"day": formats.day(grading.as_of, lang, today)}
            if grading and grading.as_of != today
            else "",
            why("overdue"),
            full=formats.money_full(standing["overdue_e4"], currency),
        ),
        Figure(
            _("Last interaction"),
            formats.ago(latest, today, lang),
            _("no order for %(ratio)s × usual") % {"ratio": formats.number(ratio, 1)}
            if ratio is not None and ratio >= 1
            else "",
            why("days_since_interaction") if latest else "",
        ),
    ]


def _of_all(margin_share_pct: float | None) -> str:
    if margin_share_pct is None:
        return _("of all sales")
    share = formats.percent(margin_share_pct)
    return _("%(share)s of the margin") % {"share": share}


def way_of(
    customer_id: int, neighbours: Neighbours | None, view: str, tab: str, frame: Frame
) -> Way:
    """Links keep the table's state and the tab, so that one can go through a list on one tab."""
    kept = kept_params(frame.params)
    table = reverse("web:customers") + (f"?{kept.urlencode()}" if kept else "")
    if neighbours is None:
        return Way(table, view)

    def to(pk: int | None) -> str:
        if pk is None:
            return ""
        query = query_with(kept, tab=None if tab == TABS[0] else tab)
        return reverse("web:customer", args=[pk]) + (query if query != "?" else "")

    place = f"{formats.number(neighbours.position)} / {formats.number(neighbours.total)}"
    return Way(table, view, place, to(neighbours.previous_id), to(neighbours.next_id))


def tabs_of(customer_id: int, here: str, counts: Mapping[str, int], frame: Frame) -> list[Tab]:
    labels = {
        "overview": _("Overview"),
        "record": _("Record"),
        "trade": _("Dealings"),
        "interactions": _("Interactions"),
        "scoring": _("Scoring"),
        "history": _("Tier history"),
    }
    record = reverse("web:customer", args=[customer_id])
    kept = kept_params(frame.params)
    found = []
    for key, label in labels.items():
        query = query_with(kept, tab=None if key == TABS[0] else key)
        url = record + (query if query != "?" else "")
        found.append(Tab(label, url, active=key == here, count=counts.get(key)))
    return found
