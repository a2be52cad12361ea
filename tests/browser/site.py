"""The product as a person starts it: its own process, the demo company, scored; and who signs in."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError

from playwright.sync_api import Browser, BrowserContext, Page, expect

from jishi.jobs.demo import DEMO_PASSWORD


OURS = ("JISHI_", "DJANGO_", "DATABASE_", "PYTEST_")
SECONDS_TO_START = 60


def _environment(folder: Path) -> dict[str, str]:
    """The environment of a shell in which nobody runs tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**kept, "JISHI_DATA_DIR": str(folder), "JISHI_LOG_LEVEL": "ERROR"}


def _jishi(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "jishi.cli.main", *arguments]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except (URLError, OSError):
            if server.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError("The server did not start.")


def jishi(folder: Path, *arguments: str) -> str:
    """What the command prints."""
    done = subprocess.run(
        _jishi(*arguments), env=_environment(folder), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def served(folder: Path, *, shared: Path) -> Iterator[str]:
    """`jishi init`, `jishi demo` and `jishi serve` in `folder`; gives the address.

    The company is loaded once into `shared`, by whoever comes first, and copied from there.
    """
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        loaded = shared / "loaded"
        if not loaded.exists():
            being = shared / "being-loaded"
            jishi(being, "init", "--no-admin")
            jishi(being, "demo")
            being.rename(loaded)
    shutil.copytree(loaded, folder, dirs_exist_ok=True)
    with serving(folder) as url:
        yield url


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """`jishi serve` over what is in `folder`; gives the address."""
    port = _free_port()
    server = subprocess.Popen(
        _jishi("serve", "--port", str(port), "--workers", "1"),
        env=_environment(folder), stdout=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, server)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()


@dataclass
class Complaints:
    """What a page said to its console, without what its own status code makes the browser say."""

    said: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("console", lambda message: self._note(message.type, message.text))

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and "the server responded with a status of" not in text:
            self.said.append(text)

    def taken(self) -> list[str]:
        """Everything since the last time."""
        said, self.said = self.said, []
        return said


@dataclass(eq=False)
class Site:
    """Opens pages of the running product for one of the demo company's people."""

    url: str
    chromium: Browser
    sessions: dict[str, Any] = field(default_factory=dict)

    def context(
        self,
        username: str = "",
        *,
        width: int = 1440,
        scheme: Any = "light",
        lang: str = "zh",
        scripts: bool = True,
    ) -> BrowserContext:
        """A browser of its own; signed in unless `username` is empty."""
        context = self.chromium.new_context(
            base_url=self.url,
            viewport={"width": width, "height": 900 if width > 760 else 780},
            color_scheme=scheme,
            java_script_enabled=scripts,
            reduced_motion="reduce",
            locale="en-GB" if lang == "en" else "zh-CN",
            storage_state=self._session(username) if username else None,
        )
        context.set_default_timeout(20_000)
        language = "en" if lang == "en" else "zh-hans"
        if username:
            form = context.request.get("/settings/").text()
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
            assert token
            context.request.post(
                "/preferences/", form={"csrfmiddlewaretoken": token[1], "language": language}
            )
        else:
            context.add_cookies([{"name": "django_language", "value": language, "url": self.url}])
        return context

    def _session(self, username: str) -> Any:
        if username not in self.sessions:
            context = self.chromium.new_context(base_url=self.url)
            page = context.new_page()
            page.goto("/accounts/login/")
            page.fill("input[name=login]", username)
            page.fill("input[name=password]", DEMO_PASSWORD)
            page.locator("main button[type=submit]").click()
            expect(page.locator("nav.rail"), page.url).to_be_visible()
            self.sessions[username] = context.storage_state()
            context.close()
        return self.sessions[username]
