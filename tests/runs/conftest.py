"""The undisturbed run that the others are compared with."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# Worker processes import the task by the name of its module, so it has to lie on the path.
sys.path.insert(0, str(Path(__file__).parent))

import dummy_job


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a finished run of 60 units in one batch."""
    directory = tmp_path_factory.mktemp("runs") / "reference"
    dummy_job.run(directory, dummy_job.make_job(), batch=60)
    return directory


def content(directory: Path) -> dict[str, bytes]:
    """The bytes of all files that must not depend on how a run went."""
    left_out = {"manifest.json", "log.txt"}
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.name not in left_out}


@pytest.fixture
def same_as_reference(reference: Path):
    """A check that a directory holds the reference run, byte for byte, and nothing else."""

    def check(directory: Path) -> None:
        assert content(directory) == content(reference)

    return check
