"""One contender, once: `python -m bench.contender REQUEST ANSWER`."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

from bench.measure import Meter, own_peak_rss_mb


def main(request_text: str, answer_path: str) -> None:
    request = json.loads(request_text)
    function = getattr(importlib.import_module(request["module"]), request["function"])
    meter = Meter()
    more = function(meter, request["options"]) or {}
    figures = {"cpu_s": meter.cpu_s, "wall_s": meter.wall_s, "rss_mb": own_peak_rss_mb(), **more}
    Path(answer_path).write_text(json.dumps(figures), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
