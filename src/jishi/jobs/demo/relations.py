"""How we deal with the customers: contacts made, complaints, answers, judgements, help given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from jishi.facts.enums import Criterion, EvidenceKind, ServiceKind
from jishi.jobs.demo.dates import History, workday_on_or_before
from jishi.jobs.demo.firms import Firm, random_for
from jishi.jobs.demo.organisation import KEY_ACCOUNT_MANAGER_OF, SALES_OF
from jishi.jobs.demo.phrases import (
    BROKEN_PROMISE_COMPLAINT,
    BROKEN_PROMISE_NOTE,
    BROKEN_PROMISE_STEP,
    CHANNEL_WEIGHTS,
    COMMENTS,
    COMPLAINTS,
    NEXT_STEPS,
    NOTES,
    PROSPECTS,
    RATING_SOURCES,
    SERVICES,
)
from jishi.jobs.demo.stories import (
    BROKEN_PROMISE,
    FALLING_GIANT,
    FLAGSHIP,
    NEWLY_STRATEGIC,
    REFERRED,
    REFERRER,
    SILENT_LOYAL,
)


class Touch(NamedTuple):
    firm: Firm
    on: date
    channel: str
    summary: str
    username: str
    next_step: str
    next_step_on: date | None


class Grievance(NamedTuple):
    firm: Firm
    on: date
    severity: int
    summary: str
    closed_on: date | None


class Answer(NamedTuple):
    firm: Firm
    on: date
    instrument: str
    score_milli: int
    comment: str


class Judgement(NamedTuple):
    firm: Firm
    on: date
    criterion: str
    value_pct: int
    evidence_kind: str
    source: str
    username: str


class Introduction(NamedTuple):
    firm: Firm
    on: date
    referred: Firm | None
    referred_name: str
    won: bool


class Help(NamedTuple):
    firm: Firm
    on: date
    kind: str
    hours_milli: int
    summary: str


def owner_of(firm: Firm) -> str:
    people = KEY_ACCOUNT_MANAGER_OF if firm.is_candidate else SALES_OF
    return people[firm.area]


def _known_since(firm: Firm, history: History) -> date:
    return max(firm.since_on or history.begins_on, history.begins_on)


# --- contacts made -----------------------------------------------------------------------------
_CHANNELS, _CHANNEL_WEIGHTS = list(CHANNEL_WEIGHTS), list(CHANNEL_WEIGHTS.values())


def all_touches(firms: list[Firm], history: History) -> Iterator[Touch]:
    for firm in firms:
        if firm.touch_gap_days:
            yield from _touches(random_for("touch", firm.code), firm, history)


def _touches(rng: Random, firm: Firm, history: History) -> Iterator[Touch]:
    """From the latest back to the first, at about the firm's usual distance."""
    on = history.workday_ago(firm.silent_days)
    begins_on = max(_known_since(firm, history) - timedelta(days=20), history.begins_on)
    owner, helper = owner_of(firm), SALES_OF[firm.area]
    is_latest = True
    while on >= begins_on:
        if is_latest and firm.number == BROKEN_PROMISE:
            due_on = history.days_ago(26)
            yield Touch(
                firm, on, "meeting", BROKEN_PROMISE_NOTE, owner, BROKEN_PROMISE_STEP, due_on
            )
        else:
            channel = rng.choices(_CHANNELS, _CHANNEL_WEIGHTS)[0]
            note = rng.choice(NOTES[channel]).format(need=firm.need)
            step, step_on = "", None
            if rng.random() < _step_share(firm, is_latest=is_latest):
                step, step_on = rng.choice(NEXT_STEPS), on + timedelta(days=rng.randint(4, 14))
            username = helper if rng.random() < 0.25 else owner
            yield Touch(firm, on, channel, note, username, step, step_on)
        is_latest = False
        gap_days = max(1, round(firm.touch_gap_days * rng.uniform(0.4, 1.6)))
        on = workday_on_or_before(on - timedelta(days=gap_days))


def _step_share(firm: Firm, *, is_latest: bool) -> float:
    """How often a contact ends with a next step.

    The step of an earlier contact was taken by the one after it. That of the latest is overdue
    once its day has passed, so there are few, and none that would blur a story.
    """
    if not is_latest:
        return 0.25
    if firm.is_story:
        return 0.0
    return 0.08 if firm.is_candidate else 0.008


# --- complaints --------------------------------------------------------------------------------
def all_grievances(firms: list[Firm], history: History) -> Iterator[Grievance]:
    for firm in firms:
        rng = random_for("complaints", firm.code)
        if firm.number == BROKEN_PROMISE:
            yield Grievance(
                firm, history.workday_ago(19), 3, BROKEN_PROMISE_COMPLAINT, closed_on=None
            )
        if firm.number == SILENT_LOYAL or not firm.planned_orders(history):
            continue
        likely = (1.5 - firm.mood) * (1.6 if firm.is_candidate else 0.22)
        begins_on = _known_since(firm, history)
        for _time in range(4):
            if rng.random() >= likely / 4:
                continue
            on = history.draw(rng, begins_on, history.days_ago(1))
            if on is None:
                continue
            severity = rng.choices((1, 2, 3), (60, 31, 9))[0]
            closed_on = on + timedelta(days=rng.randint(1, 9) * severity)
            stays_open = closed_on > history.today or rng.random() < 0.02
            summary = rng.choice(COMPLAINTS[severity])
            yield Grievance(firm, on, severity, summary, None if stays_open else closed_on)


# --- satisfaction ------------------------------------------------------------------------------
# Instrument → lowest and highest answer.
_SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


def all_answers(firms: list[Firm], history: History) -> Iterator[Answer]:
    for firm in firms:
        orders = firm.planned_orders(history)
        rng = random_for("answers", firm.code)
        if not orders or not (firm.is_candidate or rng.random() < 0.3):
            continue
        count = rng.randint(6, 14) if firm.is_candidate else rng.randint(1, 3)
        begins_on = max(_known_since(firm, history), orders[0].ordered_on)
        ends_on = history.days_ago(max(2, firm.silent_days))
        for _answer in range(count):
            on = history.draw(rng, begins_on, ends_on)
            if on is None:
                continue
            instrument = rng.choices(("nps", "csat", "ces"), (5, 4, 2))[0]
            mood = firm.mood
            if firm.number in {FALLING_GIANT, BROKEN_PROMISE}:  # they were happy once
                mood = min(0.9, mood + 0.22 * history.years_before_today(on))
            yield _answer_of(rng, firm, on, instrument, mood)


def _answer_of(rng: Random, firm: Firm, on: date, instrument: str, mood: float) -> Answer:
    lowest, highest = _SCALES[instrument]
    felt = min(1.0, max(0.0, rng.gauss(mood, 0.12)))
    score = lowest + round(felt * (highest - lowest))
    level = "high" if felt > 0.75 else "middle" if felt > 0.5 else "low"
    comment = rng.choice(COMMENTS[level]) if rng.random() < 0.4 else ""
    return Answer(firm, on, instrument, score * 1000, comment)


# --- expert ratings ----------------------------------------------------------------------------
_MAIN_CRITERIA = (
    Criterion.POTENTIAL, Criterion.DEMONSTRATION, Criterion.WINNABLE, Criterion.WILLINGNESS,
)  # fmt: skip
_MORE_CRITERIA = tuple(c for c in Criterion if c not in _MAIN_CRITERIA)
_EVIDENCE = tuple(EvidenceKind)


def all_judgements(firms: list[Firm], history: History) -> Iterator[Judgement]:
    """Once a year for the candidates; a few have been forgotten, so their ratings are stale."""
    for firm in firms:
        if firm.number == NEWLY_STRATEGIC:
            yield from _strategic_judgements(firm, history)
        elif firm.is_candidate:
            yield from _judgements(random_for("ratings", firm.code), firm, history)


def _judgements(rng: Random, firm: Firm, history: History) -> Iterator[Judgement]:
    begins_on = _known_since(firm, history)
    is_forgotten = not firm.is_story and rng.random() < 0.1
    spread = 3 if firm.is_story else 10
    base = {criterion: rng.gauss(firm.rating_pct, spread) for criterion in Criterion}
    criteria = [
        *_MAIN_CRITERIA,
        *(c for c in _MORE_CRITERIA if firm.is_story or rng.random() < 0.45),
    ]
    for round_ in range(3):
        days_ago = round_ * 365 + rng.randint(20, 170) + (380 if is_forgotten else 0)
        on = history.workday_ago(days_ago)
        if on < begins_on:
            continue
        for criterion in criteria:
            value = base[criterion] + rng.gauss(0, 4) - 3 * round_
            yield _judgement(rng, firm, on, criterion, min(97, max(12, round(value))))


def _judgement(
    rng: Random, firm: Firm, on: date, criterion: Criterion, value_pct: int
) -> Judgement:
    evidence = rng.choice(_EVIDENCE)
    source = rng.choice(RATING_SOURCES[evidence.value])
    username = rng.choice((owner_of(firm), "analyst.chen", "solution.he"))
    return Judgement(firm, on, criterion.value, value_pct, evidence.value, source, username)


def _strategic_judgements(firm: Firm, history: History) -> Iterator[Judgement]:
    """Every criterion rated high within seven weeks, on all three kinds of evidence."""
    rng = random_for("ratings", firm.code)
    for index, criterion in enumerate(Criterion):
        evidence = _EVIDENCE[index % len(_EVIDENCE)].value
        source = rng.choice(RATING_SOURCES[evidence])
        # Dependence is the one thing a newcomer cannot have yet.
        value_pct = 55 if criterion is Criterion.DEPENDENCE else rng.randint(89, 97)
        on = history.workday_ago(46 - index * 4)
        yield Judgement(firm, on, criterion.value, value_pct, evidence, source, owner_of(firm))


# --- referrals ---------------------------------------------------------------------------------
def all_introductions(firms: list[Firm], history: History) -> Iterator[Introduction]:
    by_number = {firm.number: firm for firm in firms}
    story = by_number[REFERRER]
    for number in REFERRED:
        referred = by_number[number]
        on = workday_on_or_before((referred.since_on or history.today) - timedelta(days=18))
        yield Introduction(story, on, referred, referred.name, won=True)
    rng = random_for("referrals")
    referrers = [f for f in firms if f.is_candidate and not f.is_story and f.mood > 0.75]
    newcomers = [
        firm
        for firm in firms
        if not firm.is_candidate
        and not firm.is_story
        and firm.planned_orders(history)
        and _began_after(firm, history.days_ago(900))
    ]
    recent = [firm for firm in newcomers if _began_after(firm, history.days_ago(290))]
    by_flagship = recent[:2]
    others = [firm for firm in newcomers if firm not in by_flagship]
    pairs = [(by_number[FLAGSHIP], firm) for firm in by_flagship]
    pairs += zip(rng.sample(referrers, 30), rng.sample(others, 30), strict=True)
    for firm, referred in pairs:
        assert referred.since_on is not None
        on = workday_on_or_before(referred.since_on - timedelta(days=rng.randint(12, 60)))
        yield Introduction(firm, on, referred, referred.name, won=True)
    for firm in rng.sample(referrers, 25):
        on = history.workday_ago(rng.randint(20, 900))
        yield Introduction(firm, on, None, rng.choice(PROSPECTS), won=False)


def _began_after(firm: Firm, day: date) -> bool:
    return firm.since_on is not None and firm.since_on > day


# --- services ----------------------------------------------------------------------------------
_HOURS = {"training": (4, 16), "support": (1, 12), "customisation": (16, 80)}


def all_help(firms: list[Firm], history: History) -> Iterator[Help]:
    for firm in firms:
        orders = firm.planned_orders(history)
        rng = random_for("services", firm.code)
        count = rng.randint(6, 16) if firm.is_candidate else rng.choice((0, 0, 0, 1, 2))
        for _visit in range(count if orders else 0):
            on = history.draw(rng, orders[0].ordered_on, history.days_ago(firm.silent_days))
            if on is None:
                continue
            kind = rng.choices(tuple(ServiceKind), (30, 58, 12))[0].value
            hours_milli = rng.randint(*_HOURS[kind]) * 1000 + rng.choice((0, 0, 500))
            yield Help(firm, on, kind, hours_milli, rng.choice(SERVICES[kind]))
