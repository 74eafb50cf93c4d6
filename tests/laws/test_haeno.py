"""Three kinds of cells: the preset haeno against the published means.

The kernel takes mutants out of the lesion's cells, where the published equations let type 0 grow undiminished; the
difference is of the order of the mutants' share, so tests at 1e-6 run at a small rate of the first step.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from laws.chance import assert_z
from laws.oracles import haeno
from laws.published import clones_of, preset
from paget.trial.plan import Plan

NET, BIRTH, Q = (0.06, 0.055, 0.05), 0.16, 1e-5
"""Net rates of the three types, divisions of type 0, spread of type 1 (1/day)."""

DAYS = 200.0
START = 1e14


def rarely(plan: Plan, u: float) -> Plan:
    """The preset with another rate of the first step, mutants per division."""
    rates = plan.clone_rates.copy()
    rates[1] = u
    return replace(plan, clone_rates=rates)


def means(step: float, u: float = 1e-8) -> np.ndarray:
    """Cells of the three types per cell of the start, without chance; all clones above the stochastic limit 0."""
    plan = preset(
        "haeno", f"parameters.time_step={step} d", f"parameters.clone_interval={step} d", f"start.cells={START}",
        parameters={"stochastic_limit": 0.0},
    )  # fmt: skip
    return clones_of(rarely(plan, u), 1)[0] / START


def test_preset_has_the_published_numbers():
    plan = preset("haeno")
    assert plan.clone_rates[1] == pytest.approx(1e-4)
    assert plan.clone_rates[2] * (BIRTH - (NET[0] - NET[1])) == pytest.approx(Q)
    assert plan.clone_costs * NET[0] == pytest.approx([0.0, 0.005, 0.01])


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_means_without_chance(kind):
    """To 1e-6: the clones' law is exact over a step but for the second of two steps within one, of second order."""
    law = haeno.means(DAYS, NET, BIRTH, 1e-8, Q)[kind]
    assert means(0.25)[kind] == pytest.approx(law, rel=1e-6)


def test_the_error_of_a_step_is_of_second_order():
    law = haeno.means(DAYS, NET, BIRTH, 1e-10, Q)[2]
    coarse, fine = (abs(means(step, 1e-10)[2] / law - 1.0) for step in (0.5, 0.25))
    assert fine < coarse < 1e-5
    assert coarse / fine == pytest.approx(4.0, rel=0.1)


def test_as_published_the_mutants_are_a_share_of_the_lesion():
    """At u = 1e-4 type 1 is 0.2 % of the lesion, and what it is taken from grows that much less."""
    found = clones_of(preset("haeno"), 1)[0]
    law = np.array(haeno.means(DAYS, NET, BIRTH, 1e-4, Q)) * found.sum() / haeno.means(DAYS, NET, BIRTH, 1e-4, Q)[0]
    assert found == pytest.approx(law, rel=3e-3)


def test_means_with_chance():
    """1e7 cells at day 0 and mutants by chance, judged by their sample variance; half the spread does not fit."""
    persons = 300
    plan = preset("haeno", "start.cells=1e7", seed=13, parameters={"stochastic_limit": 1e4})
    clones = clones_of(rarely(plan, 1e-6), persons)
    law = haeno.means(DAYS, NET, BIRTH, 1e-6, Q)
    for kind in (1, 2):
        counts = clones[:, kind]
        assert_z(float(counts.mean()), 1e7 * law[kind], float(counts.var(ddof=1)) / persons)
    with pytest.raises(AssertionError):
        assert_z(float(clones[:, 2].mean()), 0.5e7 * law[2], float(clones[:, 2].var(ddof=1)) / persons)


def test_without_mutation_nothing_spreads():
    found = clones_of(preset("haeno", "mechanisms.mutation=off"), 1)[0]
    assert found[0] > 0.0
    assert not found[1:].any()
