"""Which hashed files the build made of app.css, app.js and the others."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


DIST = Path(__file__).parent / "static" / "dist"


class AssetsNotBuilt(ImproperlyConfigured):
    """The styles and scripts have not been built."""


@cache
def _read(path: Path, stamp: int) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def manifest() -> dict[str, Any]:
    """Vite's manifest: source name → {file, imports, …}. Read anew when it has been rebuilt."""
    path = DIST / "manifest.json"
    try:
        stamp = path.stat().st_mtime_ns
    except FileNotFoundError:
        raise AssetsNotBuilt(
            "The styles and scripts are not built yet: run `npm ci && npm run build`, or `make install`."
        ) from None
    return _read(path, stamp)


def _url(file: str) -> str:
    # Not through the staticfiles storage: scripts import each other by the names Vite gave them.
    return f"{settings.STATIC_URL}dist/{file}"


def bundle_url(name: str) -> str:
    """The address of a built entry, e.g. `app.js`."""
    try:
        return _url(manifest()[name]["file"])
    except KeyError:
        raise AssetsNotBuilt(f"{name} is not among the built files.") from None


def bundle_imports(name: str) -> list[str]:
    """The addresses of the chunks an entry needs, so that they load beside it."""
    entries = manifest()
    found: list[str] = []
    waiting = list(entries[name].get("imports", ()))
    while waiting:
        key = waiting.pop()
        url = _url(entries[key]["file"])
        if url not in found:
            found.append(url)
            waiting.extend(entries[key].get("imports", ()))
    return found
