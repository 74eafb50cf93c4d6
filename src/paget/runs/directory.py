"""The run directory: opened by one process at a time, for a new run or to resume the same one."""

from __future__ import annotations

import contextlib
import difflib
import errno
import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from paget.errors import InputError
from paget.runs import files, manifest, parts
from paget.runs.lock import DirectoryLock
from paget.runs.manifest import Fingerprint, Manifest

SCENARIO = "scenario.yaml"
_ANOTHER = "Choose another folder with -o."
_REFUSALS = {
    errno.EACCES: "no permission to write there",
    errno.ENOENT: "no folder can be made there",
    errno.EPERM: "no permission to write there",
    errno.EROFS: "the file system is read-only",
    errno.ENAMETOOLONG: "the path is too long",
    errno.ENOTDIR: "a part of the path is a file",
    errno.EEXIST: "a file is in its place",
    errno.ELOOP: "the path is a circle of links",
}


class RunDirectory:
    """A run directory that this process has locked; a context manager that gives the lock back."""

    def __init__(self, path: Path, lock: DirectoryLock, state: Manifest) -> None:
        self.path = path
        self.manifest = state
        self._lock = lock

    @property
    def done(self) -> bool:
        """Whether everything, summary and report included, is there."""
        return self.manifest.state == "done"

    def record(self, **changes: object) -> None:
        """Change entries of manifest.json."""
        self.manifest = manifest.write_manifest(self.path, replace(self.manifest, **changes))  # pyright: ignore[reportArgumentType]

    def finish(self, results: Mapping[str, bytes]) -> None:
        """Write the last files (summary.json, report.html, …) and declare the run done.

        A crash in between leaves a compacted run, whose resume does this step again.
        """
        if not self.manifest.compacted:
            raise ValueError("finish() comes after execute()")
        for name, content in results.items():
            files.write_atomic(self.path / name, content)
        if not self.done:
            self.record(state="done")

    def close(self) -> None:
        """Give the lock back."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def prepare(
    directory: str | Path, *, fingerprint: Fingerprint, scenario_text: str, resume: bool = False
) -> RunDirectory:
    """Lock a folder for a run, creating it if need be; with `resume`, continue the run that it holds.

    Raises InputError, with nothing written, if the folder holds another run or other files, if it is in use or not
    writable, or if a run to resume was started from another scenario, version, parameter set or device. A missing or
    empty folder starts a new run even with `resume`, since a run may be killed before it wrote anything.
    """
    path = Path(directory).absolute()
    _check_path(path)
    created: list[Path] = []
    try:
        created = _make_directories(path)
        lock = DirectoryLock(path)
    except (files.StorageError, OSError) as error:
        _remove_created(created)
        raise _refusal(path, error) from error
    try:
        state = _admit(path, fingerprint, scenario_text, resume)
        return RunDirectory(path, lock, _start(path, state, scenario_text))
    except BaseException as error:
        lock.release()
        _remove_created(created)
        if isinstance(error, files.StorageError):
            raise _refusal(path, error) from error
        raise


def _check_path(path: Path) -> None:
    longest = files.partial_path(parts.part_path(path, 0, 0))
    try:
        if path.exists() and not path.is_dir():
            raise InputError(f"{path} is a file, not a folder", remedy=_ANOTHER)
        with contextlib.suppress(FileNotFoundError):
            os.lstat(longest)
    except (OSError, ValueError) as error:
        raise _refusal(path, error) from error


def _refusal(path: Path, error: BaseException) -> BaseException:
    """The user's own mistake as InputError; a full or broken disk as it is."""
    reason = _REFUSALS.get(getattr(error, "errno", None) or 0)
    if isinstance(error, ValueError):
        reason = str(error)
    if reason is not None:
        return InputError(f"cannot run in {path}: {reason}", remedy=_ANOTHER)
    return (
        error
        if isinstance(error, files.StorageError) or not isinstance(error, OSError)
        else files.StorageError(error, path)
    )


def _make_directories(path: Path) -> list[Path]:
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    created: list[Path] = []
    try:
        for folder in reversed(missing):
            created.append(folder)
            files.make_directory(folder)
    except files.StorageError:
        _remove_created(created)
        raise
    return created


def _remove_created(created: list[Path]) -> None:
    for folder in reversed(created):
        with contextlib.suppress(OSError):
            folder.rmdir()


def _admit(path: Path, fingerprint: Fingerprint, scenario_text: str, resume: bool) -> Manifest:
    names = {name for name in os.listdir(path) if not files.is_partial(name)}
    if manifest.NAME not in names:
        if names:
            raise InputError(f"{path} holds other files ({min(names)}, …) and no run", remedy=_ANOTHER)
        return Manifest(fingerprint)
    stored = manifest.read_manifest(path)
    if not resume and stored.state == "done":
        raise InputError(f"{path} holds a finished run", remedy=_ANOTHER)
    if not resume:
        remedy = "Continue it with --resume, or choose another folder with -o."
        raise InputError(f"{path} holds an unfinished run", remedy=remedy)
    _check_same(path, stored.fingerprint, fingerprint, scenario_text)
    return replace(stored, resumed=stored.resumed + (stored.state != "done"))


def _check_same(path: Path, stored: Fingerprint, given: Fingerprint, scenario_text: str) -> None:
    before, after = asdict(stored), asdict(given)
    changes = [
        _change(path, name, before[name], after[name], scenario_text) for name in before if before[name] != after[name]
    ]
    if changes:
        remedy = "Undo the change to resume, or start a new run in another folder with -o."
        raise InputError(f"cannot resume the run in {path}: {'; '.join(changes)}", remedy=remedy)


def _change(path: Path, name: str, before: str, after: str, scenario_text: str) -> str:
    if name == "scenario_hash":
        return "the scenario has changed" + _changed_lines(path, scenario_text)
    if name == "parameter_hash":
        return "the parameter records have changed"
    label = {"paget_version": "version of paget", "device": "device"}[name]
    return f"the {label} was {before} and is now {after}"


def _changed_lines(path: Path, scenario_text: str) -> str:
    shown = 4
    try:
        before = (path / SCENARIO).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    delta = difflib.unified_diff(before, scenario_text.splitlines(), n=0, lineterm="")
    lines = [line for line in delta if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    more = ", …" if len(lines) > shown else ""
    return f" ({', '.join(line[0] + ' ' + line[1:].strip() for line in lines[:shown])}{more})" if lines else ""


def _start(path: Path, state: Manifest, scenario_text: str) -> Manifest:
    if state.state == "done":
        return state
    files.remove_partials(path)
    started = manifest.write_manifest(path, replace(state, state="running", error=None))
    scenario = path / SCENARIO
    content = scenario_text.encode()
    if not scenario.exists() or scenario.read_bytes() != content:
        files.write_atomic(scenario, content)
    return started
