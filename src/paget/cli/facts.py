"""What `paget doctor` tells of this machine and installation."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

import paget

LIBRARIES = ("numpy", "numba", "scipy", "pandas", "pyarrow", "statsmodels", "pydantic", "pint", "plotly", "numba-cuda")


def machine_facts() -> list[tuple[str, str]]:
    """Label and value of everything that helps with a bug report; no fact raises."""
    libraries = [(name, _version(name)) for name in LIBRARIES]
    return [
        ("paget", paget.__version__),
        ("python", f"{platform.python_version()} ({platform.python_implementation()})"),
        ("system", f"{platform.system()} {platform.release()} {platform.machine()}"),
        ("processor", _processor()),
        ("threads", _threads()),
        ("memory", _memory()),
        ("GPU", _gpu()),
        ("kernel cache", _cache()),
        *libraries,
    ]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown"


def _threads() -> str:
    from paget.compute import available_threads

    return f"{available_threads()} usable of {os.cpu_count()}"


def _memory() -> str:
    from paget.runs.memory import GIGABYTE, total_memory_bytes

    total = total_memory_bytes()
    return "unknown" if total is None else f"{total / GIGABYTE:.1f} GB"


def _gpu() -> str:
    try:
        from numba import cuda

        return str(cuda.get_current_device().name) if cuda.is_available() else "none found"
    except Exception as error:  # a broken driver is a fact to report, not a reason to fail
        return f"none usable ({type(error).__name__})"


def _cache() -> str:
    from paget.compute import cache

    folder = cache.prepare()
    kernels = sum(1 for _ in folder.rglob("*.nbc"))
    return f"{folder} ({kernels} compiled kernels)"
