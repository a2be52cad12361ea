"""What if we weighed things differently: the laboratory's questions to the files of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from pydantic import ValidationError as SchemeError

from jishi.customers.access import seen_by
from jishi.customers.models import Customer
from jishi.foundation.enums import Permission
from jishi.foundation.models import User
from jishi.foundation.writing import authorise
from jishi.scoring.access import run_for_view
from jishi.scoring.models import Run
from jishi.scoring.runfiles import RunFiles, open_run_files


if TYPE_CHECKING:
    from jishi.analytics.scheme import Scheme

NAMES_SHOWN = 100
CURVE_POINTS = 50


@dataclass(frozen=True, slots=True)
class Named:
    """A customer in a what-if list."""

    customer_id: int
    code: str
    name: str
    rank: int
    rank_before: int
    score_micro: int
    tier_key: str
    tier_before_key: str
    spend_e4: int
    margin_e4: int | None


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The best `customers_pct` of the customers carry these shares of sales and margin."""

    customers_pct: float
    spend_pct: float | None
    margin_pct: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the changed scheme would do, compared with the run."""

    run: Run
    scheme: Scheme
    key_accounts: int
    key_accounts_before: int
    tier_counts: dict[str, int]
    tier_counts_before: dict[str, int]
    entered_count: int
    left_count: int
    entered: list[Named]
    left: list[Named]
    top: list[Named]
    key_spend_pct: float | None
    key_margin_pct: float | None
    curve: list[CurvePoint]


def what_if_answer(
    *,
    by: User | None,
    weights: Mapping[str, Decimal] | None = None,
    selection: tuple[str, Decimal] | None = None,
    min_coverage_pct: Decimal | None = None,
    run: Run | None = None,
    limit: int = NAMES_SHOWN,
) -> Answer:
    """Score the customers of a run with other dimension weights or another selection; nothing is written.

    Raises:
        NotAllowedError, Http404, RunFilesMissingError, ValidationError (what to change).
    """
    authorise(by, Permission.SCHEME_DRAFT)
    run = run or run_for_view(by)
    scheme = changed_scheme(run.scheme_version.scheme, weights, selection, min_coverage_pct)
    files = open_run_files(run)
    return _answer(by, run, scheme, files, limit)


def changed_scheme(
    scheme: Scheme,
    weights: Mapping[str, Decimal] | None,
    selection: tuple[str, Decimal] | None,
    min_coverage_pct: Decimal | None,
) -> Scheme:
    """The scheme with the laboratory's settings, checked; the same body can be saved as a draft.

    Raises:
        ValidationError.
    """
    from jishi.analytics.scheme import Scheme, explain_errors

    try:
        made = scheme.with_weights(dict(weights)) if weights else scheme
        if selection is None and min_coverage_pct is None:
            return made
        body = made.model_dump(mode="json")
        if selection is not None:
            body["selection"] = {"kind": selection[0], "value": str(selection[1])}
        if min_coverage_pct is not None:
            body["min_coverage_pct"] = str(min_coverage_pct)
        return Scheme.model_validate(body)
    except SchemeError as error:
        raise ValidationError(explain_errors(error)) from error
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _answer(by: User | None, run: Run, scheme: Scheme, files: RunFiles, limit: int) -> Answer:
    import numpy as np

    from jishi.analytics.scoring import tier_counts
    from jishi.analytics.whatif import what_if

    flags = np.array([tier.is_key for tier in scheme.tiers])
    before_tier = np.asarray(files.tier)
    before = flags[before_tier]
    outcome = what_if(files.points, files.matrix, scheme, selected_before=before)
    spend = np.nan_to_num(files.matrix.column("spend_e4"))
    margin = np.nan_to_num(files.matrix.column("margin_e4"))

    def names(rows: Any) -> list[Named]:
        return _named(by, files, scheme, outcome, rows[:limit].tolist())

    return Answer(
        run=run,
        scheme=scheme,
        key_accounts=int(flags[outcome.tier].sum()),
        key_accounts_before=int(before.sum()),
        tier_counts=outcome.tier_counts,
        tier_counts_before=tier_counts(scheme, before_tier),
        entered_count=len(outcome.entered),
        left_count=len(outcome.left),
        entered=names(outcome.entered),
        left=names(outcome.left),
        top=names(outcome.order),
        key_spend_pct=share_pct(spend, outcome.selected),
        key_margin_pct=share_pct(margin, outcome.selected),
        curve=share_curve(spend, margin, outcome.order),
    )


def share_pct(amounts: Any, rows: Any) -> float | None:
    total = float(amounts.sum())
    return 100.0 * float(amounts[rows].sum()) / total if total > 0 else None


def share_curve(spend: Any, margin: Any, order: Any) -> list[CurvePoint]:
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


def _named(
    by: User | None, files: RunFiles, scheme: Scheme, outcome: Any, rows: list[int]
) -> list[Named]:
    """The customers of some rows that `by` may see, in the order of the rows."""
    import numpy as np

    ids = [int(files.matrix.customer_ids[row]) for row in rows]
    seen = seen_by(by, Customer.objects.all()).filter(pk__in=ids)
    found = {pk: (code, name) for pk, code, name in seen.values_list("pk", "code", "name")}
    spend, margin = files.matrix.column("spend_e4"), files.matrix.column("margin_e4")
    keys = [tier.key for tier in scheme.tiers]
    return [
        Named(
            customer_id=pk,
            code=found[pk][0],
            name=found[pk][1],
            rank=int(outcome.rank[row]),
            rank_before=int(files.rank[row]),
            score_micro=int(outcome.score_micro[row]),
            tier_key=keys[int(outcome.tier[row])],
            tier_before_key=keys[int(files.tier[row])],
            spend_e4=int(spend[row]),
            margin_e4=None if np.isnan(margin[row]) else int(margin[row]),
        )
        for row, pk in zip(rows, ids, strict=True)
        if pk in found
    ]
