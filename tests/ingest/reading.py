"""Reading a file as an import would: in the limited child process."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from jishi.ingest.parsing.children import ChildResult, run_child
from jishi.ingest.parsing.limits import Limits


def read(path: Path, *, limits: Limits | None = None, **options: Any) -> dict[str, Any]:
    """The child's answer; a dead child is an answer with status "died"."""
    with tempfile.TemporaryDirectory() as work:
        result = read_in(Path(work), path, limits=limits, **options)
        return result.answer or {"status": "died", "by": result.ended_by, "stderr": result.stderr}


def read_in(work: Path, path: Path, *, limits: Limits | None = None, **options: Any) -> ChildResult:
    return run_child(
        "jishi.ingest.parsing.child",
        {"path": str(path), "name": path.name, "options": options},
        work,
        limits=limits or Limits(),
    )


def rows_of(path: Path, sheet: int = 0, **options: Any) -> list[dict[str, str | None]]:
    """The rows of a sheet by heading."""
    import pyarrow as pa

    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        answer = read_in(work, path, **options).answer
        assert answer is not None
        assert answer["status"] == "parsed", answer
        found = answer["sheets"][sheet]
        names = [column["name"] for column in found["columns"]]
        if found["file"] is None:
            return []
        table = pa.ipc.open_stream((work / found["file"]).read_bytes()).read_all()
        columns = [table.column(f"c{index}").to_pylist() for index in range(len(names))]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
