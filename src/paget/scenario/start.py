"""The section ``start:`` of a scenario: how a course begins when not from one cell in a patient.

A published model begins with its own number of cells and vascular capacity and is observed from day 0 or from a size;
an experiment injects cells into the vessels of an animal that has no tumour.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from paget.scenario.faults import fault, shown
from paget.scenario.fields import ScenarioRecord, YesNo, choice
from paget.scenario.quantity import Quantity, QuantityOf, parse_quantity

HUMAN = "human"
AT_ONCE = "at once"
MOST_CELLS = 1e15
_LONGEST_MM = 1000.0
_MM3_PER_ML = 1000.0


def host_names() -> Iterable[str]:
    """The patient, and the hosts of experiments that knowledge holds."""
    from paget.knowledge.hosts import hosts

    return (HUMAN, *hosts())


def site_names() -> Iterable[str]:
    """Ids of the places of the body."""
    from paget import knowledge

    return tuple(site.id for site in knowledge.sites())


def _cells(given: object) -> float:
    """A number of cells; a pydantic error otherwise."""
    remedy = f"Write a number from 1 to {MOST_CELLS:g}, e.g. 1 or 1e6."
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise fault(f"{shown(given)} is not a number of cells", remedy)
    if not math.isfinite(given) or not 1 <= given <= MOST_CELLS:
        raise fault(f"{shown(given)} cells will not do", remedy)
    return float(given)


def _diagnosis(given: object) -> str | float | Quantity:
    """``at once``, a number of cells, or a length; a pydantic error otherwise."""
    if isinstance(given, int | float) and not isinstance(given, bool):
        return _cells(given)
    if isinstance(given, str) and " ".join(given.split()).casefold() == AT_ONCE:
        return AT_ONCE
    if isinstance(given, str | Quantity):
        return parse_quantity(given, "length", 0.0, _LONGEST_MM, "2 cm")
    raise fault(
        f"{shown(given)} is no start of observation",
        f'Write "{AT_ONCE}", a longest diameter such as "2 cm", or a number of cells.',
    )


_POSITIVE = {"type": "number", "minimum": 1, "maximum": MOST_CELLS}

Cells = Annotated[float, BeforeValidator(_cells), WithJsonSchema(_POSITIVE)]
Capacity = Annotated[Quantity, QuantityOf("volume", 1e-9, 1e9, "625 mm^3")]
Diagnosis = Annotated[
    str | float | Quantity,
    BeforeValidator(_diagnosis),
    PlainSerializer(lambda given: str(given) if isinstance(given, Quantity) else given),
    WithJsonSchema({"anyOf": [{"type": "string", "examples": [AT_ONCE, "2 cm"]}, _POSITIVE]}),
]
SiteName = Annotated[str, choice("site", site_names), WithJsonSchema({"type": "string", "examples": ["lung"]})]
HostName = Annotated[str, choice("host", host_names), WithJsonSchema({"type": "string", "examples": [HUMAN, "mouse"]})]


class Start(ScenarioRecord):
    """Cells and vessels at day 0, when observation begins, and the host."""

    cells: Cells | None = Field(default=None, description="Cells of the primary at day 0; one if left out.")
    capacity: Capacity | None = Field(default=None, description="Volume that its vessels support at day 0.")
    diagnosis: Diagnosis | None = Field(
        default=None, description='When observation begins: "at once", a longest diameter or a number of cells.'
    )
    resected: YesNo = Field(default=False, description="Whether the whole primary is taken out at diagnosis.")
    injected: Cells | None = Field(default=None, description="Cells put into the vessels of a host without a primary.")
    into: SiteName | None = Field(default=None, description="The organ into whose outflow they are put.")
    host: HostName = Field(default=HUMAN, description="The patient or an animal: circulation, immunity, organs.")

    @model_validator(mode="after")
    def _one_start(self) -> Start:
        if (self.injected is None) != (self.into is None):
            missing = "into" if self.into is None else "injected"
            raise fault(f"{missing} is missing", "Write both, e.g. {injected: 50000, into: skin_soft_tissue}.")
        primary = [name for name in ("cells", "capacity", "diagnosis") if getattr(self, name) is not None]
        if self.injected is not None and (primary or self.resected):
            message = f"{(primary or ['resected'])[0]} belongs to a primary, and a host of injected cells has none"
            raise fault(message, "Leave it out, or leave out injected and into.")
        return self

    @property
    def capacity_mm3(self) -> float | None:
        """Vascular capacity at day 0 in mm^3."""
        return None if self.capacity is None else self.capacity.value * _MM3_PER_ML

    @property
    def diagnosis_cells(self) -> float | None:
        """Cells of the primary at which observation begins, where the scenario gives cells."""
        return self.diagnosis if isinstance(self.diagnosis, float) else None

    @property
    def diagnosis_mm(self) -> float | None:
        """Longest diameter in mm from which the tumour is observed, where it does not give cells; 0: at once."""
        if self.diagnosis == AT_ONCE:
            return 0.0
        return self.diagnosis.value if isinstance(self.diagnosis, Quantity) else None
