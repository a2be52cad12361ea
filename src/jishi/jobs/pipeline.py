"""Longer walks through the rooms: facts, snapshot, scores, in this order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.timezone import localdate

from jishi.customers.models import Customer
from jishi.jobs.day import scoring_day
from jishi.jobs.demo import demo_load, demo_remove
from jishi.scoring.services import run_score, schemes_setup


if TYPE_CHECKING:
    from jishi.foundation.models import User
    from jishi.scoring.models import Run, SchemeVersion

Tell = Callable[[str], None]


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


def demo_company_load(*, by: User | None, today: date, now: datetime) -> dict[str, int]:
    """Load the demo company and grade it. Returns kind of row → how many.

    Raises:
        NotAllowedError, DemoAlreadyLoadedError, DatabaseNotEmptyError.
    """
    counts = demo_load(by=by, today=today, now=now)
    score_everybody(by=None, today=today, now=now)
    return counts


def demo_company_remove(*, by: User | None, now: datetime) -> dict[str, int]:
    """Remove the demo company and grade whoever is left. Returns kind of row → how many.

    Raises:
        NotAllowedError, DemoUserError.
    """
    counts = demo_remove(by=by, now=now)
    if Customer.objects.unscoped("whether anybody is left concerns all of them").exists():
        score_everybody(by=None, today=localdate(now), now=now)
    return counts
