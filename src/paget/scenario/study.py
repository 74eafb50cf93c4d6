"""A validated scenario as the study that the trial layer compiles."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from paget import knowledge
from paget.knowledge.disease import Genotype
from paget.patient.parameters import UNITS
from paget.scenario.fields import ALTERED, WILD_TYPE
from paget.scenario.known import parameter_values
from paget.scenario.model import Patient, Scenario, Trial
from paget.trial.plan import HOST_UNITS, Bounds, Entry, Prescribed, Study
from paget.trial.units import convert

_SEX = {"female": "F", "male": "M"}


def study_of(scenario: Scenario) -> Study:
    """The study that a scenario describes, quantities in the units of the model."""
    return Study(
        name=scenario.name,
        disease=scenario.disease,
        seed=scenario.seed,
        patients=scenario.patients,
        arms=tuple(arm.name for arm in scenario.arms),
        follow_up_days=max(1, round(scenario.follow_up_days)),
        registry=scenario.cohort.registry,
        entry=_entry(scenario),
        prescribed=_prescribed(scenario),
        parameters=_parameters(scenario),
        mechanisms=dict(scenario.mechanisms),
    )


def _parameters(scenario: Scenario) -> dict[str, float]:
    """The parameters that the scenario sets, in the units that the model reads."""
    records = knowledge.parameters(scenario.disease)
    values = {}
    for symbol, value in parameter_values(scenario).items():
        unit = records[symbol].unit
        values[symbol] = convert(value, unit, UNITS.get(symbol, HOST_UNITS.get(symbol, unit)))
    if scenario.cohort.detection_mm is not None:
        values["detection_diameter"] = scenario.cohort.detection_mm
    return values


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
        sex=None if rules.sex is None else _SEX[rules.sex],
        metastatic=rules.metastatic,
        stages=rules.stage or (),
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


def _prescribed(scenario: Scenario) -> Prescribed:
    if isinstance(scenario, Trial):
        return Prescribed()
    given = scenario.presentation
    labels = _labels(scenario)
    genotype = [label for gene, wanted in scenario.genotype.items() for label in _most_frequent(labels, gene, wanted)]
    return Prescribed(
        sex=None if given.sex is None else _SEX[given.sex],
        age_years=given.age_years,
        diameter_mm=given.diameter_mm,
        genotype=tuple(genotype) if scenario.genotype else None,
    )


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
