"""P18 · Resident memory of a web process before anybody has used the analytics, and after."""

from __future__ import annotations

from bench.measure import Meter
from bench.page_rows import PEER_NAME, add_peer, installed, label, main_size, ours
from bench.pages import Client, jishi_cookie, jishi_served
from bench.rows import Figures, Row, Target


LIGHT = ["/customers/", "/customers/?view=all", "/palette/?q=智能"]
STARTED, ALL = "jishi, started", "jishi, all pages"


def row(*, quick: bool = False) -> Row:
    main = main_size(quick=quick)
    made = Row(
        key="P18",
        title="Memory of a web process",
        work="the larger of two web processes after some pages, before anybody asked for analytics",
        contenders=[
            ours("visited", main, note="table and search", paths=LIGHT),
            ours("visited", main, name=STARTED, note="only the health page", paths=["/healthz"]),
            ours(
                "visited",
                main,
                name=ALL,
                note="customer, today and laboratory as well",
                paths=[*LIGHT, "/customers/1/", "/", "/lab/"],
            ),
        ],
        targets=[
            Target("worker_mb", label(main), 130, what="MB"),
            Target("worker_mb", label(main), 90, what="MB", stretch=True),
            Target("worker_mb", ALL, 1.0, PEER_NAME, what="MB"),
        ],
        shown=("worker_mb",),
    )
    add_peer(made, "peer_visited", main, "list, search and company visited")
    return made


def visited(meter: Meter, options: Figures) -> Figures:
    cookie = jishi_cookie(options["folder"])
    with jishi_served(options["folder"]) as server, meter.work():
        for _ in range(6):  # several connections reach both workers
            client = Client(server.port, cookie)
            for path in options["paths"]:
                client.page(path)
        return {"worker_mb": server.worker_mb()}


def peer_visited(meter: Meter, options: Figures) -> Figures:
    from bench.peers.djangocrm import peer_served

    one = installed(options["customers"])
    with peer_served(one) as server, meter.work():
        for _ in range(6):
            client = Client(server.port, one.cookie)
            for path in ("", "?q=智能", "1/change/"):
                client.page(f"/en/123/crm/company/{path}")
        return {"worker_mb": server.worker_mb()}
