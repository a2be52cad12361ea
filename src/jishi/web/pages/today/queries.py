"""What calls for somebody today, read from what really happened: nothing here is invented.

Each signal names a customer and the numbers behind it. A user sees the signals of the customers he
sees: of the key accounts among them, and of all those he owns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from jishi.facts.enums import Instrument
from jishi.facts.models import Complaint, Interaction, SatisfactionAnswer
from jishi.facts.queries import overdue_orders
from jishi.foundation.enums import Role
from jishi.foundation.models import User
from jishi.foundation.queries import company
from jishi.scoring.enums import ChangeCause
from jishi.scoring.models import Standing, TierChange
from jishi.web.pages.today.priority import Signal, margin_of_year_e4


SIGNALS_EACH = 60
SILENT_RATIO = 2.0
FALL_PCT = -30.0
UNTOUCHED_DAYS = 90
YEAR = 4  # quarters
NEXT_STEP_AHEAD_DAYS = 3
NEXT_STEP_BACK_DAYS = 180
ANSWER_DAYS = 90
MOVE_DAYS = 31
# At or below, an answer is one of a customer who would not recommend us, or was not content.
LOW_ANSWERS = {Instrument.NPS: 6_000, Instrument.CSAT: 2_000, Instrument.CES: 3_000}


@dataclass(frozen=True)
class CustomerLine:
    """Whom a line is about. `sales_e4` are those of the last year, `before_e4` those of the year before."""

    customer_id: int
    name: str
    owner: str
    is_own: bool
    tier_key: str
    sales_e4: int
    before_e4: int
    margin_pct: float | None

    @property
    def year_margin_e4(self) -> int:
        return margin_of_year_e4(self.sales_e4, self.margin_pct)


@dataclass(frozen=True)
class Figures:
    """The strip of numbers at the head of the page."""

    customers: int
    key_accounts: int
    first_tier: int
    spend_e4: int
    overdue_customers: int
    overdue_e4: int | None
    silent: int


# --- which customers count -----------------------------------------------------------------------
def _mine(by: User) -> Q:
    return Q(is_key=True) | Q(customer__owner_id=by.pk)


def _mine_of_fact(by: User) -> Q:
    return Q(customer__standing__is_key=True) | Q(customer__owner_id=by.pk)


def _answered_for(by: User) -> Q:
    """Whose complaints and answers count: customer service answers for everybody's that it sees."""
    return Q() if by.role == Role.CUSTOMER_SERVICE else _mine_of_fact(by)


def _standings(by: User) -> Any:
    return Standing.objects.visible_to(by)


def figures(by: User, first_tier: str) -> Figures:
    """Sums over the customers that `by` sees."""
    found = _standings(by).aggregate(
        customers=Count("pk"),
        key_accounts=Count("pk", filter=Q(is_key=True)),
        first_tier=Count("pk", filter=Q(tier_key=first_tier)),
        spend=Sum("spend_e4"),
        overdue_customers=Count("pk", filter=Q(overdue_e4__gt=0)),
        overdue=Sum("overdue_e4"),
        silent=Count("pk", filter=_mine(by) & Q(silence_ratio__gte=SILENT_RATIO)),
    )
    return Figures(
        customers=found["customers"],
        key_accounts=found["key_accounts"],
        first_tier=found["first_tier"],
        spend_e4=found["spend"] or 0,
        overdue_customers=found["overdue_customers"],
        overdue_e4=found["overdue"],
        silent=found["silent"],
    )


def customers(by: User, ids: set[int]) -> dict[int, CustomerLine]:
    """Name, owner, tier and weight of the customers that signals speak of."""
    rows = (
        _standings(by)
        .filter(pk__in=ids)
        .order_by("pk")
        .values_list(
            "pk",
            "customer__short_name",
            "customer__name",
            "customer__owner_id",
            "customer__owner__name",
            "tier_key",
            "quarters_text",
            "margin_pct",
        )
    )
    return {
        pk: CustomerLine(
            customer_id=pk,
            name=short or name,
            owner=owner or "",
            is_own=owner_id == by.pk,
            tier_key=tier,
            sales_e4=_last_year(quarters),
            before_e4=_year_before(quarters),
            margin_pct=margin,
        )
        for pk, short, name, owner_id, owner, tier, quarters, margin in rows
    }


def _quarters(text: str) -> list[int]:
    return [int(word) for word in text.split(",") if word]


def _last_year(quarters_text: str) -> int:
    return sum(_quarters(quarters_text)[-YEAR:])


def _year_before(quarters_text: str) -> int:
    return sum(_quarters(quarters_text)[:-YEAR])


# --- signals -------------------------------------------------------------------------------------
def signals(
    by: User, today: date, *, ledger_on: date | None = None, least_sales_e4: int = 0
) -> list[Signal]:
    """Everything that calls for somebody, unordered.

    Args:
        by: who asks.
        today: the day.
        ledger_on: the day on which it is counted what is overdue, in a history that ended long ago its
            last; None for today.
        least_sales_e4: sales of the year before from which on a fall is worth telling.
    """
    return [
        *_overdue(by, ledger_on or today),
        *_silent(by),
        *_untouched(by, today),
        *_falling(by, least_sales_e4),
        *_next_steps(by, today),
        *_complaints(by, today),
        *_low_answers(by, today),
        *_falls(by, today),
    ]


def _overdue(by: User, on: date) -> list[Signal]:
    """Who owed something when everybody was graded; how much it is now, and since when, say the orders."""
    rows = _standings(by).filter(_mine(by), overdue_e4__gt=0).order_by("-overdue_e4", "pk")
    graded = dict(rows.values_list("pk", "overdue_e4")[:SIGNALS_EACH])
    currency = company().base_currency
    now = overdue_orders(by, list(graded), currency=currency, as_of=on) if graded else {}
    found = []
    for pk, before in graded.items():
        late = now.get(pk)
        amount = late.amount_e4 if late and late.amount_e4 is not None else before
        found.append(Signal("overdue", pk, on=late.since if late else None, amount_e4=amount))
    return found


def _silent(by: User) -> list[Signal]:
    rows = _standings(by).filter(_mine(by), silence_ratio__gte=SILENT_RATIO)
    listed = rows.order_by("-spend_e4", "pk").values_list("pk", "silence_ratio", "latest_order_on")
    return [
        Signal("silent", pk, ratio=ratio, on=latest) for pk, ratio, latest in listed[:SIGNALS_EACH]
    ]


def _untouched(by: User, today: date) -> list[Signal]:
    """Customers that nobody has spoken to for long; where nothing is ever recorded, nothing is said."""
    since = today - timedelta(days=UNTOUCHED_DAYS)
    rows = _standings(by).filter(_mine(by), latest_interaction_on__lt=since)
    listed = rows.order_by("-spend_e4", "pk").values_list("pk", "latest_interaction_on")
    return [Signal("untouched", pk, on=latest) for pk, latest in listed[:SIGNALS_EACH]]


def _falling(by: User, least_sales_e4: int) -> list[Signal]:
    """Customers that bought clearly less than a year ago, of those that bought enough then."""
    rows = _standings(by).filter(_mine(by), growth_yoy_pct__lte=FALL_PCT)
    listed = rows.order_by("-spend_e4", "pk").values_list("pk", "quarters_text")
    found = []
    for pk, quarters in listed[:SIGNALS_EACH]:
        before, missing = _year_before(quarters), _year_before(quarters) - _last_year(quarters)
        if missing > 0 and before >= least_sales_e4:
            found.append(Signal("falling", pk, amount_e4=missing, ratio=missing / before))
    return found


def _open_next_steps(by: User, today: date) -> Any:
    """Steps that were agreed in the newest interaction: nothing has been recorded since."""
    later = Interaction._base_manager.filter(
        customer_id=OuterRef("customer_id"),
        occurred_on__gt=OuterRef("occurred_on"),
        superseded_at__isnull=True,
    )
    return (
        Interaction.objects.visible_to(by)
        .current()
        .filter(
            _mine_of_fact(by),
            ~Exists(later),
            next_step_on__lte=today + timedelta(days=NEXT_STEP_AHEAD_DAYS),
            next_step_on__gte=today - timedelta(days=NEXT_STEP_BACK_DAYS),
        )
        .exclude(next_step="")
    )


def _next_steps(by: User, today: date) -> list[Signal]:
    rows = _open_next_steps(by, today).order_by("next_step_on", "pk")
    return [
        Signal("next_step", customer, on=due, text=text)
        for customer, due, text in rows.values_list("customer_id", "next_step_on", "next_step")[
            :SIGNALS_EACH
        ]
    ]


def next_steps_overdue(by: User, today: date) -> int:
    return int(_open_next_steps(by, today).filter(next_step_on__lt=today).count())


def _complaints(by: User, today: date) -> list[Signal]:
    rows = (
        Complaint.objects.visible_to(by)
        .current()
        .filter(_answered_for(by), closed_on__isnull=True, occurred_on__lte=today)
        .order_by("-severity", "occurred_on", "pk")
    )
    return [
        Signal("complaint", customer, on=opened, count=severity, text=summary)
        for customer, opened, severity, summary in rows.values_list(
            "customer_id", "occurred_on", "severity", "summary"
        )[:SIGNALS_EACH]
    ]


def _low_answers(by: User, today: date) -> list[Signal]:
    low = Q()
    for instrument, limit in LOW_ANSWERS.items():
        low |= Q(instrument=instrument, score_milli__lte=limit)
    rows = (
        SatisfactionAnswer.objects.visible_to(by)
        .current()
        .filter(_answered_for(by), low, occurred_on__gt=today - timedelta(days=ANSWER_DAYS))
        .filter(occurred_on__lte=today)
        .order_by("-occurred_on", "-pk")
    )
    return [
        Signal("answer", customer, on=on, count=score // 1000, text=instrument)
        for customer, on, instrument, score in rows.values_list(
            "customer_id", "occurred_on", "instrument", "score_milli"
        )[:SIGNALS_EACH]
    ]


def _moves(by: User, today: date) -> Any:
    return (
        TierChange.objects.visible_to(by)
        .filter(as_of__gt=today - timedelta(days=MOVE_DAYS))
        .exclude(cause=ChangeCause.FIRST)
        .order_by("-run_id", "pk")
    )


def _falls(by: User, today: date) -> list[Signal]:
    rows = _moves(by, today).filter(is_up=False)
    return [
        Signal("fall", customer, on=on)
        for customer, on in rows.values_list("customer_id", "as_of")[:SIGNALS_EACH]
    ]


@dataclass(frozen=True)
class Move:
    """A customer that changed its tier."""

    customer_id: int
    name: str
    from_label: dict[str, str]
    to_key: str
    to_label: dict[str, str]
    rule: dict[str, Any]
    is_up: bool | None
    as_of: date
    cause: str
    score_before_micro: int | None
    score_after_micro: int


def moves(by: User, today: date, *, limit: int) -> tuple[int, list[Move]]:
    """How many customers moved lately, and the latest move of the heaviest of them."""
    everything = _moves(by, today)
    later = everything.filter(customer_id=OuterRef("customer_id"), pk__gt=OuterRef("pk"))
    rows = everything.filter(~Exists(later.order_by()))
    shown = rows.order_by("-customer__standing__spend_e4", "pk").values(
        "customer_id",
        "customer__short_name",
        "customer__name",
        "from_label",
        "to_key",
        "to_label",
        "is_up",
        "as_of",
        "cause",
        "score_before_micro",
        "score_after_micro",
        rule=F("run__scheme_version__body"),
    )[:limit]
    found = []
    for row in shown:
        values = dict(row)
        short, name = values.pop("customer__short_name"), values.pop("customer__name")
        found.append(Move(name=short or name, **values))
    return rows.count(), found
