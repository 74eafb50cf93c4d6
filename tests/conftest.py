"""What every test needs: one thread per numerical library, reproducible examples, no GPU test without a GPU."""

from __future__ import annotations

import os

# Before numpy loads: two test processes share two cores, and a library that starts its own threads slows both.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("MPLBACKEND", "Agg")

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["plugins.bite"]

# A compiled kernel takes seconds at its first call, so a deadline would measure the compiler.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests marked ``gpu`` where there is no CUDA device."""
    wanting = [item for item in items if item.get_closest_marker("gpu")]
    if wanting and not _cuda_device_found():
        for item in wanting:
            item.add_marker(pytest.mark.skip(reason="no CUDA device"))


def _cuda_device_found() -> bool:
    try:
        from numba import cuda
    except ImportError:
        return False
    return bool(cuda.is_available())
