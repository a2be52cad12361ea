"""What the scripts and styles may do, and how much they may weigh."""

from __future__ import annotations

import gzip
import re
import subprocess
from pathlib import Path

import pytest
from tests.web.node import node

from jishi.web import bundles


ASSETS = Path(bundles.__file__).parent / "assets"
SCRIPTS = sorted(ASSETS.rglob("*.js"))
KB = 1024


def weight(names: set[str]) -> int:
    return sum(len(gzip.compress((bundles.DIST / name).read_bytes(), 9)) for name in names)


def files_of(entry: str) -> set[str]:
    prefix = bundles.bundle_url("app.css").split("dist/")[0] + "dist/"
    urls = [bundles.bundle_url(entry), *bundles.bundle_imports(entry)]
    return {url.removeprefix(prefix) for url in urls}


def test_only_the_key_helper_looks_at_keys() -> None:
    raw = re.compile(r"\.key\b(?!\w)|\.keyCode|\.which|\.isComposing|keydown|keypress|keyup")
    allowed = {"keys.js": None, "palette.js": "isComposing"}
    for script in SCRIPTS:
        found = set(raw.findall(script.read_text(encoding="utf-8")))
        if script.name == "keys.js":
            continue
        found = {name for name in found if allowed.get(script.name) != name.lstrip(".")}
        assert not found, f"{script.name} handles keys by itself: {found}"


def test_scripts_write_no_markup_and_evaluate_nothing() -> None:
    forbidden = re.compile(
        r"\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    )
    for script in SCRIPTS:
        assert not forbidden.findall(script.read_text(encoding="utf-8")), script.name


def test_no_browser_key_is_taken() -> None:
    taken = re.compile(r'"(?:Mod\+(?:[TWLFNRPS])|Alt\+Arrow\w+)"')
    templates = ASSETS.parent / "templates"
    sources = [*SCRIPTS, *templates.rglob("*.html")]
    assert not [path.name for path in sources if taken.search(path.read_text(encoding="utf-8"))]


def test_the_built_scripts_evaluate_nothing() -> None:
    for name in files_of("app.js"):
        assert not re.search(r"\beval\(", (bundles.DIST / name).read_text(encoding="utf-8"))


def test_weights() -> None:
    shell = files_of("app.js")
    assert weight(shell) <= 30 * KB
    assert weight(shell | files_of("grid.js")) <= 45 * KB
    assert weight(shell | files_of("lab.js")) <= 45 * KB
    assert weight(files_of("app.css")) <= 20 * KB


def test_an_unbuilt_installation_says_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "DIST", tmp_path)
    with pytest.raises(bundles.AssetsNotBuilt, match="make install"):
        bundles.bundle_url("app.js")


def test_sliders_share_their_weights() -> None:
    test = Path(__file__).parent / "weights.test.mjs"
    done = subprocess.run(
        [node(), "--test", str(test)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"^# pass 6$", done.stdout, re.MULTILINE)
