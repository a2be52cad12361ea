"""Groups that would stand below themselves: found before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from jishi.ingest.staging import issues


if TYPE_CHECKING:
    import duckdb


def drop_circles(db: duckdb.DuckDBPyConnection) -> None:
    """Take out of `p_customers` every row whose group would stand below its own member, with a warning.

    The rows of a file are looked at together: turning a group upside down in one file is no circle.
    """
    rows = db.execute(
        "SELECT k, coalesce(id, -1 - seq), coalesce(parent_id, -1 - parent_id_seq) FROM p_customers"
    ).fetchall()
    if not rows:
        return
    kept = dict(db.execute("SELECT id, parent_id FROM e_groups").fetchall())
    wanted = {child: parent for _key, child, parent in rows}
    refused: set[int] = set()
    # A refused row leaves its customer where it was, and that may close another circle.
    while found := in_circles({**kept, **wanted}, wanted):
        refused |= found
        wanted = {child: parent for child, parent in wanted.items() if child not in found}
    if not refused:
        return
    db.execute("CREATE TABLE in_circles (k VARCHAR)")
    db.executemany(
        "INSERT INTO in_circles VALUES (?)", [[key] for key, child, _p in rows if child in refused]
    )
    issues.add(
        db, code="group_circle", entity="customers", field="parent_name", severity=issues.WARNING,
        value="coalesce(v_parent_code, v_parent_name)",
        select="FROM p_customers WHERE k IN (SELECT k FROM in_circles)",
    )  # fmt: skip
    db.execute("DELETE FROM p_customers WHERE k IN (SELECT k FROM in_circles)")


def in_circles(above: Mapping[int, int], starts: Mapping[int, int]) -> set[int]:
    """Those of `starts` that are reached again by going up from them.

    >>> sorted(in_circles({1: 2, 2: 3, 3: 1, 4: 1}, {1: 2, 4: 1}))
    [1]
    """
    settled: set[int] = set()
    found: set[int] = set()
    for start in starts:
        path: dict[int, int] = {}
        at: int | None = start
        while at is not None and at not in settled and at not in path:
            path[at] = len(path)
            at = above.get(at)
        if at is not None and at in path:
            found |= {node for node, place in path.items() if place >= path[at]} & set(starts)
        settled |= set(path)
    return found
