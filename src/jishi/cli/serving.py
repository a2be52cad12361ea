"""`jishi serve` and `jishi up`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from typing import Annotated

import typer

from jishi.cli.common import RefusedError, ready


Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)]
Workers = Annotated[int, typer.Option(help="Web processes.", min=1, max=64)]


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)
    app.command("up")(up)


def refuse_taken_port(host: str, port: int) -> None:
    """Say so before anything starts when somebody else listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise RefusedError(
                f"Port {port} on {host} cannot be used ({error.strerror}). "
                f"Another program, perhaps another Jishi, is listening there. Stop it or choose "
                f"another port: make run PORT={port + 1}, or jishi serve --port {port + 1}"
            ) from None


def _start_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "jishi.jobs.worker", "--parent", str(os.getpid())],
        start_new_session=True,  # Ctrl-C reaches the parent, which stops it in order
    )


def _apart_from_the_terminal() -> None:
    """Put the web processes that will be started into process groups of their own.

    Otherwise each hears Ctrl-C itself and then again from the parent that stops it, and the second
    signal may find the first one half done: such a process waits for itself for ever.
    """
    os.register_at_fork(after_in_child=os.setpgrp)


def run_server(host: str, port: int, workers: int) -> None:
    """Serve pages and run jobs until interrupted."""
    from granian import Granian
    from granian.constants import Interfaces

    _apart_from_the_terminal()
    worker = _start_worker()
    try:
        Granian(
            "jishi.config.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=4,
            process_name="jishi-web",
            log_enabled=False,
            respawn_failed_workers=True,
            workers_kill_timeout=10,
        ).serve()
    finally:
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(timeout=10)
        except subprocess.TimeoutExpired:
            worker.kill()


def serve(host: Host = "127.0.0.1", port: Port = 8000, workers: Workers = 2) -> None:
    """Serve the product."""
    ready()
    refuse_taken_port(host, port)
    typer.echo(f"Jishi is at http://{host}:{port}   (Ctrl-C stops it)")
    run_server(host, port, workers)


def up(host: Host = "127.0.0.1", port: Port = 8000, workers: Workers = 2) -> None:
    """Make the database if needed, load the demo company if it is empty, and serve."""
    ready(database=False)
    refuse_taken_port(host, port)
    from jishi.cli.admin import demo_logins, prepare_database

    if prepare_database():
        typer.echo("Database ready.")
    from django.utils import timezone

    from jishi.foundation.models import Batch, User
    from jishi.jobs.demo import DEMO_PASSWORD
    from jishi.jobs.pipeline import demo_company_load

    if not User.objects.exists() and not Batch.objects.exists():
        typer.echo("Loading the demo company (about half a minute) ...")
        now = timezone.now()
        demo_company_load(by=None, today=timezone.localdate(now), now=now)
    logins = demo_logins()
    if logins:
        typer.echo(f"Demo logins: {', '.join(logins)}   password: {DEMO_PASSWORD}")
    typer.echo(f"Jishi 基石 is at http://{host}:{port}   (Ctrl-C stops it)")
    run_server(host, port, workers)
