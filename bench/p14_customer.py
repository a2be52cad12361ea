"""P14 · The page of one customer with ten thousand orders, every tab."""

from __future__ import annotations

from bench.measure import Meter
from bench.page_rows import PEER_NAME, add_peer, installed, label, main_size, ours, sizes
from bench.pages import Client, jishi_cookie, jishi_served, timed_visits
from bench.rows import Figures, Row, Target


TABS = ("overview", "record", "trade", "interactions", "scoring", "history")


def row(*, quick: bool = False, million: bool = False) -> Row:
    main = main_size(quick=quick)
    made = Row(
        key="P14",
        title="Customer page",
        work="one customer with 10,000 orders: its page, each tab in turn",
        contenders=[
            *(ours("tabs", n) for n in sizes(quick=quick, million=million) if n >= main),
            ours("first_tab", main, name=f"{label(main)}, first tab", note="the page as it opens"),
        ],
        targets=[
            Target("p95_ms", label(main), 120, what="p95 ms, all tabs"),
            Target("p95_ms", f"{label(main)}, first tab", 120, what="p95 ms"),
        ],
        shown=("cpu_ms", "cpu_p95_ms", "p50_ms", "p95_ms", "cold_ms"),
    )
    add_peer(made, "peer_detail", main, "a company with three contacts and no order")
    made.targets.append(Target("p95_ms", f"{label(main)}, first tab", 1.0, PEER_NAME, what="p95"))
    return made


def _visit(meter: Meter, options: Figures, paths: list[str]) -> Figures:
    cookie = jishi_cookie(options["folder"])
    with jishi_served(options["folder"]) as server:
        return timed_visits(meter, server, Client(server.port, cookie), paths)


def tabs(meter: Meter, options: Figures) -> Figures:
    return _visit(meter, options, [f"/customers/1/?tab={tab}" for tab in TABS])


def first_tab(meter: Meter, options: Figures) -> Figures:
    return _visit(meter, options, ["/customers/1/", "/customers/1/?view=all", "/customers/1/?tab="])


def peer_detail(meter: Meter, options: Figures) -> Figures:
    from bench.peers.djangocrm import peer_served

    one = installed(options["customers"])
    with peer_served(one) as server:
        client = Client(server.port, one.cookie)
        paths = [f"/en/123/crm/company/{n}/change/" for n in (1, 2, 3)]
        return timed_visits(meter, server, client, paths)
