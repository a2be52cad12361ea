"""Scoring everybody: snapshot, indicators, scores, standings and tier changes."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils.timezone import localtime

from jishi.foundation.enums import Permission
from jishi.foundation.locks import STANDINGS, lock_for_transaction
from jishi.foundation.models import User
from jishi.foundation.writing import authorise, data_version, write
from jishi.scoring.access import scheme_for_run
from jishi.scoring.changes import changes_found, changes_of_gone_remove, changes_write
from jishi.scoring.following import LIVE_KEYS, standings_catch_up
from jishi.scoring.models import Run, SchemeVersion
from jishi.scoring.queries import designations, run_latest
from jishi.scoring.runfiles import prune_run_files, runs_folder, write_run_files
from jishi.scoring.standings import (
    standing_columns,
    standings_of_gone_remove,
    standings_prepare,
    standings_replace,
)
from jishi.scoring.unpriced import facts_without_rate
from jishi.warehouse.services import currencies_left_out, snapshot_opened, snapshot_refresh


if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from jishi.analytics.scoring import Matrix, Scored

KEPT_RUN_FILES = 10
SHOWN_KEYS = (
    "spend_e4",
    "margin_e4",
    "margin_pct",
    "growth_yoy_pct",
    "spend_year_ago_e4",
    "contribution_pct",
    "abc_class",
    "orders",
    "purchase_frequency",
    "overdue_e4",
    "return_rate_pct",
    "satisfaction_pct",
    "complaints_open",
    "silence_ratio",
    "days_since_latest_order",
    "days_since_interaction",
)
"""Indicators every run computes besides the scheme's own, because lists show them."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Computed:
    """A scored population, before anything is written. `left_out`: currency → facts that no figure counts."""

    scored: Scored
    present: Matrix
    quarters: pa.Table
    data_version: int
    left_out: dict[str, int]


def run_score(
    *,
    by: User | None,
    as_of: date,
    now: datetime,
    scheme: str | SchemeVersion = "",
    known_at: datetime | None = None,
    publish: bool = True,
    progress: Progress = lambda phase: None,
) -> Run:
    """Score every customer with one scheme as of one day.

    All of it or nothing: the result files are complete before the transaction that makes them known, and the
    standings of everybody change in that one transaction. The same data, scheme and day give the same `digest`.

    Args:
        by: who asks; None for the product itself.
        as_of: the last day that counts.
        now: the moment of the run.
        scheme: a version, a key, or nothing for the scheme in force.
        known_at: score what was known at a moment; None for what is known now.
        publish: whether standings and tiers follow; a run for comparison leaves them alone.
        progress: called with `snapshot`, `indicators`, `scores`, `files`, `standings` as each begins.

    Raises:
        NotAllowedError; Http404: no such scheme; SnapshotBuildError.
    """
    authorise(by, Permission.SCORE_RUN)
    version = scheme if isinstance(scheme, SchemeVersion) else scheme_for_run(by, scheme)
    with _one_at_a_time():
        computed = _compute(version, as_of, known_at, localtime(now).date(), progress)
        progress("files")
        folder = write_run_files(computed.scored)
        progress("standings")
        before, scored = run_latest(), computed.scored
        if publish:
            prepared = standings_prepare(
                standing_columns(
                    scored=scored,
                    quarters=computed.quarters,
                    as_of=as_of,
                    present=computed.present,
                    today=localtime(now).date(),
                )
            )
            changes = changes_found(
                before=before, scored=scored, as_of=as_of, scheme_version_id=version.pk
            )
        with write(by=by):
            lock_for_transaction(STANDINGS)
            run = _run_create(version, computed, folder, before, as_of, known_at, now, by, publish)
            if publish:
                changes_write(run=run, changes=changes)
                standings_replace(run=run, prepared=prepared)
                if data_version() != computed.data_version:  # somebody wrote while it computed
                    changes_of_gone_remove(run=run)
                    standings_of_gone_remove()
                    standings_catch_up(now=now)
        runs_files_prune()
    return run


def runs_files_prune(*, keep: int = KEPT_RUN_FILES) -> int:
    """Remove the files of all but the newest runs; their standings and changes stay. Returns how many."""
    kept = set(Run.objects.order_by("-pk").values_list("folder", flat=True)[:keep])
    latest = run_latest()
    if latest is not None:
        kept.add(latest.folder)
    return prune_run_files(keep=kept)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    runs_folder().mkdir(parents=True, exist_ok=True)
    with (runs_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _compute(
    version: SchemeVersion,
    as_of: date,
    known_at: datetime | None,
    today: date,
    progress: Progress,
) -> Computed:
    from jishi.analytics.engines import indicator_matrix, run
    from jishi.analytics.scoring import Designation, score
    from jishi.analytics.tables import as_known
    from jishi.analytics.trend import quarter_spend

    scheme = version.scheme
    decided = {
        row.customer_id: Designation(row.tier_key, row.reason)
        for row in designations(by=None, on=as_of)
    }
    progress("snapshot")
    refresh = snapshot_refresh()
    progress("indicators")
    keys = tuple(dict.fromkeys((*scheme.indicator_keys, *scheme.tier_indicator_keys, *SHOWN_KEYS)))
    with snapshot_opened(refresh.snapshot) as (backend, tables):
        known = as_known(tables, known_at=known_at)
        matrix = indicator_matrix(backend, known, keys, as_of=as_of, window=scheme.window)
        present = matrix
        if as_of != today or known_at is not None:
            now_known = as_known(tables, known_at=None)
            live = tuple(sorted(LIVE_KEYS))
            present = indicator_matrix(backend, now_known, live, as_of=today, window=scheme.window)
        quarters = run(backend, quarter_spend(known, as_of=as_of))
        foreign = currencies_left_out(backend)
    left_out = facts_without_rate(foreign, as_of=as_of, known_at=known_at)
    progress("scores")
    scored = score(matrix, scheme, designations=decided)
    return Computed(scored, present, quarters, refresh.snapshot.data_version, left_out)


def _run_create(
    version: SchemeVersion,
    computed: Computed,
    folder: str,
    before: Run | None,
    as_of: date,
    known_at: datetime | None,
    now: datetime,
    by: User | None,
    publish: bool,
) -> Run:
    scored = computed.scored
    return Run.objects.create(
        scheme_version=version,
        previous=before,
        data_version=computed.data_version,
        as_of=as_of,
        known_at=known_at,
        created_at=now,
        by=by,
        is_published=publish,
        population=len(scored.matrix),
        summary={
            **_summary(scored),
            "left_out": computed.left_out,
            "unrecorded": list(scored.matrix.unrecorded),
        },
        fitted=[one.as_json() for one in scored.fitted],
        keys=list(scored.matrix.keys),
        folder=folder,
        digest=_digest(scored),
    )


def _summary(scored: Scored) -> dict[str, Any]:
    import numpy as np

    from jishi.analytics.scheme import WEIGHT_UNITS

    is_key = np.array([tier.is_key for tier in scored.scheme.tiers])[scored.tier]
    spend = np.nan_to_num(scored.matrix.column("spend_e4"))
    count = len(scored.matrix)
    return {
        "tiers": scored.tier_counts,
        "key_accounts": int(is_key.sum()),
        "ordering": int((scored.matrix.column("orders") > 0).sum()),
        "spend_e4": int(spend.sum()),
        "key_spend_e4": int(spend[is_key].sum()),
        "margin_e4": _margin(scored, np.ones(count, dtype=np.bool_)),
        "key_margin_e4": _margin(scored, is_key),
        "coverage_pct": float(scored.coverage_units.mean()) * 100 / WEIGHT_UNITS if count else None,
    }


def _margin(scored: Scored, mask: NDArray[np.bool_]) -> int | None:
    """Margin of the customers in `mask` whose costs are known; None when they sold and no cost is known."""
    import numpy as np

    margin = scored.matrix.column("margin_e4")[mask]
    sold = scored.matrix.column("orders")[mask] > 0
    if sold.any() and np.isnan(margin[sold]).all():
        return None
    return int(np.nansum(margin))


def _digest(scored: Scored) -> str:
    """What was concluded about whom, in 64 characters."""
    hasher = hashlib.sha256()
    for array in (scored.matrix.customer_ids, scored.score_micro, scored.rank, scored.tier):
        hasher.update(array.tobytes())
    return hasher.hexdigest()
