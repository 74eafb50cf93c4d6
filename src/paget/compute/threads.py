"""How many CPU threads this process may use, and how many the next launch takes."""

from __future__ import annotations

import os


def available_threads() -> int:
    """Return the number of CPUs that the operating system lets this process run on, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def _started_with() -> int:
    """Return the number of threads that Numba started with."""
    from numba.core import config

    return int(getattr(config, "NUMBA_NUM_THREADS"))  # noqa: B009  # set at run time, unknown to type checkers


def use_threads(threads: int | None) -> int:
    """Set the number of threads of the next launch from the calling thread.

    `None` means all available. More than Numba started with are cut to that number: results
    do not depend on the number of threads.
    """
    import numba

    wanted = available_threads() if threads is None else threads
    granted = max(1, min(wanted, _started_with()))
    numba.set_num_threads(granted)
    return granted
