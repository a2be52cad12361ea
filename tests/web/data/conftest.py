"""Imports in the browser's place: real files, real children, work done at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path) -> None:
    """Ids begin anew in every test, so their folders must too."""
    settings.DATA_DIR = tmp_path


@pytest.fixture
def at_once(monkeypatch) -> Iterator[None]:
    """Background jobs run inside the request that asks for them; grading has tests of its own."""
    from jishi.jobs import tasks
    from jishi.jobs.queue import queue

    monkeypatch.setattr(tasks, "ask_score", lambda *ids: None)
    queue.immediate = True
    yield
    queue.immediate = False


@pytest.fixture
def signed(client, admin):
    client.force_login(admin)
    return client


@pytest.fixture
def upload(signed):
    """`upload({name: content}, recipe=…)` → the response after all redirects."""

    def send(files: dict[str, str | bytes], **fields: str):
        uploads = [
            SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
            for name, content in files.items()
        ]
        return signed.post(reverse("web:import_new"), {"uploads": uploads, **fields}, follow=True)

    return send
