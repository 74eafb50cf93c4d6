"""Every change that a run makes on the disk, so that each can be made to fail in a test.

A file appears complete or not at all: its bytes go to a partial file beside it, are forced to the disk
(fsync), and only then take the final name; the folder is forced to the disk after each rename.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from paget.errors import PagetError

Hook = Callable[[str, Path], None]

PARTIAL_PREFIX = ".paget-"
PARTIAL_SUFFIX = ".partial"

_hooks: list[Hook] = []


class StorageError(PagetError):
    """The disk refused an operation; carries the errno of the operating system."""

    def __init__(self, error: OSError, path: Path) -> None:
        self.errno = error.errno
        self.path = path
        super().__init__(_sentence(error, path))


def _sentence(error: OSError, path: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"No space is left for {path}. What was saved so far is safe: free some space, then continue with --resume."
        )
    return f"Cannot write {path}: {error.strerror or error}."


@contextlib.contextmanager
def fault_injection(hook: Hook) -> Iterator[None]:
    """Call hook(operation, path) before every operation on the disk; what it raises, the operation raises.

    Operations: make_directory, open, write, fsync, rename, remove, remove_directory, sync_directory.
    """
    _hooks.append(hook)
    try:
        yield
    finally:
        _hooks.remove(hook)


@contextlib.contextmanager
def _operation(name: str, path: Path) -> Iterator[None]:
    try:
        for hook in _hooks:
            hook(name, path)
        yield
    except OSError as error:
        raise StorageError(error, path) from error


def partial_path(path: Path) -> Path:
    """Where the bytes of `path` gather before it exists."""
    return path.with_name(f"{PARTIAL_PREFIX}{path.name}{PARTIAL_SUFFIX}")


def is_partial(name: str) -> bool:
    """Whether a file name is one that an ended process may have left behind."""
    return name.startswith(PARTIAL_PREFIX) and name.endswith(PARTIAL_SUFFIX)


class Sink:
    """A file object that only grows, as pyarrow's writers want it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        with _operation("open", path):
            self._file = open(path, "wb")

    @property
    def closed(self) -> bool:
        """Whether the file is closed."""
        return self._file.closed

    def write(self, data: bytes | memoryview) -> int:
        """Append all of the data; returns its length in bytes."""
        with _operation("write", self.path):
            count = self._file.write(data)
        self.size += count
        return count

    def tell(self) -> int:
        """Bytes written so far."""
        return self.size

    def flush(self) -> None:
        """Hand buffered bytes to the operating system."""
        with _operation("write", self.path):
            self._file.flush()

    def sync(self) -> None:
        """Force the bytes to the disk."""
        self.flush()
        with _operation("fsync", self.path):
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file without a promise that its bytes are on the disk."""
        with contextlib.suppress(OSError):
            self._file.close()


@contextlib.contextmanager
def atomic(path: Path) -> Iterator[Sink]:
    """A sink whose bytes become `path` at the end of the block, complete, or nothing if the block fails."""
    partial = partial_path(path)
    sink = Sink(partial)
    try:
        yield sink
        sink.sync()
    except BaseException:
        sink.close()
        with contextlib.suppress(StorageError):
            remove(partial)
        raise
    sink.close()
    with _operation("rename", path):
        os.replace(partial, path)
    sync_directory(path.parent)


def write_atomic(path: Path, content: bytes) -> None:
    """Write or replace a whole file."""
    with atomic(path) as sink:
        sink.write(content)


def make_directory(path: Path) -> None:
    """Create one folder whose parent exists."""
    with _operation("make_directory", path):
        path.mkdir()
    sync_directory(path.parent)


def remove(path: Path) -> None:
    """Remove a file; one that is gone already is no error."""
    with _operation("remove", path):
        path.unlink(missing_ok=True)


def remove_directory(path: Path) -> None:
    """Remove an empty folder."""
    with _operation("remove_directory", path):
        path.rmdir()


def sync_directory(path: Path) -> None:
    """Force the names in a folder to the disk, where the system offers it."""
    with _operation("sync_directory", path):
        if os.name != "posix":
            return
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_partials(directory: Path) -> None:
    """Remove what an ended process left half-written in a folder."""
    for name in sorted(os.listdir(directory)):
        if is_partial(name):
            remove(directory / name)
