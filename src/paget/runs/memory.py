"""Memory: how much there is, and whether a run fits, asked before it starts."""

from __future__ import annotations

import math
import os
from pathlib import Path

from paget.errors import InputError

GIGABYTE = 10**9
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def total_memory_bytes() -> int | None:
    """The memory that this process could use: the machine's, or its container's if that is less; None if unknown."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
    try:
        return min(total, int(_CGROUP_LIMIT.read_text()))
    except (OSError, ValueError):
        return total


def default_limit_bytes() -> int | None:
    """Half of the memory; None if that is unknown."""
    total = total_memory_bytes()
    return None if total is None else total // 2


def memory_limit_bytes(gigabytes: float | None) -> int | None:
    """The limit of the option --memory (GB), or the default without it; InputError unless it is positive."""
    if gigabytes is None:
        return default_limit_bytes()
    if not (math.isfinite(gigabytes) and gigabytes > 0):
        raise InputError(
            f"{gigabytes} is no amount of memory", field="--memory", remedy="Give gigabytes, such as --memory 4."
        )
    return int(gigabytes * GIGABYTE)


def check_estimate(estimated_bytes: int, limit_bytes: int | None) -> None:
    """Refuse a run whose estimated memory is above the limit: InputError with what would help."""
    if limit_bytes is None or estimated_bytes <= limit_bytes:
        return
    needed, allowed = estimated_bytes / GIGABYTE, limit_bytes / GIGABYTE
    raise InputError(
        f"the run needs about {needed:.2g} GB of memory and may use {allowed:.2g} GB",
        field="--memory",
        remedy=f"Allow more with --memory {math.ceil(needed)}, or take a smaller --batch or fewer --threads.",
    )
