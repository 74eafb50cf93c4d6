"""manifest.json: what a run directory holds, how it came about and how far it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from paget.errors import InputError
from paget.runs import files

NAME = "manifest.json"
FORMAT = 1

State = Literal["running", "done", "interrupted", "failed"]


@dataclass(frozen=True)
class Fingerprint:
    """What must be the same for two processes to work on one run."""

    scenario_hash: str
    paget_version: str
    parameter_hash: str
    device: str = "cpu"


@dataclass(frozen=True)
class Manifest:
    """The content of manifest.json; `extra` are entries of upper layers (seeds, threads), kept as they are.

    `done` are the unit ranges saved, joined; `batches` counts launches, `timings` are seconds, times are UTC.
    """

    fingerprint: Fingerprint
    state: State = "running"
    units: int | None = None
    tables_hash: str | None = None
    done: tuple[tuple[int, int], ...] = ()
    batches: int = 0
    compacted: bool = False
    rows: Mapping[str, int] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
    started: str = ""
    updated: str = ""
    resumed: int = 0
    error: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


_OWN = {entry.name for entry in fields(Manifest)} - {"fingerprint", "extra"}
_FINGERPRINT = {entry.name for entry in fields(Fingerprint)}
RESERVED = frozenset(_OWN | _FINGERPRINT | {"format"})


def now() -> str:
    """The time, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def to_json(manifest: Manifest) -> bytes:
    """The manifest as it is written, one flat object."""
    own = asdict(manifest)
    flat = {"format": FORMAT, **own.pop("fingerprint")}
    extra = own.pop("extra")
    return (json.dumps({**flat, **own, **extra}, indent=2) + "\n").encode()


def from_json(text: bytes | str) -> Manifest:
    """The manifest of a text; ValueError, KeyError or TypeError if it is none."""
    document = json.loads(text)
    if document.pop("format") != FORMAT:
        raise ValueError("another format of manifest.json")
    fingerprint = Fingerprint(**{name: document.pop(name) for name in _FINGERPRINT})
    own = {name: document.pop(name) for name in _OWN if name in document}
    own["done"] = tuple((int(start), int(stop)) for start, stop in own["done"])
    own["keys"] = {name: tuple(columns) for name, columns in own["keys"].items()}
    return Manifest(fingerprint=fingerprint, extra=document, **own)


def read_manifest(directory: str | Path) -> Manifest:
    """The manifest of a run directory; InputError if there is none that can be read."""
    path = Path(directory) / NAME
    try:
        return from_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(
            f"{directory} is not a run directory: it has no {NAME}", remedy="Give the folder that `paget run -o` wrote."
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} cannot be read ({error})", remedy="Start the run again in another folder with -o."
        ) from error


def write_manifest(directory: Path, manifest: Manifest) -> Manifest:
    """Replace manifest.json; returns what was written, with the time of writing."""
    stamped = replace(manifest, updated=now(), started=manifest.started or now())
    files.write_atomic(directory / NAME, to_json(stamped))
    return stamped
