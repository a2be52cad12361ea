"""Everything that can be said about the code without running the product."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS: list[tuple[str, list[str]]] = [
    ("lint", [str(BIN / "ruff"), "check", "."]),
    ("format", [str(BIN / "ruff"), "format", "--check", "."]),
    ("types", [str(BIN / "mypy"), "src/jishi"]),
    ("imports point one way", [str(BIN / "lint-imports")]),
    ("templates", [str(BIN / "djlint"), "--lint", "--quiet", "src/jishi"]),
    ("migrations", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]),
    ("settings", [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]),
    ("translations", [sys.executable, "scripts/messages.py", "check"]),
    ("guards", [sys.executable, "-m", "pytest", "-q", "tests/architecture"]),
]

# A deployment is behind TLS; the other checks ask plain addresses.
ENVIRONMENT = {"settings": {"JISHI_TLS": "true"}}


def main() -> int:
    failed = []
    with tempfile.TemporaryDirectory(prefix="jishi-check-") as folder:
        env = {**os.environ, "JISHI_DATA_DIR": folder}
        env.pop("DATABASE_URL", None)
        for name, command in CHECKS:
            started = time.monotonic()
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=env | ENVIRONMENT.get(name, {}),
                capture_output=True,
                text=True,
                check=False,
            )
            seconds = time.monotonic() - started
            print(f"{'ok  ' if done.returncode == 0 else 'FAIL'}  {name}  ({seconds:.1f} s)")
            if done.returncode:
                failed.append(name)
                print((done.stdout + done.stderr).strip())
    print(f"{len(CHECKS) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
