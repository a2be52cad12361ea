"""`jishi init` and `jishi demo`."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer

from jishi.cli.common import RefusedError, ready


def register(app: typer.Typer) -> None:
    app.command("init")(init)
    app.command("demo")(demo)


def prepare_database() -> bool:
    """Create or update the database. Returns whether anything was done."""
    from django.core.management import call_command

    from jishi.foundation.models import Company
    from jishi.foundation.schema import SchemaState, schema_state

    state = schema_state()
    if state is SchemaState.NEWER:
        raise RefusedError(
            "The database was written by a newer version of Jishi. Update this program; "
            "running an older one on it could lose data."
        )
    if state is SchemaState.CURRENT and Company.objects.exists():
        return False
    call_command("migrate", verbosity=0, interactive=False)
    from django.utils import timezone

    from jishi.customers.services import customer_types_setup
    from jishi.foundation.services import company_setup
    from jishi.scoring.services.schemes import schemes_setup

    customer_types_setup(by=None)
    schemes_setup(by=None, now=timezone.now())
    company_setup(by=None)  # last: it says that nothing of this was cut short
    return True


def init(
    company: Annotated[str, typer.Option(help="Name of your company.")] = "",
    currency: Annotated[
        str, typer.Option(help="ISO code of the currency of all figures, such as CNY.")
    ] = "",
    admin: Annotated[str, typer.Option(help="Login name of the first administrator.")] = "admin",
    no_admin: Annotated[bool, typer.Option("--no-admin", help="Add no administrator.")] = False,
) -> None:
    """Make the database (or bring it up to date) and add the first administrator."""
    ready(database=False)
    prepare_database()
    from django.conf import settings

    from jishi.foundation.models import User
    from jishi.foundation.services import company_setup, user_create

    company_setup(by=None, name=company, base_currency=currency)
    typer.echo(f"Database ready in {settings.DATA_DIR}")
    if no_admin or User.objects.exists():
        return
    password = secrets.token_urlsafe(12)
    user_create(by=None, username=admin, name=admin, role="admin", password=password)
    typer.echo(f"First administrator: {admin}   password: {password}   (shown only once)")


def demo(
    remove: Annotated[bool, typer.Option("--remove", help="Take the demo company out.")] = False,
) -> None:
    """Load the demo company into an empty database, or take it out again."""
    ready()
    from django.utils import timezone

    from jishi.jobs.demo import DEMO_PASSWORD
    from jishi.jobs.pipeline import demo_company_load, demo_company_remove

    now = timezone.now()
    if remove:
        counts = demo_company_remove(by=None, now=now)
        typer.echo(f"Demo company removed: {sum(counts.values()):,} rows.")
        return
    counts = demo_company_load(by=None, today=timezone.localdate(now), now=now)
    typer.echo("Demo company loaded: " + ", ".join(f"{n:,} {kind}" for kind, n in counts.items()))
    typer.echo(f"Sign in as {', '.join(demo_logins())} with the password {DEMO_PASSWORD}")


def demo_logins() -> list[str]:
    """The login names of the demo company's people, administrators and directors first."""
    from jishi.foundation.models import User

    found = User.objects.filter(is_demo=True, is_active=True).order_by("pk")
    first: dict[str, str] = {}
    for username, role in found.values_list("username", "role"):
        first.setdefault(role, username)
    return list(first.values())
