from __future__ import annotations

from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def sampled() -> ModuleType:
    """Load sampled.py as a module that Numba can cache."""
    import importlib.util
    import sys
    from pathlib import Path

    name = "paget_tests_sampled"
    specification = importlib.util.spec_from_file_location(name, Path(__file__).with_name("sampled.py"))
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module
