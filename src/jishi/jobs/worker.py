"""The process that runs background jobs: `python -m jishi.jobs.worker`.

`jishi serve` starts one; it stops by itself when its parent is gone.
"""

from __future__ import annotations

import argparse
import os
import signal
import threading
import time


def _stop_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, default=0)
    options = parser.parse_args()
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jishi.config.settings")
    django.setup()
    from setproctitle import setproctitle

    from jishi.jobs import tasks
    from jishi.jobs.queue import queue

    setproctitle("jishi-jobs")
    if options.parent:
        threading.Thread(target=_stop_with_parent, args=(options.parent,), daemon=True).start()
    tasks.recover()
    # Somebody waits for what he has just asked for: look for work twice a second at least.
    queue.create_consumer(
        workers=1, worker_type="thread", periodic=True, initial_delay=0.05, max_delay=0.5
    ).run()


if __name__ == "__main__":
    main()
