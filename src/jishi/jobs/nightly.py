"""When everybody is graded anew without anybody asking: once a night, or as soon after as possible."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.timezone import localtime

from jishi.customers.models import Customer
from jishi.foundation.writing import data_version
from jishi.jobs.day import scoring_day
from jishi.scoring.queries import run_latest, scheme_in_force


def latest_night(now: datetime) -> datetime:
    """The last moment that has come at which a grading was to begin, in the organisation's time zone."""
    here = localtime(now)
    night = here.replace(hour=settings.GRADING_HOUR, minute=0, second=0, microsecond=0)
    return night if night <= here else night - timedelta(days=1)


def grading_is_due(now: datetime) -> bool:
    """Whether nobody has been graded since the night came and a grading would tell anything new.

    It would not without customers, nor when neither the data nor the scheme nor the day that it counts
    up to have changed, as in a history that ended long ago. A machine that was off at night is due when
    it starts, once.
    """
    run = run_latest()
    if run is not None and run.created_at >= latest_night(now):
        return False
    everybody = Customer.objects.unscoped("whether anybody is there to be graded")
    if not everybody.filter(is_archived=False).exists():
        return False
    if run is None:
        return True
    scheme = scheme_in_force()
    return (
        run.data_version != data_version()
        or run.as_of != scoring_day(today=localtime(now).date())
        or (scheme is not None and scheme.pk != run.scheme_version_id)
    )
