"""What each place of the body offers to an arriving cell: ligands, vessel wall, matrix, proteases and their inhibitors.

`soil.csv` holds one row per place and property; every value is relative to the usual organ, so a place without a row
has the value of the usual organ (`Soil`'s defaults: 1, and no S100 response). A row says where its number was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, FiniteFloat, model_validator

from paget.errors import InputErrors
from paget.knowledge.library import Library
from paget.knowledge.naming import did_you_mean
from paget.knowledge.reading import Entry, Problem, Table, read_table
from paget.knowledge.records import Record, StatusField, Unit, _one_of, check_order

Property = Literal[
    "cxcl12",
    "ccl21",
    "endothelial_receptors",
    "vessel_openness",
    "fibroblasts",
    "fibronectin",
    "mmp",
    "timp",
    "s100_response",
    "permissiveness",
]
"""What a row may describe; the meaning of each is that of `Soil`'s field."""


class SoilRecord(Record):
    """One property of one place, relative to the usual organ (never negative)."""

    site: str
    property: Annotated[Property, _one_of("property of a place", get_args(Property))]
    value: Annotated[FiniteFloat, Field(ge=0)]
    low: Annotated[FiniteFloat, Field(ge=0)] | None = None
    high: Annotated[FiniteFloat, Field(ge=0)] | None = None
    unit: Unit
    source: str
    status: StatusField
    note: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_order(self.low, self.value, self.high, "low", "high")
        return self


SOIL = Table(SoilRecord, ("site", "property"))
"""The table soil.csv."""


@dataclass(frozen=True)
class Soil:
    """One place; dimensionless, relative to the usual organ.

    cxcl12, ccl21: concentration of the ligand. endothelial_receptors: selectins and integrin ligands on the
    endothelium. vessel_openness: ease of crossing the vessel wall. fibroblasts: their density. fibronectin: deposits
    that fibroblasts of the place didn't make. mmp, timp: proteases and their inhibitors. s100_response: share of the
    full response of the endothelium to the primary's factors (lung: 1). permissiveness: what is left to explain when
    flow and all named factors are accounted for.
    """

    cxcl12: float = 1.0
    ccl21: float = 1.0
    endothelial_receptors: float = 1.0
    vessel_openness: float = 1.0
    fibroblasts: float = 1.0
    fibronectin: float = 1.0
    mmp: float = 1.0
    timp: float = 1.0
    s100_response: float = 0.0
    permissiveness: float = 1.0


PROPERTIES: tuple[str, ...] = tuple(item.name for item in fields(Soil))
"""Names of `Soil`'s fields."""


@cache
def soils() -> Mapping[str, Soil]:
    """The shipped places by site id; read once per process."""
    return read_soils()


def read_soils(root: Traversable | None = None) -> Mapping[str, Soil]:
    """Every site of the data folder ``root`` (the shipped one by default) with its soil; `InputErrors` if invalid."""
    shelf = Library(root)
    problems: list[Problem] = []
    entries = read_table(shelf.root, "soil.csv", SOIL, problems)
    names = tuple(site.id for site in shelf.sites)
    problems += unknown_sites(entries, names)
    if problems:
        raise InputErrors([problem.as_error() for problem in problems])
    return MappingProxyType({name: _soil_of(name, entries) for name in names})


def unknown_sites(entries: list[Entry[SoilRecord]], names: tuple[str, ...]) -> list[Problem]:
    """One problem per row of a place that isn't in ``names``."""
    return [
        entry.problem(f"site {entry.record.site!r} is unknown", did_you_mean(entry.record.site, names), "site")
        for entry in entries
        if entry.record.site not in names
    ]


def _soil_of(name: str, entries: list[Entry[SoilRecord]]) -> Soil:
    return Soil(**{entry.record.property: entry.record.value for entry in entries if entry.record.site == name})
