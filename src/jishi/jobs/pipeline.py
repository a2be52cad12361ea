"""Longer walks through the rooms: facts, snapshot, scores, in this order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.timezone import localdate

from jishi.customers.models import Customer
from jishi.foundation.writing import write
from jishi.ingest.services import UndoReport, batch_undo
from jishi.jobs.day import scoring_day
from jishi.jobs.demo import demo_load, demo_remove
from jishi.jobs.demo.dates import months_before
from jishi.jobs.demo.firms import CANDIDATE_COUNT
from jishi.scoring.models import SchemeVersion
from jishi.scoring.queries import scheme_in_force
from jishi.scoring.services import run_score, scheme_activate, scheme_save, schemes_setup
from jishi.scoring.standings import standings_of_gone_remove


if TYPE_CHECKING:
    from jishi.foundation.models import User
    from jishi.scoring.models import Run

Tell = Callable[[str], None]

# When the demo company was graded before today, so that there are tier changes to see.
DEMO_GRADED_MONTHS_AGO = (24, 18, 12, 9, 6, 3, 1)
DEMO_SELECTION = {"kind": "top_n", "value": str(CANDIDATE_COUNT)}
"""As many key accounts as the managers of the demo company can look after."""


def score_everybody(
    *,
    by: User | None,
    today: date,
    now: datetime,
    scheme: str | SchemeVersion = "",
    publish: bool = True,
    tell: Tell = lambda phase: None,
) -> Run:
    """Score every customer, with the scheme in force unless another is named.

    Up to today, or up to the newest order of a history that ended long ago (`scoring_day`). The ready
    schemes are offered first, so that a new installation has one in force.
    """
    schemes_setup(by=None, now=now)
    as_of = scoring_day(today=today)
    return run_score(by=by, as_of=as_of, now=now, scheme=scheme, publish=publish, progress=tell)


def import_take_back(*, by: User | None, batch_id: int, now: datetime) -> UndoReport:
    """Take a whole import back; customers that are archived by it stand nowhere from that moment on.

    Raises: as `batch_undo`.
    """
    with write(by=by):
        report = batch_undo(by=by, batch_id=batch_id, now=now)
        standings_of_gone_remove()
    return report


def demo_company_load(*, by: User | None, today: date, now: datetime) -> dict[str, int]:
    """Load the demo company and grade it, with the re-evaluations of the year before. Returns kind of
    row → how many.

    Raises:
        NotAllowedError, DemoAlreadyLoadedError, DatabaseNotEmptyError.
    """
    counts = demo_load(by=by, today=today, now=now)
    schemes_setup(by=None, now=now)
    _demo_scheme_activate(now=now)
    for months in DEMO_GRADED_MONTHS_AGO:
        run_score(by=None, as_of=months_before(today, months), now=now)
    run_score(by=None, as_of=today, now=now)
    return counts


def _demo_scheme_activate(*, now: datetime) -> None:
    """Choose as many key accounts as the demo company can look after, unless somebody has already
    put a scheme of his own in force."""
    active = scheme_in_force()
    if active is None or active.author_id is not None or active.number > 1:
        return
    body = {**active.body, "selection": DEMO_SELECTION}
    made = scheme_save(by=None, body=body, now=now)
    scheme_activate(by=None, scheme_version_id=made.pk, version=made.version, now=now)


def _demo_scheme_retire(*, now: datetime) -> None:
    """Put the ready scheme back in force when the demo company's own still is."""
    active = scheme_in_force()
    if active is None or active.author_id is not None:
        return
    if active.body["selection"] != DEMO_SELECTION:
        return
    ready = SchemeVersion.objects.filter(key=active.key).order_by("number")[0]
    scheme_activate(by=None, scheme_version_id=ready.pk, version=ready.version, now=now)


def demo_company_remove(*, by: User | None, now: datetime) -> dict[str, int]:
    """Remove the demo company and grade whoever is left. Returns kind of row → how many.

    Raises:
        NotAllowedError, DemoUserError.
    """
    counts = demo_remove(by=by, now=now)
    _demo_scheme_retire(now=now)
    if Customer.objects.unscoped("whether anybody is left concerns all of them").exists():
        score_everybody(by=None, today=localdate(now), now=now)
    return counts
