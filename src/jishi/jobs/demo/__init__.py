"""The demo company: an invented manufacturer to look around in, loaded and removed in one go.

Generated, never recorded: the same seed and the same `today` give the same company. See
`docs/demo-company.md`.
"""

from __future__ import annotations

from jishi.jobs.demo.loading import DatabaseNotEmptyError, DemoAlreadyLoadedError, demo_load
from jishi.jobs.demo.organisation import DEMO_LOGINS, DEMO_PASSWORD
from jishi.jobs.demo.removing import DemoUserError, demo_remove


__all__ = [
    "DEMO_LOGINS",
    "DEMO_PASSWORD",
    "DatabaseNotEmptyError",
    "DemoAlreadyLoadedError",
    "DemoUserError",
    "demo_load",
    "demo_remove",
]
