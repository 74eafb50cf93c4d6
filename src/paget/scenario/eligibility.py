"""Who enters a trial."""

from __future__ import annotations

import math
from typing import Any

from pydantic import Field, model_serializer, model_validator

from paget.knowledge.pd_l1_assays import USUAL_ASSAY
from paget.scenario.fields import (
    DAYS_PER_YEAR,
    AgeRange,
    EcogRange,
    LengthRange,
    PdL1Range,
    ScenarioRecord,
    Sex,
    Stages,
    YesNo,
)
from paget.scenario.genotype import Alterations, known_gene

PD_L1 = "PD-L1"
"""Key of what is stained for; also a name of the gene CD274, of which one asks as ``CD274: amplification``."""


class Eligibility(ScenarioRecord):
    """Who enters: every condition must hold; a gene's name is a key of its own (``BRAF: V600E``)."""

    genes: dict[str, Alterations] = Field(default_factory=dict)
    stage: Stages | None = None
    ECOG: EcogRange | None = None
    age: AgeRange | None = None
    sex: Sex | None = None
    metastatic: YesNo | None = None
    diameter: LengthRange | None = None
    pd_l1: PdL1Range | None = Field(default=None, alias=PD_L1)

    @model_validator(mode="before")
    @classmethod
    def _genes_apart(cls, given: object) -> object:
        """Put keys that are genes under ``genes``; what is left over is an unknown key."""
        if not isinstance(given, dict) or "genes" in given:
            return given
        given = {PD_L1 if str(key).casefold() == PD_L1.casefold() else key: value for key, value in given.items()}
        genes = {gene: value for key, value in given.items() if key != PD_L1 and (gene := known_gene(str(key)))}
        rest = {key: value for key, value in given.items() if key == PD_L1 or not known_gene(str(key))}
        return {**rest, "genes": genes} if genes else rest

    @model_serializer(mode="wrap")
    def _genes_as_written(self, write: Any) -> dict[str, Any]:
        plain = write(self)
        stained = {PD_L1: plain.pop("pd_l1")} if "pd_l1" in plain else {}
        return {**plain.pop("genes", {}), **plain, **stained}

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

    @property
    def pd_l1_share(self) -> tuple[float, float]:
        """Lowest and highest share of cells that the assay stains; infinite where not given."""
        return self.pd_l1.bounds if self.pd_l1 else (-math.inf, math.inf)

    @property
    def pd_l1_assay(self) -> str:
        """Antibody against PD-L1."""
        return self.pd_l1.assay if self.pd_l1 else USUAL_ASSAY
