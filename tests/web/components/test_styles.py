"""What the styles of one part say reaches no other part."""

from __future__ import annotations

import re
from pathlib import Path

import jishi.web


WEB = Path(jishi.web.__file__).parent
TAG = re.compile(r'<(\w+)[^<>]*?class="([^"]*)"')
UNDER_EACH_OTHER = re.compile(r"(?<![\w.-])\.([\w.-]+) thead \{ display: none")


def test_only_tables_lay_their_cells_under_each_other_on_phones():
    styles = "".join(file.read_text() for file in (WEB / "assets/css").glob("*.css"))
    named = [set(classes.split(".")) for classes in UNDER_EACH_OTHER.findall(styles)]
    assert len(named) >= 4
    tags = [
        (tag, set(classes.split()))
        for file in (WEB / "templates").rglob("*.html")
        for tag, classes in TAG.findall(file.read_text())
    ]
    assert {tag for tag, has in tags if any(wanted <= has for wanted in named)} == {"table"}
