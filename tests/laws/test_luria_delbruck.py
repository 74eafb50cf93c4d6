"""Mutants in one growing lesion without death, by the whole course: laws of Luria and Delbrueck, Lea and Coulson.

The lesion is the primary: 1000 cells without mutants at day 0, deterministic from there; mutants by chance.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from laws.chance import assert_follows, assert_z
from laws.oracles import luria_delbruck
from laws.reduced import cohorts, rates, reduced

START, GROWTH = 1e3, 0.5
"""Cells at day 0; growth and division of every cell, 1/day."""

LAST = math.exp(GROWTH * 25.0)
"""Growth until the last day, the 25th."""

TOP = 100
CULTURES = 6000


def mutants(rate: float, *, cost: float = 0.0, interval: float = 7.0, seed: int = 41, number: int = CULTURES):
    """Mutant cells of every culture, those above TOP as TOP + 1."""
    parameters = {**rates(GROWTH, 0.0), "stochastic_limit": START, "clone_interval": interval}
    plan = reduced(
        seed, parameters, presents_at=START * LAST * math.exp(-1.5 * GROWTH), start_cells=START,
        mechanisms={"mutation": 1.0},
    )  # fmt: skip
    plan = replace(
        plan, clone_names=("founder", "mutant"), clone_rates=np.array([0.0, rate]), clone_costs=np.array([0.0, cost]),
        clone_parents=np.zeros(2, np.int64),
    )  # fmt: skip
    clones = np.concatenate([cohort.primary_clones for cohort in cohorts(plan, number)])
    assert clones.sum(axis=1) == pytest.approx(START * LAST, rel=1e-9)
    # Above the stochastic limit counts are means, no whole numbers.
    return np.minimum(clones[:, 1], TOP + 1.0)


RATE = 2.0 / (START * (LAST - 1.0))
"""Mutants per division; 2 mutations in all, u (N - N_0)."""


@pytest.mark.parametrize("interval", [1.0, 7.0])
def test_mutants_follow_lea_and_coulson(interval):
    """Chi-square of 0 .. 100 mutants; the start at 1000 cells cuts clones above 3e5 cells off, 3e-6 of them.

    Clones are exact over any interval of their updates.
    """
    assert_follows(mutants(RATE, interval=interval), luria_delbruck.mutants(2.0, TOP))


def test_costly_mutants_follow_the_law_of_slower_clones():
    """Mutants at half the rate: clones of k cells with probability kappa B(kappa + 1, k), kappa = 2."""
    sizes = np.arange(1, TOP + 1)
    law = [2.0 * math.exp(math.lgamma(3.0) + math.lgamma(k) - math.lgamma(3.0 + k)) for k in sizes]
    clone = np.concatenate([[0.0], law])
    slower = mutants(RATE, cost=0.5)
    assert_follows(slower, luria_delbruck.compound(2.0, clone))
    with pytest.raises(AssertionError):
        assert_follows(slower, luria_delbruck.mutants(2.0, TOP))


def test_without_mutation_no_mutants():
    assert not mutants(0.0, number=100).any()


def test_twice_the_rate_is_another_law():
    """Negative control."""
    with pytest.raises(AssertionError):
        assert_follows(mutants(2.0 * RATE, number=1000), luria_delbruck.mutants(2.0, TOP))
    none = float((mutants(2.0 * RATE, number=1000, seed=42) == 0.0).sum())
    law = math.exp(-4.0)
    assert_z(none, 1000 * law, 1000 * law * (1.0 - law))
