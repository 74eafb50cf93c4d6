"""What the model says about the fitted rows at given parameters, by the code that validation uses.

Every row is read from a cohort simulated under the preset of its registry (with the care of that preset) or, where no
preset stands for the study, under the plain natural history. The seed is the same for all parameter values: a
difference between two forecasts is one of parameters, hardly of chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from paget import knowledge
from paget.calibration.targets import Target
from paget.errors import InputError
from paget.knowledge.disease import Published
from paget.scenario.model import Trial
from paget.scenario.study import study_of
from paget.trial.cohort import Cohort, simulate
from paget.trial.comparison import Comparison, compare
from paget.trial.endpoints import CohortView
from paget.trial.outputs import tables
from paget.trial.plan import Plan, Study, plan
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
            scaled[:, place] = target.scaled(row.simulated), 0.5 * (high - low) / normal_quantile()
    return Forecast(scaled[0], scaled[1])


def comparisons(
    disease: str, targets: Sequence[Target], values: Mapping[str, float], *, patients: int, seed: int, threads: int = 1
) -> dict[tuple, Comparison]:
    """Simulated against published by the row's key."""
    found: dict[tuple, Comparison] = {}
    for cohort in dict.fromkeys(target.cohort for target in targets):
        rows = [target.row for target in targets if target.cohort == cohort]
        study = _study(disease, cohort, rows, values, patients, seed)
        compiled = plan(study)
        try:
            cohort_of_values = simulate(compiled, 0, study.patients, threads=threads)
        except InputError:
            # Nobody of whom the registry takes presents at these values: the cohort shows nothing.
            continue
        found |= {row.published.key: row for row in _compared(compiled, cohort_of_values, rows)}
    return found


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
    written = tables(compiled, study.arms[0], simulated)
    subjects = written["subjects"].to_pandas().set_index("USUBJID")
    events = written["time_to_event"].to_pandas().set_index("USUBJID")
    view = CohortView.of(subjects, events)
    registry = study.registry or knowledge.diseases()[study.disease].genotype_registry
    return compare(view, rows, disease=study.disease, stands_for=study.stands_for, registry=registry)
