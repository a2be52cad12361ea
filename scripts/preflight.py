"""Says in plain words what is missing before anything is installed. Standard library only."""

import shutil
import sys


NEEDED_GB = 2


def main() -> int:
    if sys.version_info < (3, 11):
        found = ".".join(map(str, sys.version_info[:3]))
        print(
            f"Jishi needs Python 3.11 or newer; {sys.executable} is {found}.\n"
            "Install one and name it: make run PYTHON=python3.11",
            file=sys.stderr,
        )
        return 1
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        print(
            "This Python has no venv module. On Debian or Ubuntu: apt-get install python3-venv",
            file=sys.stderr,
        )
        return 1
    free_gb = shutil.disk_usage(".").free / 1e9
    if free_gb < NEEDED_GB:
        print(
            f"Only {free_gb:.1f} GB are free here; the installation takes about {NEEDED_GB} GB. "
            "Free some space and run make again.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
