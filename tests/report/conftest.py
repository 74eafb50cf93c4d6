"""Fixtures of the report tests: synthetic run directories, made once per session and recipe."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _load() -> ModuleType:
    place = Path(__file__).with_name("synthetic_run.py")
    spec = importlib.util.spec_from_file_location("paget_synthetic_run", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    """The generator: `synthetic.write(directory, synthetic.Recipe(...))`."""
    return _load()


@pytest.fixture(scope="session")
def run_directory(synthetic: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One arm, 120 patients."""
    return synthetic.write(tmp_path_factory.mktemp("run"))
