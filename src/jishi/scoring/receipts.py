"""Why a customer has its score: the receipt, what would raise it, and the facts behind every indicator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404

from jishi.analytics.windows import Question
from jishi.customers.access import customer_for_view, seen_by
from jishi.customers.models import Customer
from jishi.facts.models import (
    Complaint,
    ExpertRating,
    Fact,
    Interaction,
    Order,
    OrderLine,
    Payment,
    Referral,
    Return,
    SatisfactionAnswer,
    ServiceDelivery,
)
from jishi.foundation.models import User
from jishi.foundation.queries import company
from jishi.foundation.writing import data_version
from jishi.scoring.access import run_for_view
from jishi.scoring.models import Run
from jishi.scoring.runfiles import RunFiles, open_run_files


MODEL_OF: dict[str, type[Fact]] = {
    "orders": Order,
    "order_lines": OrderLine,
    "payments": Payment,
    "returns": Return,
    "interactions": Interaction,
    "complaints": Complaint,
    "satisfaction": SatisfactionAnswer,
    "ratings": ExpertRating,
    "referrals": Referral,
    "services": ServiceDelivery,
}
SHOWN_COLUMNS: dict[str, tuple[str, ...]] = {
    "orders": ("order_ref", "order_no", "status", "due_on", "receivable_e4", "currency"),
    "order_lines": (
        "order_ref",
        "product_id",
        "quantity_milli",
        "amount_e4",
        "discount_e4",
        "cost_e4",
        "currency",
        "status",
    ),
    "payments": ("order_ref", "amount_e4", "currency"),
    "returns": ("order_ref", "amount_e4", "currency"),
    "interactions": ("channel",),
    "complaints": ("severity", "closed_on"),
    "satisfaction": ("instrument", "score_milli"),
    "ratings": ("criterion", "value_pct", "evidence_kind", "source"),
    "referrals": ("referred_id", "won"),
    "services": ("kind", "hours_milli"),
}
FACTS_SHOWN = 200
KEYS_IN_RECEIPT = 50
YEAR_AGO_KEYS = frozenset({"growth_yoy_pct", "spend_year_ago_e4"})


def receipt_of(*, by: User | None, customer_id: int, run: Run | None = None) -> dict[str, Any]:
    """The receipt of a customer's score: JSON whose contributions sum exactly to the score.

    Raises:
        NotAllowedError; Http404: not visible or not scored; RunFilesMissingError.
    """
    from jishi.analytics.receipt import receipt

    customer, run, files, row = _scored(by, customer_id, run)
    version = run.scheme_version
    scheme = version.scheme
    paper = receipt(scheme, files.matrix, files.fitted, row)
    tier = scheme.tiers[int(files.tier[row])]
    return {
        **paper,
        "customer": {"id": customer.pk, "code": customer.code, "name": customer.name},
        "scheme": {**paper["scheme"], "version": version.number},
        "run": {
            "id": run.pk,
            "as_of": run.as_of.isoformat(),
            "known_at": run.known_at.isoformat() if run.known_at else None,
            "created_at": run.created_at.isoformat(),
            "data_version": run.data_version,
        },
        "rank": int(files.rank[row]),
        "tier": {
            "key": tier.key,
            "label": tier.label.model_dump(),
            "seal": tier.seal,
            "form": tier.form,
            "is_key": tier.is_key,
        },
        "currency": company().base_currency,
        "window_months": scheme.window_months,
    }


def receipt_with_facts(
    *, by: User | None, customer_id: int, run: Run | None = None
) -> dict[str, Any]:
    """The receipt down to its sources: each indicator with the facts it was computed from, by table: the
    period, how many there are, and their keys, newest first and at most `KEYS_IN_RECEIPT`.

    Raises: as `receipt_of`.
    """
    run = run or run_for_view(by)
    paper = receipt_of(by=by, customer_id=customer_id, run=run)
    known: dict[tuple[str, date | None, str], dict[str, Any]] = {}
    for dimension in paper["dimensions"]:
        for line in dimension["indicators"]:
            line["facts"] = _sources(by, customer_id, run, line["key"], known)
    return paper


def _sources(
    by: User | None,
    customer_id: int,
    run: Run,
    indicator: str,
    known: dict[tuple[str, date | None, str], dict[str, Any]],
) -> list[dict[str, Any]]:
    """Most indicators share their facts with others: those found for one are in `known`."""
    customer, tables, start = _asked(by, customer_id, run, indicator)
    found = []
    for table in tables:
        place = (table, start, _criterion(indicator) if table == "ratings" else "")
        if place not in known:
            rows = _rows_behind(by, customer, run, table, indicator, start)
            count = rows.count()
            newest = rows.order_by("-occurred_on", "-pk").values_list("key", flat=True)
            keys = list(newest[:KEYS_IN_RECEIPT])
            known[place] = {
                "table": table,
                "start_on": start.isoformat() if start else None,
                "end_on": run.as_of.isoformat(),
                "count": count,
                "keys": keys,
                "keys_left_out": count - len(keys),
            }
        found.append(known[place])
    return found


@dataclass(frozen=True, slots=True)
class RaiseLine:
    """One way to a better score: the indicator, the value to reach, the points and the rank it would bring."""

    indicator: str
    label: str
    unit: str
    raw: str
    target_raw: str
    gain_micro: int
    score_micro: int
    rank: int


def what_raises_it_for(
    *, by: User | None, customer_id: int, run: Run | None = None
) -> list[RaiseLine]:
    """What would raise a customer's score, everybody else staying where they are; most first.

    Raises: as `receipt_of`.
    """
    import numpy as np

    from jishi.analytics.indicators import indicator_for
    from jishi.analytics.receipt import raw_text, what_raises_it

    _customer, run, files, row = _scored(by, customer_id, run)
    lines = []
    scores = np.asarray(files.score_micro)
    for one in what_raises_it(run.scheme_version.scheme, files.matrix, files.fitted, row):
        definition = indicator_for(one.indicator)
        ahead = int((scores > one.score_micro).sum())
        ahead += int((scores[:row] == one.score_micro).sum())
        lines.append(
            RaiseLine(
                indicator=one.indicator,
                label=definition.label,
                unit=definition.unit.value,
                raw=raw_text(one.raw, definition.unit) or "",
                target_raw=raw_text(one.target_raw, definition.unit) or "",
                gain_micro=one.gain_micro,
                score_micro=one.score_micro,
                rank=ahead + 1,
            )
        )
    return lines


@dataclass(frozen=True, slots=True)
class FactsBehind:
    """The facts of one kind that an indicator was computed from: newest first, at most `FACTS_SHOWN`."""

    table: str
    label: str
    start_on: date | None
    end_on: date
    count: int
    rows: list[dict[str, Any]]


def facts_behind(
    *,
    by: User | None,
    customer_id: int,
    indicator: str,
    run: Run | None = None,
    live_on: date | None = None,
) -> list[FactsBehind]:
    """The source facts of one indicator of one customer, as they were known to the run; with `live_on` all
    that are known now, up to that day: those behind a figure that follows the facts (`LIVE_KEYS`).

    Raises:
        NotAllowedError, Http404, UnknownIndicatorError.
    """
    run = run or run_for_view(by)
    customer, tables, start = _asked(by, customer_id, run, indicator)
    if live_on is None:
        found = [_rows_behind(by, customer, run, table, indicator, start) for table in tables]
        return [
            _facts(rows, table, start, run.as_of) for table, rows in zip(tables, found, strict=True)
        ]
    return [
        _facts(_rows_now(by, customer, table, live_on), table, None, live_on) for table in tables
    ]


def _asked(
    by: User | None, customer_id: int, run: Run, indicator: str
) -> tuple[Customer, list[str], date | None]:
    """The customer, the tables that an indicator looks at, and from which day on; None for all days."""
    from jishi.analytics.indicators import indicator_for

    customer = customer_for_view(by, customer_id)
    definition = indicator_for(indicator)
    scheme = run.scheme_version.scheme
    q = Question(as_of=run.as_of, window=scheme.window)
    start: date | None = q.start_on
    if indicator in YEAR_AGO_KEYS:
        start = q.year_ago_start_on
    elif indicator == "slope_12m_pct":
        start = q.slope_start_on
    if not definition.windowed or scheme.window_months is None:
        start = None
    return customer, [table for table in definition.source_tables if table in MODEL_OF], start


def _criterion(indicator: str) -> str:
    return indicator.removeprefix("rating_").removesuffix("_age_days")


def _rows_behind(
    by: User | None, customer: Customer, run: Run, table: str, indicator: str, start: date | None
) -> Any:
    """The facts of one table, as they were known to the run."""
    seen: Any = seen_by(by, MODEL_OF[table].objects.all())  # a FactQuerySet, which the type hides
    rows = seen.filter(customer=customer, occurred_on__lte=run.as_of)
    if run.known_at is not None:
        rows = rows.known_at(run.known_at)
    elif run.data_version == data_version():
        rows = rows.current()
    else:
        rows = rows.known_at(run.created_at)
    if start is not None:
        rows = rows.filter(occurred_on__gte=start)
    if table in ("orders", "order_lines"):
        rows = rows.exclude(status="cancelled")
    if table == "ratings":
        rows = rows.filter(criterion=_criterion(indicator))
    return rows


def _rows_now(by: User | None, customer: Customer, table: str, today: date) -> Any:
    seen: Any = seen_by(by, MODEL_OF[table].objects.all())
    return seen.current().filter(customer=customer, occurred_on__lte=today)


def _facts(rows: Any, table: str, start: date | None, end: date) -> FactsBehind:
    columns = ("id", "key", "occurred_on", "recorded_at", "batch_id", *SHOWN_COLUMNS[table])
    shown = rows.order_by("-occurred_on", "-pk").values(*columns)[:FACTS_SHOWN]
    return FactsBehind(
        table=table,
        label=str(MODEL_OF[table]._meta.verbose_name_plural),
        start_on=start,
        end_on=end,
        count=rows.count(),
        rows=list(shown),
    )


def _scored(
    by: User | None, customer_id: int, run: Run | None
) -> tuple[Customer, Run, RunFiles, int]:
    customer = customer_for_view(by, customer_id)
    run = run or run_for_view(by)
    files = open_run_files(run)
    row = files.row_of(customer.pk)
    if row is None:
        raise Http404
    return customer, run, files, row
