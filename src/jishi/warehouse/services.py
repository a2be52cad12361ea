"""Refreshing the snapshot."""

from __future__ import annotations

from jishi.warehouse.snapshots import (
    Refresh,
    Snapshot,
    SnapshotBuildError,
    currencies_left_out,
    snapshot_latest,
    snapshot_opened,
    snapshot_refresh,
    snapshots_prune,
)


__all__ = [
    "Refresh",
    "Snapshot",
    "SnapshotBuildError",
    "currencies_left_out",
    "snapshot_latest",
    "snapshot_opened",
    "snapshot_refresh",
    "snapshots_prune",
]
