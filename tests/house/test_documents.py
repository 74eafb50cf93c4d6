"""The examples of README.md and docs/ run: a document whose commands fail is wrong.

In a Markdown file ```` ```python ```` blocks are executed, ```` ```bash run ```` blocks are run by a shell that stops
at the first failure, and ```` ```yaml NAME ```` blocks are written to NAME and, where they are scenarios, checked. The
blocks of one file share a folder and run in order, so that later ones may use what earlier ones made.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(?P<language>\w+)(?:[ ](?P<rest>[^\n]*))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """One fenced block; ``rest`` is what follows the language on the opening line."""

    line: int
    language: str
    rest: str
    body: str


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a Markdown text, in order."""
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(line, match["language"], match["rest"] or "", match["body"])


def documents() -> list[Path]:
    """The documents that have a block to run."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [path for path in found if any(is_live(block) for block in blocks(path.read_text(encoding="utf-8")))]


def is_live(block: Block) -> bool:
    """Whether a block is executed or checked."""
    return block.language in ("python", "yaml") or (block.language == "bash" and block.rest == "run")


def run_shell(script: str, folder: Path) -> None:
    """Run a script with this environment's commands first on the path; AssertionError with its output."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "COLUMNS": "120"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"


def run_block(block: Block, path: Path, folder: Path, names: dict[str, Any]) -> None:
    """Execute or check one block in `folder`; `names` are those that earlier Python blocks of the file left."""
    if block.language == "bash":
        run_shell(block.body, folder)
    elif block.language == "python":
        source = "\n" * block.line + block.body
        exec(compile(source, str(path), "exec"), names)
    else:
        name = block.rest or f"line-{block.line}.yaml"
        (folder / name).write_text(block.body, encoding="utf-8")
        if block.body.startswith("paget:"):
            run_shell(f"paget check {name}", folder)


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_examples_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "example"}
    for block in blocks(path.read_text(encoding="utf-8")):
        if is_live(block):
            run_block(block, path, tmp_path, names)


def test_every_local_link_leads_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert not broken, "\n".join(broken)


def test_blocks_are_found_with_their_place() -> None:
    text = "Text\n```bash run\npaget --help\n```\n\n```text\nnot run\n```\n```yaml trial.yaml\npaget: 1\n```\n"
    found = list(blocks(text))
    assert [(block.line, block.language, block.rest) for block in found] == [
        (2, "bash", "run"),
        (6, "text", ""),
        (9, "yaml", "trial.yaml"),
    ]
    assert [is_live(block) for block in found] == [True, False, True]
