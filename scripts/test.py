"""The whole suite: once on SQLite with the browser, then what touches data on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys


def run(engine: str, *extra: str) -> int:
    env = {**os.environ, "JISHI_TEST_ENGINE": engine}
    if engine == "sqlite":
        env.pop("DATABASE_URL", None)
    print(f"\n== the suite on {engine} ==", flush=True)
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile"),
        "--no-loadscope-reorder",  # files of few and long tests would come last, on one worker
        *extra,
    ]
    return subprocess.run(command, env=env, check=False).returncode


def main() -> int:
    extra = sys.argv[1:]
    results = [run("sqlite", *extra), run("postgres", *extra)]
    return max(results)


if __name__ == "__main__":
    sys.exit(main())
