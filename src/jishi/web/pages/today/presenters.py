"""What to do now, and why: signals of one customer become one line, the weightiest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from jishi.facts.enums import Severity
from jishi.foundation.enums import Scope
from jishi.scoring.enums import ChangeCause
from jishi.scoring.periods import within
from jishi.web import formats
from jishi.web.components.parts import amount_text, explain_url, worded
from jishi.web.pages.grading.queries import Grading, TierSeal, seal_of
from jishi.web.pages.today.priority import Signal, at_stake_e4, heaviest_first, place_of
from jishi.web.pages.today.queries import CustomerLine, Figures, Move
from jishi.web.wording import listed


if TYPE_CHECKING:
    from jishi.foundation.models import User

REASONS = 3
SHORT_LIST = 10
LONG_LIST = 60


@dataclass(frozen=True)
class Reason:
    text: str
    url: str = ""


@dataclass(frozen=True)
class Action:
    """One line of the list."""

    customer: str
    url: str
    seal: TierSeal
    what: str
    badge: str
    badge_tone: str
    reasons: list[Reason]
    more: str
    owner: str
    log_url: str
    weight: str
    kind: str


@dataclass(frozen=True)
class Figure:
    label: str
    value: str
    note: str
    why: str
    full: str = ""


@dataclass(frozen=True)
class MoveLine:
    name: str
    url: str
    seal: TierSeal
    text: str
    points: str


@dataclass(frozen=True)
class Words:
    """How things read for this user today."""

    lang: str
    today: date
    currency: str

    def money(self, units_e4: int) -> str:
        return amount_text(units_e4, self.lang, self.currency)

    def money_full(self, units_e4: int) -> str:
        return formats.money_full(units_e4, self.currency)

    def day(self, on: date) -> str:
        return formats.day(on, self.lang, self.today)

    def days(self, count: int) -> str:
        text = ngettext("%(count)s day", "%(count)s days", count)
        return text % {"count": formats.number(count)}


# --- the list ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Ranked:
    """A customer, why it calls, the weightiest first, and what is at stake."""

    line: CustomerLine
    signals: list[Signal]
    stake_e4: int


def ranked(
    signals: Iterable[Signal], lines: Mapping[int, CustomerLine], today: date, by: User
) -> list[Ranked]:
    """Customers with their signals in the order of `priority`; of several signals of one kind the first."""
    grouped: dict[int, dict[str, Signal]] = {}
    for signal in signals:
        if signal.customer_id in lines:
            grouped.setdefault(signal.customer_id, {}).setdefault(signal.kind, signal)
    found = []
    for customer_id, kinds in grouped.items():
        line, own = lines[customer_id], list(kinds.values())
        year = line.year_margin_e4
        ordered = heaviest_first(own, year_margin_e4=year, today=today, role=by.role)
        found.append(Ranked(line, ordered, at_stake_e4(own, year_margin_e4=year, today=today)))
    has_own = by.scope is Scope.OWN
    found.sort(
        key=lambda one: place_of(
            one.signals,
            stake_e4=one.stake_e4,
            is_own=has_own and one.line.is_own,
            role=by.role,
            customer_id=one.line.customer_id,
        )
    )
    return found


def actions(
    found: Iterable[Ranked], *, grading: Grading, words: Words, may_log: bool
) -> list[Action]:
    return [_action(one, grading=grading, words=words, may_log=may_log) for one in found]


def _action(one: Ranked, *, grading: Grading, words: Words, may_log: bool) -> Action:
    line, first = one.line, one.signals[0]
    badge, tone = _badge(first, words)
    record = reverse("web:customer", args=[line.customer_id])
    reasons = [_reason(signal, line, words) for signal in one.signals]
    return Action(
        customer=line.name,
        url=record,
        seal=grading.tier(line.tier_key),
        what=_what(first, words),
        badge=badge,
        badge_tone=tone,
        reasons=reasons[:REASONS],
        more="" if len(reasons) <= REASONS else str(len(reasons) - REASONS),
        owner=line.owner,
        log_url=reverse("web:customer_interaction", args=[line.customer_id]) if may_log else "",
        weight=words.money(one.stake_e4),
        kind=first.kind,
    )


def _what(signal: Signal, words: Words) -> str:
    match signal.kind:
        case "overdue":
            return worded(_("collect %(amount)s overdue"), amount=words.money(signal.amount_e4))
        case "next_step":
            return signal.text
        case "complaint":
            return _("solve the complaint “%(text)s”") % {"text": _short(signal.text)}
        case "silent":
            return _("ask why no order has come")
        case "untouched":
            return _("get in touch again")
        case "falling":
            return _("ask why it buys %(share)s less") % {
                "share": formats.percent(signal.ratio * 100, 0)
            }
        case "answer":
            return _("call about the low satisfaction answer")
        case _:
            return _("look at why the tier fell")


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:23]}…"


def _badge(signal: Signal, words: Words) -> tuple[str, str]:
    if signal.kind == "next_step" and signal.on:
        late = (words.today - signal.on).days
        return formats.overdue(
            late, words.lang
        ), "over" if late > 0 else "due" if not late else "soon"
    if signal.kind == "overdue":
        return _("Payment overdue"), "over"
    if signal.kind == "complaint":
        return _("Complaint open"), "over" if signal.count == Severity.HIGH else "due"
    return "", ""


def _reason(signal: Signal, line: CustomerLine, words: Words) -> Reason:
    record = reverse("web:customer", args=[line.customer_id])
    since = (words.today - signal.on).days if signal.on else 0
    text: str
    match signal.kind:
        case "overdue":
            if signal.on:
                text = worded(
                    _("%(amount)s past its due date, the oldest for %(days)s"),
                    amount=words.money(signal.amount_e4),
                    days=words.days(since),
                )
            else:
                text = worded(
                    _("%(amount)s past its due date"), amount=words.money(signal.amount_e4)
                )
            return Reason(text, f"{record}?tab=trade#ageing")
        case "next_step":
            if signal.on and signal.on > words.today:
                text = _("agreed for %(day)s") % {"day": words.day(signal.on)}
            else:
                text = _("agreed for %(day)s, nothing recorded since") % {
                    "day": words.day(signal.on) if signal.on else ""
                }
            return Reason(text, f"{record}?tab=interactions")
        case "complaint":
            text = _("complaint open for %(days)s (%(severity)s)") % {
                "days": words.days(since),
                "severity": Severity(signal.count).label,
            }
            return Reason(text, f"{record}?tab=interactions&kind=complaint")
        case "silent":
            text = _("last order %(days)s ago, %(ratio)s times the usual gap") % {
                "days": words.days(since),
                "ratio": formats.number(signal.ratio, 1),
            }
            return Reason(text, f"{record}?tab=trade")
        case "untouched":
            text = _("no interaction for %(days)s") % {"days": words.days(since)}
            return Reason(text, f"{record}?tab=interactions")
        case "falling":
            text = worded(
                _("sales of a year down %(share)s: %(amount)s less than the year before"),
                share=formats.percent(signal.ratio * 100, 0),
                amount=words.money(signal.amount_e4),
            )
            return Reason(text, f"{record}?tab=trade")
        case "answer":
            text = _("%(instrument)s answer of %(score)s on %(day)s") % {
                "instrument": signal.text.upper(),
                "score": signal.count,
                "day": words.day(signal.on) if signal.on else "",
            }
            return Reason(text, f"{record}?tab=interactions&kind=satisfaction")
        case _:
            text = _("fell a tier on %(day)s") % {"day": words.day(signal.on) if signal.on else ""}
            return Reason(text, f"{record}?tab=history")


def opening(late: int, quiet: int) -> str:
    """What the sentence of the day counts; nothing is said of what there is none of."""
    found = []
    if late:
        found.append(
            ngettext(
                "<em>%(count)s</em> next step is late",
                "<em>%(count)s</em> next steps are late",
                late,
            )
            % {"count": formats.number(late)}
        )
    if quiet:
        found.append(
            ngettext(
                "<em>%(count)s</em> customer is quieter than usual",
                "<em>%(count)s</em> customers are quieter than usual",
                quiet,
            )
            % {"count": formats.number(quiet)}
        )
    return mark_safe(listed(found))  # our own words around numbers


# --- around the list -----------------------------------------------------------------------------
def figures(found: Figures, late: int, *, grading: Grading, words: Words) -> list[Figure]:
    """The strip; every number links to its explanation."""
    first = next(iter(grading.tiers.values()))
    return [
        Figure(
            pgettext("customers of a key tier", "Key accounts"),
            formats.number(found.key_accounts),
            _("%(tier)s %(count)s") % {"tier": first.label, "count": found.first_tier},
            explain_url("today_key_accounts"),
        ),
        Figure(
            within(_("Sales"), grading.window_months),
            formats.money(found.spend_e4, words.lang, words.currency),
            _("%(count)s customers") % {"count": formats.number(found.customers)},
            explain_url("today_sales"),
            words.money_full(found.spend_e4),
        ),
        Figure(
            _("Overdue"),
            formats.money(found.overdue_e4, words.lang, words.currency),
            _overdue_note(found, grading, words),
            explain_url("today_overdue"),
            "" if found.overdue_e4 is None else words.money_full(found.overdue_e4),
        ),
        Figure(
            _("Next steps late"),
            formats.number(late),
            _("nothing recorded since"),
            explain_url("today_next_steps"),
        ),
        Figure(
            _("Quieter than usual"),
            formats.number(found.silent),
            _("past twice their own rhythm"),
            explain_url("today_silent"),
        ),
    ]


def _overdue_note(found: Figures, grading: Grading, words: Words) -> str:
    """Of how many customers; and of which day, when that is not today."""
    if found.overdue_e4 is None:
        return _("no receivables recorded")
    count = _("%(count)s customers") % {"count": formats.number(found.overdue_customers)}
    if grading.as_of == words.today:
        return count
    return listed([count, _("as of %(day)s") % {"day": words.day(grading.as_of)}])


def move_lines(moves: Iterable[Move], *, words: Words) -> list[MoveLine]:
    """Named and sealed as the scheme of their time had it, which need not be the one in force."""
    tongue = "en" if words.lang.startswith("en") else "zh"
    found = []
    for move in moves:
        before = move.from_label.get(tongue, "")
        after = move.to_label.get(tongue, move.to_key)
        points = ""
        # Points of two schemes are not points of one scale.
        if move.score_before_micro is not None and move.cause != ChangeCause.SCHEME:
            change = move.score_after_micro - move.score_before_micro
            points = _("%(change)s points") % {
                "change": formats.number(change / 1_000_000, 1, signed=True)
            }
        found.append(
            MoveLine(
                name=move.name,
                url=reverse("web:customer", args=[move.customer_id]) + "?tab=history",
                seal=seal_of(move.rule, move.to_key, after),
                text=f"{before} → {after}",
                points=points,
            )
        )
    return found
