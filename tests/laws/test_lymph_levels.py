"""Lymph-node levels: the hidden Markov model of lymph-model (laws/oracles/lymph_levels.py) against the node cascade.

A level fed by the tumour at a constant rate (seeding exponent 0) is involved by the published law. From node to node
every metastasis sheds, so a level with one metastasis passes on with the published chance and one with k metastases k
times as hard, unless `emission_limit` 1 lets an involved level shed as one metastasis does: then the joint law of
levels that involve each other is the published one, but for a lag. A new founder does not shed at once: with
`expected_growth` it sheds for half of the step after its own, out of the nursery for none of it and half of the next.
The law with that lag is exact and tends to the published one as the step gets shorter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest

from laws.chance import assert_counts, assert_z
from laws.oracles import lymph_levels
from laws.published import preset
from laws.reduced import BATCH, cohorts, founders_by_site, injected, only_route, rates, reduced
from paget.body.dispersal import ROUTES
from paget.body.state import NURSERY_CELLS
from paget.knowledge.published_curve import published_curve
from paget.trial.cohort import simulate
from paget.trial.plan import Plan

LEVELS = ("cervical_nodes", "intrathoracic_nodes")

LYMPH = 1
"""Origin: the primary into lymph."""

FEEDS = (0.2, 0.05)
"""Chance per step that the tumour involves a clean level."""

PERSONS = 5000


def fed(seed: int, steps: int) -> Plan:
    """A primary that feeds each level alike on every one of `steps` steps, whatever its size."""
    study = reduced(
        seed, {**rates(0.7, 0.6), "shedding_rate": 1.0, "seeding_exponent": 0.0, "class_capacity": 4.0},
        presents_at=1.0, start_cells=2e4, follow_up_days=steps - 1,
    )  # fmt: skip
    return only_route(study, {(LYMPH, site): -np.log1p(-feed) for site, feed in zip(LEVELS, FEEDS, strict=True)})


def states(study: Plan, first: int, persons: int, moment: int = 1, levels: tuple[str, ...] = LEVELS) -> np.ndarray:
    """Persons by state of the levels (two: 00, 01, 10, 11) at the end (moment 1) or on the first step (0)."""
    found = np.zeros(2 ** len(levels), int)
    for start in range(0, persons, BATCH):
        cohort = simulate(study, first + start, min(BATCH, persons - start), threads=1)
        founders = founders_by_site(cohort, moment)
        here = founders[:, [study.sites.index(site) for site in levels]] > 0.0
        found += np.bincount(here @ 2 ** np.arange(len(levels))[::-1], minlength=len(found))
    return found


@pytest.mark.parametrize("steps", [2, 5, 12])
def test_levels_fed_by_the_tumour_alone(steps):
    law = lymph_levels.at_step(FEEDS, {}, steps)
    assert_counts(states(fed(91, steps), 0, PERSONS), law * PERSONS)


def test_levels_at_a_diagnosis_of_chance():
    """Diagnosis on step binomial(10, 0.3), drawn here; a person found on step 0 has no involved level."""
    chance = np.random.default_rng(92)
    found = np.bincount(chance.binomial(10, 0.3, PERSONS), minlength=11)
    # The first step ends with the presentation; observation goes on for one step at least.
    seen, first = np.array([found[0], 0, 0, 0]) + states(fed(92, 2), 0, int(found[1]), moment=0), int(found[1])
    for step in range(2, 11):
        seen += states(fed(92, step), first, int(found[step]))
        first += int(found[step])
    assert seen.sum() == PERSONS
    assert_counts(seen, lymph_levels.at_diagnosis(FEEDS, {}, 10, 0.3) * PERSONS)
    single = lymph_levels.one_level(FEEDS[0], 10, 0.3)
    assert_z(seen[2] + seen[3], PERSONS * single, PERSONS * single * (1.0 - single))
    none = lymph_levels.none_involved(FEEDS, 10, 0.3)
    assert_z(seen[0], PERSONS * none, PERSONS * none * (1.0 - none))


SPREAD, STEPS = 0.1, 14


def spreading(seed: int) -> Plan:
    """No primary: Poisson(1) groups of 15 cells put into the first level, whose metastases feed the second.

    Without death and at two divisions a day every group leaves the nursery in the first step.
    """
    parameters = {**rates(2.0, 0.0), "shedding_rate": 1.0, "seeding_exponent": 0.0, "class_capacity": 24.0}
    study = injected(
        seed, parameters, founders=1.0, days=STEPS, cells=NURSERY_CELLS, mechanisms={"reseeding": 1.0}
    )  # fmt: skip
    into, drains = ROUTES + study.sites.index("lung"), ROUTES + study.sites.index(LEVELS[0])
    routes = {(into, LEVELS[0]): 1.0, (drains, LEVELS[1]): -np.log1p(-SPREAD)}
    return replace(only_route(study, routes, "cluster"), cluster_size_law=study.cluster_size_law)


@pytest.fixture(scope="module")
def spread() -> tuple[np.ndarray, np.ndarray]:
    """(Metastases in the first level, whether the second is clean) by person."""
    study = spreading(93)
    founders = np.concatenate([founders_by_site(cohort, 1) for cohort in cohorts(study, 8000)])
    first, second = (founders[:, study.sites.index(site)] for site in LEVELS)
    return first, second == 0.0


def clean_after(steps: float) -> float:
    """P(the second level is clean) so long after the first became involved, nothing else feeding it.

    Whole steps by the published chain from state 10; half a step is its root.
    """
    whole = int(steps)
    matrix = lymph_levels.transition((0.0, 0.0), {(0, 1): SPREAD})
    stays = float(np.linalg.matrix_power(matrix, whole)[2, 2])
    return stays * (1.0 - SPREAD) ** (steps - whole)


def test_an_involved_level_with_one_metastasis_involves_the_next_one(spread):
    """A group is a lesion from the end of its first step on and sheds for half of the second: STEPS - 1.5 steps."""
    first, clean = spread
    one = first == 1.0
    law = clean_after(STEPS - 1.5)
    assert one.sum() > 2500
    assert_z(clean[one].sum(), one.sum() * law, one.sum() * law * (1.0 - law))
    assert clean[first == 0.0].all()


def test_a_level_with_more_metastases_spreads_harder_than_published(spread):
    """K metastases keep the next level clean with the k-th power of one's chance, where the published law has one's."""
    first, clean = spread
    law = clean_after(STEPS - 1.5)
    for number in (2, 3):
        here = first == number
        own = law**number
        assert_z(clean[here].sum(), here.sum() * own, here.sum() * own * (1.0 - own))
    two = first == 2.0
    assert clean[two].mean() < law - 5.0 * np.sqrt(law * (1.0 - law) / two.sum())


class Levels(NamedTuple):
    """Chances per published step: that the tumour involves a level, and that an involved level involves another."""

    feeds: tuple[float, ...]
    spread: Mapping[tuple[int, int], float]

    def in_parts(self, parts: int) -> Levels:
        """The same hazards in steps of one part of the published one."""
        return Levels(
            tuple(1.0 - (1.0 - feed) ** (1.0 / parts) for feed in self.feeds),
            {way: 1.0 - (1.0 - chance) ** (1.0 / parts) for way, chance in self.spread.items()},
        )

    def published(self, steps: int) -> np.ndarray:
        """The published law of the states."""
        return lymph_levels.at_step(self.feeds, self.spread, steps)


TWO = Levels(FEEDS, {(0, 1): SPREAD})
"""The worked example of lymph-model."""

THREE = Levels((0.2, 0.05, 0.02), {(0, 1): 0.3, (1, 2): 0.4, (0, 2): 0.1, (2, 0): 0.2})
"""Strong spread, with a way round."""

NODES = (*LEVELS, "retroperitoneal_nodes")

LAGS = {"nursery": (0.0, 0.5), "expected growth": (0.5,)}
"""Shares of the steps after its founding for which a founder sheds; from then on it sheds all the time."""


def with_lag(levels: Levels, shares: tuple[float, ...], steps: int) -> np.ndarray:
    """Law of the states when a level involved k steps ago spreads for `shares`[k] of the step.

    The chain of the published law with each level's age since its involvement, up to the last share, in its state.
    """
    number = len(levels.feeds)
    strength = (0.0, *shares, 1.0)
    ages = list(product(range(len(strength)), repeat=number))
    place = {age: at for at, age in enumerate(ages)}
    matrix = np.zeros((len(ages), len(ages)))
    for age in ages:
        clean = np.array([1.0 - feed for feed in levels.feeds])
        for (origin, into), chance in levels.spread.items():
            clean[into] *= (1.0 - chance) ** strength[age[origin]]
        for fresh in product(*((0, 1) if each == 0 else (0,) for each in age)):
            # Age after the step, and the chance of it; a level ages by itself once it is involved.
            then = tuple(min(old + 1, len(strength) - 1) if old else new for old, new in zip(age, fresh, strict=True))
            chances = [(1.0, c, 1.0 - c)[(old == 0) + new] for old, new, c in zip(age, fresh, clean, strict=True)]
            matrix[place[age], place[then]] += np.prod(chances)
    law = np.zeros(2**number)
    for age, chance in zip(ages, np.linalg.matrix_power(matrix, steps)[0], strict=True):
        law[sum((each > 0) << (number - 1 - level) for level, each in enumerate(age))] += chance
    return law


def involving(seed: int, levels: Levels, steps: int, way: str, limit: float = 1.0) -> Plan:
    """A primary that feeds each level alike on every one of `steps` steps, and levels that feed each other.

    Founders that pass the nursery come as groups of 15 cells that leave it in the next step (but 15 e^-30 of them).
    """
    parameters = {"shedding_rate": 1.0, "seeding_exponent": 0.0, "emission_limit": limit, "class_capacity": 96.0}
    parameters |= rates(2.0, 0.0) if way == "nursery" else {**rates(0.01, 0.0), "expected_growth": 1.0}
    study = reduced(
        seed, parameters, presents_at=1.0, start_cells=2e4, follow_up_days=steps - 1, mechanisms={"reseeding": 1.0}
    )
    routes = {(LYMPH, NODES[level]): -np.log1p(-feed) for level, feed in enumerate(levels.feeds)}
    for (origin, into), chance in levels.spread.items():
        routes[ROUTES + study.sites.index(NODES[origin]), NODES[into]] = -np.log1p(-chance)
    if way != "nursery":
        return only_route(study, routes)
    groups = (np.arange(NURSERY_CELLS + 1) >= NURSERY_CELLS).astype(float)
    return replace(only_route(study, routes, "cluster"), cluster_size_law=groups)


def persons_by_state(levels: Levels, steps: int, way: str, limit: float = 1.0, persons: int = PERSONS) -> np.ndarray:
    """Persons of that course by state of its levels."""
    return states(involving(94, levels, steps, way, limit), 0, persons, levels=NODES[: len(levels.feeds)])


def test_law_with_a_lag_is_the_published_one_without_it():
    for levels in (TWO, THREE):
        assert np.allclose(with_lag(levels, (1.0, 1.0), 9), levels.published(9), rtol=0.0, atol=1e-14)
        for shares in LAGS.values():
            assert with_lag(levels, shares, 9)[0] == pytest.approx(levels.published(9)[0], rel=1e-12)


@pytest.mark.parametrize("way", LAGS)
@pytest.mark.parametrize(("levels", "steps"), [(TWO, 12), (THREE, 9)], ids=["two", "three"])
def test_levels_that_involve_each_other(way, levels, steps):
    """The law with the lag holds; without spread or with half of it from the first level to the second it does not.

    Nor does it without the lag, where spread is strong.
    """
    found = persons_by_state(levels, steps, way)
    assert_counts(found, with_lag(levels, LAGS[way], steps) * PERSONS)
    weaker = Levels(levels.feeds, {**levels.spread, (0, 1): 0.5 * levels.spread[0, 1]})
    apart = Levels(levels.feeds, {})
    others = [with_lag(weaker, LAGS[way], steps), with_lag(apart, LAGS[way], steps)]
    for other in [*others, levels.published(steps)] if levels is THREE else others:
        with pytest.raises(AssertionError):
            assert_counts(found, other * PERSONS)


@pytest.mark.parametrize("way", LAGS)
def test_without_its_limit_a_level_spreads_by_the_number_of_its_metastases(way):
    """The same course follows the law with `emission_limit` 1 and not without."""
    levels = Levels((0.6, 0.01), {(0, 1): 0.1})
    law = with_lag(levels, LAGS[way], 8) * PERSONS
    assert_counts(persons_by_state(levels, 8, way), law)
    with pytest.raises(AssertionError):
        assert_counts(persons_by_state(levels, 8, way, limit=1e30), law)


@pytest.mark.parametrize("shares", LAGS.values(), ids=LAGS)
def test_the_lag_halves_with_the_step(shares):
    """First order: in parts of a step both chains tend to one law, and their distance halves with the part."""
    errors = []
    for parts in (8, 16, 32, 64):
        fine = THREE.in_parts(parts)
        errors.append(np.abs(with_lag(fine, shares, 9 * parts) - fine.published(9 * parts)).max())
    assert np.allclose(np.array(errors[:-1]) / errors[1:], 2.0, atol=0.1), errors


def test_a_short_step_follows_the_published_law_itself():
    """In steps of a 32nd the lag is below a fifth of the standard error of 2000 persons: the law is as published."""
    persons, steps = 2000, 9 * 32
    fine = THREE.in_parts(32)
    law = fine.published(steps)
    lag = np.abs(with_lag(fine, LAGS["expected growth"], steps) - law)
    assert np.all(lag < 0.2 * np.sqrt(law * (1.0 - law) / persons)), lag
    found = persons_by_state(fine, steps, "expected growth", persons=persons)
    assert_counts(found, law * persons)
    with pytest.raises(AssertionError):
        assert_counts(found, THREE.published(9) * persons)


NECK, CHEST = 0.2, 1.0 - 0.8**0.25
"""Chances per day of the preset lymph-levels: four in five cells drain to the neck, one to the chest."""


@pytest.mark.parametrize(("arm", "spread"), [("spread between levels", 0.1), ("no spread", 0.0)])
def test_preset_follows_its_published_points(arm, spread):
    """1000 persons after 12 days in steps of a 28th; each point is the chain's."""
    per_day, parts, persons = Levels((NECK, CHEST), {(0, 1): spread}), 28, 1000
    of_states = {"neck_nodes_involved": (2, 3), "chest_nodes_involved": (1, 3), "both_nodes_involved": (3,)}
    points = [point for point in published_curve("lymph_levels") if point.arm == arm]
    assert len(points) == 18
    for point in points:
        law = per_day.in_parts(parts).published(round(point.x * parts))
        assert law[list(of_states[point.quantity])].sum() == pytest.approx(point.y, rel=1e-5)
    study = preset("lymph-levels", arm=arm)
    assert study.follow_up_steps + 1 == 12 * parts
    end = per_day.in_parts(parts).published(12 * parts)
    lag = np.abs(with_lag(per_day.in_parts(parts), LAGS["expected growth"], 12 * parts) - end)
    assert np.all(lag <= 0.2 * np.sqrt(end * (1.0 - end) / persons)), lag
    found = states(study, 0, persons)
    assert_counts(found, end * persons)
    weaker = Levels(per_day.feeds, {(0, 1): 0.1 - spread}).published(12)
    with pytest.raises(AssertionError):
        assert_counts(found, weaker * persons)
