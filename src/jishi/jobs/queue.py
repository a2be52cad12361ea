"""The queue of background jobs: a file of its own beside the database, so that queueing never
waits for a business transaction."""

from __future__ import annotations

from django.conf import settings
from huey import SqliteHuey


settings.DATA_DIR.mkdir(parents=True, exist_ok=True)

queue = SqliteHuey(
    "jishi",
    filename=str(settings.DATA_DIR / "jobs.sqlite3"),
    timeout=20,
    utc=True,
)
