"""P20 · Start: a second `make run`, and the first page after `jishi serve`."""

from __future__ import annotations

import shutil
import time

from bench.data import ROOT
from bench.measure import Meter, tree_cpu_s
from bench.page_rows import label, main_size, ours
from bench.pages import Client, free_port, jishi_cookie, jishi_served, served
from bench.rows import Figures, Row, Target


def row(*, quick: bool = False) -> Row:
    main = main_size(quick=quick)
    made = Row(
        key="P20",
        title="Start",
        work="from the command to the first page",
        contenders=[
            ours("first_page", main, name="jishi serve", note=f"customer table of {label(main)}"),
            ours("make_run", main, name="make run", note="everything installed and built before"),
        ],
        targets=[
            Target("start_s", "jishi serve", 3.0, what="seconds"),
            Target("start_s", "make run", 5.0, what="seconds"),
        ],
        shown=("start_s", "start_cpu_s"),
        notes=["CPU is that of everything the command started until the first answer."],
    )
    if not shutil.which("make"):
        made.unavailable["make run"] = "there is no make here"
    return made


def first_page(meter: Meter, options: Figures) -> Figures:
    cookie = jishi_cookie(options["folder"])
    begun = time.perf_counter()
    with jishi_served(options["folder"]) as server:
        with meter.work():
            Client(server.port, cookie).page("/customers/")
        return {
            "start_s": time.perf_counter() - begun,
            "start_cpu_s": tree_cpu_s(server.pid),
        }


def make_run(meter: Meter, options: Figures) -> Figures:
    port = free_port()
    command = ["make", "-C", str(ROOT), "run", f"PORT={port}"]
    environment = {"JISHI_DATA_DIR": options["folder"], "DATABASE_URL": "", "MAKEFLAGS": ""}
    with meter.work(), served(command, port, "/healthz", environment) as server:
        return {"start_s": server.start_s, "start_cpu_s": server.start_cpu_s}
