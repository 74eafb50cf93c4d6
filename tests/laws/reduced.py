"""The model reduced to a case that has a closed form: no spread between persons, no other way to present, no death."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from paget.body.dispersal import LEVELS, MODES, ROUTES
from paget.body.micrometastases import COUNT, LOG_CELLS
from paget.body.state import CASCADE_COUNTS, NURSERY_CELLS, OUTPUT_CLASSES, WITH_VESSELS
from paget.trial.cohort import Cohort, simulate
from paget.trial.plan import Plan, Prescribed, Study, plan

CELL_DENSITY = 2e5
"""Cells per mm^3, set rather than read, so that sizes below are cells."""

SHAPE_FACTOR = 0.65
NEVER = 1e12
"""A diameter (mm), load or volume that no course reaches."""

BATCH = 1000
"""Persons in memory at once; each takes about 0.2 MB."""

REDUCTION = {
    "cell_density": CELL_DENSITY, "shape_factor": SHAPE_FACTOR, "stochastic_limit": 1e4, "individual_limit": 1.0,
    "time_scale_spread": 0.0, "seeding_spread": 0.0, "presentation_spread": 0.0,
    "nodal_mass_diameter": NEVER, "symptom_load": NEVER, "undiagnosed_limit": 1e5, "usual_vessels": 1.0,
    "vegf_free_permeability": 1.0, "angiogenic_threshold": 0.0, "shedding_measured_at": 1.0, "seeding_exponent": 1.0,
}  # fmt: skip
"""One person like the other, every cell shedding alike, the usual vessels.

Without VEGF's part a vessel's wall is as the tables have it.
"""

OFF = dict.fromkeys(
    (
        "growth_brake", "death", "background_mortality", "extrathyroidal_extension", "airway_compression", "confluence",
        "basement_membrane", "driver_mutations", "tumour_origin", "differentiated_origin", "stem_hierarchy",
        "dedifferentiation", "mutation", "dormancy", "host_factor", "immune_killing", "vascular_permeability",
        "premetastatic_niche", "collective_migration", "reseeding", "self_seeding", "aspirin", "care",
    ),
    0.0,
)  # fmt: skip
"""Mechanisms without a part in a law that names none of them."""

DIRECT = {"direct_seeding": 1.0, "lodging_probability": 1.0}
"""No anatomy: every shed cell founds a metastasis."""

EXPECTED = {**DIRECT, "expected_numbers": 1.0, "class_spacing": 0.0, "individual_limit": NEVER}
"""No chance either: the expectation of each step is founded and keeps a size class of its own."""


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
    follow_up_days: float = 1,
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
    """The shedding rate that gives this many founders of the primary per cell and day, blood and lymph together."""
    return {"shedding_rate": founders_per_cell_day / float(plan_of_one.lodged_total[0, :2].sum())}


def only_route(study_plan: Plan, founders: Mapping[tuple[int, str], float], mode: str = MODES[0]) -> Plan:
    """The plan with no other ways than from these origins to these sites, in one mode: founders per shed cell."""
    lodged = np.zeros_like(study_plan.lodged)
    assert lodged.shape[0] == LEVELS
    for (origin, site), share in founders.items():
        lodged[:, origin, MODES.index(mode), study_plan.sites.index(site)] = share
    return replace(study_plan, lodged=lodged)


def injected(
    seed: int,
    parameters: Mapping[str, float],
    *,
    founders: float,
    days: int,
    cells: int = 1,
    site: str = "lung",
    mechanisms: Mapping[str, float] | None = None,
) -> Plan:
    """A host without a primary: on day 0 Poisson(`founders`) groups of `cells` cells settle at one site, then nothing.

    At the end each has lived `days` days.
    """
    described = plan(
        Study(
            name="law", disease="atc", seed=seed, patients=10**6, arms=("a",), follow_up_days=days,
            parameters={**REDUCTION, "shedding_rate": 0.0, "individual_limit": NEVER, **parameters},
            mechanisms={**OFF, **(mechanisms or {})},
            prescribed=Prescribed(
                sex="F", age_years=60.0, diameter_mm=NEVER, injected_cells=founders, injected_into=site
            ),
        )
    )  # fmt: skip
    sizes = (np.arange(NURSERY_CELLS + 1) >= cells).astype(float)
    origin = ROUTES + described.sites.index(site)
    return replace(only_route(described, {(origin, site): 1.0}, "cluster"), cluster_size_law=sizes)


def cohorts(study_plan: Plan, persons: int) -> Iterator[Cohort]:
    """Run `persons` persons in batches, one Cohort at a time."""
    for first in range(0, persons, BATCH):
        yield simulate(study_plan, first, min(BATCH, persons - first), threads=1)


def persons_of(study_plan: Plan, persons: int) -> np.ndarray:
    """PERSON records of the first `persons` persons."""
    return np.concatenate([cohort.persons for cohort in cohorts(study_plan, persons)])


def founders_by_site(cohort: Cohort, moment: int = 0) -> np.ndarray:
    """Founders of every person and site up to diagnosis (moment 0) or the end (1), whatever route they took."""
    columns = [CASCADE_COUNTS.index(f"founders_{origin}") for origin in ("blood", "lymph", "metastases")]
    return cohort.cascade[:, moment][:, :, columns].sum(axis=2)


def classes_of(cohort: Cohort, person: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(number, cells) of the person's size classes at the end, largest first."""
    sizes = cohort.sizes[person, WITH_VESSELS]
    used = sizes[: int(sizes[-1, 0])]
    return used[:, COUNT], np.exp(used[:, LOG_CELLS])


def lines_by_class(cohort: Cohort) -> tuple[np.ndarray, np.ndarray]:
    """Lines at the end over all persons and sites: (those of 1 .. 15 cells by half doublings, those past the nursery).

    The output adds both up by size; what stands in a size class is taken off again.
    """
    together = cohort.micro[:, 1].sum(axis=(0, 1))
    past = np.zeros(OUTPUT_CLASSES)
    for person in range(len(cohort.persons)):
        number, cells = classes_of(cohort, person)
        place = np.clip(np.trunc(2.0 * np.log2(cells)), 0, OUTPUT_CLASSES - 1).astype(int)
        np.add.at(past, place, number)
    return together - past, past


def colonised_by_site(cohort: Cohort, moment: int = 0) -> np.ndarray:
    """Lesions that have reached the individual limit, by person and site."""
    return cohort.cascade[:, moment, :, CASCADE_COUNTS.index("colonised")]


def first_lodged() -> Plan:
    """A plan with the knowledge's own circulation, from which shares by site are read."""
    return reduced(1, {}, presents_at=1e6)
