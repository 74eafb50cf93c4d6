"""Progress, memory limit, log, batch size and what an import costs."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from paget import runs
from paget.errors import InputError
from paget.runs import memory
from paget.runs.batches import BatchSize, launches
from paget.runs.job import coalesce, missing_ranges
from paget.runs.progress import Progress, duration


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def show(stream: io.StringIO) -> str:
    with runs.progress_display("patients", stream) as progress:
        progress(Progress("compiling", 0, 0, 60, 0.0))
        progress(Progress("computing", 0, 0, 60, 5.0))
        progress(Progress("computing", 10, 0, 60, 6.0))
        progress(Progress("computing", 20, 20, 60, 7.0))
        progress(Progress("writing tables", 60, 60, 60, 9.0))
    return stream.getvalue()


def test_piped_progress_is_a_line_per_saved_batch():
    assert show(io.StringIO()).splitlines() == [
        "compiling: 0 of 60 patients",
        "computing: 0 of 60 patients",
        "computing: 20 of 60 patients, 10/s, 4 s left",
        "writing tables: 60 of 60 patients",
    ]


def test_terminal_progress_is_a_bar(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    shown = show(Terminal())
    assert "writing tables" in shown
    assert "60/60" in shown


def test_durations():
    assert [duration(seconds) for seconds in (4.4, 125, 3 * 3600 + 20 * 60)] == ["4 s", "2 min 5 s", "3 h 20 min"]


def test_memory_limit():
    total = memory.total_memory_bytes()
    assert total is not None
    assert runs.memory_limit_bytes(None) == total // 2
    assert runs.memory_limit_bytes(1.5) == 1_500_000_000
    runs.check_estimate(10**9, 10**9)
    runs.check_estimate(10**18, None)
    with pytest.raises(InputError, match=r"about 3.2 GB of memory and may use 2 GB. .*--memory 4,"):
        runs.check_estimate(3_200_000_000, 2 * 10**9)
    for wrong in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(InputError, match="no amount of memory"):
            runs.memory_limit_bytes(wrong)


def test_log_goes_to_the_directory_and_with_verbose_to_standard_error(tmp_path: Path, capsys):
    for verbose in (False, True):
        with runs.run_log(tmp_path, verbose=verbose):
            logging.getLogger("paget.somewhere").info("verbose is %s", verbose)
    logging.getLogger("paget.somewhere").info("nobody hears this")
    assert [line.split(": ")[1] for line in (tmp_path / "log.txt").read_text().splitlines()] == [
        "verbose is False",
        "verbose is True",
    ]
    shown = capsys.readouterr().err
    assert "verbose is True" in shown
    assert "verbose is False" not in shown


def test_batch_size_grows_to_half_a_second_and_shrinks_above_it():
    size = BatchSize(None)
    per_unit = 0.001
    for _ in range(10):
        size.observe(size.units, size.units * per_unit)
    assert size.units == 500
    size.observe(500, 1.0)
    assert size.units == 250
    fixed = BatchSize(7)
    fixed.observe(7, 100.0)
    assert list(launches([(0, 10), (20, 22)], fixed)) == [(0, 7), (7, 10), (20, 22)]


def test_ranges():
    assert coalesce([(5, 7), (0, 3), (3, 5), (9, 10)]) == [(0, 7), (9, 10)]
    assert missing_ranges([(2, 4), (6, 8)], 10) == [(0, 2), (4, 6), (8, 10)]
    assert missing_ranges([(0, 10)], 10) == []


def test_import_is_light():
    code = "import sys, paget.runs; print([m for m in ('pyarrow', 'numpy', 'rich', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
