"""P12 · The customer table: a page of 100 rows, default columns, sorted and filtered.

Twelve addresses in turn: all customers by score, name, sales, growth, margin and overdue, both ways,
filtered by industry or stage, and a page further on. The peer shows its own default columns of 100
companies, sorted by name, type, date and number.
"""

from __future__ import annotations

import re

from bench.measure import Meter
from bench.page_rows import PEER_NAME, add_peer, installed, label, main_size, ours, sizes
from bench.pages import Client, jishi_cookie, jishi_served, table_rows, timed_visits
from bench.rows import Figures, Row, Target


ROWS = 100
QUERIES = (
    "view=all", "view=all&sort=name", "view=all&sort=-spend", "view=all&sort=growth",
    "view=all&sort=-margin_pct", "view=all&sort=-overdue", "view=all&industry=C34",
    "view=all&industry=F51&sort=-spend", "view=all&stage=potential&sort=name",
    "view=all&region=430100&sort=-growth", "view=key",
)  # fmt: skip
PEER_QUERIES = ("", "?o=1", "?o=-1", "?o=2", "?o=3", "?o=-6", "?p=2", "?o=1&p=2", "?p=9", "?o=6")


def row(*, quick: bool = False, million: bool = False) -> Row:
    main = main_size(quick=quick)
    made = Row(
        key="P12",
        title="Table page",
        work=f"the customer table, {ROWS} rows, sorted and filtered, one request after another",
        contenders=[ours("table", n) for n in sizes(quick=quick, million=million)],
        targets=[
            Target("p95_ms", label(main), 120, what="p95 ms"),
            Target("cpu_us_per_row", label(main), 1 / 3, PEER_NAME, what="CPU per row"),
            Target("p95_ms", label(main), 1.0, PEER_NAME, what="p95"),
        ],
        shown=(
            "cpu_ms",
            "cpu_us_per_row",
            "cpu_p95_ms",
            "p50_ms",
            "p95_ms",
            "cold_ms",
            "html_gz_kb",
        ),
        notes=["CPU is that of the server's process tree, database included (SQLite)."],
    )
    if million:
        made.targets.append(Target("p95_ms", "jishi 1M", 1.3, label(main), what="p95"))
    add_peer(made, "peer_table", main, f"{main:,} companies, its own columns")
    return made


def table(meter: Meter, options: Figures) -> Figures:
    from bench.pages import gz_kb

    cookie = jishi_cookie(options["folder"])
    with jishi_served(options["folder"]) as server:
        client = Client(server.port, cookie)
        first = client.page(f"/customers/?{QUERIES[0]}&rows={ROWS}")
        rows = table_rows(first.body)
        if rows < ROWS:
            raise RuntimeError(f"expected {ROWS} rows, the page has {rows}")
        paths = [f"/customers/?{query}&rows={ROWS}" for query in QUERIES]
        further = re.search(rb'href="\?([^"]*after=[^"]*)"', first.body)
        if further:
            paths.append("/customers/?" + further[1].decode().replace("&amp;", "&"))
        figures = timed_visits(meter, server, client, paths, rows=ROWS)
        return {**figures, "html_gz_kb": gz_kb(first.body)}


def peer_table(meter: Meter, options: Figures) -> Figures:
    from bench.pages import gz_kb
    from bench.peers.djangocrm import peer_served

    one = installed(options["customers"])
    with peer_served(one) as server:
        client = Client(server.port, one.cookie)
        first = client.page("/en/123/crm/company/")
        rows = table_rows(first.body)
        if rows < ROWS:
            raise RuntimeError(f"expected {ROWS} rows, the peer's page has {rows}")
        paths = [f"/en/123/crm/company/{query}" for query in PEER_QUERIES]
        figures = timed_visits(meter, server, client, paths, rows=ROWS)
        return {**figures, "html_gz_kb": gz_kb(first.body)}
