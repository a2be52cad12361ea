"""互动: the stream of what happened, told in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from jishi.facts.enums import Severity
from jishi.foundation.models import User
from jishi.web import formats
from jishi.web.components.parts import Choice, Moment, Pages, query_with
from jishi.web.pages.customers.presenters.listing import Frame
from jishi.web.pages.customers.queries import moments as queries
from jishi.web.pages.customers.queries.moments import Happened, Stream


if TYPE_CHECKING:
    from jishi.customers.models import Customer

IN_OVERVIEW = 6
ON_A_PAGE = 30
LAST_PAGE = 200


def newest(user: User, customer: Customer, frame: Frame) -> list[Moment]:
    """The latest few, for the overview: payments and orders step back behind what people said."""
    told = ("interaction", "complaint", "satisfaction", "tier", "return", "payment", "referral")
    stream = Stream(user, customer.pk, frame.asked.today, told)
    return [moment_of(one, frame) for one in queries.happened(stream, limit=IN_OVERVIEW)]


def content(user: User, customer: Customer, frame: Frame, params: QueryDict) -> dict[str, Any]:
    """What the tab shows."""
    asked = params.get("kind", "")
    kind = asked if asked in queries.KINDS else ""
    everything = Stream(user, customer.pk, frame.asked.today)
    counts = queries.counts(everything)
    stream = Stream(user, customer.pk, frame.asked.today, (kind,) if kind else ())
    page = _page(params)
    shown = queries.happened(stream, limit=ON_A_PAGE, offset=(page - 1) * ON_A_PAGE)
    total = counts[kind] if kind else sum(counts.values())
    first = (page - 1) * ON_A_PAGE + 1
    last = first + len(shown) - 1
    return {
        "moments": [moment_of(one, frame) for one in shown],
        "kinds": _choices(counts, kind, params),
        "kinds_label": _("Kinds"),
        "pages": Pages(
            first if shown else 0,
            last if shown else 0,
            total,
            query_with(params, page=page - 1) if page > 1 else "",
            query_with(params, page=page + 1) if shown and last < total else "",
        ),
    }


def _page(params: QueryDict) -> int:
    text = params.get("page", "")
    return int(text) if text in {str(page) for page in range(1, LAST_PAGE + 1)} else 1


def _labels() -> dict[str, str]:
    return {
        "interaction": _("Interactions"),
        "order": _("Orders"),
        "payment": _("Payments"),
        "return": _("Returns"),
        "complaint": _("Complaints"),
        "satisfaction": _("Satisfaction"),
        "rating": _("Ratings"),
        "referral": _("Referrals"),
        "service": _("Services"),
        "tier": _("Tier changes"),
    }


def _choices(counts: dict[str, int], here: str, params: QueryDict) -> list[Choice]:
    labels = _labels()
    everything = Choice(
        _("Everything"),
        query_with(params, kind=None, page=None),
        sum(counts.values()),
        active=not here,
    )
    return [
        everything,
        *(
            Choice(
                labels[kind], query_with(params, kind=kind, page=None), count, active=kind == here
            )
            for kind, count in counts.items()
            if count or kind == here
        ),
    ]


# --- one moment ----------------------------------------------------------------------------------
def moment_of(one: Happened, frame: Frame) -> Moment:
    """A fact in words; what stands open stands out."""
    when = formats.day(one.on, frame.lang, frame.asked.today)
    title, detail, badge, badge_tone, tone = _TELLERS[one.kind](one, frame)
    return Moment(
        when=when,
        title=title,
        on=one.on,
        detail=detail,
        tone=tone,
        badge=badge,
        badge_tone=badge_tone,
    )


Told = tuple[str, str, str, str, str]


def _interaction(one: Happened, frame: Frame) -> Told:
    row = one.row
    badge = badge_tone = tone = ""
    if row.next_step and row.next_step_on:
        late = (frame.asked.today - row.next_step_on).days
        badge = _("next step: %(text)s, %(day)s") % {
            "text": row.next_step,
            "day": formats.day(row.next_step_on, frame.lang, frame.asked.today),
        }
        badge_tone = "soon" if late <= 0 else ""
    title = row.summary or str(row.get_channel_display())
    names = [str(row.get_channel_display()), row.with_whom, row.user.name if row.user else ""]
    return title, " · ".join(name for name in names if name), badge, badge_tone, tone


def _order(one: Happened, frame: Frame) -> Told:
    row = one.row
    title = _("Order of %(amount)s") % {
        "amount": formats.money(one.amount_e4, frame.lang, row.currency)
    }
    return title, f"{row.order_no} · {row.get_status_display()}", "", "", "quiet"


def _payment(one: Happened, frame: Frame) -> Told:
    row = one.row
    title = _("Payment of %(amount)s") % {
        "amount": formats.money(row.amount_e4, frame.lang, row.currency)
    }
    return title, str(row.get_method_display()) if row.method else "", "", "", "quiet"


def _return(one: Happened, frame: Frame) -> Told:
    row = one.row
    title = _("Goods returned for %(amount)s") % {
        "amount": formats.money(row.amount_e4, frame.lang, row.currency)
    }
    return title, row.reason, "", "", ""


def _complaint(one: Happened, frame: Frame) -> Told:
    row = one.row
    severity = str(Severity(row.severity).label)
    title = row.summary or _("Complaint")
    if row.closed_on is None:
        return title, severity, _("Complaint open"), "over", "alert"
    closed = _("Solved after %(days)s days") % {"days": (row.closed_on - one.on).days}
    return title, severity, closed, "done", ""


def _answer(one: Happened, frame: Frame) -> Told:
    row = one.row
    scale = {"nps": 10, "csat": 5, "ces": 7}[row.instrument]
    low = {"nps": 6_000, "csat": 2_000, "ces": 3_000}[row.instrument]
    title = f"{row.get_instrument_display()} {formats.quantity(row.score_milli)} / {scale}"
    is_low = row.score_milli <= low
    return title, row.comment, _("low") if is_low else "", "due" if is_low else "", ""


def _rating(one: Happened, frame: Frame) -> Told:
    row = one.row
    title = _("%(criterion)s rated %(value)s of 100") % {
        "criterion": row.get_criterion_display(),
        "value": row.value_pct,
    }
    names = [str(row.get_evidence_kind_display()), row.source, row.user.name if row.user else ""]
    return title, " · ".join(name for name in names if name), "", "", ""


def _referral(one: Happened, frame: Frame) -> Told:
    row = one.row
    name = row.referred_name or (row.referred.shown_name if row.referred else "")
    title = _("Referred %(name)s to us") % {"name": name or "—"}
    badge = _("became a customer") if row.won else ""
    return title, "", badge, "done" if row.won else "", ""


def _service(one: Happened, frame: Frame) -> Told:
    row = one.row
    title = _("%(service)s, %(hours)s hours") % {
        "service": row.get_kind_display(),
        "hours": formats.quantity(row.hours_milli),
    }
    return title, row.summary, "", "", "quiet"


def _tier(one: Happened, frame: Frame) -> Told:
    row = one.row
    tongue = "en" if frame.lang.startswith("en") else "zh"
    before = row.from_label.get(tongue) or _("not graded")
    title = _("Tier: %(before)s → %(after)s") % {
        "before": before,
        "after": row.to_label.get(tongue, row.to_key),
    }
    detail = str(row.get_cause_display())
    return title, detail, "", "", "" if row.is_up else "alert"


_TELLERS = {
    "interaction": _interaction,
    "order": _order,
    "payment": _payment,
    "return": _return,
    "complaint": _complaint,
    "satisfaction": _answer,
    "rating": _rating,
    "referral": _referral,
    "service": _service,
    "tier": _tier,
}
