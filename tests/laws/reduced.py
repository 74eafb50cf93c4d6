"""The model reduced to a case that has a closed form: no spread between persons, no other way to present, no death."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from paget.body.state import CASCADE_COUNTS
from paget.trial.cohort import Cohort, simulate
from paget.trial.plan import Plan, Prescribed, Study, plan

CELL_DENSITY = 2e5
"""Cells per mm^3, set rather than read, so that sizes below are cells."""

SHAPE_FACTOR = 0.65
NEVER = 1e12
"""A diameter (mm), load or volume that no course reaches."""

BATCH = 1000
"""Persons in memory at once; each takes about 0.1 MB."""

REDUCTION = {
    "cell_density": CELL_DENSITY, "shape_factor": SHAPE_FACTOR, "stochastic_limit": 1e4, "individual_limit": 1.0,
    "time_scale_spread": 0.0, "seeding_spread": 0.0, "presentation_spread": 0.0, "airway_symptom_load": NEVER,
    "nodal_mass_diameter": NEVER, "symptom_load": NEVER, "undiagnosed_limit": 1e5,
}  # fmt: skip

OFF = {"growth_brake": 0.0, "death": 0.0, "background_mortality": 0.0, "extrathyroidal_extension": 0.0}


def diameter_of(cells: float) -> float:
    """Longest diameter (mm) of a lesion of `cells` cells: V = cells / density = c pi/6 LD^3."""
    return (6.0 * cells / (CELL_DENSITY * SHAPE_FACTOR * math.pi)) ** (1.0 / 3.0)


def cells_at_diagnosis(persons: np.ndarray) -> np.ndarray:
    """Whole cells of the primary on the day it presented, from its diameter (PERSON keeps the size of the last day)."""
    diameter = persons["diameter_at_diagnosis"]
    return np.rint(CELL_DENSITY * SHAPE_FACTOR * math.pi / 6.0 * diameter**3)


def rates(birth: float, death: float) -> dict[str, float]:
    """Parameters that give every cell these birth and death rates (1/day) while nothing brakes it."""
    return {"division_rate": birth, "small_lesion_doubling_time": math.log(2.0) / (birth - death)}


def reduced(
    seed: int,
    parameters: Mapping[str, float],
    *,
    presents_at: float,
    start_cells: float | None = None,
    start_capacity: float | None = None,
    follow_up_days: int = 1,
    mechanisms: Mapping[str, float] | None = None,
) -> Plan:
    """Plan of a study whose tumours present at `presents_at` cells; no founders without a `shedding_rate`."""
    return plan(
        Study(
            name="law", disease="atc", seed=seed, patients=10**6, arms=("a",), follow_up_days=follow_up_days,
            parameters={**REDUCTION, "shedding_rate": 0.0, **parameters},
            mechanisms={**OFF, **(mechanisms or {})},
            prescribed=Prescribed(
                sex="F", age_years=60.0, diameter_mm=diameter_of(presents_at), start_cells=start_cells,
                start_capacity=start_capacity,
            ),
        )
    )  # fmt: skip


def founding(plan_of_one: Plan, founders_per_cell_day: float) -> dict[str, float]:
    """The shedding rate that gives this many founders per cell and day; every shed cell of ATC passes the membrane."""
    return {"shedding_rate": founders_per_cell_day / float(plan_of_one.lodged.sum())}


def cohorts(study_plan: Plan, persons: int) -> Iterator[Cohort]:
    """Run `persons` persons in batches, one Cohort at a time."""
    for first in range(0, persons, BATCH):
        yield simulate(study_plan, first, min(BATCH, persons - first), threads=1)


def persons_of(study_plan: Plan, persons: int) -> np.ndarray:
    """PERSON records of the first `persons` persons."""
    return np.concatenate([cohort.persons for cohort in cohorts(study_plan, persons)])


def founders_by_site(cohort: Cohort, moment: int = 0) -> np.ndarray:
    """Founders of every person and site up to diagnosis (moment 0) or the end (1), whatever route they took."""
    columns = [column for column, name in enumerate(CASCADE_COUNTS) if name.startswith("founders")]
    return cohort.cascade[:, moment][:, :, columns].sum(axis=2)


def colonised_by_site(cohort: Cohort, moment: int = 0) -> np.ndarray:
    """Lesions that have reached the individual limit, by person and site."""
    return cohort.cascade[:, moment, :, CASCADE_COUNTS.index("colonised")]


def first_lodged() -> Plan:
    """A plan with the knowledge's own circulation, from which shares by site are read."""
    return reduced(1, {}, presents_at=1e6)
