"""Names and numbers of a scenario held against what is known of its disease."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

from pydantic_core import PydanticCustomError

from paget.scenario.document import Path
from paget.scenario.faults import fault, shown
from paget.scenario.fields import ALTERED, WILD_TYPE, did_you_mean
from paget.scenario.genotype import known_gene
from paget.scenario.model import Patient, Scenario, Trial
from paget.scenario.treatment_faults import faults_of_conduct, faults_of_endpoints, faults_of_lines
from paget.scenario.units import convert, finite, split

Problem = tuple[Path, PydanticCustomError]
_WIDER = 10.0
METASTATIC_STAGE = "IVC"


def problems(scenario: Scenario) -> Iterator[Problem]:
    """Path and error of every name or number that the disease does not know or allow."""
    yield from _unknown_studies(scenario)
    yield from _unknown_registry(scenario)
    for symbol in scenario.parameters:
        yield from _caught(("parameters", symbol), lambda symbol=symbol: parameter_value(scenario, symbol))
    yield from _wrong_in_arms(scenario)
    yield from _unknown_alterations(scenario)
    yield from faults_of_lines(scenario)
    yield from faults_of_endpoints(scenario)
    if isinstance(scenario, Trial):
        yield from _nobody_eligible(scenario)
        yield from faults_of_conduct(scenario)


def parameter_value(scenario: Scenario, symbol: str) -> float:
    """A parameter that the scenario sets, in the unit of its record; a pydantic error when it cannot be."""
    return value_of(scenario.disease, symbol, scenario.parameters[symbol])


def value_of(disease: str, symbol: str, given: str | float) -> float:
    """A parameter as written, in the unit of its record; a pydantic error when it cannot be."""
    from paget import knowledge

    known = knowledge.parameters(disease)
    if symbol not in known:
        raise fault(f"parameter {shown(symbol)} is unknown", did_you_mean(symbol, known))
    record = known[symbol]
    written = shown(given)
    number, unit = split(given) if isinstance(given, str) else (given, "")
    finite(number, written)
    if unit:
        number = _converted(number, unit, record.unit)
    elif record.unit not in ("1", "fold", "count"):
        raise fault(f"{written} has no unit", f'Write it in {record.unit}, e.g. "{record.value:g} {record.unit}".')
    low, high = plausible_range(record.value, record.low, record.high, record.unit)
    if not low <= number <= high:
        unit = "" if record.unit == "1" else f" {record.unit}"
        raise fault(f"{written} is not plausible", f"Allowed: {low:g} to {high:g}{unit}; knowledge: {record.value:g}.")
    return number


def _converted(number: float, unit: str, target: str) -> float:
    from paget.knowledge.units import UNITS

    if unit == target or target in ("%", "1"):
        return convert(number, unit, target)
    return convert(number, UNITS.get(unit, unit), UNITS[target])


def parameter_values(scenario: Scenario) -> dict[str, float]:
    """The parameters that the scenario sets, each in the unit of its record."""
    return {symbol: parameter_value(scenario, symbol) for symbol in scenario.parameters}


def plausible_range(value: float, low: float | None, high: float | None, unit: str) -> tuple[float, float]:
    """What an override may be: ten times beyond the recorded range; a share stays a share."""
    bottom, top = (value if low is None else low), (value if high is None else high)
    share = {"1": 1.0, "%": 100.0}.get(unit)
    if share is not None and 0 <= bottom and top <= share:
        return 0.0, share
    lowest = bottom / _WIDER if bottom > 0 else bottom * _WIDER
    return lowest, math.inf if top == 0 else top * _WIDER if top > 0 else top / _WIDER


def _wrong_in_arms(scenario: Scenario) -> Iterator[Problem]:
    for position, arm in enumerate(scenario.arms):
        for symbol, given in arm.parameters.items():
            path = ("arms", position, "parameters", symbol)
            yield from _caught(path, partial(value_of, scenario.disease, symbol, given))


def _caught(path: Path, attempt: Callable[[], object]) -> Iterator[Problem]:
    try:
        attempt()
    except PydanticCustomError as error:
        yield path, error


def _unknown_studies(scenario: Scenario) -> Iterator[Problem]:
    from paget import knowledge

    known = {row.study_id for row in knowledge.published(scenario.disease)}
    for position, study in enumerate(scenario.compare_with):
        if study not in known:
            message = f"nothing published by {shown(study)} is known for disease {scenario.disease}"
            yield ("compare_with", position), fault(message, did_you_mean(study, known))


def _unknown_registry(scenario: Scenario) -> Iterator[Problem]:
    from paget import knowledge

    registry = scenario.cohort.registry
    known = {row.registry for row in knowledge.genotypes(scenario.disease)}
    if registry is not None and registry not in known:
        message = f"no genotype frequencies of registry {shown(registry)} are known for disease {scenario.disease}"
        yield ("cohort", "registry"), fault(message, did_you_mean(registry, known))


def _nobody_eligible(trial: Trial) -> Iterator[Problem]:
    """Stages and metastasis that exclude each other: a stage is IVC by distant metastasis alone."""
    rules = trial.eligibility
    if rules.stage is None or rules.metastatic is None:
        return
    possible = {stage for stage in rules.stage if (stage == METASTATIC_STAGE) == rules.metastatic}
    if not possible:
        message = f"nobody of stage {' or '.join(rules.stage)} is {'' if rules.metastatic else 'not '}metastatic"
        yield ("eligibility", "metastatic"), fault(message, "Leave out one of them, or write another stage.")


def _unknown_alterations(scenario: Scenario) -> Iterator[Problem]:
    from paget import knowledge

    rows = knowledge.genotypes(scenario.disease)
    registry = scenario.cohort.registry or knowledge.diseases()[scenario.disease].genotype_registry
    known: dict[str, set[str]] = {}
    for row in rows:
        if registry is None or row.registry == registry:
            known.setdefault(row.gene, set()).add(row.alteration)
    groups = knowledge.aliases()
    for path, gene, alteration in _alterations(scenario):
        own = {name for member in (gene, *groups.get(gene, ())) for name in known.get(member, ())}
        if not own and alteration != WILD_TYPE:
            message = f"no frequency of altered {gene} is known for disease {scenario.disease} (registry {registry})"
            yield path, fault(message, _gene_remedy(gene, known))
        elif alteration not in (offered := [*sorted(own), ALTERED, WILD_TYPE]):
            yield path, fault(f"alteration {shown(alteration)} of {gene} is unknown", did_you_mean(alteration, offered))


def _gene_remedy(gene: str, known: dict[str, set[str]]) -> str:
    from paget import knowledge

    groups = [group for group, members in knowledge.aliases().items() if gene in members and group in known]
    return f"Write {groups[0]}, which is known as one group." if groups else f"Known: {', '.join(sorted(known))}."


def _alterations(scenario: Scenario) -> Iterator[tuple[Path, str, str]]:
    if isinstance(scenario, Trial):
        for gene, wanted in scenario.eligibility.genes.items():
            for alteration in wanted:
                yield ("eligibility", gene), gene, alteration
    if isinstance(scenario, Patient):
        for position, (gene, alteration) in enumerate(scenario.genotype.items()):
            yield ("genotype", position), known_gene(gene) or gene, alteration
