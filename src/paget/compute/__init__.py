"""Per-index kernels on CPU threads or a CUDA grid, addressed random numbers and array records.

Importing this package imports neither Numba nor CUDA; the first use of ``kernel`` or
``device_function`` does, after the directory of compiled code has been set.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from paget.compute.kernels import Kernel, device_function, inlined_function, kernel
    from paget.compute.records import record, record_type
    from paget.compute.status import Status, first_failure
    from paget.compute.threads import available_threads

__all__ = [
    "Kernel",
    "Status",
    "available_threads",
    "device_function",
    "first_failure",
    "inlined_function",
    "kernel",
    "record",
    "record_type",
]

_HOMES = {
    "Kernel": "kernels",
    "device_function": "kernels",
    "inlined_function": "kernels",
    "kernel": "kernels",
    "record": "records",
    "record_type": "records",
    "Status": "status",
    "first_failure": "status",
    "available_threads": "threads",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
