"""What to do now, and why: signals of one customer become one line, the weightiest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from jishi.facts.enums import Severity
from jishi.scoring.enums import ChangeCause
from jishi.scoring.periods import within
from jishi.web import formats
from jishi.web.components.parts import explain_url
from jishi.web.pages.grading.queries import Grading, TierSeal, seal_of
from jishi.web.pages.today.queries import CustomerLine, Figures, Move, Signal


REASONS = 3
SHORT_LIST = 10
LONG_LIST = 60
ADD_UP_TO = 6.0

# How pressing each kind of signal is; those of one customer add up.
URGENCY = {
    "overdue": 3.0,
    "next_step": 3.0,
    "complaint": 2.5,
    "silent": 2.0,
    "answer": 1.5,
    "fall": 1.0,
}


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
        return formats.money(units_e4, self.lang, self.currency)

    def money_full(self, units_e4: int) -> str:
        return formats.money_full(units_e4, self.currency)

    def day(self, on: date) -> str:
        return formats.day(on, self.lang, self.today)

    def days(self, count: int) -> str:
        text = ngettext("%(count)s day", "%(count)s days", count)
        return text % {"count": formats.number(count)}


# --- the list ------------------------------------------------------------------------------------
def ranked(
    signals: Iterable[Signal], lines: Mapping[int, CustomerLine], today: date
) -> list[tuple[CustomerLine, list[Signal], float]]:
    """Customers with their signals, weight = sales of the period × urgency, heaviest first."""
    grouped: dict[int, dict[str, Signal]] = {}
    for signal in signals:
        if signal.customer_id in lines:
            grouped.setdefault(signal.customer_id, {}).setdefault(signal.kind, signal)
    found = []
    for customer_id, kinds in grouped.items():
        ordered = sorted(kinds.values(), key=lambda one: -_urgency(one, today))
        urgency = min(ADD_UP_TO, sum(_urgency(one, today) for one in ordered))
        found.append((lines[customer_id], ordered, urgency))
    found.sort(key=lambda one: (-_stake(one[0], one[1]) * one[2], one[0].customer_id))
    return found


def _urgency(signal: Signal, today: date) -> float:
    if signal.kind == "next_step" and signal.on and signal.on > today:
        return 1.0
    return URGENCY[signal.kind]


def _stake(line: CustomerLine, signals: Iterable[Signal]) -> int:
    return max([line.spend_e4, *(one.amount_e4 for one in signals)])


def actions(
    found: Iterable[tuple[CustomerLine, list[Signal], float]],
    *,
    grading: Grading,
    words: Words,
    may_log: bool,
) -> list[Action]:
    return [
        _action(line, signals, urgency, grading=grading, words=words, may_log=may_log)
        for line, signals, urgency in found
    ]


def _action(
    line: CustomerLine,
    signals: list[Signal],
    urgency: float,
    *,
    grading: Grading,
    words: Words,
    may_log: bool,
) -> Action:
    first = signals[0]
    badge, tone = _badge(first, words)
    record = reverse("web:customer", args=[line.customer_id])
    reasons = [_reason(one, line, words) for one in signals]
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
        weight=_("%(stake)s at stake × urgency %(urgency)s")
        % {
            "stake": words.money(_stake(line, signals)),
            "urgency": formats.number(urgency, 1),
        },
        kind=first.kind,
    )


def _what(signal: Signal, words: Words) -> str:
    match signal.kind:
        case "overdue":
            return _("collect %(amount)s overdue") % {"amount": words.money(signal.amount_e4)}
        case "next_step":
            return signal.text
        case "complaint":
            return _("solve the complaint “%(text)s”") % {"text": _short(signal.text)}
        case "silent":
            return _("ask why no order has come")
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
    match signal.kind:
        case "overdue":
            text = _("%(amount)s past its due date") % {"amount": words.money(signal.amount_e4)}
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
            words.money(found.spend_e4),
            _("%(count)s customers") % {"count": formats.number(found.customers)},
            explain_url("today_sales"),
            words.money_full(found.spend_e4),
        ),
        Figure(
            _("Overdue"),
            words.money(found.overdue_e4),
            _("%(count)s customers") % {"count": formats.number(found.overdue_customers)},
            explain_url("today_overdue"),
            words.money_full(found.overdue_e4),
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
