"""The inventory: what the model must show, and the marker by which a test claims to show it."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

TABLE = Path(__file__).resolve().parent.parent / "inventory.csv"


@dataclass(frozen=True)
class Claim:
    """One ``@pytest.mark.inventory("EXT-2", off="platelets", scale="body")``."""

    statement: str
    off: str
    scale: str

    def __str__(self) -> str:
        return f"{self.statement} {self.scale} off={self.off}"


@dataclass(frozen=True)
class Statement:
    """One row of the inventory; ``scales`` are those at which it must be shown."""

    id: str
    group: str
    scales: tuple[str, ...]
    text: str


def read_inventory(path: Path = TABLE) -> dict[str, Statement]:
    """Every statement by its id, in the order of the table."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {
        row["id"]: Statement(row["id"], row["group"], tuple(row["scales"].split("|")), row["statement"]) for row in rows
    }


def claims_of(marks: Iterable[pytest.Mark]) -> tuple[Claim, ...]:
    """The claims of a test's marks; UsageError when a mark has another form."""
    found: list[Claim] = []
    for mark in marks:
        if mark.name != "inventory":
            continue
        if len(mark.args) != 1 or set(mark.kwargs) != {"off", "scale"}:
            raise pytest.UsageError(
                f'inventory mark {mark.args} {mark.kwargs}: write inventory("ID", off="mechanism", scale="scale")'
            )
        found.append(Claim(mark.args[0], mark.kwargs["off"], mark.kwargs["scale"]))
    return tuple(found)


def problems(claim: Claim, inventory: Mapping[str, Statement], mechanisms: Collection[str]) -> list[str]:
    """What is wrong with a claim: an unknown statement, scale or mechanism; empty when all is well."""
    statement = inventory.get(claim.statement)
    if statement is None:
        return [f"{claim}: no statement {claim.statement} in the inventory"]
    found = []
    if claim.scale not in statement.scales:
        found.append(f"{claim}: {claim.statement} is shown at {' or '.join(statement.scales)}, not {claim.scale}")
    if claim.off not in mechanisms:
        found.append(f"{claim}: no mechanism {claim.off!r} among {', '.join(sorted(mechanisms))}")
    return found
