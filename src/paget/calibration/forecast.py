"""What the model says about the fitted rows at given parameters, by the code that validation uses.

Every row of the natural history is read from a cohort simulated under the preset of its registry (with the care of that
preset) or, where no preset stands for the study, under the plain natural history; every row about treatment from the
built-in scenario of its study, with more patients than the study had. The seed is the same for all parameter values: a
difference between two forecasts is one of parameters, hardly of chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from paget import knowledge
from paget.calibration.targets import Target
from paget.errors import InputError
from paget.knowledge.disease import Published
from paget.scenario import find, load
from paget.scenario.model import Trial
from paget.scenario.study import study_of
from paget.trial.cohort import Cohort, simulate
from paget.trial.comparison import Comparison, compare, compare_arms
from paget.trial.endpoints import CohortView
from paget.trial.job import arm_plans
from paget.trial.outputs import tables
from paget.trial.plan import Plan, Study, plan
from paget.trial.study_arms import study_arms
from paget.trial.survival import normal_quantile

Floats = NDArray[np.float64]

FOLLOW_UP = "24 months"
"""Beyond the latest fitted row; autopsy rows need the dead."""


@dataclass(frozen=True)
class Forecast:
    """Simulated rows on their scales with their Monte-Carlo errors, (targets,); NaN where the cohort shows nothing."""

    value: Floats
    error: Floats


def forecast(
    disease: str, targets: Sequence[Target], values: Mapping[str, float], *, patients: int, seed: int, threads: int = 1
) -> Forecast:
    """Forecast of all rows; values: symbol -> value as the model reads it, patients: per cohort."""
    found = comparisons(disease, targets, values, patients=patients, seed=seed, threads=threads)
    scaled = np.full((2, len(targets)), np.nan)
    for place, target in enumerate(targets):
        row = found.get(target.row.key)
        if row is not None:
            low, high = target.scaled(row.low), target.scaled(row.high)
            error = 0.5 * (high - low) / normal_quantile()
            # Of nobody and of everybody a curve claims to be sure: no share of so many patients is.
            least = 0.5 / np.sqrt(patients) if target.row.unit == "%" else 0.0
            scaled[:, place] = target.scaled(row.simulated), max(error, least)
    return Forecast(scaled[0], scaled[1])


def comparisons(
    disease: str, targets: Sequence[Target], values: Mapping[str, float], *, patients: int, seed: int, threads: int = 1
) -> dict[tuple, Comparison]:
    """Simulated against published by the row's key."""
    found: dict[tuple, Comparison] = {}
    for scenario in dict.fromkeys(target.scenario for target in targets if target.scenario is not None):
        rows = [target.row for target in targets if target.scenario == scenario]
        found |= {row.published.key: row for row in _treated(scenario, rows, values, patients, seed, threads)}
    untreated = [target for target in targets if target.scenario is None]
    for cohort in dict.fromkeys(target.cohort for target in untreated):
        rows = [target.row for target in untreated if target.cohort == cohort]
        study = _study(disease, cohort, rows, values, patients, seed)
        compiled = plan(study)
        try:
            cohort_of_values = simulate(compiled, 0, study.patients, threads=threads)
        except InputError:
            # Nobody of whom the registry takes presents at these values: the cohort shows nothing.
            continue
        found |= {row.published.key: row for row in _compared(compiled, cohort_of_values, rows)}
    return found


def _treated(
    scenario: str, rows: Sequence[Published], values: Mapping[str, float], patients: int, seed: int, threads: int
) -> list[Comparison]:
    """The rows beside the arms of a built-in study; a randomised one shows everybody in each arm."""
    described = load(find(scenario))
    if not isinstance(described, Trial):
        raise InputError(f"scenario {scenario!r} is no trial", remedy="Name a study of treatment in fit_targets.csv.")
    study = study_of(described)
    study = replace(study, patients=patients, seed=seed, parameters={**study.parameters, **values})
    compiled = plan(study)
    views = {}
    for arm, arm_plan in zip(study.arms, arm_plans(compiled, threads), strict=True):
        views[arm] = _view(tables(arm_plan, arm, simulate(arm_plan, 0, patients, threads=threads)))
    return compare_arms(
        views, rows, study_arms(study), disease=study.disease, stands_for=study.stands_for,
        registry=study.registry or knowledge.diseases()[study.disease].genotype_registry,
    )  # fmt: skip


def _view(written: Mapping[str, pa.Table]) -> CohortView:
    """What an analysis sees of the tables of one arm."""
    return CohortView.of(*(written[name].to_pandas().set_index("USUBJID") for name in ("subjects", "time_to_event")))


def _study(
    disease: str, cohort: str | None, rows: Sequence[Published], values: Mapping[str, float], patients: int, seed: int
) -> Study:
    """The cohort's study.

    Where all rows name the stage that the registry takes, nobody need be searched for: the rows pick their patients out
    of everybody diagnosed. A registry that takes the unresected gets half as many patients, who cost more to find.
    """
    section = {} if cohort is None else {"cohort": {"preset": cohort}}
    name = "calibration" if cohort is None else f"calibration {cohort}"
    scenario = Trial.model_validate(
        {"paget": 1, "kind": "trial", "name": name, "disease": disease, "patients": patients, "seed": seed,
         "follow_up": FOLLOW_UP} | section
    )  # fmt: skip
    study = study_of(scenario)
    stages = () if all(row.arm.startswith(study.entry.stages) for row in rows) else study.entry.stages
    return replace(
        study,
        patients=patients if study.operated == "any" else max(1, patients // 2),
        entry=replace(study.entry, stages=stages),
        parameters={**study.parameters, **values},
    )


def _compared(compiled: Plan, simulated: Cohort, rows: Sequence[Published]) -> list[Comparison]:
    study = compiled.study
    view = _view(tables(compiled, study.arms[0], simulated))
    registry = study.registry or knowledge.diseases()[study.disease].genotype_registry
    return compare(view, rows, disease=study.disease, stands_for=study.stands_for, registry=registry)
