"""The records of one disease: what it is, its genotypes, how it presents and what has been published about it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, FiniteFloat, PositiveInt, model_validator

from paget.knowledge.records import Percent, Record, Share, StatusField, Unit, check_order, fault

_SWITCH = {"on": 1.0, "off": 0.0}


def _strength(value: object) -> object:
    if isinstance(value, str):
        if value not in _SWITCH:
            raise fault("switch", f"{value!r} is not a switch", "Write on, off or a factor of at least 0.")
        return _SWITCH[value]
    return float(value) if isinstance(value, (bool, int)) else value


Switch = Annotated[FiniteFloat, Field(ge=0), BeforeValidator(_strength)]


class Disease(Record):
    """A disease as data (``disease.yaml``).

    ``mechanisms`` holds switches that differ from 1 by the nature of the disease, such as a benign tumour that doesn't
    intravasate; a scenario's own switches come on top. ``based_on``: the disease whose parameters and tables hold where
    this one has none of its own. ``network``: the logical network that its cells follow (none: their phenotypes are
    cited); ``surroundings``: levels (0 to 1) of a cell's reference surroundings that differ from the network's usual.
    """

    id: str
    name: str
    icdo3_morphology: Annotated[str, Field(pattern=r"^\d{4}/\d$")]
    primary_site: str
    staging_rules: str | None = None
    genotype_registry: str | None = None
    source: str
    status: StatusField
    description: str
    era_notes: tuple[str, ...] = ()
    mechanisms: dict[str, Switch] = Field(default_factory=dict)
    based_on: str | None = None
    network: str | None = None
    surroundings: dict[str, Share] = Field(default_factory=dict)

    @property
    def malignant(self) -> bool:
        """ICD-O-3 behaviour code 3 (malignant, primary site)."""
        return self.icdo3_morphology.endswith("/3")


class Genotype(Record):
    """Frequency of one alteration in one registry's set; those of one ``exclusive_group`` never occur together."""

    registry: str
    gene: str
    alteration: str
    value: Percent
    unit: Unit
    n: PositiveInt | None = None
    source: str
    status: StatusField
    exclusive_group: str | None = None
    co_occurrence: str = ""
    note: str = ""

    @property
    def share(self) -> float:
        """Frequency as a fraction of patients."""
        return self.value / 100.0

    @property
    def label(self) -> str:
        """The name a genotype string carries: ``BRAF V600E``, ``TERT promoter``, and the bare gene for ``any``."""
        return self.gene if self.alteration == "any" else f"{self.gene} {self.alteration}"


class Phenotype(Record):
    """Phenotype of a clone relative to the reference clone (1), at one grid point of its surroundings (0 to 1)."""

    genotype: str
    hypoxia: Annotated[FiniteFloat, Field(ge=0, le=1)]
    tgf_beta: Annotated[FiniteFloat, Field(ge=0, le=1)]
    detachment: Annotated[FiniteFloat, Field(ge=0, le=1)]
    proliferation: Annotated[FiniteFloat, Field(ge=0)]
    invasiveness: Annotated[FiniteFloat, Field(ge=0, le=1)]
    source: str
    status: StatusField
    note: str = ""


class Published(Record):
    """A published result; key study + arm + population + endpoint + time. ``ci_low`` … ``ci_high``: 95 % interval."""

    block: str
    table: str
    study_id: str
    arm: str = ""
    population: str = ""
    endpoint: str
    time_months: FiniteFloat | None = None
    value: FiniteFloat
    unit: Unit
    ci_low: FiniteFloat | None = None
    ci_high: FiniteFloat | None = None
    n: PositiveInt | None = None
    verified_via: str
    ci_verified: str = ""
    overlap_group: str = ""
    note: str = ""
    status: StatusField

    @property
    def key(self) -> tuple[str, str, str, str, float | None]:
        """Study, arm, population, endpoint and time in months."""
        return (self.study_id, self.arm, self.population, self.endpoint, self.time_months)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_order(self.ci_low, self.value, self.ci_high, "ci_low", "ci_high")
        return self


class SurvivalPoint(Record):
    """A point of a published survival curve stated in text: share alive (0–1) at ``time_months``; never fitted."""

    study_id: str
    arm: str
    population: str
    curve: str
    time_months: Annotated[FiniteFloat, Field(ge=0)]
    survival: Annotated[FiniteFloat, Field(ge=0, le=1)]
    ci_low: FiniteFloat | None = None
    ci_high: FiniteFloat | None = None
    time_ci_low: FiniteFloat | None = None
    time_ci_high: FiniteFloat | None = None
    point_type: str
    n: PositiveInt | None = None
    status: StatusField
    note: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_order(self.ci_low, self.survival, self.ci_high, "ci_low", "ci_high")
        check_order(self.time_ci_low, self.time_months, self.time_ci_high, "time_ci_low", "time_ci_high")
        return self
