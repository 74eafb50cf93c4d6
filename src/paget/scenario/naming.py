"""The name of an output directory made from the name of a scenario, safe on every file system."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from paget.scenario.model import AnyScenario

LONGEST = 48
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}


def slug(name: str) -> str:
    """Lower-case letters, digits and single hyphens; never empty, never a reserved name.

    >>> slug("BRAF V600E, first line")
    'braf-v600e-first-line'
    >>> slug("../../etc")
    'etc'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    text = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")
    return f"run-{text}" if text in _RESERVED else text or "run"


def default_directory(scenario: AnyScenario, seed: int | None = None) -> Path:
    """Where a run goes unless told otherwise: ``<name>-<seed>`` in the current directory."""
    return Path(f"{slug(scenario.name)}-{scenario.seed if seed is None else seed}")
