"""Scenarios of every schema version are read for ever: one pure step per version takes a scenario to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from paget.scenario.faults import fault, shown

CURRENT = 1
STEPS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def migrate(data: dict[str, Any]) -> dict[str, Any]:
    """The scenario in the current schema version; a pydantic error for a version that is missing or unknown."""
    if "paget" not in data:
        raise fault("the schema version is missing", f'Start the file with "paget: {CURRENT}".')
    version = data["paget"]
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise fault(f"{shown(version)} is not a schema version", f'Write "paget: {CURRENT}".')
    if version > CURRENT:
        raise fault(
            f"schema version {shown(version)} is newer than this paget, which reads versions up to {CURRENT}",
            "Install a newer paget.",
        )
    for step in range(version, CURRENT):
        data = STEPS[step](data)
    return data
