"""What the import tests share: importing files through the services, as pages and CLI do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has its own folder of imports."""
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path / "data")


@pytest.fixture
def check(db: None) -> Callable[..., Any]:
    """`check(paths, recipe=…, by=…, options=…)` → the import, checked and compared."""
    from jishi.ingest.services import import_check, import_create, uploads_of_paths

    def run(
        *paths: Path, recipe: str = "", by: Any = None, options: dict[str, Any] | None = None
    ) -> Any:
        job = import_create(
            by=by,
            uploads=uploads_of_paths(list(paths)),
            now=NOW,
            recipe_key=recipe,
            options=options,
        )
        return import_check(by=by, job_id=job.pk)

    return run


@pytest.fixture
def bring_in(check: Callable[..., Any]) -> Callable[..., Any]:
    """As `check`, and written."""
    from jishi.ingest.services import import_apply

    def run(*paths: Path, **how: Any) -> Any:
        job = check(*paths, **how)
        assert job.status == "staged", (job.status, job.problem, job.questions)
        return import_apply(by=how.get("by"), job_id=job.pk, now=NOW)

    return run


def write_csv(path: Path, *rows: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(("\n".join(rows) + "\n").encode(encoding))
    return path
