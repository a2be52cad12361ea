"""The folder of one import: its files, its findings, its progress, and the wish to stop it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings


PHASES = ("reading", "checking", "comparing", "writing", "done")


def imports_root() -> Path:
    return Path(settings.DATA_DIR) / "imports"


def folder_of(job_id: int) -> Path:
    return imports_root() / str(job_id)


def file_folder(job_id: int, number: int) -> Path:
    """Where the tables of the import's file `number` are left."""
    folder = folder_of(job_id) / f"file{number}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def rejects_folder(job_id: int) -> Path:
    """Where the marked copies of the import's files are left, once per language."""
    return folder_of(job_id) / "rejected"


def forget_rejects(job_id: int) -> None:
    """The rows have been checked anew: copies marked before tell of other faults."""
    shutil.rmtree(rejects_folder(job_id), ignore_errors=True)


def write_json(path: Path, data: Any) -> None:
    """Whole or not at all."""
    temporary = path.with_suffix(path.suffix + ".part")
    temporary.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    temporary.replace(path)


def read_json(path: Path) -> Any:
    """The content, or None when the file is not there."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def progress_write(job_id: int, phase: str, done: int, total: int) -> None:
    write_json(folder_of(job_id) / "progress.json", {"phase": phase, "done": done, "total": total})


def progress_read(job_id: int) -> dict[str, Any]:
    """phase, done, total; and percent of the whole import."""
    data = read_json(folder_of(job_id) / "progress.json") or {
        "phase": "reading",
        "done": 0,
        "total": 1,
    }
    # Measured shares of the time of an import of a million rows.
    share = {"reading": (0, 25), "checking": (25, 30), "comparing": (55, 10), "writing": (65, 35),
             "done": (100, 0)}[data["phase"]]  # fmt: skip
    data["percent"] = round(share[0] + share[1] * data["done"] / max(1, data["total"]))
    return dict(data)


def ask_to_stop(job_id: int) -> None:
    (folder_of(job_id) / "stop").touch()


def stop_wanted(job_id: int) -> Callable[[], bool]:
    path = folder_of(job_id) / "stop"
    return path.exists


def forget_stop(job_id: int) -> None:
    (folder_of(job_id) / "stop").unlink(missing_ok=True)


def drop_working_files(job_id: int) -> None:
    """Free the disk once an import is over; the uploaded files and the findings stay."""
    folder = folder_of(job_id)
    for path in folder.iterdir() if folder.exists() else ():
        if path.is_dir() and path.name.startswith("stage."):
            shutil.rmtree(path, ignore_errors=True)
        elif path.is_dir() and path.name.startswith("file"):
            for table in path.glob("*.arrow"):
                table.unlink()
            for copy in path.glob("unpacked*"):
                copy.unlink()
        elif path.name.endswith((".arrow", ".part", ".duckdb", ".wal")) or path.name.startswith(
            "stage."
        ):
            path.unlink()


def delete_folder(job_id: int) -> None:
    shutil.rmtree(folder_of(job_id), ignore_errors=True)
