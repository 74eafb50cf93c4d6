"""Ctrl-C: the first asks the run to stop between two launches, the second ends the process at once.

A compiled kernel keeps Python's own signal handlers waiting until it returns. The C-level handler however writes a
byte to the wake-up descriptor at once, and a thread reads it while the kernel, which holds no interpreter lock, runs.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator

INTERRUPTED_EXIT_CODE = 130
_log = logging.getLogger(__name__)


class Stop:
    """Whether the user has asked to stop."""

    def __init__(self) -> None:
        self._requested = threading.Event()

    @property
    def requested(self) -> bool:
        """True from the first Ctrl-C on."""
        return self._requested.is_set()

    def request(self) -> None:
        """Ask to stop; a second request ends the process."""
        if self.requested:
            _leave()
        self._requested.set()
        _log.warning("interrupted; saving what is computed (Ctrl-C again ends at once)")

    def check(self) -> None:
        """Raise KeyboardInterrupt once a stop has been requested."""
        if self.requested:
            raise KeyboardInterrupt


def _leave() -> None:
    if sys.stderr is not None and sys.stderr.isatty():
        show_cursor = b"\x1b[?25h\n"
        os.write(sys.stderr.fileno(), show_cursor)
    os._exit(INTERRUPTED_EXIT_CODE)


@contextlib.contextmanager
def interruptible() -> Iterator[Stop]:
    """Turn SIGINT and SIGTERM into a request to stop, inside the block.

    In an interactive session, and outside the main thread, signals stay as they are: Ctrl-C raises KeyboardInterrupt.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread() or _interactive():
        yield stop
        return
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    watched = (signal.SIGINT, signal.SIGTERM)
    previous = {number: signal.signal(number, lambda number, frame: None) for number in watched}
    previous_descriptor = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    watcher = threading.Thread(target=_watch, args=(ours, stop, watched), daemon=True)
    watcher.start()
    try:
        yield stop
    finally:
        signal.set_wakeup_fd(previous_descriptor)
        for number, handler in previous.items():
            signal.signal(number, handler)
        theirs.close()
        watcher.join()
        ours.close()


def _interactive() -> bool:
    return hasattr(sys, "ps1") or "ipykernel" in sys.modules


def _watch(source: socket.socket, stop: Stop, watched: tuple[signal.Signals, ...]) -> None:
    while received := source.recv(1):
        if received[0] in watched:
            stop.request()
