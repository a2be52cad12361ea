"""Recording by hand what happened: visits, complaints, answers, ratings, referrals, services.

Each is appended under a batch of its own, so that it can be taken back; a correction supersedes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from jishi.customers.access import customer_for_facts
from jishi.customers.models import Customer
from jishi.facts.access import fact_for_record
from jishi.facts.enums import Channel, Criterion, EvidenceKind, Instrument, ServiceKind, Severity
from jishi.facts.models import (
    Complaint,
    ExpertRating,
    Fact,
    Interaction,
    Referral,
    SatisfactionAnswer,
    ServiceDelivery,
)
from jishi.facts.services import facts_append, facts_supersede, facts_written
from jishi.foundation.cleaning import cleaned
from jishi.foundation.enums import BatchKind, Permission
from jishi.foundation.models import Batch, User
from jishi.foundation.writing import NotAllowedError, authorise, write


FactT = TypeVar("FactT", bound=Fact)

# The scale of each instrument in thousandths.
SCALES = {
    Instrument.NPS: (0, 10_000),
    Instrument.CSAT: (1_000, 5_000),
    Instrument.CES: (1_000, 7_000),
}
# What the keys of facts recorded here begin with.
BY_HAND = "manual:"
REASON_LENGTH = 200


class FactSupersededError(ValidationError):
    """Somebody else corrected or withdrew the fact in between."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody else corrected this in the meantime: look at it again."), code="superseded"
        )


# --- what can be recorded ------------------------------------------------------------------------
def interaction_record(
    *,
    by: User | None,
    customer_id: int,
    now: datetime,
    occurred_on: date,
    channel: str,
    summary: str = "",
    with_whom: str = "",
    next_step: str = "",
    next_step_on: date | None = None,
) -> Interaction:
    """Record a visit, call, mail or message (互动).

    Raises:
        NotAllowedError, Http404, ValidationError (names the fields).
    """
    wrong = _day_problems(occurred_on, now)
    _choice(wrong, "channel", channel, Channel.values)
    if next_step_on is not None and not next_step.strip():
        wrong["next_step"] = [_("Say what is to be done on that day.")]
    values = {
        "channel": channel,
        "summary": summary,
        "with_whom": with_whom,
        "next_step": next_step,
        "next_step_on": next_step_on,
    }
    return _record(Interaction, by, customer_id, now, occurred_on, values, wrong, owned=True)


def complaint_record(
    *,
    by: User | None,
    customer_id: int,
    now: datetime,
    occurred_on: date,
    severity: int,
    summary: str,
) -> Complaint:
    """Record a complaint (投诉), open until it is closed.

    Raises:
        NotAllowedError, Http404, ValidationError (names the fields).
    """
    wrong = _day_problems(occurred_on, now)
    _choice(wrong, "severity", severity, Severity.values)
    if not summary.strip():
        wrong["summary"] = [_("Say what is wrong.")]
    values = {"severity": severity, "summary": summary, "closed_on": None}
    return _record(Complaint, by, customer_id, now, occurred_on, values, wrong)


def complaint_close(
    *,
    by: User | None,
    complaint_id: int,
    now: datetime,
    closed_on: date,
    summary: str = "",
    resolution: str = "",
) -> Complaint:
    """Close a complaint, or, once closed, correct the day; `summary` and `resolution` (what was done
    about it) replace the texts if given.

    Raises:
        NotAllowedError, Http404, FactSupersededError, ValidationError (names the fields).
    """
    changes: dict[str, Any] = {"closed_on": closed_on}
    if summary.strip():
        changes["summary"] = summary
    if resolution.strip():
        changes["resolution"] = resolution.strip()
    wrong = _day_problems(closed_on, now, field="closed_on")
    with write(by=by, data_changes=True):
        complaint = fact_for_record(by, "complaint", complaint_id)
        if closed_on < complaint.occurred_on:
            wrong["closed_on"] = [_("It cannot be closed before it was opened.")]
        return _replace(Complaint, by, complaint, now, changes, wrong)


def satisfaction_record(
    *,
    by: User | None,
    customer_id: int,
    now: datetime,
    occurred_on: date,
    instrument: str,
    score_milli: int,
    comment: str = "",
) -> SatisfactionAnswer:
    """Record an answer to a satisfaction question, on the instrument's own scale.

    Raises:
        NotAllowedError, Http404, ValidationError (names the fields).
    """
    wrong = _day_problems(occurred_on, now)
    _choice(wrong, "instrument", instrument, Instrument.values)
    low, high = SCALES.get(Instrument(instrument), (0, 0)) if "instrument" not in wrong else (0, 0)
    if "instrument" not in wrong and not low <= score_milli <= high:
        wrong["score_milli"] = [
            _("The score is %(low)s to %(high)s.") % {"low": low // 1000, "high": high // 1000}
        ]
    values = {"instrument": instrument, "score_milli": score_milli, "comment": comment}
    return _record(SatisfactionAnswer, by, customer_id, now, occurred_on, values, wrong)


def rating_record(
    *,
    by: User | None,
    customer_id: int,
    now: datetime,
    occurred_on: date,
    criterion: str,
    value_pct: int,
    evidence_kind: str,
    source: str,
) -> ExpertRating:
    """Record a judgement of 0 to 100 with the evidence it rests on. A newer one does not replace an
    older one: both are dated.

    Raises:
        NotAllowedError, Http404, ValidationError (names the fields).
    """
    wrong = _day_problems(occurred_on, now)
    _choice(wrong, "criterion", criterion, Criterion.values)
    _choice(wrong, "evidence_kind", evidence_kind, EvidenceKind.values)
    if not 0 <= value_pct <= 100:
        wrong["value_pct"] = [_("A rating is 0 to 100.")]
    if not source.strip():
        wrong["source"] = [_("Say what the rating rests on.")]
    values = {
        "criterion": criterion,
        "value_pct": value_pct,
        "evidence_kind": evidence_kind,
        "source": source,
    }
    return _record(ExpertRating, by, customer_id, now, occurred_on, values, wrong, owned=True)


def referral_record(
    *,
    by: User | None,
    customer_id: int,
    now: datetime,
    occurred_on: date,
    referred_id: int | None = None,
    referred_name: str = "",
    won: bool = False,
) -> Referral:
    """Record that a customer brought us another one: one of ours, or a name.

    Raises:
        NotAllowedError, Http404, ValidationError (names the fields).
    """
    wrong = _day_problems(occurred_on, now)
    if referred_id is None and not referred_name.strip():
        wrong["referred_name"] = [_("Say whom.")]
    elif referred_id is not None:
        seen = (
            Customer.objects.unscoped("the product itself asks")
            if by is None
            else Customer.objects.visible_to(by)
        )
        if referred_id == customer_id or not seen.filter(pk=referred_id).exists():
            wrong["referred_id"] = [_("There is no such customer.")]
    values = {"referred_id": referred_id, "referred_name": referred_name, "won": won}
    return _record(Referral, by, customer_id, now, occurred_on, values, wrong)


def service_record(
    *,
    by: User | None,
    customer_id: int,
    now: datetime,
    occurred_on: date,
    kind: str,
    hours_milli: int,
    summary: str = "",
) -> ServiceDelivery:
    """Record training, support or customisation given to a customer.

    Raises:
        NotAllowedError, Http404, ValidationError (names the fields).
    """
    wrong = _day_problems(occurred_on, now)
    _choice(wrong, "kind", kind, ServiceKind.values)
    if hours_milli < 0:
        wrong["hours_milli"] = [_("Hours are not negative.")]
    values = {"kind": kind, "hours_milli": hours_milli, "summary": summary}
    return _record(ServiceDelivery, by, customer_id, now, occurred_on, values, wrong)


def fact_withdraw(*, by: User | None, kind: str, fact_id: int, now: datetime, reason: str) -> None:
    """Take back something recorded by hand; it stays in the history of what we once believed.

    Args:
        by: who recorded it, or who may assign customers.
        kind: a key of TIMELINE_KINDS.
        fact_id: the row, as it stands now.
        now: the moment of the act.
        reason: why; kept with the withdrawal.

    Raises:
        NotAllowedError, Http404, FactSupersededError.
        ValidationError: no reason, or it came from an import, which is undone as a whole.
    """
    why = " ".join(reason.split())
    if not why:
        raise ValidationError({"reason": [_("Say why.")]})
    if len(why) > REASON_LENGTH:
        raise ValidationError(
            {"reason": [_("At most %(limit)s characters.") % {"limit": REASON_LENGTH}]}
        )
    with write(by=by, data_changes=True):
        fact = fact_for_record(by, kind, fact_id)
        if not fact.key.startswith(BY_HAND):
            raise ValidationError(_("This came from an import: undo the import."))
        if by is not None and not is_withdrawable(by, fact):
            raise NotAllowedError(Permission.CUSTOMER_ASSIGN)
        batch = Batch.objects.create(kind=BatchKind.UNDO, label=why, by=by, created_at=now)
        _supersede(fact, batch, now)
        facts_written(batch=batch, now=now)


def is_withdrawable(by: User, fact: Fact) -> bool:
    """Whether somebody may take a fact back: recorded by hand, by himself or by those he leads."""
    if not fact.key.startswith(BY_HAND) or not by.may(Permission.FACT_RECORD):
        return False
    recorder = getattr(fact, "user_id", None) or fact.batch.by_id
    return recorder == by.pk or by.may(Permission.CUSTOMER_ASSIGN)


# --- how -----------------------------------------------------------------------------------------
def _day_problems(day: date, now: datetime, field: str = "occurred_on") -> dict[str, list[str]]:
    if day > localtime(now).date():
        return {field: [_("This day has not come yet.")]}
    return {}


def _choice(wrong: dict[str, list[str]], field: str, value: Any, known: list[Any]) -> None:
    if value not in known:
        wrong[field] = [_("Choose one of the list.")]


def _record(
    model: type[FactT],
    by: User | None,
    customer_id: int,
    now: datetime,
    occurred_on: date,
    values: Mapping[str, Any],
    wrong: dict[str, list[str]],
    *,
    owned: bool = False,
) -> FactT:
    authorise(by, Permission.FACT_RECORD)
    with write(by=by, data_changes=True):
        customer = customer_for_facts(by, customer_id)
        kept = _checked(model, values, wrong)
        if owned:
            kept["user_id"] = by.pk if by else None
        batch = Batch.objects.create(
            kind=BatchKind.MANUAL,
            label=f"{model._meta.model_name} {customer.code}"[:200],
            by=by,
            created_at=now,
            is_demo=customer.is_demo,
        )
        kept |= {
            "key": f"{BY_HAND}{batch.pk}",
            "customer_id": customer.pk,
            "occurred_on": occurred_on,
        }
        return _append(model, batch, kept, now)


def _replace(
    model: type[FactT],
    by: User | None,
    fact: Fact,
    now: datetime,
    changes: Mapping[str, Any],
    wrong: dict[str, list[str]],
) -> FactT:
    """Append the fact anew under the same key with `changes`, and supersede the old row."""
    changed = _checked(model, changes, wrong)
    batch = _batch(by, BatchKind.MANUAL, fact, now)
    _supersede(fact, batch, now)
    own = {"id", "recorded_at", "superseded_at", "batch_id", "superseded_by_id"}
    columns = [str(field.column) for field in model._meta.concrete_fields]
    kept = {name: getattr(fact, name) for name in columns if name not in own}
    return _append(model, batch, {**kept, **changed}, now)


def _supersede(fact: Fact, batch: Batch, now: datetime) -> None:
    if fact.superseded_at is not None:
        raise FactSupersededError
    facts_supersede(model=type(fact), keys=[fact.key], batch=batch, now=now)


def _batch(by: User | None, kind: BatchKind, fact: Fact, now: datetime) -> Batch:
    return Batch.objects.create(
        kind=kind, label=f"{fact._meta.model_name} {fact.key}"[:200], by=by, created_at=now
    )


def _append(model: type[FactT], batch: Batch, values: Mapping[str, Any], now: datetime) -> FactT:
    ids = facts_append(
        model=model, batch=batch, columns=list(values), rows=[tuple(values.values())], now=now
    )
    facts_written(batch=batch, now=now)
    return model._base_manager.get(pk=ids[0])


def _checked(
    model: type[Fact], values: Mapping[str, Any], wrong: dict[str, list[str]]
) -> dict[str, Any]:
    plain = {name: value for name, value in values.items() if name not in wrong}
    # Columns that may be null, but whose fields are not marked blank, are handed over as they are.
    empty = {name: None for name, value in plain.items() if value is None}
    rest = {name: value for name, value in plain.items() if value is not None}
    try:
        kept = cleaned(model, rest, allowed=rest.keys())
    except ValidationError as error:
        raise ValidationError({**wrong, **error.message_dict}) from error
    if wrong:
        raise ValidationError(wrong)
    return {**empty, **kept}
