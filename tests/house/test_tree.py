"""What no file of the repository may hold: the machine it was written on, or where packages were fetched from."""

from __future__ import annotations

import re
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = {".png", ".parquet", ".npz", ".gz", ".pyc", ".woff2"}
LEFT_OUT = {".git", ".venv", ".venv-lock", "__pycache__", "demo", "runs", "build", "dist", "node_modules"}

# Written in parts, so that this file does not hold what it looks for.
HOSTS = ("pypi" + ".org", "python" + "hosted.org", "conda" + ".io", "npm" + "js.org", "anaconda" + ".org")
PATHS = ("/wo" + "rk/", "/ro" + "ot/", "/fa" + "rm/", "/ho" + "me/", "/Us" + "ers/", "/op" + "t/")
FORBIDDEN = re.compile("|".join([*map(re.escape, HOSTS), *(rf"(?<![\w.$}}~-]){re.escape(path)}\w" for path in PATHS)]))


@lru_cache
def text_files() -> tuple[Path, ...]:
    """Files that git tracks or would track; without git, every file outside caches and environments."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
        paths = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        paths = list(ROOT.rglob("*"))
    kept = (path for path in paths if path.is_file() and not LEFT_OUT & set(path.relative_to(ROOT).parts))
    return tuple(sorted(path for path in kept if path.suffix not in BINARY and not _in_a_cache(path)))


def _in_a_cache(path: Path) -> bool:
    """Whether a folder above `path` is hidden; the one hidden folder that belongs to the repository is .ci."""
    return any(part.startswith(".") and part != ".ci" for part in path.relative_to(ROOT).parts[:-1])


def test_no_file_names_a_package_host_or_a_machine_path() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match.group()}"
        for path in text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        for match in [FORBIDDEN.search(line)]
        if match
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "line", [f"index = https://{HOSTS[0]}/simple", f"open('{PATHS[0]}data.csv')", f"see {PATHS[3]}me"]
)
def test_the_scan_finds_what_it_looks_for(line: str) -> None:
    assert FORBIDDEN.search(line)


@pytest.mark.parametrize("line", ["https://example.org/home/page", "$HOME/opt/x", "framework/main", "~/study/run"])
def test_the_scan_leaves_other_paths_alone(line: str) -> None:
    assert not FORBIDDEN.search(line)


def test_locks_are_hashed_and_name_no_source() -> None:
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    assert [lock.name for lock in locks] == [
        f"{kind}-py3{minor}.txt" for kind in ("run", "test") for minor in (11, 12, 13)
    ]
    for lock in locks:
        lines = lock.read_text(encoding="utf-8").splitlines()
        pins = [number for number, line in enumerate(lines) if re.match(r"[a-z0-9]", line)]
        assert pins
        assert all("==" in lines[number] and "--hash=sha256:" in lines[number + 1] for number in pins), lock.name
        known = r"[a-z0-9][\w.-]*==|    --hash=sha256:[0-9a-f]{64}|    # via |#"
        assert [line for line in lines if line and not re.match(known, line)] == [], lock.name


def test_run_lock_is_part_of_the_test_lock() -> None:
    for minor in (11, 12, 13):
        run, test = (
            set(
                re.findall(
                    r"^[\w.-]+==\S+", (ROOT / "requirements" / f"{kind}-py3{minor}.txt").read_text(), re.MULTILINE
                )
            )
            for kind in ("run", "test")
        )
        assert run <= test, f"Python 3.{minor}: {sorted(run - test)}"
