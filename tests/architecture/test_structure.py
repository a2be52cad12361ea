"""What holds the house together, beyond what import-linter sees."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from tests.support import ROOT


SOURCE = ROOT / "src/jishi"
ROOMS = [
    "foundation",
    "customers",
    "facts",
    "warehouse",
    "ingest",
    "scoring",
    "plans",
    "jobs",
    "web",
]
# Rooms of the same height: neither may point to the other.
LEVEL = {room: index for index, room in enumerate(ROOMS)} | {"ingest": 4, "scoring": 4}
LONGEST = 420


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, check=True
    )
    return [
        p for name in listed.stdout.decode().split("\0") if name and (p := ROOT / name).exists()
    ]


def test_foreign_keys_point_down():
    """String references are invisible to import-linter, so the models themselves are asked."""
    wrong = []
    for model in apps.get_models():
        if not model.__module__.startswith("jishi."):
            continue
        here = model._meta.app_label
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if not field.concrete or target is None or not target.__module__.startswith("jishi."):
                continue
            there = target._meta.app_label
            if here != there and LEVEL[there] >= LEVEL[here]:
                wrong.append(f"{model.__name__}.{field.name} -> {target.__name__}")
    assert wrong == []


def test_files_stay_short():
    """A file that a newcomer cannot read at one sitting is split along a seam."""
    long = {
        str(path.relative_to(ROOT)): count
        for path in tracked("*.py", "*.js", "*.css", "*.html")
        if "migrations" not in path.parts
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert long == {}


def test_nothing_names_a_registry_or_a_machine():
    hosts = re.compile(
        r"https?://[^\s\"')]*(pypi\.org|pythonhosted|npmjs|npmmirror|registry\.|deb\.debian)"
        r"|(?<![\w.])/(work|root|tmp/brief)/"
    )
    found = []
    for path in tracked():
        if path.suffix in {".png", ".gz", ".xlsx", ".xls", ".parquet", ".ico"}:
            continue
        if path == Path(__file__):
            continue
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), 1
        ):
            if hosts.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert found == []


def test_every_requirement_gives_its_reason():
    bare = []
    for path in tracked("requirements/*.in"):
        for line in path.read_text().splitlines():
            wanted = line.strip() and not line.startswith(("#", "-"))
            if wanted and "#" not in line:
                bare.append(f"{path.name}: {line}")
    assert bare == []


def _calls_with_request_data(tree: ast.AST) -> list[int]:
    """Lines where something taken from a request is spread into an ORM call."""
    lines = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr not in {
            "filter",
            "exclude",
            "get",
            "annotate",
            "alias",
            "order_by",
            "update",
        }:
            continue
        for keyword in node.keywords:
            spread = ast.unparse(keyword.value) if keyword.arg is None else ""
            if re.search(r"request|GET|POST|cleaned_data|params", spread):
                lines.append(node.lineno)
    return lines


def test_no_query_is_built_from_request_keys():
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in tracked("src/*.py")
        for line in _calls_with_request_data(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


@pytest.mark.parametrize(
    "room", ["analytics", "warehouse", "facts", "customers", "scoring", "ingest"]
)
def test_the_clock_is_a_parameter_below_the_pages(room):
    clock = re.compile(r"\b(timezone\.now|datetime\.now|date\.today|time\.time|localdate)\(")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (SOURCE / room).rglob("*.py")
        if "migrations" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if clock.search(line)
    ]
    assert found == []


def test_pages_read_models_only_in_their_queries():
    reads = re.compile(
        r"^from jishi\.\w+\.models import|^from jishi\.\w+ import models", re.MULTILINE
    )
    found = [
        str(path.relative_to(ROOT))
        for path in (SOURCE / "web").rglob("*.py")
        if reads.search(path.read_text(encoding="utf-8"))
        and not ("pages" in path.parts and (path.stem == "queries" or "queries" in path.parts))
    ]
    assert found == []


def test_keys_are_read_in_one_place():
    """An Enter that ends a Chinese composition must not submit: one helper knows, nobody else asks."""
    raw = re.compile(r"""\.key(Code)?\s*={2,3}\s*["'`]?(Enter|13)\b""")
    found = [
        str(path.relative_to(ROOT))
        for path in (SOURCE / "web/assets").rglob("*.js")
        if path.name != "keys.js" and raw.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_templates_are_all_used():
    templates = {
        path.as_posix().split("/templates/", 1)[1] for path in SOURCE.rglob("templates/**/*.html")
    }
    texts = "\n".join(
        path.read_text(encoding="utf-8")
        for path in [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html")]
    )
    framework = {name for name in templates if name.startswith(("account/", "403", "404", "500"))}
    unused = {
        name
        for name in templates - framework
        if name not in texts and f"{name.rpartition('/')[0]}/{{" not in texts
    }
    assert unused == set()
