"""The process that children are forked from: `python -I -m jishi.ingest.parsing.nursery FD`.

It has imported what every child needs and opens no file itself, so a child begins its work within
milliseconds instead of after a quarter of a second of imports. Only modules that start no threads
are imported here: a fork carries over one thread and the locks of all.

Each child gets a socket (its line) to whoever asked for it: `+` when it has begun, then its exit
code; closing the other end kills the child. The nursery ends with the process that started it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import tempfile
import traceback
from typing import Any


PRELOADED = (
    "jishi.ingest.parsing.child",
    "jishi.ingest.staging.child",
    "pyarrow.compute",
    "pyarrow.dataset",
    "fastexcel",
)
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
"""What the nursery is started with, so that its imports start no threads."""
BEGUN = b"+"
_MOST_BYTES = 1 << 20


class _NoPandas:
    """Nothing here uses pandas; pyarrow and DuckDB would import it, for longer than all the rest."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


class _Nursery:
    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.lines: dict[int, socket.socket] = {}
        self.selector = selectors.DefaultSelector()
        woken, wake = os.pipe()
        os.set_blocking(woken, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.selector.register(control, selectors.EVENT_READ, "request")
        self.selector.register(woken, selectors.EVENT_READ, "ended")
        self.inherited = (woken, wake)

    def serve(self) -> None:
        while True:
            for key, _ in self.selector.select():
                if key.data == "request":
                    if not self._begin():
                        return
                elif key.data == "ended":
                    while self._drained(key.fd):
                        pass
                    self._report()
                elif key.data in self.lines:  # whoever asked has gone or does not want it any more
                    os.kill(key.data, signal.SIGKILL)
                    self.selector.unregister(key.fileobj)

    def _begin(self) -> bool:
        """Fork a child for the request that waits. False when whoever asks has gone."""
        message, handles, _, _ = socket.recv_fds(self.control, _MOST_BYTES, 1)
        if not message:
            return False
        line = socket.socket(fileno=handles[0])
        child = os.fork()
        if child == 0:
            self._let_go()
            line.close()
            _live(json.loads(message))
        self.lines[child] = line
        self.selector.register(line, selectors.EVENT_READ, child)
        with contextlib.suppress(OSError):  # whoever asked has gone: the closed line ends the child
            line.sendall(BEGUN)
        return True

    def _let_go(self) -> None:
        """In a child: keep nothing of the nursery's."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        self.selector.close()
        for handle in self.inherited:
            os.close(handle)
        for line in (self.control, *self.lines.values()):
            line.close()

    @staticmethod
    def _drained(handle: int) -> bool:
        try:
            return bool(os.read(handle, 4096))
        except BlockingIOError:
            return False

    def _report(self) -> None:
        for child in list(self.lines):
            ended, status = os.waitpid(child, os.WNOHANG)
            if not ended:
                continue
            line = self.lines.pop(child)
            if line.fileno() in self.selector.get_map():
                self.selector.unregister(line)
            with contextlib.suppress(OSError):  # whoever asked may have gone
                line.sendall(str(os.waitstatus_to_exitcode(status)).encode())
            line.close()


def _live(request: dict[str, Any]) -> None:
    """Be the child: do the work, and end the process."""
    code = 1
    try:
        errors = os.open(request["errors"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(errors, 2)
        os.close(errors)
        os.chdir(request["work"])
        os.environ["TMPDIR"] = tempfile.tempdir = request["work"]
        importlib.import_module(request["module"]).main(request["request"])
        code = 0
    except BaseException:  # noqa: BLE001  (the last thing this process says)
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def main(handle: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started this
    sys.meta_path.insert(0, _NoPandas)
    for name in PRELOADED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    _Nursery(socket.socket(fileno=handle)).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]))
