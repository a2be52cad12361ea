"""DjangoCRM (`django-crm-admin`) in an environment of its own under the cache folder.

Installed from the package index without its MySQL driver; where Python is 3.11 it runs on Django 5.2
and one f-string that needs Python 3.12 is rewritten. Data on SQLite in WAL mode, DEBUG off.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.data import cache_folder, company
from bench.pages import WORKERS, Server, free_port, served


PACKAGE = "django-crm-admin==3.1.0"
LEFT_OUT = {"mysqlclient", "setuptools"}
FILL = Path(__file__).with_name("djangocrm_fill.py")


class PeerUnavailableError(Exception):
    """The peer cannot be installed or filled here; the message says why."""


@dataclass(frozen=True, slots=True)
class Peer:
    """An installation with a filled database."""

    folder: Path
    customers: int

    @property
    def python(self) -> Path:
        return environment_folder() / "bin" / "python"

    @property
    def cookie(self) -> str:
        return (self.folder / "cookie").read_text(encoding="ascii").strip()

    @property
    def environment(self) -> dict[str, str]:
        packages = next((environment_folder() / "lib").glob("python*")) / "site-packages"
        return {
            "DJANGO_SETTINGS_MODULE": "peer_settings",
            "PYTHONPATH": f"{self.folder}:{packages}",
            "BENCH_FOLDER": str(self.folder),
            "DATABASE_URL": "",
        }


def environment_folder() -> Path:
    return cache_folder() / "peer-djangocrm-v1"


def _run(command: list[str | Path], **more: object) -> None:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **more
    )  # type: ignore[call-overload]  # keyword arguments are passed on
    if done.returncode:
        raise PeerUnavailableError((done.stderr or done.stdout).strip()[-600:])


def _install() -> None:
    folder = environment_folder()
    if (folder / "complete").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    _run([sys.executable, "-m", "venv", folder])
    python = folder / "bin" / "python"
    pip: list[str | Path] = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    _run([*pip, "--no-deps", PACKAGE])
    asked = "from importlib.metadata import requires; print(*requires('django-crm-admin'))"
    listing = subprocess.run([str(python), "-c", asked], capture_output=True, text=True, check=True)
    wanted = ["pillow", "granian"]
    for line in listing.stdout.split():
        name = re.split("[=<>;]", line)[0]
        if name in LEFT_OUT:
            continue
        if sys.version_info < (3, 12) and name.lower() in {"django", "numpy", "pandas"}:
            line = "Django==5.2.*" if name.lower() == "django" else name
        wanted.append(line)
    _run([*pip, *wanted])
    if sys.version_info < (3, 12):
        _rewrite_for_older_python(next((folder / "lib").glob("python*")) / "site-packages")
    (folder / "complete").touch()


def _rewrite_for_older_python(packages: Path) -> None:
    path = packages / "crm" / "site" / "productadmin.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("title=\"{_('Type')}\"", 'title="{_("Type")}"'), encoding="utf-8")


SETTINGS = """
import os
from webcrm.settings import *
DATABASES = {"default": {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": os.environ["BENCH_FOLDER"] + "/crm.sqlite3",
    "OPTIONS": {"timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"},
}}
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
"""


def peer(customers: int, lines: int) -> Peer:
    """The peer with the same customers and three contacts each, made now if the cache has it not.

    Raises:
        PeerUnavailableError
    """
    _install()
    folder = cache_folder() / f"djangocrm-{customers}-v1"
    made = Peer(folder, customers)
    if folder.exists():
        return made
    making = folder.with_name(folder.name + ".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    (making / "peer_settings.py").write_text(SETTINGS, encoding="utf-8")
    temporary = Peer(making, customers)
    environment = {**os.environ, **temporary.environment}
    # The first `migrate` ends in a signal handler that reads a table of a later migration;
    # its own `setupdata` finishes the work.
    with contextlib.suppress(PeerUnavailableError):
        _run([temporary.python, "-m", "django", "migrate", "-v0"], env=environment, cwd=making)
    _run([temporary.python, "-m", "django", "setupdata"], env=environment, cwd=making)
    source = company(lines, customers).path("customers")
    names = making / "names.txt"
    _write_names(source, names)
    _run([temporary.python, FILL, names, making / "cookie"], env=environment, cwd=making)
    making.rename(folder)
    return made


def _write_names(source: Path, target: Path) -> None:
    import pyarrow.parquet as pq

    names = pq.read_table(source, columns=["name"]).column("name").to_pylist()
    target.write_text("\n".join(names), encoding="utf-8")


@contextlib.contextmanager
def peer_served(one: Peer) -> Iterator[Server]:
    port = free_port()
    command = [
        str(one.python.with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", str(WORKERS), "--blocking-threads", "4", "--no-log",
        "webcrm.wsgi:application",
    ]  # fmt: skip
    with served(command, port, "/en/123/", one.environment, folder=one.folder) as server:
        yield server
