"""Who moved from one tier to another in a run, and what moved them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from jishi.customers.models import Customer
from jishi.scoring.enums import ChangeCause
from jishi.scoring.models import Run, Standing, TierChange
from jishi.scoring.queries import designations
from jishi.scoring.runfiles import RunFilesMissingError, open_run_files


if TYPE_CHECKING:
    from jishi.analytics.scoring import Scored

DRIVERS_SHOWN = 3
_BATCH = 500


def changes_write(*, run: Run, changes: list[TierChange]) -> int:
    """Write the changes that a run has found. Returns how many."""
    for change in changes:
        change.run = run
    TierChange._base_manager.bulk_create(changes, batch_size=_BATCH)
    return len(changes)


def changes_of_gone_remove(*, run: Run) -> None:
    """Forget the changes of customers that were removed while the run was worked out."""
    here = Customer.objects.unscoped("who is gone did not move").values("pk")
    TierChange._base_manager.filter(run=run).exclude(customer_id__in=here).delete()


def changes_found(
    *, before: Run | None, scored: Scored, as_of: date, scheme_version_id: int
) -> list[TierChange]:
    """One change per customer whose tier differs from its standing, not saved and without its run.

    A customer without a standing is new: it is noted only when it starts as a key account.
    """
    import numpy as np

    tiers = scored.scheme.tiers
    old = _standings_now()
    rows = []
    keys = np.array([tier.key for tier in tiers], dtype=object)
    flags = np.array([tier.is_key for tier in tiers])
    now_keys = keys[scored.tier].tolist()
    now_flags = flags[scored.tier].tolist()
    reasons = {row.customer_id: row.reason for row in designations(by=None, on=as_of)}
    labels = _labels(before)
    same_scheme = before is not None and before.scheme_version_id == scheme_version_id
    moved: list[int] = []
    for row, customer_id in enumerate(scored.matrix.customer_ids.tolist()):
        was = old.get(customer_id)
        if was is None:
            if now_flags[row]:
                moved.append(row)
        elif was[0] != now_keys[row]:
            moved.append(row)
    drivers = _drivers(before, scored, moved) if same_scheme else {}
    positions = {tier.key: n for n, tier in enumerate(tiers)}
    for row in moved:
        customer_id = int(scored.matrix.customer_ids[row])
        was = old.get(customer_id)
        tier = tiers[int(scored.tier[row])]
        rows.append(
            TierChange(
                customer_id=customer_id,
                as_of=as_of,
                from_key=was[0] if was else "",
                from_label=labels.get(was[0], {}) if was else {},
                to_key=tier.key,
                to_label=tier.label.model_dump(),
                is_up=_is_up(was, positions, int(scored.tier[row])),
                cause=_cause(
                    was,
                    is_decided=bool(scored.designated[row]),
                    # Somebody's decision for a tier that this scheme has not is still there, and counts for nothing.
                    is_over=customer_id not in reasons,
                    same_scheme=same_scheme,
                ),
                score_before_micro=was[1] if was else None,
                score_after_micro=int(scored.score_micro[row]),
                drivers=drivers.get(row, []),
                reason=reasons[customer_id] if scored.designated[row] else "",
            )
        )
    return rows


def _standings_now() -> dict[int, tuple[str, int, bool]]:
    everything = Standing.objects.unscoped("a run compares everybody with before")
    rows = everything.order_by().values_list(
        "customer_id", "tier_key", "score_micro", "is_designated"
    )
    return {customer: (key, score, decided) for customer, key, score, decided in rows.iterator()}


def _labels(before: Run | None) -> dict[str, dict[str, str]]:
    if before is None:
        return {}
    return {tier["key"]: tier["label"] for tier in before.scheme_version.body["tiers"]}


def _is_up(
    was: tuple[str, int, bool] | None, positions: dict[str, int], position: int
) -> bool | None:
    """None when the tiers cannot be compared."""
    if was is None:
        return True
    if was[0] not in positions:
        return None
    return position < positions[was[0]]


def _cause(
    was: tuple[str, int, bool] | None, *, is_decided: bool, is_over: bool, same_scheme: bool
) -> ChangeCause:
    """
    Args:
        was: the standing before, its last part whether a person had decided it.
        is_decided: whether a person's decision holds now.
        is_over: whether there is no decision (any more).
        same_scheme: whether the run before went by the same version.
    """
    if is_decided or (was is not None and was[2] and is_over):
        return ChangeCause.DESIGNATION
    if was is None:
        return ChangeCause.FIRST
    return ChangeCause.DATA if same_scheme else ChangeCause.SCHEME


def _drivers(before: Run | None, scored: Scored, moved: list[int]) -> dict[int, list[Any]]:
    """For each moved row: the indicators whose contributions changed most, in millionths of a point."""
    import numpy as np

    from jishi.analytics.indicators import indicator_for
    from jishi.analytics.receipt import raw_text
    from jishi.analytics.whatif import Points, contributions_micro, points_of

    if before is None or not moved:
        return {}
    try:
        files = open_run_files(before)
    except RunFilesMissingError:
        return {}
    old_ids = np.asarray(files.matrix.customer_ids)
    by_id = np.argsort(old_ids, kind="stable")
    ids = scored.matrix.customer_ids[moved]
    places = np.searchsorted(old_ids, ids, sorter=by_id)
    known = [i for i, p in enumerate(places) if p < len(by_id) and old_ids[by_id[p]] == ids[i]]
    old_rows = [int(by_id[places[i]]) for i in known]
    new_rows = [moved[i] for i in known]
    points: Points = points_of(scored)
    delta = contributions_micro(points, scored.scheme, new_rows) - contributions_micro(
        files.points, scored.scheme, old_rows
    )
    keys = scored.scheme.indicator_keys
    found: dict[int, list[Any]] = {}
    for line, (row, old_row) in enumerate(zip(new_rows, old_rows, strict=True)):
        top = np.argsort(-np.abs(delta[line]), kind="stable")[:DRIVERS_SHOWN]
        found[row] = [
            {
                "indicator": keys[i],
                "delta_micro": int(delta[line][i]),
                "raw_before": _raw(
                    files.matrix.column(keys[i])[old_row], raw_text, indicator_for(keys[i])
                ),
                "raw_after": _raw(
                    scored.matrix.column(keys[i])[row], raw_text, indicator_for(keys[i])
                ),
            }
            for i in top.tolist()
            if int(delta[line][i])
        ]
    return found


def _raw(value: Any, raw_text: Any, definition: Any) -> str | None:
    number = float(value)
    text: str | None = raw_text(None if number != number else number, definition.unit)
    return text
