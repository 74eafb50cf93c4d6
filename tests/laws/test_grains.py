"""Lesions that grow into one another: the covered share of an organ (laws/oracles/overlapping_grains.py).

The course adds up the volumes of an organ's lesions and takes the covered share 1 - e^-X of the organ for what they
occupy; a founder's chance does not depend on whether its place is taken.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from laws.chance import assert_z
from laws.oracles import overlapping_grains as grains
from laws.reduced import CELL_DENSITY, DIRECT, EXPECTED, classes_of, rates, reduced
from paget.trial.cohort import Cohort, simulate
from paget.trial.plan import Plan

NET, DAYS, STEP = 0.1, 140, 0.25

PER_DAY = 50.0
"""Founders a day."""

ORGAN = 10.0 * PER_DAY * math.exp(NET * 120.0) / CELL_DENSITY
"""mm^3; by day 140 the lesions would fill the organ seven times over."""


def lung_of(study: Plan, volume: float) -> Plan:
    """The plan with a lung of `volume` mm^3."""
    volumes = study.organ_volumes.copy()
    volumes[study.sites.index("lung")] = volume
    return replace(study, organ_volumes=volumes)


def grown(confluence: float, net: float = NET) -> Cohort:
    """One course: founders at a constant rate without chance, each line counted from its first cell on."""
    study = reduced(
        95,
        {
            **rates(net, 0.0), **EXPECTED, "individual_limit": 1e-7, "class_capacity": 700.0, "seeding_exponent": 0.0,
            "shedding_rate": PER_DAY, "time_step": STEP,
        },
        presents_at=1.0, start_cells=2e4, follow_up_days=DAYS, mechanisms={"confluence": confluence},
    )  # fmt: skip
    return simulate(lung_of(study, ORGAN), 0, 1)


def curve(cohort: Cohort) -> tuple[np.ndarray, np.ndarray]:
    """(Day, mm^3 of the lung) along the course."""
    rows = cohort.curves[0, 1 : cohort.persons["curve_count"][0]]
    return rows[:, 0], 1e3 * rows[:, 3]


def summed(day: float) -> float:
    """X at the end of a day: the oracle's integral of the same founders and balls, but for the newest.

    What a step founds is not yet there when it adds up the burden, so the founders of the last STEP are taken out.
    """

    def radius(age):
        return (math.exp(NET * age) / CELL_DENSITY / grains.BALL) ** (1.0 / 3.0)

    def founders(_):
        return PER_DAY / ORGAN

    return grains.summed(day, founders, radius) - grains.summed(STEP, founders, radius)


def test_occupied_share_is_the_covered_share():
    """Along the course, from lesions far apart to an organ that is full; X itself is off by (l dt)^2/8 and less.

    A step's founders are admitted as 1 + l dt/2 cells, (l dt)^2/8 below e^(l dt/2); the mean of e^(l age) over a step
    lies (l dt)^2/24 above its middle.
    """
    days, volumes = curve(grown(1.0))
    law = np.array([summed(day) for day in days])
    assert law[0] < 1e-3
    assert law[-1] > 3.0
    error = (NET * STEP) ** 2 * (1.0 / 8.0 + 1.0 / 24.0)
    # d(1 - e^-X) = e^-X dX
    assert np.all(np.abs(volumes / ORGAN - grains.covered(law)) < np.exp(-law) * law * error + 1e-12)


def test_without_confluence_lesions_add_up():
    days, volumes = curve(grown(0.0))
    law = np.array([summed(day) for day in days])
    assert np.allclose(volumes / ORGAN, law, rtol=(NET * STEP) ** 2 / 6.0)
    assert volumes[-1] > 3.0 * ORGAN


@pytest.fixture(scope="module")
def lesions() -> tuple[np.ndarray, float, float]:
    """(Volumes of one person's lesions, the lung's size, what the course says they occupy), in mm^3."""
    net, days = 0.1, 140
    study = reduced(
        96, {**rates(net, 0.0), **DIRECT, "shedding_rate": 10.0, "seeding_exponent": 0.0}, presents_at=1.0,
        start_cells=2e4, follow_up_days=days, mechanisms={"confluence": 1.0},
    )  # fmt: skip
    organ = 600.0
    cohort = simulate(lung_of(study, organ), 0, 1)
    recorded = np.exp(cohort.lesions[0, : cohort.persons["lesion_count"][0]]["log_cells"])
    number, cells = classes_of(cohort)
    crowd = np.repeat(cells, number.astype(int))
    volumes = np.concatenate([recorded, crowd[crowd >= CELL_DENSITY]]) / CELL_DENSITY
    return volumes, organ, float(cohort.persons["volume_lung"][0])


def test_lesions_of_a_course_thrown_into_the_organ_cover_what_it_says(lesions):
    """The course's own lesions as balls at random places on a torus, 60 times, by z-test.

    A given number of balls leaves prod(1 - v/V) free, not e^(-sum v/V): sum (v/V)^2 / 2 less of it, or more when one
    is large.
    """
    volumes, organ, occupied = lesions
    assert len(volumes) > 50
    part = volumes / organ
    assert 0.3 < part.sum() < 3.0
    assert math.isclose(occupied, organ * float(grains.covered(part.sum())), rel_tol=1e-9)
    given = grains.covered_by_given(volumes, organ)
    free = math.exp(-part.sum())
    assert 0.0 < given - occupied / organ < free * float((part**2 / (1.0 - part)).sum()) / 2.0
    radii = (volumes / grains.BALL) ** (1.0 / 3.0)
    chance = np.random.default_rng(97)
    shares = np.array([grains.thrown(radii, organ ** (1.0 / 3.0), 400, chance)[0] for _ in range(60)])
    assert_z(shares.mean(), given, shares.var(ddof=1) / len(shares))
