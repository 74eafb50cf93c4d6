"""A run that ends at any operation on the disk, in any way, is finished by a resume, byte for byte."""

from __future__ import annotations

import errno
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import dummy_job
import pytest

from paget import runs
from paget.errors import InputError, PagetError
from paget.runs import files, parts

SCRIPT = Path(dummy_job.__file__)


class Crash(BaseException):
    """The process ended here: nothing after it can touch the disk."""


class Fault:
    """Counts operations; from number `at` on, each raises. Without a number it only counts."""

    def __init__(self, at: int | None, error: BaseException | None = None, once: bool = False) -> None:
        self.at = at
        self.error = error or Crash()
        self.once = once
        self.count = 0
        self.names: list[str] = []

    def __call__(self, name: str, path: Path) -> None:
        number, self.count = self.count, self.count + 1
        self.names.append(name)
        if self.at is not None and (number == self.at if self.once else number >= self.at):
            raise self.error


def small_run(directory: Path, fault: Fault, *, resume: bool = False, batch: int = 20) -> None:
    with files.fault_injection(fault):
        dummy_job.run(directory, dummy_job.make_job(), batch=batch, resume=resume)


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out waiting for the disk: these crashes are of the process, not of the machine; the order is tested."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many operations on the disk a small run makes."""
    fault = Fault(None)
    small_run(tmp_path_factory.mktemp("count") / "run", fault)
    kinds = {"make_directory", "open", "write", "fsync", "rename", "remove", "remove_directory", "sync_directory"}
    assert set(fault.names) == kinds
    return fault.count


def test_bytes_reach_the_disk_before_the_name_and_the_name_before_the_next_file(tmp_path: Path):
    fault = Fault(None)
    small_run(tmp_path / "run", fault)
    for number, name in enumerate(fault.names):
        if name == "rename":
            assert fault.names[number - 1] == "fsync"
            assert fault.names[number + 1] == "sync_directory"


def test_crash_before_every_operation_then_resume(tmp_path: Path, same_as_reference, operations):
    for at in range(operations):
        directory = tmp_path / str(at)
        with pytest.raises(Crash):
            small_run(directory, Fault(at))
        small_run(directory, Fault(None), resume=True, batch=7)
        same_as_reference(directory)


def test_resume_computes_only_what_was_not_saved(tmp_path: Path, same_as_reference):
    process = start(tmp_path / "run")
    wait_until_saved(process, 20)
    process.kill()
    process.communicate()
    saved = sum(stop - start for start, stop in parts.parts_done(tmp_path / "run"))
    calls = tmp_path / "calls"
    dummy_job.run(tmp_path / "run", dummy_job.make_job(computed_units=calls), resume=True)
    assert [int(unit) for unit in calls.read_text().split()] == list(range(saved, 60))
    same_as_reference(tmp_path / "run")


@pytest.mark.parametrize("part", [0, 3, 5])
def test_compacted_run_is_not_computed_again(tmp_path: Path, same_as_reference, part):
    class Cut(Fault):
        def __call__(self, name: str, path: Path) -> None:
            if name == "remove" and path.suffix == ".part":
                self.count += 1
            if self.count > part or name == "remove_directory":
                raise self.error

    with pytest.raises(Crash):
        small_run(tmp_path / "run", Cut(None), batch=12)
    assert runs.read_manifest(tmp_path / "run").compacted
    dummy_job.run(tmp_path / "run", dummy_job.make_job(fails_at=0), resume=True)
    same_as_reference(tmp_path / "run")


def test_crashes_of_the_resume_too(tmp_path: Path, same_as_reference, operations):
    chance = random.Random(20)
    for trial in range(25):
        directory = tmp_path / str(trial)
        for _ in range(4):
            try:
                small_run(directory, Fault(chance.randrange(operations)), resume=True, batch=chance.choice([7, 20, 33]))
            except Crash:
                continue
        small_run(directory, Fault(None), resume=True)
        same_as_reference(directory)


def test_full_disk_at_any_operation_is_said_and_can_be_resumed(tmp_path: Path, same_as_reference, operations):
    for at in range(0, operations, 3):
        directory = tmp_path / str(at)
        with pytest.raises(PagetError, match="No space is left") as caught:
            small_run(directory, Fault(at, OSError(errno.ENOSPC, "No space left on device")))
        assert caught.value.exit_code == 1
        small_run(directory, Fault(None), resume=True, batch=7)
        same_as_reference(directory)


def test_passing_error_leaves_state_failed(tmp_path: Path, same_as_reference):
    writes = Fault(40, OSError(errno.EIO, "Input/output error"), once=True)
    with pytest.raises(PagetError, match="Input/output error"):
        small_run(tmp_path / "run", writes)
    assert runs.read_manifest(tmp_path / "run").state == "failed"
    small_run(tmp_path / "run", Fault(None), resume=True)
    same_as_reference(tmp_path / "run")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
@pytest.mark.parametrize("at", [0, 2])
def test_unwritable_folder_is_the_users_to_change(tmp_path: Path, number, at):
    with pytest.raises(InputError, match="Choose another folder"):
        small_run(tmp_path / "deep/run", Fault(at, OSError(number, os.strerror(number))))
    assert list(tmp_path.iterdir()) == []


def start(directory: Path, *, executor: str = "local", batch: int = 4, pause: float = 0.02, resume: bool = False):
    arguments = [directory, executor, batch, pause, "resume" if resume else "new"]
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), *map(str, arguments)], stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def wait_until_saved(process: subprocess.Popen[str], units: int) -> None:
    """Read progress lines until so many units are said to be saved."""
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("computing:") and int(line.split()[1]) >= units:
            return
    raise AssertionError(f"the run ended before {units} units were saved")


def saved_units(directory: Path) -> int:
    return sum(stop - start for start, stop in runs.read_manifest(directory).done)


def test_kill_after_random_batches_then_resume(tmp_path: Path, same_as_reference):
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}")
    for batch in random.Random(seed).sample(range(1, 15), 5):
        directory = tmp_path / str(batch)
        process = start(directory)
        wait_until_saved(process, 4 * batch)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert process.returncode in (0, -signal.SIGKILL)
        assert saved_units(directory) >= 4 * batch
        dummy_job.run(directory, dummy_job.make_job(), resume=True)
        same_as_reference(directory)


def test_killed_parent_takes_its_workers_along(tmp_path: Path, same_as_reference):
    process = start(tmp_path / "run", executor="processes", pause=0.1)
    wait_until_saved(process, 4)
    process.kill()
    # Standard error is inherited by the workers: it ends only when the last of them has ended.
    process.communicate(timeout=20)
    dummy_job.run(tmp_path / "run", dummy_job.make_job(), resume=True)
    same_as_reference(tmp_path / "run")


@pytest.mark.parametrize("executor", ["local", "processes"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_first_interruption_saves_and_leaves_a_resumable_run(tmp_path: Path, same_as_reference, executor, number):
    process = start(tmp_path / "run", executor=executor)
    wait_until_saved(process, 4)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    _, rest = process.communicate(timeout=30)
    assert process.returncode == 130, rest
    assert "Traceback" not in rest
    assert runs.read_manifest(tmp_path / "run").state == "interrupted"
    assert 4 <= saved_units(tmp_path / "run") < 60
    dummy_job.run(tmp_path / "run", dummy_job.make_job(), resume=True)
    same_as_reference(tmp_path / "run")


def test_second_interruption_ends_at_once(tmp_path: Path):
    process = start(tmp_path / "run", batch=30, pause=2.0)
    assert process.stderr is not None
    assert next(line for line in process.stderr if line.startswith("computing"))
    for _ in range(2):
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
    began = time.monotonic()
    process.communicate(timeout=20)
    assert process.returncode == 130
    assert time.monotonic() - began < 5


def test_two_processes_cannot_run_in_one_folder(tmp_path: Path, same_as_reference):
    process = start(tmp_path / "run")
    wait_until_saved(process, 4)
    for resume in (False, True):
        with pytest.raises(InputError, match="another process is running in"):
            dummy_job.run(tmp_path / "run", dummy_job.make_job(), resume=resume)
    process.communicate(timeout=30)
    assert process.returncode == 0
    same_as_reference(tmp_path / "run")


def test_hard_exit_inside_the_process(tmp_path: Path, same_as_reference):
    for at in itertools.islice(range(3, 200, 37), 4):
        directory = tmp_path / str(at)
        code = (
            "import os, sys, pathlib, dummy_job\n"
            "from paget.runs import files\n"
            "left = [int(sys.argv[2])]\n"
            "def hook(name, path):\n"
            "    left[0] -= 1\n"
            "    if left[0] < 0: os._exit(77)\n"
            "with files.fault_injection(hook):\n"
            "    dummy_job.run(pathlib.Path(sys.argv[1]), dummy_job.make_job(), batch=20)\n"
        )
        done = subprocess.run([sys.executable, "-c", code, str(directory), str(at)], cwd=SCRIPT.parent, check=False)
        assert done.returncode == 77
        dummy_job.run(directory, dummy_job.make_job(), resume=True)
        same_as_reference(directory)
