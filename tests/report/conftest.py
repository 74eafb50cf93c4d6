"""Fixtures of the report tests: synthetic run directories, made once per session and recipe."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _load(name: str) -> ModuleType:
    place = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"paget_{name}", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    """The generator: `synthetic.write(directory, synthetic.Recipe(...))`."""
    return _load("synthetic_run")


@pytest.fixture(scope="session")
def run_directory(synthetic: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One arm, 120 patients."""
    return synthetic.write(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="session")
def synthetic_trial() -> ModuleType:
    """The generator of a treatment trial with known numbers: `synthetic_trial.write(directory, synthetic)`."""
    return _load("synthetic_trial")


@pytest.fixture(scope="session")
def trial_directory(
    synthetic: ModuleType, synthetic_trial: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Two arms of six patients."""
    return synthetic_trial.write(tmp_path_factory.mktemp("trial"), synthetic)
