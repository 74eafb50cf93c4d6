"""The built-in scenarios, and finding one by name or path."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from paget.errors import InputError

ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True)
class BuiltIn:
    """A scenario that comes with the package."""

    name: str
    kind: str
    description: str
    path: Path


def folder() -> Path:
    """Where the built-in scenarios lie."""
    return Path(str(resources.files("paget.scenario") / "data"))


def names() -> tuple[str, ...]:
    """Names of the built-in scenarios."""
    return tuple(sorted(path.stem for path in folder().glob("*.yaml")))


def built_in() -> tuple[BuiltIn, ...]:
    """The built-in scenarios with their descriptions."""
    from paget.scenario.document import parse

    found = []
    for name in names():
        path = folder() / f"{name}.yaml"
        data = parse(path.read_text("utf-8"), file=path.name).data
        found.append(BuiltIn(name, data["kind"], data["description"], path))
    return tuple(found)


def find(name_or_path: str | os.PathLike[str]) -> Path:
    """The file of a scenario: a path that exists, else a built-in name; InputError with the nearest names otherwise."""
    given = os.fspath(name_or_path)
    if given in names() and not _is_file(Path(given)):
        return folder() / f"{given}.yaml"
    path = Path(given)
    if given and (_exists(path) or os.sep in given or given.endswith(ENDINGS)):
        return path
    from paget.knowledge import did_you_mean

    shown = given if given.isprintable() and len(given) <= 200 else repr(given)[:200]
    raise InputError(
        "there is no such file and no built-in scenario of this name",
        file=shown or "''",
        remedy=f"{did_you_mean(given[:200], names())} `paget scenarios` lists the built-in ones.",
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
