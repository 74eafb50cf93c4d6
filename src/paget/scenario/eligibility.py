"""Who enters a trial."""

from __future__ import annotations

import math
from typing import Any

from pydantic import Field, model_serializer, model_validator

from paget.scenario.fields import DAYS_PER_YEAR, AgeRange, EcogRange, LengthRange, ScenarioRecord, Sex, Stages, YesNo
from paget.scenario.genotype import Alterations, known_gene


class Eligibility(ScenarioRecord):
    """Who enters: every condition must hold; a gene's name is a key of its own (``BRAF: V600E``)."""

    genes: dict[str, Alterations] = Field(default_factory=dict)
    stage: Stages | None = None
    ECOG: EcogRange | None = None
    age: AgeRange | None = None
    sex: Sex | None = None
    metastatic: YesNo | None = None
    diameter: LengthRange | None = None

    @model_validator(mode="before")
    @classmethod
    def _genes_apart(cls, given: object) -> object:
        """Put keys that are genes under ``genes``; what is left over is an unknown key."""
        if not isinstance(given, dict) or "genes" in given:
            return given
        genes = {gene: value for key, value in given.items() if (gene := known_gene(str(key)))}
        rest = {key: value for key, value in given.items() if not known_gene(str(key))}
        return {**rest, "genes": genes} if genes else rest

    @model_serializer(mode="wrap")
    def _genes_as_written(self, write: Any) -> dict[str, Any]:
        plain = write(self)
        return {**plain.pop("genes", {}), **plain}

    @property
    def age_years(self) -> tuple[float, float]:
        """Lowest and highest age in years; infinite where not given."""
        low, high = self.age.bounds if self.age else (-math.inf, math.inf)
        return low / DAYS_PER_YEAR, high / DAYS_PER_YEAR

    @property
    def diameter_mm(self) -> tuple[float, float]:
        """Smallest and largest diameter of the primary at diagnosis in mm; infinite where not given."""
        return self.diameter.bounds if self.diameter else (-math.inf, math.inf)

    @property
    def ecog(self) -> tuple[float, float]:
        """Lowest and highest ECOG performance status; infinite where not given."""
        return self.ECOG.bounds if self.ECOG else (-math.inf, math.inf)
