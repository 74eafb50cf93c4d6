"""What a scenario can say: frozen models of the kinds that this version runs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from paget.scenario.cohort import Cohort, of_the_disease
from paget.scenario.conduct import USUAL_SCANS, Conduct, Monitoring, parse_scans
from paget.scenario.eligibility import Eligibility
from paget.scenario.faults import fault, shown
from paget.scenario.fields import (
    DAYS_PER_YEAR,
    SCANNED_ENDPOINTS,
    Age,
    Count,
    Ecog,
    Endpoints,
    Length,
    Name,
    ScenarioRecord,
    Seed,
    Sex,
    Stage,
    Strength,
    Text,
    Time,
    choice,
    one_or_many,
)
from paget.scenario.genotype import GenotypeField, label
from paget.scenario.line import MOST_LINES, Line
from paget.scenario.network_model import Network
from paget.scenario.quantity import Quantity, parse_quantity
from paget.scenario.start import HostName, Start
from paget.trial.treatment import TWINS

SUPPORTIVE_CARE = "best supportive care"


def disease_names() -> Iterable[str]:
    """Ids of the diseases that knowledge holds."""
    from paget import knowledge

    return knowledge.shipped_library().disease_ids


def mechanism_names() -> Iterable[str]:
    """Names of the mechanisms that act in a patient; modules of a network are switched in scenarios of that kind.

    What drugs do to their targets is switched in both.
    """
    from paget import knowledge
    from paget.knowledge.networks import DRUG_SWITCH, SCALE

    return tuple(
        name for name, record in knowledge.mechanisms().items() if record.scale != SCALE or name == DRUG_SWITCH
    )


ALL = "all"
"""Stands for every mechanism that the same mapping does not name: ``{all: off, shedding: on}``."""


def switchable() -> Iterable[str]:
    """What a mapping of switches may name."""
    return (ALL, *mechanism_names())


def every_switch(written: Mapping[str, float]) -> dict[str, float]:
    """Factors by mechanism, with ``all`` written out."""
    if ALL not in written:
        return dict(written)
    named = {name: factor for name, factor in written.items() if name != ALL}
    return dict.fromkeys(mechanism_names(), written[ALL]) | named


def _parameter_value(given: object) -> str | float:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise fault(f"{shown(given)} is not a number or a quantity", 'Write e.g. 0.5 or "12 d".')
    if not isinstance(given, str) and not math.isfinite(given):
        raise fault(f"{shown(given)} is not a finite number", "Write an ordinary number.")
    return given if isinstance(given, str) else float(given)


def _mechanisms(given: object) -> object:
    if not isinstance(given, dict):
        raise fault(f"{shown(given)} is not a mapping", "Write e.g. {extravasation: off}.")
    return given


def _studies(given: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one_or_many(given, "the id of a published study")))


def _default_follow_up() -> Quantity:
    return parse_quantity("36 months", "time", 1.0, 36525.0)


MechanismName = Annotated[str, choice("mechanism", switchable)]
Mechanisms = Annotated[dict[MechanismName, Strength], BeforeValidator(_mechanisms)]
ParameterValue = Annotated[
    str | float, BeforeValidator(_parameter_value), WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]})
]
Disease = Annotated[str, choice("disease", disease_names), WithJsonSchema({"type": "string", "examples": ["atc"]})]
Studies = Annotated[
    tuple[str, ...], BeforeValidator(_studies), WithJsonSchema({"type": "array", "items": {"type": "string"}})
]


class Arm(ScenarioRecord):
    """One arm of a trial; no lines means supportive care only. Its switches and parameters win over the scenario's."""

    name: Name
    lines: tuple[Line, ...] = Field(
        default=(), max_length=MOST_LINES, description="Lines of treatment in order; [] is supportive care only."
    )
    mechanisms: Mechanisms = Field(default_factory=dict, description="Switches of this arm only, e.g. {arrest: off}.")
    parameters: dict[str, ParameterValue] = Field(default_factory=dict, description="Values in this arm only.")
    host: HostName | None = Field(default=None, description="Host of this arm only; that of `start` if left out.")

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_no_line(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("lines", []) is None:
            return {**given, "lines": []}
        return given


def _some_arms(given: object) -> object:
    if given == []:
        raise fault("there is no arm", f"Write at least one, e.g. [{{name: {SUPPORTIVE_CARE}, lines: []}}].")
    return given


def _arms_differ(arms: tuple[Arm, ...]) -> tuple[Arm, ...]:
    names = [arm.name.casefold() for arm in arms]
    for arm in arms:
        if names.count(arm.name.casefold()) > 1:
            raise fault(f"two arms are called {shown(arm.name)}", "Give every arm a name of its own.")
    return arms


Arms = Annotated[tuple[Arm, ...], BeforeValidator(_some_arms), AfterValidator(_arms_differ)]


class _Scenario(ScenarioRecord):
    paget: Literal[1] = Field(description="Version of the scenario schema.")
    name: Name = Field(description="Shown in the report; never a path.")
    description: Text = ""
    disease: Disease = Field(default="atc", description="Id of a disease; `paget show diseases` lists them.")
    seed: Seed = 1
    follow_up: Time = Field(default_factory=_default_follow_up, description="Time observed after diagnosis.")
    endpoints: Endpoints = ("OS", "CSS")
    compare_with: Studies = Field(default=(), description="Ids of published studies of the disease.")
    mechanisms: Mechanisms = Field(
        default_factory=dict, description="on, off or a factor of at least 0; `all` for the rest."
    )
    parameters: dict[str, ParameterValue] = Field(
        default_factory=dict, description="Values in place of those of knowledge; `paget show parameters` lists them."
    )
    cohort: Annotated[Cohort, AfterValidator(of_the_disease)] = Field(default_factory=Cohort)
    start: Start = Field(default_factory=Start, description="How a published model or an experiment begins.")

    @property
    def follow_up_days(self) -> float:
        """Time observed after diagnosis in days."""
        return self.follow_up.value


def _is_treated(arms: tuple[Arm, ...]) -> bool:
    return any(arm.lines for arm in arms)


def _usual_scans(scenario: Trial | Patient) -> dict[str, Any]:
    """The scans of a scenario that needs them and doesn't say how often, so that the resolved one shows them."""
    needed = _is_treated(scenario.arms) or bool(set(scenario.endpoints) & set(SCANNED_ENDPOINTS))
    return {"scans": parse_scans(USUAL_SCANS)} if needed and scenario.scans is None else {}


class Trial(Conduct, _Scenario):
    """A cohort of virtual patients in one or more arms."""

    kind: Literal["trial"]
    patients: Count = Field(default=100, description="Per arm; in a randomised trial about so many, by lot.")
    eligibility: Eligibility = Field(default_factory=Eligibility)
    arms: Arms = (Arm(name=SUPPORTIVE_CARE),)

    @model_validator(mode="after")
    def _with_its_conduct(self) -> Trial:
        """Design and scans of a trial that has treatment, so that the resolved scenario shows them."""
        usual = _usual_scans(self)
        if _is_treated(self.arms) and self.design is None:
            usual["design"] = TWINS
        return self.model_copy(update=usual) if usual else self


class Presentation(ScenarioRecord):
    """What is known of one patient at diagnosis; what is left out is drawn as in the cohort."""

    age: Age | None = None
    sex: Sex | None = None
    diameter: Length | None = None
    stage: Stage | None = None
    ECOG: Ecog | None = None

    @property
    def age_years(self) -> float | None:
        """Age at diagnosis in years."""
        return None if self.age is None else self.age.value / DAYS_PER_YEAR

    @property
    def diameter_mm(self) -> float | None:
        """Longest diameter of the primary at diagnosis in mm."""
        return None if self.diameter is None else self.diameter.value


class Patient(Monitoring, _Scenario):
    """One genotype and presentation with many stochastic futures, each of them the same in every arm but for it."""

    kind: Literal["patient"]
    genotype: Annotated[GenotypeField, PlainSerializer(lambda genes: [label(*pair) for pair in genes.items()])] = Field(
        default_factory=dict
    )
    presentation: Presentation = Field(default_factory=Presentation)
    futures: Count = Field(default=200, description="Stochastic futures of this one patient, per arm.")
    arms: Arms = (Arm(name=SUPPORTIVE_CARE),)

    @model_validator(mode="after")
    def _one_size_at_diagnosis(self) -> Patient:
        if self.presentation.diameter is not None and self.start.diagnosis is not None:
            raise fault("presentation.diameter and start.diagnosis both say when the tumour is found", "Keep one.")
        return self

    @model_validator(mode="after")
    def _with_its_scans(self) -> Patient:
        """Scans of a patient who is treated, so that the resolved scenario shows them."""
        usual = _usual_scans(self)
        return self.model_copy(update=usual) if usual else self

    @property
    def patients(self) -> int:
        """Virtual patients to simulate: one per future."""
        return self.futures


Scenario = Trial | Patient
"""A scenario of virtual patients."""

AnyScenario = Trial | Patient | Network
KINDS: dict[str, type[AnyScenario]] = {"trial": Trial, "patient": Patient, "network": Network}
UNBUILT_KINDS = ("tissue", "sweep")
