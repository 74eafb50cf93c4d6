"""The built-in scenarios of published models, as the plans that the kernel runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from laws.oracles import filter_flow
from paget import knowledge, scenario
from paget.body.state import CURVE_FIELDS
from paget.scenario.study import study_of
from paget.trial.cohort import Cohort, simulate
from paget.trial.job import plan_of_arm
from paget.trial.plan import Plan, Study

BATCH = 500
"""Persons in memory at once."""

DAY, LESIONS = (CURVE_FIELDS.index(name) for name in ("day", "lesions"))


def study(name: str, *overrides: str) -> Study:
    """The study of a built-in scenario, with overrides such as ``parameters.time_step=0.1 d``."""
    return study_of(scenario.load(scenario.find(name), overrides=list(overrides)))


def preset(
    name: str, *overrides: str, arm: str = "", seed: int = 1, parameters: Mapping[str, float] | None = None
) -> Plan:
    """The plan of one arm of a built-in scenario, its first unless named; parameters: values in the kernel's units."""
    described = study(name, *overrides)
    described = replace(described, seed=seed, parameters={**described.parameters, **(parameters or {})})
    return plan_of_arm(described, arm or described.arms[0])


def cohorts(plan: Plan, persons: int) -> Iterator[Cohort]:
    """Run `persons` persons in batches, one Cohort at a time."""
    for first in range(0, persons, BATCH):
        yield simulate(plan, first, min(BATCH, persons - first), threads=1)


def clones_of(plan: Plan, persons: int) -> np.ndarray:
    """Cells of every clone of the primary at the end, (persons, clones)."""
    return np.concatenate([cohort.primary_clones for cohort in cohorts(plan, persons)])


def curve(cohort: Cohort, person: int) -> np.ndarray:
    """The time course that one person has written, (points, CURVE_FIELDS)."""
    return cohort.curves[person, : cohort.persons["curve_count"][person]]


def circulation(lung: float, caught: float) -> tuple[list[str], np.ndarray]:
    """Sites and the share of cells let into the veins that each catches, with the body's own flow.

    Veins to lung to arteries to beds by their share of the cardiac output; the portal bed leads to the liver, a node
    group partly to the next; every other bed back to the veins. lung: catch of the lung's capillaries, whichever blood
    they have; caught: of every other bed.
    """
    arterial = knowledge.flow_shares()
    sites = list(arterial)
    beds = ["veins", *sites]
    catches = np.array([lung if bed in ("veins", "lung") else caught for bed in beds])
    onward = np.zeros((len(beds), len(beds)))
    onward[0, 1:] = list(arterial.values())
    nodes = {site.id for site in knowledge.sites() if site.kind == "node"}
    for link in knowledge.flow_links():
        if (link.route == "portal" or link.origin in nodes) and link.target in sites:
            onward[beds.index(link.origin), beds.index(link.target)] += link.share
    onward[1:, 0] += 1.0 - onward[1:].sum(axis=1)
    _, ends = filter_flow.absorbing((1.0 - catches)[:, None] * onward, np.diag(catches))
    shares = ends[0, 1:].copy()
    shares[sites.index("lung")] += ends[0, 0]
    return sites, shares
