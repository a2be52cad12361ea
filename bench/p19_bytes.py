"""P19 · Bytes of a first visit, gzipped: HTML, scripts and style sheets that the page names."""

from __future__ import annotations

from bench.measure import Meter
from bench.page_rows import label, main_size, ours
from bench.pages import Client, gz_kb, jishi_cookie, jishi_served, linked
from bench.rows import Figures, Row, Target


PAGES = {"table": "/customers/", "customer": "/customers/1/", "today": "/", "laboratory": "/lab/"}


def row(*, quick: bool = False) -> Row:
    main = main_size(quick=quick)
    contenders = [
        ours("bytes_of", main, name=name, path=path, note=path) for name, path in PAGES.items()
    ]
    return Row(
        key="P19",
        title="Bytes",
        work=f"a first visit, {label(main)}: what the page names, gzipped",
        contenders=contenders,
        targets=[
            Target("js_gz_kb", "table", 60, what="JS gz KB"),
            Target("js_gz_kb", "customer", 45, what="JS gz KB"),
            Target("js_gz_kb", "today", 45, what="JS gz KB"),
            Target("js_gz_kb", "laboratory", 290, what="JS gz KB"),
            Target("css_gz_kb", "table", 20, what="CSS gz KB"),
            Target("page_gz_kb", "today", 90, what="HTML + CSS + JS gz KB"),
        ],
        shown=("html_gz_kb", "js_gz_kb", "css_gz_kb", "page_gz_kb"),
        rounds=1,
        notes=["Scripts fetched later, on demand, are not in these figures."],
    )


def bytes_of(meter: Meter, options: Figures) -> Figures:
    cookie = jishi_cookie(options["folder"])
    with jishi_served(options["folder"]) as server, meter.work():
        client = Client(server.port, cookie)
        page = client.page(options["path"]).body
        named = linked(page)
        if not named["css"]:
            raise RuntimeError("the page names no style sheet: assets are not built")
        sizes = {
            kind: sum(gz_kb(client.page(path).body) for path in paths)
            for kind, paths in named.items()
        }
    html = gz_kb(page)
    return {
        "html_gz_kb": html,
        "js_gz_kb": sizes["js"],
        "css_gz_kb": sizes["css"],
        "page_gz_kb": html + sizes["js"] + sizes["css"],
    }
