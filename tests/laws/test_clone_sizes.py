"""Sizes of metastases founded by a growing primary: Nicholson and Antal's law through the course.

Primary and metastases grow at one rate l; founders come in proportion to cells^kappa (parameter seeding_exponent), so
kappa is the exponent. A founder of a step first divides in the next one, so ages are whole steps: half a step too young
on average, which moves a share by at most l dt/2 of itself.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from scipy.special import gammainc, gammaln

from laws import kendall
from laws.chance import ERROR, assert_counts
from laws.oracles import clone_sizes
from laws.reduced import (
    DIRECT,
    EXPECTED,
    NEVER,
    classes_of,
    founders_by_site,
    lines_by_class,
    rates,
    reduced,
)
from paget.trial.cohort import Cohort, simulate

NET = 0.2
"""1/day, of the primary and of metastases."""

START = 2e4
DAYS = 40

GROWN = NET * DAYS
"""l T = 8: the oldest metastasis has grown e^8-fold."""


def study(seed: int, kappa: float, founders: float, step: float, death: float = 0.0, **parameters: float):
    """Founders of DAYS days, `founders` together in expectation, none lost on the way."""
    pace = kappa * NET
    rate = founders * pace / (START**kappa * math.expm1(pace * DAYS))
    return reduced(
        seed,
        {
            **rates(NET + death, death), **DIRECT, "shedding_rate": rate, "seeding_exponent": kappa, "time_step": step,
            "individual_limit": NEVER, **parameters,
        },
        presents_at=1.0, start_cells=START, follow_up_days=DAYS - step,
    )  # fmt: skip


def sizes_at_steps(kappa: float, step: float, top: int, death: float = 0.0) -> np.ndarray:
    """P(0 .. top cells) where ages are whole steps: weights of founders by step, Kendall's law of each age."""
    ages = np.arange(round(DAYS / step)) * step
    weight = np.exp(-kappa * NET * ages)
    law = [kendall.sizes(NET + death, death, age, top) for age in ages]
    return weight / weight.sum() @ np.array(law)


@pytest.mark.parametrize("death", [0.0, 0.05])
@pytest.mark.parametrize("kappa", [0.5, 1.0, 1.5])
def test_whole_steps_of_age_tend_to_the_published_law(kappa, death):
    """Half the step, half the error; at the step of the runs below it is under 0.4 % of each share."""
    law = clone_sizes.sizes_with_death(kappa, 7, NET + death, death, GROWN)
    errors = [np.abs(sizes_at_steps(kappa, step, 7, death) - law).max() for step in (0.1, 0.05)]
    assert math.isclose(errors[0] / errors[1], 2.0, rel_tol=0.02)
    used = law > 0.0
    assert np.abs(sizes_at_steps(kappa, 0.05, 7, death)[used] / law[used] - 1.0).max() < 0.01


def observed(cohort: Cohort) -> np.ndarray:
    """Lines lost, of 1, 2, 3, 4-5, 6-7, 8-11, 12-15 cells, and those that have left the nursery."""
    young, past = lines_by_class(cohort)
    lost = founders_by_site(cohort, 1).sum() - young.sum() - past.sum()
    return np.array([lost, young[0], *young[2:8], past.sum()])


def expected(law: np.ndarray) -> np.ndarray:
    """The same classes of a law of 0 .. 15 cells, as shares."""
    edges = [0, 1, 2, 3, 4, 6, 8, 12]
    return np.append(np.add.reduceat(law, edges), 1.0 - law.sum())


@pytest.fixture(scope="module", params=[0.5, 1.0, 1.5])
def pure(request) -> tuple[float, Cohort]:
    """Five persons whose metastases lose no cell, every lasting line in a class of its own."""
    parameters = {"class_spacing": 0.0, "class_capacity": 5000.0}
    return request.param, simulate(study(71, request.param, 6000.0, 0.05, **parameters), 0, 5, threads=1)


def test_small_metastases_have_the_published_sizes(pure):
    """Chi-square of 30,000 founders against kappa B(kappa + 1, k), cut at the age of the oldest."""
    kappa, cohort = pure
    law = np.append(0.0, clone_sizes.sizes_at(kappa, 15, GROWN))
    seen = observed(cohort)
    assert seen[0] == 0.0
    assert seen.sum() > 29_000
    assert_counts(seen[1:], expected(law)[1:] * seen.sum())


def pareto(kappa: float, least: float, cells: np.ndarray) -> np.ndarray:
    """P(size <= x | size > least) of W e^(l a), W exponential of mean 1, age a exponential with rate kappa l, cut at T.

    P(size > x) = kappa x^-kappa [gamma(kappa, x) - gamma(kappa, x e^(-l T))] / (1 - e^(-kappa l T)), from
    kappa int y^(kappa - 1) e^(-x y) dy over e^(-l T) < y < 1: a Pareto tail x^-kappa, cut where the oldest lines are.
    """

    def above(x):
        whole = gammainc(kappa, x) - gammainc(kappa, x * math.exp(-GROWN))
        return np.exp(gammaln(kappa + 1.0) - kappa * np.log(x)) * whole / -math.expm1(-kappa * GROWN)

    return 1.0 - above(np.asarray(cells, float)) / above(least)


def test_tail_is_that_of_the_published_law():
    """The law of whole cells has the same tail, to the order 1/k: sums of it beyond k = 400 and 1600."""
    for kappa in (0.5, 1.0, 1.5):
        law = clone_sizes.sizes_at(kappa, 1600, GROWN)
        share = (1.0 - law.sum()) / (1.0 - law[:400].sum())
        assert math.isclose(share, 1.0 - float(pareto(kappa, 400.0, np.array(1600.0))), rel_tol=0.01)


def test_large_metastases_have_the_cut_pareto_law(pure):
    """Kolmogorov-Smirnov of the lines above 60 cells, which have all left the nursery."""
    kappa, cohort = pure
    cells = np.concatenate([classes_of(cohort, person)[1] for person in range(5)])
    assert len(cells) < 5 * 5000
    large = cells[cells > 60.0]
    assert len(large) > 50
    assert stats.kstest(large, lambda x: pareto(kappa, 60.0, x)).pvalue > ERROR
    if kappa < 1.0:
        # Another exponent is told apart.
        assert stats.kstest(large, lambda x: pareto(kappa + 0.25, 60.0, x)).pvalue < ERROR


def test_sizes_with_death_follow_the_published_law():
    """Death takes a fifth of the division rate: lost lines and lines of up to 7 cells, the rest together.

    A line that left the nursery and came back to 7 cells isn't counted there: (d/b)^9 = 5e-7 of them.
    """
    death, kappa = 0.05, 0.5
    cohort = simulate(study(72, kappa, 6000.0, 0.05, death), 0, 5, threads=1)
    seen = observed(cohort)
    law = expected(clone_sizes.sizes_with_death(kappa, 15, NET + death, death, GROWN))
    together = [0, 1, 2, 3, 4, 5, 6]
    assert_counts(np.add.reduceat(seen, together), np.add.reduceat(law, together) * seen.sum())
    assert seen[0] > 0.1 * seen.sum()


@pytest.mark.parametrize("kappa", [0.5, 1.0])
def test_expected_numbers_have_the_cut_pareto_law_of_sizes_without_chance(kappa):
    """Founders above x cells = founders older than ln(x)/l: (x^-kappa - e^(-kappa l T)) / (1 - e^(-kappa l T)) of all.

    A step's founders are admitted half a step old as 1 + l dt/2 cells, where e^(l dt/2) is meant. With that size taken
    out the numbers are exact; with it they are off by kappa (l dt)^2/8 x^-kappa / (1 - e^(-kappa l T)).
    """
    step, founders = 0.1, 1e4
    parameters = {**EXPECTED, "class_capacity": 500.0}
    cohort = simulate(study(73, kappa, founders, step, **parameters), 0, 1)
    number, cells = classes_of(cohort)
    assert len(number) == round(DAYS / step)
    assert np.all(np.diff(cells) < 0.0)
    older = np.cumsum(number)
    cut = math.exp(-kappa * GROWN)

    def above(x):
        return (x**-kappa - cut) / (1.0 - cut)

    assert math.isclose(older[-1], founders, rel_tol=1e-9)
    assert np.allclose(older / founders, above(cells / (1.0 + 0.5 * NET * step)), rtol=1e-9)
    error = np.abs(older / founders - above(cells * math.exp(-0.5 * NET * step))).max()
    assert error < kappa * (NET * step) ** 2 / 8.0 / (1.0 - cut)
