"""Write the hashed locks requirements/{run,test}-py3XY.txt (``make lock``).

Both locks of a Python come from one resolution: the test lock first, then the run lock constrained by it, so that a
package has the same version and the same hashes in both. Every platform's wheels are hashed. The locks name no index
and no folder; where packages come from is the reader's own configuration.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
MINOR_VERSIONS = (11, 12, 13)
EXTRAS = {"test": ("test", "build"), "run": ("build",)}
PRIVATE = ("UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_FIND_LINKS", "UV_CONFIG_FILE")


def stand_in(kind: str, minor: int) -> str:
    """A pyproject.toml with the dependencies of one lock, solved for Python 3.<minor> alone.

    Without the upper bound a lock would carry the versions of all later Pythons too.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + [line for extra in EXTRAS[kind] for line in extras[extra]]
    return (
        f'[project]\nname = "paget"\nversion = "0"\nrequires-python = "{project["requires-python"]}"\n'
        f"dependencies = {json.dumps(wanted)}\n"
        f"[tool.uv]\nenvironments = [\"python_full_version < '3.{minor + 1}'\"]\n"
    )


def compile_lock(folder: Path, kind: str, minor: int, *, upgrade: bool) -> Path:
    """Resolve one lock for Python 3.<minor> in a scratch folder; CalledProcessError when there is no solution."""
    name = f"{kind}-py3{minor}.txt"
    (folder / "pyproject.toml").write_text(stand_in(kind, minor), encoding="utf-8")
    command = ["uv", "pip", "compile", "pyproject.toml", "--universal", "--python-version", f"3.{minor}"]
    command += ["--generate-hashes", "--no-header", "--annotation-style", "line", "--quiet", "--output-file", name]
    command += ["--upgrade"] if upgrade else []
    command += ["--constraints", f"test-py3{minor}.txt"] if kind == "run" else []
    if (REQUIREMENTS / name).exists():
        shutil.copy(REQUIREMENTS / name, folder / name)
    environment = {key: value for key, value in os.environ.items() if key not in PRIVATE}
    environment["PATH"] = str(Path(sys.executable).parent) + os.pathsep + environment.get("PATH", "")
    subprocess.run(command, cwd=folder, check=True, env=environment)
    head = f"# Python 3.{minor}, {kind}; made by `make lock`, do not edit.\n"
    text = (folder / name).read_text(encoding="utf-8")
    (REQUIREMENTS / name).write_text(head + plain(text, minor), encoding="utf-8")
    return REQUIREMENTS / name


def plain(text: str, minor: int) -> str:
    """The lock without its upper bound on Python (it holds for every line) and without the name of the test lock."""
    bound = f"python_full_version < '3.{minor + 1}'"
    text = text.replace(f"{bound} and ", "").replace(f" ; {bound}", "")
    return text.replace(f"-c test-py3{minor}.txt, ", "").replace(f", -c test-py3{minor}.txt", "")


def main(arguments: list[str]) -> int:
    """Write all locks; with ``--upgrade`` to the newest versions that fit."""
    REQUIREMENTS.mkdir(exist_ok=True)
    for minor in MINOR_VERSIONS:
        with tempfile.TemporaryDirectory() as folder:
            for kind in EXTRAS:
                lock = compile_lock(Path(folder), kind, minor, upgrade="--upgrade" in arguments)
                print(lock.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
