"""Built-in presets of published models: loaded as the user has them, compiled and run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from paget.body.state import CASCADE_COUNTS
from paget.scenario import find, load
from paget.scenario.study import study_of
from paget.trial.cohort import Cohort, simulate
from paget.trial.job import plan_of_arm

BATCH = 250
"""Persons in memory at once."""


def runs(name: str, *settings: str, arm: str | None = None, persons: int = 1) -> Iterator[Cohort]:
    """Run persons of a built-in scenario in batches; `settings` as of ``--set``, the first arm unless one is named."""
    study = study_of(load(find(name), settings))
    plan = plan_of_arm(study, arm or study.arms[0])
    for first in range(0, persons, BATCH):
        yield simulate(plan, first, min(BATCH, persons - first), threads=1)


def one(name: str, *settings: str, arm: str | None = None) -> Cohort:
    """The first person of a preset."""
    return next(runs(name, *settings, arm=arm))


def founded(cohorts: Iterable[Cohort]) -> np.ndarray:
    """Metastases founded by the end, one number a person."""
    columns = [CASCADE_COUNTS.index(f"founders_{origin}") for origin in ("blood", "lymph", "metastases")]
    return np.concatenate([cohort.cascade[:, 1][:, :, columns].sum(axis=(1, 2)) for cohort in cohorts])


def order(errors: Iterable[float]) -> np.ndarray:
    """Orders of convergence that errors at steps halved from entry to entry show."""
    sizes = np.abs(np.asarray(list(errors)))
    return np.log2(sizes[:-1] / sizes[1:])


def limit(values: Iterable[float], powers: Iterable[int]) -> float:
    """Richardson's limit of values at steps halved from entry to entry, errors in these powers of the step."""
    table = np.asarray(list(values), float)
    for power in powers:
        table = (2.0**power * table[1:] - table[:-1]) / (2.0**power - 1.0)
    return float(table[-1])
