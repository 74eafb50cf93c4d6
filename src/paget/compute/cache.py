"""Where compiled code is kept: one directory per state of the source.

Numba looks at the file of a kernel, not at the files of the functions it calls, and would run
old machine code after an edit there. So the directory is named by a hash of every source file
of the package, and any edit starts a new one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import time
from functools import lru_cache
from pathlib import Path

DIRECTORIES_KEPT = 4
SECONDS_KEPT = 3600.0
"""A directory used within this time is never removed: another process may be compiling into it."""

_PACKAGE = Path(__file__).resolve().parents[1]


def source_files(package: Path) -> list[Path]:
    """List every Python file below `package`, in a fixed order."""
    found = []
    for folder, folders, names in os.walk(package):
        folders[:] = [name for name in folders if name != "__pycache__"]
        found.extend(Path(folder, name) for name in names if name.endswith(".py"))
    return sorted(found)


def source_hash(package: Path = _PACKAGE) -> str:
    """Return a hash of all source files, the Numba version and the Python version, 24 hex digits."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        compiler = version("numba")
    except PackageNotFoundError:
        compiler = "none"
    digest = hashlib.blake2b(f"{compiler} {sys.version}".encode(), digest_size=12)
    for path in source_files(package):
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(package).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def user_cache_directory() -> Path:
    """Return the user's cache directory by the convention of the platform; ``XDG_CACHE_HOME`` wins."""
    stated = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(stated):
        return Path(stated)
    if sys.platform == "win32" and os.environ.get("LOCALAPPDATA"):
        return Path(os.environ["LOCALAPPDATA"])
    home = Path(os.path.expanduser("~"))
    return home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"


def _is_usable(directory: Path) -> bool:
    """Check that `directory` can be made, written and, since it holds code, belongs to this user."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
        return not hasattr(os, "getuid") or directory.stat().st_uid == os.getuid()
    except OSError:
        return False


def _root() -> Path:
    """Choose the directory that holds one subdirectory per state of the source."""
    chosen = user_cache_directory() / "paget"
    if _is_usable(chosen):
        return chosen
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    shared = Path(tempfile.gettempdir()) / f"paget-{owner}"
    return shared if _is_usable(shared) else Path(tempfile.mkdtemp(prefix="paget-"))


def prune(root: Path, *, kept: int = DIRECTORIES_KEPT, seconds: float = SECONDS_KEPT) -> None:
    """Remove all but the `kept` newest directories below `root`, sparing those in recent use."""
    dated = []
    for directory in root.iterdir():
        try:
            if directory.is_dir():
                dated.append((directory.stat().st_mtime, directory))
        except OSError:
            continue
    limit = time.time() - seconds
    for modified, directory in sorted(dated, reverse=True)[kept:]:
        if modified < limit:
            shutil.rmtree(directory, ignore_errors=True)


@lru_cache(maxsize=1)
def prepare() -> Path:
    """Set the environment of Numba and OpenMP; call before Numba is imported.

    A `NUMBA_CACHE_DIR` set by the user is replaced, since it would bring stale code back; the
    threading layer and the wait policy yield to the user's. Spawned processes inherit all three.

    Returns
    -------
    Path
        The directory of compiled code for the present state of the source.
    """
    root = _root()
    directory = root / source_hash()
    directory.mkdir(mode=0o700, exist_ok=True)
    os.utime(directory)
    prune(root)
    os.environ["NUMBA_CACHE_DIR"] = str(directory)
    os.environ.setdefault("NUMBA_THREADING_LAYER", "omp")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if "numba" in sys.modules:
        # The environment was read when somebody else imported Numba.
        sys.modules["numba"].config.CACHE_DIR = str(directory)
        sys.modules["numba"].config.THREADING_LAYER = os.environ["NUMBA_THREADING_LAYER"]
    return directory
