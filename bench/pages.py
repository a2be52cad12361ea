"""Pages over HTTP: a server of two workers, a signed-in client, latencies and the server's CPU."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from bench.application import USERNAME, use
from bench.data import ROOT
from bench.measure import MB, Meter, tree, tree_cpu_s, tree_running_ms
from bench.rows import Figures


WORKERS = 2
START_LIMIT_S = 60.0
REPEATS = 12


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Answer:
    """One response."""

    status: int
    body: bytes
    seconds: float


class Client:
    """A signed-in browser without scripts: one connection that stays open."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.port = port
        self.headers = {"Cookie": cookie, "Accept-Language": "zh-CN", "User-Agent": "bench"}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, path: str) -> Answer:
        begun = time.perf_counter()
        try:
            self._connection.request("GET", quote(path, safe="/?=&%-~:._"), headers=self.headers)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self._connection.close()  # an idle connection was closed: the next is another one
            begun = time.perf_counter()
            self._connection.request("GET", quote(path, safe="/?=&%-~:._"), headers=self.headers)
            response = self._connection.getresponse()
        body = response.read()
        return Answer(response.status, body, time.perf_counter() - begun)

    def page(self, path: str) -> Answer:
        """GET that must succeed."""
        answer = self.get(path)
        if answer.status != 200:
            raise RuntimeError(f"GET {path}: {answer.status} {answer.body[:300]!r}")
        return answer


@dataclass(slots=True)
class Server:
    pid: int
    port: int
    start_s: float
    start_cpu_s: float

    def worker_mb(self) -> float:
        """Resident memory of the largest web process."""
        sizes = []
        for process in tree(self.pid)[1:]:
            with contextlib.suppress(psutil.NoSuchProcess):
                if "jobs" not in process.name():
                    sizes.append(process.memory_info().rss / MB)
        return max(sizes, default=0.0)


@contextlib.contextmanager
def served(
    command: Sequence[str],
    port: int,
    ready_path: str,
    environment: dict[str, str],
    *,
    folder: Path = ROOT,
) -> Iterator[Server]:
    """Start a server, wait until it answers, stop it with everything it started."""
    begun = time.perf_counter()
    child = subprocess.Popen(
        list(command), cwd=folder, env={**os.environ, **environment}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if Client(port).get(ready_path).status < 500:
                    break
            if child.poll() is not None:
                raise RuntimeError(f"{command[0]} ended with {child.returncode}")
            if time.perf_counter() - begun > START_LIMIT_S:
                raise RuntimeError(f"no answer within {START_LIMIT_S:.0f} s")
            time.sleep(0.02)
        yield Server(child.pid, port, time.perf_counter() - begun, tree_cpu_s(child.pid))
    finally:
        started = tree(child.pid)
        child.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=15)
        for process in started:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        child.wait()


@contextlib.contextmanager
def jishi_served(folder: str | Path, *, up: bool = False) -> Iterator[Server]:
    """`jishi serve` on a data folder, as people run it."""
    port = free_port()
    command = [sys.executable, "-m", "jishi.cli.main", "up" if up else "serve", "--port", str(port)]
    environment = {
        "JISHI_DATA_DIR": str(folder), "JISHI_LOG_LEVEL": "ERROR", "DATABASE_URL": "",
    }  # fmt: skip
    with served([*command, "--workers", str(WORKERS)], port, "/healthz", environment) as server:
        yield server


def jishi_cookie(folder: str | Path) -> str:
    """A session of the administrator of a generated company, made without the sign-in page."""
    use(folder)
    from django.conf import settings
    from django.test import Client as DjangoClient

    from jishi.foundation.models import User

    client = DjangoClient()
    client.force_login(User.objects.get(username=USERNAME))
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


def timed_visits(
    meter: Meter, server: Server, client: Client, paths: Sequence[str], *, rows: int = 0
) -> Figures:
    """Visit every path `REPEATS` times, one after another.

    The first visit of each is kept apart (`cold_ms`): it fills the caches that are keyed by the data
    version. Percentiles are of the visits after it. `cpu_p95_ms` is what a request makes the server
    compute: its duration on a machine that has nothing else to do.
    """
    cold = [client.page(path).seconds * 1_000 for path in paths]
    for path in paths:
        client.page(path)
    warm: list[float] = []
    running_ms: list[float] = []
    cpu_s = tree_cpu_s(server.pid)
    with meter.work():
        for path in [*paths] * REPEATS:
            before_ms = tree_running_ms(server.pid)
            warm.append(client.page(path).seconds * 1_000)
            after_ms = tree_running_ms(server.pid)
            if before_ms is not None and after_ms is not None:
                running_ms.append(after_ms - before_ms)
    cpu_ms = (tree_cpu_s(server.pid) - cpu_s) * 1_000 / len(warm)
    figures: Figures = {
        "p50_ms": statistics.median(warm),
        "p95_ms": percentile(warm, 95),
        "cold_ms": max(cold),
        "cpu_ms": cpu_ms,
        "worker_mb": server.worker_mb(),
        "requests": len(warm),
    }
    if running_ms:
        figures["cpu_p95_ms"] = percentile(running_ms, 95)
    if rows:
        figures["cpu_us_per_row"] = cpu_ms * 1_000 / rows
    return figures


def percentile(values: Sequence[float], pct: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * pct / 100))]


def gz_kb(body: bytes) -> float:
    return len(gzip.compress(body, 6)) / 1024


def table_rows(body: bytes) -> int:
    """Rows of the page's largest table, in all its bodies."""
    tables = re.findall(rb"<table.*?</table>", body, re.DOTALL)
    counts = [
        sum(
            len(re.findall(rb"<tr[\s>]", one))
            for one in re.findall(rb"<tbody.*?</tbody>", t, re.DOTALL)
        )
        for t in tables
    ]
    return max(counts, default=0)


def linked(body: bytes) -> dict[str, list[str]]:
    """Scripts and style sheets a page names."""
    text = body.decode("utf-8", errors="replace")
    tags: dict[str, list[str]] = {"js": [], "css": []}
    tags["js"] = re.findall(r'<script[^>]+src="([^"]+)"', text)
    tags["js"] += re.findall(r'<link[^>]+rel="modulepreload"[^>]+href="([^"]+)"', text)
    tags["css"] = [
        found
        for tag in re.findall(r"<link[^>]+>", text)
        if 'rel="stylesheet"' in tag
        for found in re.findall(r'href="([^"]+)"', tag)
    ]
    return {kind: list(dict.fromkeys(found)) for kind, found in tags.items()}


def some_names(folder: str | Path, count: int) -> list[dict[str, Any]]:
    """A few customers with their phones, spread over the archive, to search for."""
    use(folder)
    from jishi.customers.models import Customer

    everybody = Customer.objects.unscoped("a benchmark reads")
    total = everybody.count()
    picked = [1 + total * n // count for n in range(count)]
    return [
        {"name": name, "phone": phone}
        for name, phone in everybody.filter(pk__in=picked).values_list("name", "phone")
    ]
