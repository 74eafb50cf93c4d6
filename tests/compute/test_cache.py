"""Compiled code is found again by a second process, and never survives an edit of a callee."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import paget.compute
from paget.compute import cache

CALLEE = """
from paget.compute import device_function

@device_function
def rate(x):
    return {factor} * x
"""
CALLER = """
from paget.compute import kernel
from paget.physics import rate

@kernel
def growth(i, x, out):
    out[i] = rate(x[i])
"""
PROGRAM = """
import json
import numpy as np
from paget.compute.cache import prepare
from paget.growth import growth

out = np.zeros(2)
growth.launch(2, np.array([1.0, 2.0]), out, threads=2)
stats = growth.cpu.stats
hits, misses = sum(stats.cache_hits.values()), sum(stats.cache_misses.values())
print(json.dumps({"out": out.tolist(), "hits": hits, "misses": misses, "directory": str(prepare())}))
"""


def run(folder: Path) -> dict:
    """Return what a new process computes with the copy of the package in `folder`."""
    dropped = {"NUMBA_CACHE_DIR", "NUMBA_THREADING_LAYER", "PYTHONPATH"}
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    environment |= {"PYTHONPATH": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Make a small package `paget` around the real compute layer; the callee is in a file of its own."""
    home = tmp_path / "paget"
    shutil.copytree(Path(paget.compute.__file__).parent, home / "compute", ignore=shutil.ignore_patterns("__pycache__"))
    (home / "__init__.py").write_text("")
    (home / "physics.py").write_text(CALLEE.format(factor=2.0))
    (home / "growth.py").write_text(CALLER)
    return home


def test_an_edited_callee_is_seen_and_an_unedited_one_is_not_compiled_again(package):
    first = run(package.parent)
    assert (first["out"], first["hits"], first["misses"]) == ([2.0, 4.0], 0, 1)

    (package / "physics.py").write_text(CALLEE.format(factor=3.0))
    edited = run(package.parent)
    assert (edited["out"], edited["hits"], edited["misses"]) == ([3.0, 6.0], 0, 1)
    assert edited["directory"] != first["directory"]

    again = run(package.parent)
    assert (again["out"], again["hits"], again["misses"]) == ([3.0, 6.0], 1, 0)
    assert Path(again["directory"]).is_relative_to(package.parent / "cache" / "paget")


def test_hash_sees_content_and_names_but_no_other_files(package):
    before = cache.source_hash(package)
    (package / "notes.csv").write_text("1")
    assert cache.source_hash(package) == before
    (package / "growth.py").rename(package / "grown.py")
    renamed = cache.source_hash(package)
    (package / "physics.py").write_text(CALLEE.format(factor=4.0))
    assert len({before, renamed, cache.source_hash(package)}) == 3


def test_pruning_keeps_the_newest_and_those_in_use(tmp_path):
    for age in range(6):
        directory = tmp_path / f"state{age}"
        directory.mkdir()
        os.utime(directory, (1e9 - age, 1e9 - age))
    os.utime(tmp_path / "state5")
    cache.prune(tmp_path, kept=3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["state0", "state1", "state5"]


def test_user_cache_directory_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.user_cache_directory() == tmp_path
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    assert cache.user_cache_directory() == tmp_path / ".cache"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache.user_cache_directory() == tmp_path / "Library" / "Caches"


def test_a_cache_that_cannot_be_written_falls_back_to_the_temporary_directory(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(cache.tempfile, "gettempdir", lambda: str(tmp_path))
    chosen = cache._root()
    assert chosen.parent == tmp_path
    assert chosen.is_dir()
