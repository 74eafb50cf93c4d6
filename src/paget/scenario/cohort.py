"""The section ``cohort:`` of a scenario: a registry's preset, or single settings of era and place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import WithJsonSchema, model_validator
from pydantic_core.core_schema import ValidationInfo

from paget.knowledge.cohorts import CohortPreset, all_cohorts, cohorts
from paget.scenario.faults import fault, shown
from paget.scenario.fields import Detection, Name, ScenarioRecord, YesNo, choice, did_you_mean
from paget.trial.treatment import CLOCKS

Clock = Annotated[str, choice("clock", lambda: CLOCKS), WithJsonSchema({"enum": list(CLOCKS)})]
PresetName = Annotated[
    str,
    choice("cohort preset", lambda: all_cohorts()),
    WithJsonSchema({"type": "string", "examples": ["SEER-1973-2000"]}),
]


class Cohort(ScenarioRecord):
    """Era and place: a registry's preset; detection limit of imaging, clock, genotype frequencies, care.

    What is written beside a preset takes the place of the preset's own.
    """

    preset: PresetName | None = None
    detection: Detection | None = None
    clock: Clock = "diagnosis"
    registry: Name | None = None
    care: YesNo | None = None

    @model_validator(mode="before")
    @classmethod
    def _filled_from_the_preset(cls, given: object) -> object:
        """Detection and registry of the preset, so that the resolved scenario shows them."""
        if not isinstance(given, dict):
            return given
        preset = _preset_called(given.get("preset"))
        return given if preset is None else {**_of_preset(preset), **given}

    @model_validator(mode="after")
    def _care_needs_a_preset(self) -> Cohort:
        if self.care and self.preset is None:
            raise fault("care is that of a registry and no preset is named", _example(all_cohorts()))
        return self

    @property
    def detection_mm(self) -> float | None:
        """Longest diameter in mm from which imaging sees a lesion; None = as knowledge says."""
        return None if self.detection is None else self.detection.value


@dataclass(frozen=True)
class CohortSettings:
    """What a cohort section asks of the model, in its units.

    study_id: whose published results it stands for; registry: genotype frequencies; stages: groups that the registry
    takes (none: all); operated: "any" or "no"; care: mix of care.csv; parameters: symbol -> value in the units of
    patient/parameters.UNITS; factors: symbol -> multiple of the disease's value. The detection limit is the section's.
    """

    study_id: str | None = None
    registry: str | None = None
    stages: tuple[str, ...] = ()
    operated: str = "any"
    landmark_days: float = 0.0
    nodes_raise_stage: bool = True
    care: str | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)


def settings(section: Cohort, disease: str) -> CohortSettings:
    """The settings of a section for a disease that has its preset."""
    if section.preset is None:
        return CohortSettings(registry=section.registry)
    preset = cohorts(disease)[section.preset]
    return CohortSettings(
        study_id=preset.study_id,
        registry=section.registry,
        stages=preset.stages,
        operated=preset.operated,
        landmark_days=preset.landmark_days,
        nodes_raise_stage=preset.nodes_raise_stage,
        care=None if section.care is False else preset.care,
        parameters={"node_detection_diameter": preset.node_detection_mm},
        factors={} if preset.size_factor == 1.0 else {"presentation_diameter": preset.size_factor},
    )


def of_the_disease(section: Cohort, info: ValidationInfo) -> Cohort:
    """The section, if its preset is one of the scenario's disease; a pydantic error otherwise."""
    disease = info.data.get("disease")
    if disease is None or section.preset is None or section.preset in cohorts(disease):
        return section
    message = f"cohort preset {shown(section.preset)} is not one of disease {disease}"
    known = cohorts(disease)
    raise fault(message, did_you_mean(section.preset, known) if known else "This disease has none; leave it out.")


def _preset_called(name: object) -> CohortPreset | None:
    """The preset of that name, however spelt; None for anything else (the field's own validator says so)."""
    if not isinstance(name, str):
        return None
    known = {preset_id.casefold(): preset for preset_id, preset in all_cohorts().items()}
    return known.get(name.strip().casefold())


def _of_preset(preset: CohortPreset) -> dict[str, Any]:
    filled: dict[str, Any] = {"detection": f"{preset.detection_mm:g} mm", "clock": preset.clock}
    if preset.genotype_registry is not None:
        filled["registry"] = preset.genotype_registry
    return filled


def _example(known: Iterable[str]) -> str:
    return f"Name one, e.g. {{preset: {next(iter(known), 'NAME')}}}."
