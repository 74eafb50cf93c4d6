"""One process per run directory."""

from __future__ import annotations

import os
from pathlib import Path

from paget.errors import InputError


class DirectoryLock:
    """An advisory lock on the folder itself, gone with the process that holds it, leaving no file behind.

    Where the system has no flock (Windows), no lock is taken.
    """

    def __init__(self, directory: Path) -> None:
        self._descriptor: int | None = None
        if os.name != "posix":
            return
        import fcntl

        descriptor = os.open(directory, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise InputError(
                f"another process is running in {directory}",
                remedy="Wait until it ends, or choose another folder with -o.",
            ) from None
        except OSError:
            # Some network file systems offer no locks; a run there is possible all the same.
            os.close(descriptor)
            return
        self._descriptor = descriptor

    def release(self) -> None:
        """Let other processes in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
