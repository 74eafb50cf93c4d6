"""The same seed gives the same result, byte for byte: whatever the threads, batches, executor, crash or kill."""

from __future__ import annotations

import functools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import paget
from body.cohorts import compiled
from paget import runs
from paget.cli.app import app
from paget.errors import InputError
from paget.runs import digest, files, parts
from paget.runs.digest import table_digest
from paget.trial.job import study_job
from paget.trial.plan import Plan
from paget.trial.summary import summarise

SCENARIO = "atc-natural-history"
PATIENTS = 60
FEW = 12
KILLED_RUN = Path(__file__).with_name("killed_run.py")


class Crash(BaseException):
    """The process ended here."""


class Fault:
    """From operation number `at` on, each raises; without a number it only counts."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.operations: list[tuple[str, Path]] = []

    def __call__(self, name: str, path: Path) -> None:
        self.operations.append((name, path))
        if self.at is not None and len(self.operations) > self.at:
            raise Crash


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 patients with everything left to its default."""
    directory = tmp_path_factory.mktemp("invariance") / "undisturbed"
    return paget.run(SCENARIO, output=directory, patients=PATIENTS).directory


def assert_same(directory: Path, reference: Path) -> None:
    """Equal digests; on failure says which table differs."""
    differing = [
        table.name
        for table in sorted(reference.glob("*.parquet"))
        if table_digest(table) != table_digest(directory / table.name)
    ]
    assert differing == []
    assert json.loads((directory / "summary.json").read_text()) == json.loads((reference / "summary.json").read_text())
    assert digest(directory) == digest(reference)


@pytest.mark.parametrize(
    "how",
    [{"threads": 1}, {"threads": 2}, {"batch": 1}, {"batch": 7}, {"batch": 60}, {"batch": 29, "threads": 1}],
    ids=lambda how: "-".join(f"{name}{value}" for name, value in how.items()),
)
def test_threads_and_batches_change_nothing(tmp_path: Path, undisturbed: Path, how: dict[str, int]):
    paget.run(SCENARIO, output=tmp_path / "run", patients=PATIENTS, **how)
    assert_same(tmp_path / "run", undisturbed)


@pytest.mark.parametrize("batch", [None, 7])
def test_worker_processes_change_nothing(tmp_path: Path, undisturbed: Path, batch: int | None):
    paget.run(SCENARIO, output=tmp_path / "run", patients=PATIENTS, executor="processes", threads=2, batch=batch)
    assert_same(tmp_path / "run", undisturbed)


def test_files_are_the_same_bytes(tmp_path: Path, undisturbed: Path):
    paget.run(SCENARIO, output=tmp_path / "run", patients=PATIENTS, threads=1, batch=7)
    assert set(os.listdir(undisturbed)) == set(os.listdir(tmp_path / "run"))
    for name in sorted(set(os.listdir(undisturbed)) - {"manifest.json", "log.txt"}):
        assert (tmp_path / "run" / name).read_bytes() == (undisturbed / name).read_bytes(), name


def test_another_seed_is_another_result(tmp_path: Path, undisturbed: Path):
    paget.run(SCENARIO, output=tmp_path / "run", patients=PATIENTS, seed=2)
    assert digest(tmp_path / "run") != digest(undisturbed)


class StudyRun:
    """A real study of a few persons on the run layer; what was computed once is kept, so that a sweep is affordable."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        job = study_job(plan, threads=1)
        compute = functools.cache(functools.partial(job.task, job.payload))
        self.job = replace(job, task=lambda payload, start, stop: compute(start, stop))
        self.known: dict[str, bytes] = {}

    def _summary(self, directory: Path) -> bytes:
        tables = "".join(table_digest(path) for path in sorted(directory.glob("*.parquet")))
        if tables not in self.known:
            self.known[tables] = json.dumps(summarise(directory, self.plan, ["Kebebew2005"])).encode()
        return self.known[tables]

    def run(self, directory: Path, fault: files.Hook, *, batch: int, resume: bool = False) -> None:
        """As paget.run() does it, without the page."""
        fingerprint = runs.Fingerprint(scenario_hash="s", paget_version="v", parameter_hash="p")
        with (
            files.fault_injection(fault),
            runs.prepare(directory, fingerprint=fingerprint, scenario_text="name: s\n", resume=resume) as folder,
        ):
            runs.execute(self.job, folder, batch=batch)
            if not folder.done:
                folder.finish({"summary.json": self._summary(directory), "report.html": b"page"})


@pytest.fixture
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out waiting for the disk: the crashes are of the process, not of the machine."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


class Photographs:
    """Copies the run's folder before each operation, as a kill at that moment would leave it; equal states once."""

    def __init__(self, directory: Path, album: Path) -> None:
        self.directory = directory
        self.album = album
        self.operations: list[str] = []
        self.taken: list[tuple[str, Path]] = []
        self._last: object = None

    def __call__(self, name: str, path: Path) -> None:
        state = {each: each.read_bytes() if each.is_file() else b"" for each in self.directory.rglob("*")}
        if self.directory.exists() and state != self._last:
            copy = self.album / str(len(self.operations))
            shutil.copytree(self.directory, copy)
            self.taken.append((f"{len(self.operations)}: {name} {path.name}", copy))
        self._last = state
        self.operations.append(name)


@pytest.fixture
def study() -> StudyRun:
    """Six persons."""
    return StudyRun(compiled(6, follow_up_days=100))


@pytest.mark.usefixtures("quick_disk")
def test_end_at_every_operation_on_the_disk_then_resume(tmp_path: Path, study: StudyRun):
    album = Photographs(tmp_path / "reference", tmp_path)
    study.run(tmp_path / "reference", album, batch=2)
    assert len(album.taken) > 50
    for number, (moment, copy) in enumerate(album.taken):
        study.run(copy, Fault(), batch=2 + number % 2, resume=True)
        assert digest(copy) == digest(tmp_path / "reference"), moment


@pytest.mark.usefixtures("quick_disk")
def test_error_at_every_fsync_and_rename_then_resume(tmp_path: Path, study: StudyRun):
    counted = Fault()
    study.run(tmp_path / "reference", counted, batch=3)
    # Every operation under `make validate` (and in tests/runs, on rows that cost nothing); here every tenth write.
    every = 1 if os.environ.get("PAGET_FULL_SWEEP") else 10
    writes = 0
    for at, (name, path) in enumerate(counted.operations):
        writes += name == "write"
        if name not in ("fsync", "rename") and writes % every:
            continue
        directory = tmp_path / str(at)
        with pytest.raises(Crash):
            study.run(directory, Fault(at), batch=3)
        study.run(directory, Fault(), batch=2, resume=True)
        assert digest(directory) == digest(tmp_path / "reference"), (at, name, path)


@pytest.mark.usefixtures("quick_disk")
def test_crash_of_a_whole_run_then_resume(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("paget.report.build.render", lambda directory: "page")  # left out of the digest, and slow
    counted = Fault()
    with files.fault_injection(counted):
        paget.run(SCENARIO, output=tmp_path / "reference", patients=FEW, batch=4)
    wanted = digest(tmp_path / "reference")
    number = len(counted.operations)
    # One operation of each stage: folder, parts, compaction, summary, page, last manifest.
    moments = sorted({0, 5, number // 4, number // 2, number - 20, number - 12, number - 6, number - 1})
    for at in moments:
        directory = tmp_path / str(at)
        with pytest.raises(Crash), files.fault_injection(Fault(at)):
            paget.run(SCENARIO, output=directory, patients=FEW, batch=4)
        paget.run(SCENARIO, output=directory, patients=FEW, batch=5, resume=True)
        assert digest(directory) == wanted, (at, counted.operations[at])


def killed_after(directory: Path, batch: int, batches: int) -> subprocess.CompletedProcess[bytes]:
    """A run of another process that is killed when so many batches are saved."""
    command = [sys.executable, KILLED_RUN, directory, PATIENTS, batch, batches]
    return subprocess.run([str(each) for each in command], capture_output=True, check=False, timeout=300)


def test_kill_nine_after_random_batches_then_resume(tmp_path: Path, undisturbed: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("paget.report.build.render", lambda directory: "page")  # left out of the digest, and slow
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}")
    batch = 4
    moments = sorted(random.Random(seed).sample(range(1, PATIENTS // batch), 5))
    with ThreadPoolExecutor(2) as pool:
        killed = list(pool.map(lambda batches: killed_after(tmp_path / str(batches), batch, batches), moments))
    for batches, process in zip(moments, killed, strict=True):
        directory = tmp_path / str(batches)
        assert process.returncode == -signal.SIGKILL, process.stderr.decode()
        assert parts.parts_done(directory) == [(start, start + batch) for start in range(0, batch * batches, batch)]
        paget.run(SCENARIO, output=directory, patients=PATIENTS, resume=True)
        assert_same(directory, undisturbed)


@pytest.mark.parametrize(
    "changed",
    [{"seed": 2}, {"patients": 13}, {"overrides": ["follow_up=12 months"]}, {"overrides": ["mechanisms.arrest=off"]}],
    ids=["seed", "patients", "follow-up", "mechanism"],
)
def test_resume_of_another_study_is_refused(tmp_path: Path, changed: dict[str, object]):
    directory = tmp_path / "run"
    with pytest.raises(Crash), files.fault_injection(Fault(60)):
        paget.run(SCENARIO, output=directory, patients=FEW, batch=4)
    before = {path.name: path.read_bytes() for path in directory.rglob("*") if path.is_file()}
    with pytest.raises(InputError) as caught:
        paget.run(SCENARIO, output=directory, **{"patients": FEW, "resume": True, **changed})  # pyright: ignore[reportArgumentType]
    assert caught.value.exit_code == 2
    assert before == {path.name: path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_the_command_line_refuses_it_with_exit_code_two(tmp_path: Path):
    directory = tmp_path / "run"
    with pytest.raises(Crash), files.fault_injection(Fault(60)):
        paget.run(SCENARIO, output=directory, patients=FEW, batch=4)
    arguments = ["run", SCENARIO, "-o", str(directory), "--set", f"patients={FEW}", "--set", "seed=2", "--resume"]
    result = CliRunner().invoke(app, arguments, prog_name="paget")
    assert result.exit_code == 2
    assert "Traceback" not in result.output
