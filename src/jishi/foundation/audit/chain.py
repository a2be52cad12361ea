"""Seals: a hash chain over the audit entries, so that an edited or missing entry shows."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from jishi.foundation.models import AuditEntry, AuditSeal


_FIRST = "0" * 64


class ChainBrokenError(Exception):
    """The entries up to a seal no longer hash to it."""


def _digest(previous: str, after: int, upto: int) -> tuple[str, int]:
    digest = hashlib.sha256(previous.encode())
    count = 0
    rows = AuditEntry.objects.filter(id__gt=after, id__lte=upto).order_by("id")
    for row in rows.values_list(
        "id", "table_name", "row_pk", "action", "before", "after", "actor_id", "request_id",
        "recorded_at",
    ).iterator(chunk_size=5000):  # fmt: skip
        digest.update(json.dumps(row, ensure_ascii=False, sort_keys=True, default=str).encode())
        count += 1
    return digest.hexdigest(), count


def seal(*, now: datetime) -> AuditSeal | None:
    """Hash the entries since the latest seal onto the chain. None when there are none."""
    latest = AuditSeal.objects.order_by("-last_entry").first()
    after = latest.last_entry if latest else 0
    newest = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first()
    if newest is None or newest <= after:
        return None
    sha256, count = _digest(latest.sha256 if latest else _FIRST, after, newest)
    return AuditSeal.objects.create(last_entry=newest, entries=count, sha256=sha256, sealed_at=now)


def verify() -> int:
    """Recompute the whole chain. Returns the entries covered.

    Raises:
        ChainBrokenError: names the first seal that does not hold.
    """
    previous, after, covered = _FIRST, 0, 0
    for link in AuditSeal.objects.order_by("last_entry"):
        sha256, count = _digest(previous, after, link.last_entry)
        if (sha256, count) != (link.sha256, link.entries):
            raise ChainBrokenError(
                f"Audit entries {after + 1} to {link.last_entry} do not match their seal of "
                f"{link.sealed_at:%Y-%m-%d %H:%M} UTC: an entry was changed, added or removed."
            )
        previous, after, covered = sha256, link.last_entry, covered + count
    return covered
