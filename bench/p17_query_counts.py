"""P17 · Queries per page: the same with ten customers and with a thousand."""

from __future__ import annotations

from bench.application import USERNAME, application, use
from bench.measure import Meter
from bench.rows import Contender, Figures, Row, Target


PAGES = {
    "today": "/",
    "customers": "/customers/?view=all&rows=200",
    "customers, key": "/customers/",
    "customers, found": "/customers/?view=all&q=智能",
    "customer": "/customers/1/?view=all",
    "customer, trade": "/customers/1/?view=all&tab=trade",
    "customer, interactions": "/customers/1/?view=all&tab=interactions",
    "search": "/palette/?q=智能",
    "imports": "/data/",
    "laboratory": "/lab/",
    "quality": "/data/quality/",
    "people": "/settings/people/",
    "teams": "/settings/teams/",
    "trail": "/settings/trail/",
}
SMALL, LARGE = 10, 1_000


def row(*, quick: bool = False) -> Row:
    del quick  # it is as quick as it can be
    counted = [
        Contender(
            f"{customers:,} customers",
            "counted",
            {"folder": application(customers, customers * 20, big_orders=customers // 2).folder},
        )
        for customers in (SMALL, LARGE)
    ]
    names = [one.name for one in counted]
    return Row(
        key="P17",
        title="Query counts",
        work="SQL statements of each page, signed in as an administrator, caches warm",
        contenders=counted,
        targets=[Target(name, names[1], 1.0, names[0], what=name) for name in PAGES],
        shown=tuple(PAGES),
        rounds=1,
        notes=["Page sizes are those of the product; a page that is not there is not measured."],
    )


def counted(meter: Meter, options: Figures) -> Figures:
    """Number of statements of the second visit of every page."""
    use(options["folder"])
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from jishi.foundation.models import User

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.get(username=USERNAME))
    found: Figures = {}
    with meter.work():
        for name, path in PAGES.items():
            if client.get(path).status_code != 200:
                continue
            with CaptureQueriesContext(connection) as seen:
                client.get(path)
            found[name] = len(seen)
    return found
