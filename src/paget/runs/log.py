"""The log of a run: log.txt in its directory, and with -v also standard error."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

NAME = "log.txt"
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _QuietFile(logging.FileHandler):
    """A log file whose own failure (a full disk) does not disturb the run."""

    def handleError(self, record: logging.LogRecord) -> None:
        del record


@contextlib.contextmanager
def run_log(directory: Path, *, verbose: bool = False) -> Iterator[None]:
    """Send what `paget` logs to log.txt of the directory, inside the block; with `verbose` to standard error too."""
    logger = logging.getLogger("paget")
    handlers: list[logging.Handler] = []
    with contextlib.suppress(OSError):
        handlers.append(_QuietFile(directory / NAME, encoding="utf-8"))
    if verbose:
        handlers.append(logging.StreamHandler(sys.stderr))
    level = logger.level
    logger.setLevel(logging.INFO)
    for handler in handlers:
        handler.setFormatter(logging.Formatter(_FORMAT))
        logger.addHandler(handler)
    try:
        yield
    finally:
        logger.setLevel(level)
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()
