"""分级历史: every change of tier with its cause, and the steps of the tier over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext as translated

from jishi.scoring.enums import ChangeCause
from jishi.scoring.queries import indicator_texts
from jishi.web import formats
from jishi.web.pages.customers.presenters.listing import Frame
from jishi.web.pages.grading.units import unit_text
from jishi.web.svg.charts import lines
from jishi.web.svg.plot import Chart, Series


if TYPE_CHECKING:
    from jishi.scoring.models import Designation, TierChange


@dataclass(frozen=True)
class ChangeLine:
    on: str
    before: str
    after: str
    cause: str
    score: str
    change: str
    drivers: list[str]
    reason: str
    is_up: bool | None
    scheme: str


@dataclass(frozen=True)
class Decision:
    """A designation that is in force. It holds unless the scheme has no such tier."""

    pk: int
    version: int
    tier: str
    reason: str
    evidence: str
    who: str
    on: str
    until: str
    holds: bool


def decision_of(row: Designation | None, frame: Frame) -> Decision | None:
    """The designation as the page tells it."""
    if row is None:
        return None
    label = frame.grading.tier(row.tier_key).label if frame.grading else row.tier_key
    today = frame.asked.today
    return Decision(
        pk=row.pk,
        version=row.version,
        tier=label,
        reason=row.reason,
        evidence=row.evidence,
        who=row.by.name if row.by else "",
        on=formats.day(localdate(row.created_at), frame.lang, today),
        until=formats.day(row.expires_on, frame.lang, today) if row.expires_on else "",
        holds=frame.grading is None or row.tier_key in frame.grading.tiers,
    )


def change_lines(changes: Sequence[TierChange], frame: Frame) -> list[ChangeLine]:
    """Newest first."""
    return [_line(change, frame) for change in changes]


def _line(change: TierChange, frame: Frame) -> ChangeLine:
    tongue = "en" if frame.lang.startswith("en") else "zh"
    moved = ""
    # Points of two schemes are not points of one scale.
    if change.score_before_micro is not None and change.cause != ChangeCause.SCHEME:
        delta = change.score_after_micro - change.score_before_micro
        moved = formats.number(delta / 1_000_000, 1, signed=True)
    version = change.run.scheme_version
    return ChangeLine(
        on=formats.day(change.as_of, frame.lang, frame.asked.today),
        before=change.from_label.get(tongue, change.from_key) or _("not graded"),
        after=change.to_label.get(tongue, change.to_key),
        cause=str(change.get_cause_display()),
        score=formats.score(change.score_after_micro),
        change=moved,
        drivers=[text for one in change.drivers if (text := _driver(one, frame))],
        reason=change.reason,
        is_up=change.is_up,
        scheme=f"{version.name(frame.lang)} v{version.number}",
    )


def _driver(one: dict[str, Any], frame: Frame) -> str:
    try:
        texts = indicator_texts(one["indicator"])
    except KeyError:
        return ""
    return _("%(label)s %(before)s → %(after)s (%(change)s points)") % {
        "label": translated(texts["label"]),
        "before": unit_text(one["raw_before"], texts["unit"], frame.lang, frame.currency),
        "after": unit_text(one["raw_after"], texts["unit"], frame.lang, frame.currency),
        "change": formats.number(one["delta_micro"] / 1_000_000, 1, signed=True),
    }


def steps_chart(changes: Sequence[TierChange], frame: Frame) -> Chart | None:
    """The tier over time as steps, best on top; needs two changes under the tiers in force."""
    grading = frame.grading
    if grading is None:
        return None
    keys = list(grading.tiers)
    height = {key: len(keys) - place for place, key in enumerate(keys)}
    known = [change for change in reversed(changes) if change.to_key in height]
    if len(known) < 2:
        return None
    labels = [formats.month(change.as_of, frame.lang) for change in known]
    labels.append(formats.month(grading.as_of, frame.lang))
    values: list[float | None] = [float(height[change.to_key]) for change in known]
    values.append(values[-1])
    names = {height[key]: grading.tiers[key].label for key in keys}
    latest = grading.tier(known[-1].to_key).label
    finding = _("%(tier)s since %(day)s, after %(count)s changes") % {
        "tier": latest,
        "day": formats.day(known[-1].as_of, frame.lang, frame.asked.today),
        "count": len(known),
    }
    return lines(
        finding,
        labels,
        [Series(_("Tier"), values)],
        text=lambda value: names.get(round(value), ""),
        steps=True,
        from_zero=True,
    )
