"""Registries as cohort presets, and the care that their patients got: records and readers.

A preset fixes what differs between published cohorts of one disease without a change of biology: the era's detection
limits, the edition of the stage groups, whose genotype frequencies, which cases the registry's design selects, and the
mix of care. AJCC 6 and 7 group an anaplastic carcinoma by extension and distant metastasis alone; the 8th edition moves
nodal disease within the thyroid from IVA to IVB (doi:10.3322/caac.21439).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import BeforeValidator, Field, FiniteFloat, NonNegativeFloat

from paget.errors import InputError
from paget.knowledge.naming import did_you_mean
from paget.knowledge.reading import Table, child
from paget.knowledge.records import Percent, Record, StatusField

R = TypeVar("R", bound=Record)

CareOption = Literal[
    "none", "chemotherapy", "radiotherapy", "radiochemotherapy", "surgery", "surgery and radiochemotherapy"
]
CARE_OPTIONS: tuple[str, ...] = get_args(CareOption)
"""What a patient can get, in the order of the device's table."""

STAGES = ("IVA", "IVB", "IVC")

NODAL_EDITION = 8
"""First edition of the AJCC groups in which nodes alone make stage IVB."""

_ROUNDING = 0.05
"""Per cent by which printed shares of one stage may miss 100."""


def _stages(value: object) -> object:
    return tuple(value.split(";")) if isinstance(value, str) else value


class CohortPreset(Record):
    """A registry: era, detection limits (longest diameter), stage edition, clock, genotypes, case mix, care.

    ``size_factor`` multiplies the disease's median diameter at presentation, ``stages`` and ``operated`` are what the
    registry's design selects, ``landmark_days`` how long after diagnosis a person must be alive to be referred to it,
    ``care`` the mix of care.csv, ``study_id`` whose published results it is compared with.
    """

    id: str
    name: str
    study_id: str
    era_from: int | None = None
    era_to: int | None = None
    detection_mm: Annotated[FiniteFloat, Field(gt=0)]
    node_detection_mm: Annotated[FiniteFloat, Field(gt=0)]
    stage_edition: Annotated[int, Field(ge=6, le=NODAL_EDITION)]
    clock: Literal["diagnosis"] = "diagnosis"
    genotype_registry: str | None = None
    stages: Annotated[tuple[Literal["IVA", "IVB", "IVC"], ...], BeforeValidator(_stages)] = ()
    operated: Literal["any", "no"] = "any"
    size_factor: Annotated[FiniteFloat, Field(gt=0)] = 1.0
    landmark_days: NonNegativeFloat = 0.0
    care: str | None = None
    source: str
    status: StatusField
    note: str = ""

    @property
    def nodes_raise_stage(self) -> bool:
        """Whether nodes alone make stage IVB (8th edition) or leave it IVA (6th and 7th)."""
        return self.stage_edition >= NODAL_EDITION


class CareShare(Record):
    """Share of the patients of each stage who get one option of care, at the reference fitness."""

    mix: str
    option: CareOption
    iva_percent: Percent
    ivb_percent: Percent
    ivc_percent: Percent
    source: str
    status: StatusField
    note: str = ""

    @property
    def percents(self) -> tuple[float, float, float]:
        """Shares in % of stage IVA, IVB and IVC."""
        return (self.iva_percent, self.ivb_percent, self.ivc_percent)


COHORTS = Table(CohortPreset, ("id",))
CARE = Table(CareShare, ("mix", "option"))


def cohorts(disease: str) -> Mapping[str, CohortPreset]:
    """Cohort presets of ``disease`` by id; empty for a disease without any."""
    return _cohorts(disease)


def all_cohorts() -> Mapping[str, CohortPreset]:
    """Presets of every disease by id."""
    from paget import knowledge

    return {name: preset for disease in knowledge.diseases() for name, preset in cohorts(disease).items()}


def cohort_of_study(disease: str, study_id: str) -> CohortPreset | None:
    """The preset that stands for a published study; None where there is none."""
    return next((preset for preset in cohorts(disease).values() if preset.study_id == study_id), None)


def care_shares(disease: str, mix: str) -> Mapping[str, CareShare]:
    """Rows of one mix of care by option, in the order of `CARE_OPTIONS`; InputError if unknown or unbalanced."""
    rows = {row.option: row for row in _care(disease) if row.mix == mix}
    if not rows:
        known = sorted({row.mix for row in _care(disease)})
        raise InputError(f"mix of care {mix!r} of disease {disease} is unknown", remedy=did_you_mean(mix, known))
    for column, stage in enumerate(STAGES):
        total = sum(row.percents[column] for row in rows.values())
        if abs(total - 100.0) > _ROUNDING:
            message = f"shares of care {mix!r} in stage {stage} sum to {total:g} %"
            raise InputError(message, file=f"diseases/{disease}/care.csv", remedy="Let them sum to 100 %.")
    return {option: rows[option] for option in CARE_OPTIONS if option in rows}


@cache
def _cohorts(disease: str) -> Mapping[str, CohortPreset]:
    return MappingProxyType({row.id: row for row in _rows(disease, "cohorts", COHORTS)})


@cache
def _care(disease: str) -> tuple[CareShare, ...]:
    return _rows(disease, "care", CARE)


def _rows(disease: str, name: str, table: Table[R]) -> tuple[R, ...]:
    from paget import knowledge

    library = knowledge.shipped_library()
    path = f"diseases/{disease}/{name}.csv"
    return library.table(path, table) if child(library.root, path).is_file() else ()
