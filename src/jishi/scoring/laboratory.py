"""Trying out any rule on the customers of a run: who would enter, leave or move, and what it rests on.

Other weights alone are answered from the points a run keeps; another normalisation, policy or scheme is
scored anew on the run's indicators, as long as the run has computed them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from pydantic import ValidationError as SchemeError

from jishi.customers.access import seen_by
from jishi.customers.models import Customer
from jishi.foundation.enums import Permission
from jishi.foundation.models import User
from jishi.foundation.writing import authorise
from jishi.scoring.models import Run
from jishi.scoring.queries import designations, run_latest, runs_recent
from jishi.scoring.runfiles import RunFiles, RunFilesMissingError, open_run_files, run_path


if TYPE_CHECKING:
    from jishi.analytics.scheme import Scheme

LISTED = 8
CURVE_POINTS = 50
THIN_PCT = 50
_RUNS_SEARCHED = 20


class NeedsRunError(Exception):
    """No run has computed the indicators of this rule: score with it once, to compare."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A customer in one of the lists. Before is what is in force now; None when it was not graded."""

    customer_id: int
    name: str
    tier_key: str
    tier_before_key: str | None
    rank: int
    rank_before: int | None


@dataclass(frozen=True, slots=True)
class MoveList:
    """The best of a list, and how long the whole list is."""

    count: int
    shown: list[Moved]


@dataclass(frozen=True, slots=True)
class Rests:
    """How much of the scores is known: mean share, customers below THIN_PCT, and per indicator the
    share of customers without a value (most first).

    `unrecorded`: indicators that nobody has a value of because a kind of fact behind them was never recorded,
    with the weight they have in percent."""

    known_pct: float
    thin: int
    missing_pct: list[tuple[str, float]]
    unrecorded: list[Unrecorded] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A kind of fact nobody ever recorded: its key, the indicators that lack it, their share of the score."""

    kind: str
    indicators: list[str]
    weight_pct: float


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The best `customers_pct` of the customers carry these shares of sales and margin."""

    customers_pct: float
    spend_pct: float | None
    margin_pct: float | None


@dataclass(frozen=True, slots=True)
class LabAnswer:
    """What a rule would do, beside the standings in force."""

    run: Run
    in_force: Run | None
    population: int
    key_accounts: int
    key_accounts_before: int | None
    tier_counts: dict[str, int]
    tier_counts_before: dict[str, int]
    entered: MoveList
    left: MoveList
    moved: MoveList
    key_spend_pct: float | None
    key_margin_pct: float | None
    curve: list[CurvePoint]
    rests: Rests


def scheme_checked(body: Mapping[str, Any]) -> Scheme:
    """A rule that fits together.

    Raises:
        ValidationError: what to change.
    """
    from jishi.analytics.scheme import Scheme, explain_errors

    try:
        return Scheme.model_validate(body)
    except SchemeError as error:
        raise ValidationError(explain_errors(error)) from error


def run_with_indicators(scheme: Scheme) -> Run | None:
    """The newest run that has computed everything `scheme` asks for, and still has its files."""
    needed = {*scheme.indicator_keys, *scheme.tier_indicator_keys}
    for run in runs_recent(limit=_RUNS_SEARCHED):
        same_window = run.scheme_version.scheme.window_months == scheme.window_months
        if same_window and needed <= set(run.keys) and run_path(run).exists():
            return run
    return None


def lab_answer(*, by: User | None, body: Mapping[str, Any], listed: int = LISTED) -> LabAnswer:
    """Grade everybody by a rule without writing anything.

    Args:
        by: who tries it; sees the names within reach only.
        body: the rule.
        listed: at most so many names a list.

    Raises:
        NotAllowedError, ValidationError, NeedsRunError.
    """
    authorise(by, Permission.SCHEME_DRAFT)
    scheme = scheme_checked(body)
    run = run_with_indicators(scheme)
    if run is None:
        raise NeedsRunError
    in_force = run_latest()
    try:
        files = open_run_files(run)
    except RunFilesMissingError:
        raise NeedsRunError from None
    outcome = _graded(run, files, scheme)
    return _answer(by, run, in_force, files, scheme, outcome, listed)


@dataclass(frozen=True, slots=True)
class _Outcome:
    tier: Any
    rank: Any
    order: Any
    coverage_units: Any


def _graded(run: Run, files: RunFiles, scheme: Scheme) -> _Outcome:
    """Tiers and ranks under the rule; persons' decisions stay in force."""
    import numpy as np

    from jishi.analytics.scoring import Designation, score
    from jishi.analytics.whatif import same_points, what_if

    decided = {
        row.customer_id: Designation(row.tier_key, row.reason)
        for row in designations(by=None, on=run.as_of)
    }
    if not same_points(run.scheme_version.scheme, scheme):
        scored = score(files.matrix, scheme, designations=decided)
        return _Outcome(scored.tier, scored.rank, scored.order, scored.coverage_units)
    nobody = np.zeros(len(files.matrix), dtype=np.bool_)
    tried = what_if(files.points, files.matrix, scheme, selected_before=nobody)
    tier = tried.tier.copy()
    keys = [one.key for one in scheme.tiers]
    for customer_id, decision in decided.items():
        row = files.row_of(customer_id)
        if row is not None and decision.tier_key in keys:
            tier[row] = keys.index(decision.tier_key)
    units = np.asarray(scheme.weight_units(), dtype=np.float64)
    coverage = (files.points.patterns @ units).astype(np.int64)[files.points.pattern]
    return _Outcome(tier, tried.rank, tried.order, coverage)


@dataclass(frozen=True, slots=True)
class _Before:
    """What is in force, in the row order of the run that is tried on; -1 where not graded."""

    tier: Any
    rank: Any
    flags: Any
    keys: list[str]


def _before(in_force: Run | None, files: RunFiles, run: Run) -> _Before | None:
    import numpy as np

    if in_force is None:
        return None
    try:
        now = files if in_force.pk == run.pk else open_run_files(in_force)
    except RunFilesMissingError:
        return None
    tiers = in_force.scheme_version.scheme.tiers
    ids, wanted = np.asarray(now.matrix.customer_ids), np.asarray(files.matrix.customer_ids)
    flags = np.array([*(one.is_key for one in tiers), False])
    keys = [one.key for one in tiers]
    if not len(ids):
        nothing = np.full(len(wanted), -1)
        return _Before(nothing, nothing, flags, keys)
    sorter = np.argsort(ids, kind="stable")
    places = np.minimum(np.searchsorted(ids, wanted, sorter=sorter), len(ids) - 1)
    rows = sorter[places]
    found = ids[rows] == wanted
    return _Before(
        np.where(found, np.asarray(now.tier)[rows].astype(np.int64), -1),
        np.where(found, np.asarray(now.rank)[rows].astype(np.int64), -1),
        flags,
        keys,
    )


def _answer(
    by: User | None,
    run: Run,
    in_force: Run | None,
    files: RunFiles,
    scheme: Scheme,
    outcome: _Outcome,
    listed: int,
) -> LabAnswer:
    import numpy as np

    flags = np.array([tier.is_key for tier in scheme.tiers])
    is_key = flags[outcome.tier]
    before = _before(in_force, files, run)
    was_key = before.flags[before.tier] if before else np.zeros(len(is_key), dtype=np.bool_)
    keys = np.array([tier.key for tier in scheme.tiers], dtype=object)
    key_now = keys[outcome.tier]
    if before:
        key_before = np.array([*before.keys, ""], dtype=object)[before.tier]
    else:
        key_before = np.full(len(is_key), "", dtype=object)
    order = np.asarray(outcome.order)

    def in_order(mask: Any) -> Any:
        return order[mask[order]]

    def listing(rows: Any) -> MoveList:
        shown = _named(by, files, outcome, before, key_now, key_before, rows[:listed].tolist())
        return MoveList(len(rows), shown)

    gone = np.flatnonzero(was_key & ~is_key)
    if before:
        gone = gone[np.argsort(before.rank[gone], kind="stable")]
    nothing = np.zeros(len(is_key), dtype=np.bool_)
    spend = np.nan_to_num(files.matrix.column("spend_e4"))
    margin = np.nan_to_num(files.matrix.column("margin_e4"))
    return LabAnswer(
        run=run,
        in_force=in_force if before else None,
        population=len(is_key),
        key_accounts=int(is_key.sum()),
        key_accounts_before=int(was_key.sum()) if before else None,
        tier_counts=_counts(keys, outcome.tier),
        tier_counts_before=_counts(np.array([*before.keys, ""], dtype=object), before.tier)
        if before
        else {},
        entered=listing(in_order(is_key & ~was_key) if before else np.flatnonzero(nothing)),
        left=listing(gone if before else np.flatnonzero(nothing)),
        moved=listing(in_order(is_key & was_key & (key_now != key_before))),
        key_spend_pct=_share_pct(spend, np.flatnonzero(is_key)),
        key_margin_pct=_share_pct(margin, np.flatnonzero(is_key)),
        curve=_share_curve(spend, margin, order),
        rests=_rests(files, scheme, outcome),
    )


def _share_pct(amounts: Any, rows: Any) -> float | None:
    total = float(amounts.sum())
    return 100.0 * float(amounts[rows].sum()) / total if total > 0 else None


def _share_curve(spend: Any, margin: Any, order: Any) -> list[CurvePoint]:
    import numpy as np

    count = len(order)
    if not count:
        return []
    spend_sums = np.concatenate(([0.0], np.cumsum(spend[order])))
    margin_sums = np.concatenate(([0.0], np.cumsum(margin[order])))
    places = sorted({round(count * n / CURVE_POINTS) for n in range(CURVE_POINTS + 1)})

    def pct(sums: Any, place: int) -> float | None:
        return 100.0 * float(sums[place]) / float(sums[-1]) if sums[-1] > 0 else None

    return [
        CurvePoint(100.0 * place / count, pct(spend_sums, place), pct(margin_sums, place))
        for place in places
    ]


def _counts(keys: Any, tier: Any) -> dict[str, int]:
    import numpy as np

    known = np.asarray(tier)[np.asarray(tier) >= 0]
    counts = np.bincount(known, minlength=len(keys))
    return {str(key): int(n) for key, n in zip(keys, counts, strict=True) if key}


def _rests(files: RunFiles, scheme: Scheme, outcome: _Outcome) -> Rests:
    import numpy as np

    from jishi.analytics.scheme import WEIGHT_UNITS

    count = len(files.matrix)
    if not count:
        return Rests(0.0, 0, [])
    units = np.asarray(outcome.coverage_units)
    missing = [
        (key, 100.0 * float(np.isnan(files.matrix.column(key)).sum()) / count)
        for key in scheme.indicator_keys
    ]
    return Rests(
        known_pct=100.0 * float(units.mean()) / WEIGHT_UNITS,
        thin=int((units < WEIGHT_UNITS * THIN_PCT // 100).sum()),
        missing_pct=sorted(missing, key=lambda pair: -pair[1]),
        unrecorded=unrecorded_in(scheme, files.matrix.unrecorded),
    )


def unrecorded_in(scheme: Scheme, unrecorded: Sequence[str]) -> list[Unrecorded]:
    """The kinds of facts that a rule counts and that nobody ever recorded, the heaviest first."""
    from jishi.analytics.receipt import unrecorded_behind
    from jishi.analytics.scheme import WEIGHT_UNITS

    lacking: dict[str, list[tuple[str, int]]] = {}
    for key, units in zip(scheme.indicator_keys, scheme.weight_units(), strict=True):
        for kind in unrecorded_behind(key, unrecorded):
            lacking.setdefault(kind, []).append((key, units))
    found = [
        Unrecorded(
            kind,
            [key for key, _units in members],
            100.0 * sum(units for _key, units in members) / WEIGHT_UNITS,
        )
        for kind, members in lacking.items()
    ]
    return sorted(found, key=lambda one: (-one.weight_pct, one.kind))


def _named(
    by: User | None,
    files: RunFiles,
    outcome: _Outcome,
    before: _Before | None,
    key_now: Any,
    key_before: Any,
    rows: list[int],
) -> list[Moved]:
    """The customers of some rows that `by` may see, in the order of the rows."""
    ids = [int(files.matrix.customer_ids[row]) for row in rows]
    seen = seen_by(by, Customer.objects.all()).filter(pk__in=ids).order_by("pk")
    names = dict(seen.values_list("pk", "name"))
    return [
        Moved(
            customer_id=pk,
            name=names[pk],
            tier_key=str(key_now[row]),
            tier_before_key=str(key_before[row]) or None,
            rank=int(outcome.rank[row]),
            rank_before=int(before.rank[row]) if before and before.rank[row] > 0 else None,
        )
        for row, pk in zip(rows, ids, strict=True)
        if pk in names
    ]
