"""How strongly each drug acts: on its targets, and on the growth of authentic thyroid lines.

`potency.csv` holds one row per drug, target form or line, and source. A value on a target is the concentration of free
drug that inhibits (IC50), binds (Kd, Ki) or activates (EC50) half of it; a value on growth is nominal, in serum medium,
and must not be corrected by the free fraction in plasma. `cell_lines.csv` says which lines are authentic and what they
carry.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, FiniteFloat, model_validator

from paget.knowledge.library import Library
from paget.knowledge.reading import Table
from paget.knowledge.records import Record, StatusField, Unit, _one_of, check_order

FILE = "potency.csv"
LINES_FILE = "cell_lines.csv"

Kind = Literal["target", "growth"]
Quantity = Literal["IC50", "EC50", "Kd", "Ki"]
Relation = Literal["=", "<=", ">="]
Assay = Literal["biochemical", "cellular", "blood", "growth of the line"]

Concentration = Annotated[FiniteFloat, Field(gt=0)]


class Potency(Record):
    """Half-effect concentration of a drug (`unit`: nmol/L) on a target (`hgnc`) or on the growth of a line."""

    drug: str
    kind: Annotated[Kind, _one_of("kind of potency", get_args(Kind))]
    form_or_line: str
    hgnc: str = ""
    quantity: Annotated[Quantity, _one_of("quantity", get_args(Quantity))]
    relation: Annotated[Relation, _one_of("relation", get_args(Relation))]
    value: Concentration
    low: Concentration | None = None
    high: Concentration | None = None
    unit: Unit
    genotype: str = ""
    assay: Annotated[Assay, _one_of("assay", get_args(Assay))]
    source: str
    status: StatusField
    note: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_order(self.low, self.value, self.high, "low", "high")
        return self

    @property
    def targets(self) -> tuple[str, ...]:
        """HGNC symbols of the target; none for growth."""
        return tuple(self.hgnc.split("|")) if self.hgnc else ()


class CellLine(Record):
    """A thyroid line: what it carries, in the alteration labels of the network, and who showed that it is unique."""

    line: str
    origin: str
    genotype: str
    detail: str
    source: str
    status: StatusField
    authenticated_in: str
    authentication_status: StatusField
    note: str = ""

    @property
    def alterations(self) -> tuple[str, ...]:
        """Alteration labels of the line."""
        return tuple(self.genotype.split(";"))


POTENCY = Table(Potency, ("drug", "kind", "form_or_line", "hgnc", "quantity", "source"))
"""The table potency.csv."""

CELL_LINES = Table(CellLine, ("line",))
"""The table cell_lines.csv."""


def potency(library: Library | None = None) -> tuple[Potency, ...]:
    """All half-effect concentrations, in file order."""
    return (library or Library()).table(FILE, POTENCY)


def cell_lines(library: Library | None = None) -> tuple[CellLine, ...]:
    """All thyroid lines, in file order."""
    return (library or Library()).table(LINES_FILE, CELL_LINES)
