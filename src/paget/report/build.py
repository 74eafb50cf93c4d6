"""Write report.html of a run directory: one file that opens offline, the same bytes from the same inputs."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from paget.errors import PagetError

FILE_NAME = "report.html"


def render(directory: Path, *, language: str = "en") -> str:
    """HTML text of the report of `directory`.

    Only the content of the directory, the package's knowledge and `language` decide the text: no clock, no chance.
    Raises :class:`paget.errors.InputError` where the directory holds no finished run or the language is not offered.
    """
    from paget.report import network_page
    from paget.report.page import page
    from paget.report.run_directory import NETWORK, read

    run = read(Path(directory))
    return network_page.html(run, language) if run.about.get("kind") == NETWORK else page(run, language)


def build(directory: Path, *, language: str = "en") -> Path:
    """Write report.html into `directory` (temporary file, then rename) and return its path."""
    target = Path(directory) / FILE_NAME
    text = render(directory, language=language)
    try:
        _replace(target, text)
    except OSError as problem:
        raise PagetError(f"{target} could not be written: {problem.strerror or problem}.") from problem
    return target


def _replace(target: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes the file private; a report is meant to be handed on like the tables beside it.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
