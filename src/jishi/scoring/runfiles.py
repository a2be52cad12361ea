"""The files of a run: its matrix and points for what-if (memory-mapped), its results as Parquet for everybody else."""

from __future__ import annotations

import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings


if TYPE_CHECKING:
    from jishi.analytics.normalise import Fitted
    from jishi.analytics.scoring import Matrix, Scored
    from jishi.analytics.whatif import Points
    from jishi.scoring.models import Run

PARQUET = "results.parquet"


class RunFilesMissingError(Exception):
    """The files of a run are not in the data folder; scoring again makes new ones."""

    def __init__(self, run_id: int) -> None:
        super().__init__(
            f"The result files of run {run_id} are not in the data folder. Run the scoring again."
        )


@dataclass(frozen=True, slots=True)
class RunFiles:
    """A run's arrays, mapped from disk; one entry per row, rows ordered by customer code."""

    matrix: Matrix
    points: Points
    fitted: tuple[Fitted, ...]
    score_micro: Any
    rank: Any
    tier: Any
    path: Path

    def row_of(self, customer_id: int) -> int | None:
        """The row of a customer; None when it was not scored."""
        import numpy as np

        found = np.flatnonzero(self.matrix.customer_ids == customer_id)
        return int(found[0]) if len(found) else None


def runs_folder() -> Path:
    return Path(settings.DATA_DIR) / "runs"


def run_path(run: Run) -> Path:
    return runs_folder() / run.folder


def write_run_files(scored: Scored) -> str:
    """Write everything, completely, and return the folder's name."""
    import numpy as np

    from jishi.analytics.whatif import points_of

    name = uuid.uuid4().hex
    partial = runs_folder() / f"{name}.part"
    partial.mkdir(parents=True)
    points = points_of(scored)
    arrays: dict[str, Any] = {
        "customer_ids": scored.matrix.customer_ids,
        "values": scored.matrix.values,
        "points": points.points_micro,
        "pattern": points.pattern,
        "patterns": points.patterns,
        "score": scored.score_micro,
        "rank": scored.rank,
        "tier": scored.tier,
    }
    for key, array in arrays.items():
        with (partial / f"{key}.npy").open("wb") as file:
            np.save(file, array)
            file.flush()
            os.fsync(file.fileno())
    _write_parquet(scored, partial / PARQUET)
    os.replace(partial, runs_folder() / name)
    return name


def _write_parquet(scored: Scored, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    matrix = scored.matrix
    tier_keys = [tier.key for tier in scored.scheme.tiers]
    columns: dict[str, Any] = {
        "customer_id": pa.array(matrix.customer_ids),
        "code": pa.array(list(matrix.codes), type=pa.string()),
        "score_micro": pa.array(scored.score_micro),
        "rank": pa.array(scored.rank),
        "tier": pa.DictionaryArray.from_arrays(pa.array(scored.tier), pa.array(tier_keys)),
        "computed_tier": pa.DictionaryArray.from_arrays(
            pa.array(scored.tier_computed), pa.array(tier_keys)
        ),
        "coverage_units": pa.array(scored.coverage_units),
    }
    for position, key in enumerate(matrix.keys):
        columns[key] = pa.array(matrix.values[:, position], from_pandas=True)
    pq.write_table(pa.table(columns), path, compression="zstd")


def open_run_files(run: Run) -> RunFiles:
    """Map a run's arrays; nothing is read until it is used.

    Raises:
        RunFilesMissingError.
    """
    import numpy as np

    from jishi.analytics.normalise import Fitted
    from jishi.analytics.scoring import Matrix
    from jishi.analytics.whatif import Points

    path = run_path(run)

    def mapped(name: str) -> Any:
        try:
            return np.load(path / f"{name}.npy", mmap_mode="r")
        except ValueError:  # an empty array cannot be mapped
            return np.load(path / f"{name}.npy")

    try:
        matrix = Matrix(
            customer_ids=mapped("customer_ids"),
            codes=(),
            keys=tuple(run.keys),
            values=mapped("values"),
            unrecorded=tuple(run.summary.get("unrecorded", ())),
        )
        points = Points(mapped("points"), mapped("pattern"), mapped("patterns"))
        arrays = {name: mapped(name) for name in ("score", "rank", "tier")}
    except FileNotFoundError as error:
        raise RunFilesMissingError(run.pk) from error
    return RunFiles(
        matrix=matrix,
        points=points,
        fitted=tuple(Fitted.from_json(one) for one in run.fitted),
        score_micro=arrays["score"],
        rank=arrays["rank"],
        tier=arrays["tier"],
        path=path,
    )


def prune_run_files(*, keep: set[str]) -> int:
    """Remove folders that no run names, such as those of runs that were killed; returns how many."""
    found = [path for path in runs_folder().glob("*") if path.is_dir() and path.name not in keep]
    for path in found:
        shutil.rmtree(path, ignore_errors=True)
    return len(found)
