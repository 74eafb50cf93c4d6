"""What is fitted: published rows on scales where their error is nearly normal, with weights for shared patients.

    share    arcsin(sqrt(p)), whose error hardly depends on p and which is finite at 0 and 1
    months, d  ln
    counts   as they are

Observed value and error are the centre and the half-width / 1.96 of the row's 95 % interval (knowledge/verdict.py) on
that scale, so that a hit is within 1.96 errors. Rows of one overlap group (the study, where none is named) speak of the
same patients: together they have the weight of one row, each the share 1 / (rows of the group).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from paget import knowledge
from paget.errors import InputError
from paget.knowledge.disease import Published
from paget.knowledge.fitted import NATURAL_HISTORY
from paget.knowledge.verdict import published_interval
from paget.trial.comparison import as_simulated
from paget.trial.survival import normal_quantile
from paget.trial.units import convert

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Target:
    """A published row to fit: as printed (`row`) and as the model can show it (`asked`).

    cohort: the preset under which its patients are simulated; scenario: the built-in study of treatment that shows it.
    """

    row: Published
    asked: Published
    cohort: str | None
    centre: float
    error: float
    weight: float
    scenario: str | None = None
    required: bool = False

    @property
    def group(self) -> str:
        """Rows of one group share patients."""
        return group_of(self.row)

    @property
    def name(self) -> str:
        """Study, arm, endpoint and time, for tables."""
        months = None if self.row.time_months is None else f"{self.row.time_months:g} months"
        return " ".join(part for part in (self.row.study_id, self.row.arm, self.row.endpoint, months) if part)

    def scaled(self, value: float | None) -> float:
        """A value in the published unit on the row's scale; NaN for None."""
        return math.nan if value is None else _SCALES.get(self.row.unit, float)(value)


def _angle(percent: float) -> float:
    return math.asin(math.sqrt(min(max(convert(percent, "%", "1"), 0.0), 1.0)))


def _log(time: float) -> float:
    return math.log(time) if time > 0.0 else -math.inf


_SCALES: Mapping[str, Callable[[float], float]] = {"%": _angle, "months": _log, "d": _log}


def group_of(row: Published) -> str:
    """The overlap group of a row; its study where none is named."""
    return row.overlap_group or row.study_id


def fit_targets(disease: str, stage: int = NATURAL_HISTORY) -> tuple[Target, ...]:
    """The rows that a stage is fitted to, in the order of fit_targets.csv; InputError where there is none."""
    library = knowledge.shipped_library()
    rows = {row.key: row for row in library.published(disease)}
    listed = [target for target in library.fit_targets(disease) if target.fitted and target.stage == stage]
    chosen = [(rows[target.key], target.cohort) for target in listed]
    if not chosen:
        raise InputError(f"disease {disease!r} has no row to fit", remedy="Mark some in fit_targets.csv.")
    targets = weighted(chosen)
    return tuple(
        replace(target, scenario=each.scenario, required=each.required)
        for target, each in zip(targets, listed, strict=True)
    )


def read_outs(disease: str) -> tuple[Target, ...]:
    """Priors on read-outs as targets of the plain natural history, each with the weight of one row."""
    return tuple(_target(prior.row, None, 1.0) for prior in knowledge.shipped_library().read_out_priors(disease))


def weighted(chosen: Iterable[tuple[Published, str | None]]) -> tuple[Target, ...]:
    """Targets of rows and their cohorts; the rows of one overlap group share one unit of weight."""
    rows = list(chosen)
    members = Counter(group_of(row) for row, _ in rows)
    return tuple(_target(row, cohort, 1.0 / members[group_of(row)]) for row, cohort in rows)


def _target(row: Published, cohort: str | None, weight: float) -> Target:
    asked, _ = as_simulated(row)
    interval = published_interval(asked)
    if interval is None or not all(math.isfinite(end) for end in interval):
        raise InputError(
            f"{row.study_id} {row.endpoint} has no closed interval", remedy="Write fitted: no in fit_targets.csv."
        )
    blank = Target(row, asked, cohort, math.nan, math.nan, weight)
    low, high = (blank.scaled(end) for end in interval)
    return Target(row, asked, cohort, 0.5 * (low + high), 0.5 * (high - low) / normal_quantile(), weight)


def centres(targets: Iterable[Target]) -> Floats:
    """Observed values, each on its row's scale."""
    return np.array([target.centre for target in targets])


def variances(targets: Iterable[Target]) -> Floats:
    """Squared errors of the observed values."""
    return np.array([target.error**2 for target in targets])


def weights(targets: Iterable[Target]) -> Floats:
    """Weights of the rows; those of one group sum to 1."""
    return np.array([target.weight for target in targets])


def merits(targets: Iterable[Target]) -> Floats:
    """Weights of the rows where one place is chosen: 1 for a required one, else its share of its group."""
    return np.array([1.0 if target.required else target.weight for target in targets])
