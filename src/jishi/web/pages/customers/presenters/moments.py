"""互动: the stream of what happened, told in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jishi.facts.enums import Severity
from jishi.facts.queries import TimelineEvent, TimelinePage, fact_counts, timeline, withdrawn
from jishi.facts.recording import is_withdrawable
from jishi.foundation.enums import Permission
from jishi.scoring.queries import tier_changes
from jishi.web import formats
from jishi.web.components.parts import Choice, Moment, Pages, amount_text, query_with, worded
from jishi.web.pages.customers.presenters.listing import Frame


if TYPE_CHECKING:
    from jishi.customers.models import Customer
    from jishi.foundation.models import User
    from jishi.scoring.models import TierChange

TIER = "tier"
TOLD = ("interaction", "complaint", "satisfaction", "referral", "return", "payment")
CHANGES = 100
IN_OVERVIEW = 6
ON_A_PAGE = 30


def newest(user: User, customer: Customer, frame: Frame) -> list[Moment]:
    """The latest few of what people said and decided, for the overview."""
    page = timeline(user, [customer.pk], kinds=TOLD, limit=IN_OVERVIEW, as_of=frame.asked.today)
    changes = tier_changes(by=user, customer=customer)[:IN_OVERVIEW]
    return _told(page.events, changes, frame)[:IN_OVERVIEW]


def content(user: User, customer: Customer, frame: Frame, params: QueryDict) -> dict[str, Any]:
    """What the tab shows."""
    asked = params.get("kind", "")
    kind = asked if asked in _labels() else ""
    today = frame.asked.today
    changes = list(tier_changes(by=user, customer=customer)[:CHANGES])
    counts = {**fact_counts(user, [customer.pk], as_of=today), TIER: len(changes)}
    after = params.get("after", "")
    if kind == TIER:
        shown, following = _told((), changes, frame), ""
    else:
        page = timeline(
            user,
            [customer.pk],
            kinds=(kind,) if kind else (),
            after=after,
            limit=ON_A_PAGE,
            as_of=today,
        )
        beside = [] if kind else _between(changes, after, page)
        shown, following = _told(page.events, beside, frame), page.after
    first = _first(params) if after else 1
    total = counts[kind] if kind else sum(counts.values())
    last = first + len(shown) - 1
    return {
        "moments": shown,
        "withdrawn": withdrawn_lines(user, customer, frame) if kind == "interaction" else (),
        "kinds": _choices(counts, kind, params),
        "kinds_label": _("Kinds"),
        "pages": Pages(
            first if shown else 0,
            last if shown else 0,
            total,
            query_with(params, after=None, at=None) if after else "",
            query_with(params, after=following, at=last + 1) if following else "",
        ),
    }


def _first(params: QueryDict) -> int:
    text = params.get("at", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _between(changes: Sequence[TierChange], after: str, page: TimelinePage) -> list[TierChange]:
    """The changes of tier that lie among the facts of a page."""
    before = after[:10] or "9999"
    since = page.events[-1].occurred_on.isoformat() if page.after else ""
    return [one for one in changes if since <= one.as_of.isoformat() < before]


def _told(
    events: Iterable[TimelineEvent], changes: Iterable[TierChange], frame: Frame
) -> list[Moment]:
    """Facts and changes of tier in one order, newest first."""
    pairs = [(event.occurred_on, 1, moment_of(event, frame)) for event in events]
    pairs += [(change.as_of, 0, _tier(change, frame)) for change in changes]
    pairs.sort(key=lambda pair: (-pair[0].toordinal(), pair[1]))
    return [moment for _on, _order, moment in pairs]


def _labels() -> dict[str, str]:
    return {
        "interaction": pgettext("facts", "Interactions"),
        "order": pgettext("facts", "Orders"),
        "payment": pgettext("facts", "Payments"),
        "return": pgettext("facts", "Returns"),
        "complaint": pgettext("facts", "Complaints"),
        "satisfaction": pgettext("facts", "Satisfaction"),
        "rating": pgettext("facts", "Ratings"),
        "referral": pgettext("facts", "Referrals"),
        "service": pgettext("facts", "Services"),
        TIER: pgettext("facts", "Tier changes"),
    }


def _choices(counts: dict[str, int], here: str, params: QueryDict) -> list[Choice]:
    everything = Choice(
        _("Everything"),
        query_with(params, kind=None, after=None, at=None),
        sum(counts.values()),
        active=not here,
    )
    return [
        everything,
        *(
            Choice(
                label,
                query_with(params, kind=kind, after=None, at=None),
                counts[kind],
                active=kind == here,
            )
            for kind, label in _labels().items()
            if counts[kind] or kind == here
        ),
    ]


# --- one moment ----------------------------------------------------------------------------------
def moment_of(one: TimelineEvent, frame: Frame) -> Moment:
    """A fact in words; what stands open stands out."""
    when = formats.day(one.occurred_on, frame.lang, frame.asked.today)
    title, detail, badge, badge_tone, tone = _TELLERS[one.kind](one, frame)
    act, act_url = _act(one, frame)
    return Moment(
        when=when,
        title=title,
        on=one.occurred_on,
        detail=detail,
        tone=tone,
        badge=badge,
        badge_tone=badge_tone,
        act=act,
        act_url=act_url,
    )


def _act(one: TimelineEvent, frame: Frame) -> tuple[str, str]:
    """What this person may do about it, and where: close an open complaint, take back an
    interaction."""
    row: Any = one.fact
    by = frame.asked.by
    if one.kind == "interaction" and is_withdrawable(by, row):
        url = reverse("web:customer_interaction_withdraw", args=[row.customer_id, row.pk])
        return pgettext("an interaction", "Withdraw"), url
    if one.kind == "complaint" and not row.closed_on and by.may(Permission.FACT_RECORD):
        url = reverse("web:customer_complaint_close", args=[row.customer_id, row.pk])
        return pgettext("a complaint", "Close"), url
    return "", ""


def withdrawn_lines(user: User, customer: Customer, frame: Frame) -> list[Moment]:
    """Interactions that were taken back: what they said, who took them back, and why."""
    return [_withdrawn(row, frame) for row in withdrawn(user, [customer.pk], "interaction")]


def _withdrawn(row: Any, frame: Frame) -> Moment:
    batch, lang, today = row.superseded_by, frame.lang, frame.asked.today
    said = _("withdrawn by %(name)s on %(day)s: %(reason)s") % {
        "name": batch.by.name if batch.by else _("The product itself"),
        "day": formats.day(localdate(row.superseded_at), lang, today),
        "reason": batch.label,
    }
    return Moment(
        when=formats.day(row.occurred_on, lang, today),
        title=row.summary or str(row.get_channel_display()),
        on=row.occurred_on,
        detail=said,
        tone="quiet",
    )


Told = tuple[str, str, str, str, str]


def _interaction(one: TimelineEvent, frame: Frame) -> Told:
    row: Any = one.fact
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


def _order(one: TimelineEvent, frame: Frame) -> Told:
    row: Any = one.fact
    title = worded(
        _("Order of %(amount)s"), amount=amount_text(one.amount_e4, frame.lang, row.currency)
    )
    return title, f"{row.order_no} · {row.get_status_display()}", "", "", "quiet"


def _payment(one: TimelineEvent, frame: Frame) -> Told:
    row: Any = one.fact
    title = worded(
        _("Payment of %(amount)s"), amount=amount_text(row.amount_e4, frame.lang, row.currency)
    )
    return title, str(row.get_method_display()) if row.method else "", "", "", "quiet"


def _return(one: TimelineEvent, frame: Frame) -> Told:
    row: Any = one.fact
    title = worded(
        _("Goods returned for %(amount)s"),
        amount=amount_text(row.amount_e4, frame.lang, row.currency),
    )
    return title, row.reason, "", "", ""


def _complaint(one: TimelineEvent, frame: Frame) -> Told:
    row: Any = one.fact
    severity = str(Severity(row.severity).label)
    title = row.summary or _("Complaint")
    if row.closed_on is None:
        return title, severity, _("Complaint open"), "over", "alert"
    closed = _("Solved after %(days)s days") % {"days": (row.closed_on - one.occurred_on).days}
    detail = " · ".join(part for part in (severity, row.resolution) if part)
    return title, detail, closed, "done", ""


def _answer(one: TimelineEvent, frame: Frame) -> Told:
    row: Any = one.fact
    scale = {"nps": 10, "csat": 5, "ces": 7}[row.instrument]
    low = {"nps": 6_000, "csat": 2_000, "ces": 3_000}[row.instrument]
    title = f"{row.get_instrument_display()} {formats.quantity(row.score_milli)} / {scale}"
    is_low = row.score_milli <= low
    return title, row.comment, _("low") if is_low else "", "due" if is_low else "", ""


def _rating(one: TimelineEvent, frame: Frame) -> Told:
    row: Any = one.fact
    title = _("%(criterion)s rated %(value)s of 100") % {
        "criterion": row.get_criterion_display(),
        "value": row.value_pct,
    }
    names = [str(row.get_evidence_kind_display()), row.source, row.user.name if row.user else ""]
    return title, " · ".join(name for name in names if name), "", "", ""


def _referral(one: TimelineEvent, frame: Frame) -> Told:
    row: Any = one.fact
    name = one.referred.shown_name if one.referred else row.referred_name
    if row.referred_id is not None and one.referred is None:  # whatever the file called it
        name = _("a customer you do not see")
    title = _("Referred %(name)s to us") % {"name": name or "—"}
    badge = _("became a customer") if row.won else ""
    return title, "", badge, "done" if row.won else "", ""


def _service(one: TimelineEvent, frame: Frame) -> Told:
    row: Any = one.fact
    title = _("%(service)s, %(hours)s hours") % {
        "service": row.get_kind_display(),
        "hours": formats.quantity(row.hours_milli),
    }
    return title, row.summary, "", "", "quiet"


def _tier(change: TierChange, frame: Frame) -> Moment:
    tongue = "en" if frame.lang.startswith("en") else "zh"
    title = _("Tier: %(before)s → %(after)s") % {
        "before": change.from_label.get(tongue) or _("not graded"),
        "after": change.to_label.get(tongue, change.to_key),
    }
    return Moment(
        when=formats.day(change.as_of, frame.lang, frame.asked.today),
        title=title,
        on=change.as_of,
        detail=str(change.get_cause_display()),
        tone="alert" if change.is_up is False else "",
    )


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
}
