"""A validated scenario as the study that the trial layer compiles."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from paget import knowledge
from paget.body.shape import longest_diameter
from paget.knowledge.disease import Genotype
from paget.scenario.cohort import settings
from paget.scenario.fields import ALTERED, WILD_TYPE
from paget.scenario.known import value_of
from paget.scenario.model import Arm, ParameterValue, Patient, Scenario, Trial, every_switch
from paget.scenario.protocol import design_of, protocols_of
from paget.scenario.start import AT_ONCE, HUMAN
from paget.trial.plan import Bounds, Entry, Prescribed, Study, host_values, model_value
from paget.trial.treatment import RANDOMISED

_SEX = {"female": "F", "male": "M"}


def study_of(scenario: Scenario) -> Study:
    """The study that a scenario describes, quantities in the units of the model.

    A randomised study has places for the patients of all arms together: everyone is simulated in every arm.
    """
    cohort = settings(scenario.cohort, scenario.disease)
    parameters = _parameters(scenario)
    design = design_of(scenario)
    return Study(
        name=scenario.name,
        disease=scenario.disease,
        seed=scenario.seed,
        patients=scenario.patients * (len(scenario.arms) if design.kind == RANDOMISED else 1),
        arms=tuple(arm.name for arm in scenario.arms),
        follow_up_days=_follow_up(scenario, parameters),
        registry=scenario.cohort.registry,
        entry=_entry(scenario),
        prescribed=_prescribed(scenario, parameters),
        parameters=parameters,
        mechanisms=every_switch(scenario.mechanisms),
        care=cohort.care,
        nodes_raise_stage=cohort.nodes_raise_stage,
        operated=cohort.operated,
        landmark_days=cohort.landmark_days,
        stands_for=cohort.study_id,
        arm_parameters={arm.name: own for arm in scenario.arms if (own := _of_arm(scenario, arm))},
        protocols=protocols_of(scenario),
        design=design,
        arm_mechanisms={arm.name: every_switch(arm.mechanisms) for arm in scenario.arms if arm.mechanisms},
    )


def _follow_up(scenario: Scenario, parameters: Mapping[str, float]) -> float:
    """Days from diagnosis; a course that is observed at once ends that long after day 0, not after its first step."""
    if scenario.start.diagnosis == AT_ONCE:
        step = _value(scenario.disease, "time_step", parameters)
        return max(step, scenario.follow_up_days - step)
    return max(1, round(scenario.follow_up_days))


def _value(disease: str, symbol: str, parameters: Mapping[str, float]) -> float:
    """What the study sets for a symbol, else what is known, in the unit that the model reads."""
    if symbol in parameters:
        return parameters[symbol]
    record = knowledge.parameters(disease)[symbol]
    return model_value(symbol, record.value, record.unit)


def _of_arm(scenario: Scenario, arm: Arm) -> dict[str, float]:
    """Parameters of one arm: those in which its host differs from the scenario's, then its own."""
    own = _in_model_units(scenario, arm.parameters)
    if arm.host is None:
        return own
    usual, here = _parameters(scenario), _parameters(scenario, arm.host)
    changed = {*usual, *here}
    # Where the arm's host has no value of its own, the patient's holds again.
    values = {symbol: _value(scenario.disease, symbol, here) for symbol in changed}
    return {symbol: value for symbol, value in values.items() if usual.get(symbol) != value} | own


def _parameters(scenario: Scenario, host: str | None = None) -> dict[str, float]:
    """What the scenario sets for every arm, in the units that the model reads; host: in place of the scenario's."""
    records = knowledge.parameters(scenario.disease)
    values = _in_model_units(scenario, scenario.parameters)
    cohort = settings(scenario.cohort, scenario.disease)
    for symbol, factor in cohort.factors.items():
        record = records[symbol]
        # What the scenario sets itself stays as written.
        values.setdefault(symbol, factor * model_value(symbol, record.value, record.unit))
    name = host or scenario.start.host
    inherited = {} if name == HUMAN else host_values(name)
    return {**inherited, **cohort.parameters, **values} | _detection(scenario)


def _in_model_units(scenario: Scenario, given: Mapping[str, ParameterValue]) -> dict[str, float]:
    """Parameters as a scenario or one of its arms writes them, in the units that the model reads."""
    records = knowledge.parameters(scenario.disease)
    values = {}
    for symbol, written in given.items():
        unit = records[symbol].unit
        value = value_of(scenario.disease, symbol, written)
        values[symbol] = model_value(symbol, value, unit)
    return values


def _detection(scenario: Scenario) -> dict[str, float]:
    """The detection limit that the section `cohort` writes or its preset brings."""
    seen = scenario.cohort.detection_mm
    return {} if seen is None else {"detection_diameter": seen}


def _entry(scenario: Scenario) -> Entry:
    if isinstance(scenario, Patient):
        given = scenario.presentation
        ecog = None if given.ECOG is None else float(given.ECOG)
        return Entry(stages=() if given.stage is None else (given.stage,), ecog=Bounds(ecog, ecog))
    rules = scenario.eligibility
    labels = _labels(scenario)
    return Entry(
        age=_bounds(rules.age_years),
        diameter=_bounds(rules.diameter_mm),
        ecog=_bounds(rules.ecog),
        pd_l1=_bounds(rules.pd_l1_share),
        pd_l1_assay=rules.pd_l1_assay,
        sex=None if rules.sex is None else _SEX[rules.sex],
        metastatic=rules.metastatic,
        stages=rules.stage or settings(scenario.cohort, scenario.disease).stages,
        any_of=tuple(
            _matching(labels, gene, wanted) for gene, wanted in rules.genes.items() if WILD_TYPE not in wanted
        ),
        forbidden=tuple(
            label
            for gene, wanted in rules.genes.items()
            if WILD_TYPE in wanted
            for label in _matching(labels, gene, (ALTERED,))
        ),
    )


def _bounds(pair: tuple[float, float]) -> Bounds:
    low, high = pair
    return Bounds(low if math.isfinite(low) else None, high if math.isfinite(high) else None)


def _prescribed(scenario: Scenario, parameters: Mapping[str, float]) -> Prescribed:
    start = scenario.start
    begun = {
        "start_cells": start.cells,
        "start_capacity": start.capacity_mm3,
        "diameter_mm": _size_at_diagnosis(scenario, parameters),
        "resected": start.resected,
        "injected_cells": start.injected,
        "injected_into": start.into,
    }
    if isinstance(scenario, Trial):
        return Prescribed(**begun)
    given = scenario.presentation
    labels = _labels(scenario)
    genotype = [label for gene, wanted in scenario.genotype.items() for label in _most_frequent(labels, gene, wanted)]
    if given.diameter_mm is not None:
        begun["diameter_mm"] = given.diameter_mm
    return Prescribed(
        sex=None if given.sex is None else _SEX[given.sex],
        age_years=given.age_years,
        genotype=tuple(genotype) if scenario.genotype else None,
        **begun,
    )


def _size_at_diagnosis(scenario: Scenario, parameters: Mapping[str, float]) -> float | None:
    """Longest diameter in mm at which the section `start` lets observation begin; None: as the disease presents."""
    cells = scenario.start.diagnosis_cells
    if cells is None:
        return scenario.start.diagnosis_mm
    density, shape = (_value(scenario.disease, symbol, parameters) for symbol in ("cell_density", "shape_factor"))
    return longest_diameter(cells / density, shape)


def _labels(scenario: Scenario) -> list[Genotype]:
    registry = scenario.cohort.registry or knowledge.diseases()[scenario.disease].genotype_registry
    return [row for row in knowledge.genotypes(scenario.disease) if row.registry == registry]


def _matching(rows: Iterable[Genotype], gene: str, wanted: Iterable[str]) -> tuple[str, ...]:
    """Labels of the gene's (or the group's members') alterations that the scenario names."""
    names: Mapping[str, tuple[str, ...]] = knowledge.aliases()
    genes = {gene, *names.get(gene, ())}
    chosen = set(wanted)
    return tuple(row.label for row in rows if row.gene in genes and (ALTERED in chosen or row.alteration in chosen))


def _most_frequent(rows: list[Genotype], gene: str, alteration: str) -> tuple[str, ...]:
    """The one label that a person's genotype carries; none for wild type."""
    if alteration == WILD_TYPE:
        return ()
    candidates = [row for row in rows if row.label in _matching(rows, gene, (alteration,))]
    return (max(candidates, key=lambda row: row.value).label,) if candidates else ()
