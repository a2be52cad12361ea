"""P13 · Search: two Han characters, initials of the pinyin, the tail of a phone number.

Ours is the search box of every page. The peer can only look for the two characters, in its list.
"""

from __future__ import annotations

from bench.measure import Meter
from bench.page_rows import PEER_NAME, add_peer, installed, label, main_size, ours, sizes
from bench.pages import Client, jishi_cookie, jishi_served, some_names, timed_visits
from bench.rows import Figures, Row, Target


SEARCHES = 20


def row(*, quick: bool = False, million: bool = False) -> Row:
    main = main_size(quick=quick)
    counts = sizes(quick=quick, million=million)
    made = Row(
        key="P13",
        title="Search",
        work="two Han characters, pinyin initials or a phone tail → the customers and contacts",
        contenders=[
            *(ours("anything", n, note=f"{n:,} customers, 3 kinds of query") for n in counts),
            ours("han", main, name=f"{label(main)}, Han", note="two Han characters only"),
        ],
        targets=[
            Target("p95_ms", label(counts[-1]), 40, what="p95 ms"),
            Target("p95_ms", PEER_NAME, 10, f"{label(main)}, Han", at_least=True, what="p95"),
            Target("cpu_ms", PEER_NAME, 10, f"{label(main)}, Han", at_least=True, what="CPU"),
        ],
        shown=("cpu_ms", "cpu_p95_ms", "p50_ms", "p95_ms", "cold_ms"),
    )
    add_peer(made, "peer_han", main, f"{main:,} companies, two Han characters in its list")
    return made


def _han(folder: str) -> list[str]:
    """Two neighbouring characters out of the middle of names."""
    return [one["name"][2:4] for one in some_names(folder, SEARCHES)]


def _visit(meter: Meter, options: Figures, texts: list[str]) -> Figures:
    cookie = jishi_cookie(options["folder"])
    with jishi_served(options["folder"]) as server:
        client = Client(server.port, cookie)
        client.headers["HX-Request"] = "true"
        found = client.page(f"/palette/?q={texts[0]}").body
        if b"/customers/" not in found:
            raise RuntimeError(f"nothing is found for {texts[0]}")
        return timed_visits(meter, server, client, [f"/palette/?q={text}" for text in texts])


def han(meter: Meter, options: Figures) -> Figures:
    return _visit(meter, options, _han(options["folder"]))


def anything(meter: Meter, options: Figures) -> Figures:
    from pypinyin import Style, lazy_pinyin

    picked = some_names(options["folder"], SEARCHES)
    texts = []
    for place, one in enumerate(picked):
        initials = "".join(lazy_pinyin(one["name"][:4], style=Style.FIRST_LETTER))
        texts.append((one["name"][2:4], initials, one["phone"][-4:])[place % 3])
    return _visit(meter, options, texts)


def peer_han(meter: Meter, options: Figures) -> Figures:
    from bench.page_rows import shop
    from bench.peers.djangocrm import peer_served

    texts = _han(shop(options["customers"]).folder)
    one = installed(options["customers"])
    with peer_served(one) as server:
        client = Client(server.port, one.cookie)
        paths = [f"/en/123/crm/company/?q={text}" for text in texts]
        return timed_visits(meter, server, client, paths)
