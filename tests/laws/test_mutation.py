"""Mutants of a growing lesion: laws of Luria and Delbrueck, Lea and Coulson, and Bozic et al., and stepping to them.

Every test is judged at the error probability laws/chance.ERROR = 1e-6, over a fixed seed.
"""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from scipy import integrate, stats

from laws import kendall
from laws.chance import ERROR, assert_follows, assert_z
from paget.body.birth_death import extinction_and_spread, step_cells
from paget.body.clones import CLONE_LIMIT, clones_at_size, step_clones
from paget.body.mutation import mean_mutants, mutants_at_size
from paget.compute import kernel
from paget.knowledge import clones as records

CHANCE_TO = 1e4
NEVER = 1e30
"""A limit beyond which no count here comes: every mutant is drawn."""

SMALL = (1.0, 0.6, 1e-3, 1000.0)
"""Division, death (1/day), mutants per division and cells of the small system of Bozic et al."""


@kernel
def at_size(i, cells, rate, birth, death, mutant_birth, seed, out):
    out[i] = mutants_at_size(cells, rate, birth, death, mutant_birth, NEVER, seed, i, 0, 0)


def drawn_at_size(lesions: int, cells: float, rate: float, birth: float, death: float, cost: float = 0.0) -> np.ndarray:
    out = np.full(lesions, np.nan)
    at_size.launch(lesions, cells, rate, birth, death, birth - cost, 11, out, threads=1)
    return out


@kernel
def stepped_growth(i, start, growth, days, steps, birth, death, rates, costs, parents, limit, seed, counts):
    """Deterministic growth of the whole lesion from `start` cells without mutants."""
    own, previous = counts[i, 0], counts[i, 1]
    own[0] = start
    before = start
    for step in range(steps):
        cells = before * exp(growth * days)
        step_clones(
            own, previous, rates, costs, parents, before, cells, birth, death, 0.1, limit, seed, i, 0, step, days
        )
        before = cells


def stepped(
    lesions: int,
    *,
    start: float,
    growth: float,
    days: float,
    steps: int,
    birth: float,
    death: float,
    rates: tuple[float, ...],
    costs: tuple[float, ...] | None = None,
    parents: tuple[int, ...] | None = None,
    limit: float = CHANCE_TO,
) -> np.ndarray:
    counts = np.zeros((lesions, 2, len(rates)))
    stepped_growth.launch(
        lesions,
        start,
        growth,
        days,
        steps,
        birth,
        death,
        np.array(rates),
        np.array(costs or (0.0,) * len(rates)),
        np.array(parents or (0,) * len(rates)),
        limit,
        7,
        counts,
        threads=1,
    )
    return counts[:, 0]


@kernel
def whole_line(i, target, rates, costs, parents, birth, death, days, seed, counts):
    """From one cell until the founder clone passes `target` or dies out, mutants beside it."""
    own, previous = counts[i, 0], counts[i, 1]
    alpha, beta = extinction_and_spread(birth, death, days)
    step = 0
    founder = 1.0
    while 0.0 < founder < target:
        after = step_cells(founder, alpha, beta, seed, i, 0, step)
        own[0] = founder
        # The lesion is said to be 1e9 times as large, so that it has room for any number of mutants.
        step_clones(
            own, previous, rates, costs, parents, 1e9 * founder, 1e9 * after, birth, death, 0.4, 1e9, seed, i, 1, step,
            days,
        )  # fmt: skip
        founder = after
        step += 1
    own[0] = founder


def lea_coulson(mean: float, top: int) -> np.ndarray:
    """p_0 = e^-m, p_n = (m / n) sum_{j < n} p_j / (n - j + 1)."""
    law = np.zeros(top + 1)
    law[0] = np.exp(-mean)
    for n in range(1, top + 1):
        law[n] = mean / n * np.sum(law[:n] / (n - np.arange(n) + 1.0))
    return law


def compound(mean: float, sizes: np.ndarray) -> np.ndarray:
    """Law of a Poisson(mean) number of clones with the given law of sizes 0 .. top (Panjer's recursion)."""
    law = np.zeros(len(sizes))
    law[0] = np.exp(-mean * (1.0 - sizes[0]))
    for n in range(1, len(sizes)):
        k = np.arange(1, n + 1)
        law[n] = mean / n * np.sum(k * sizes[1 : n + 1] * law[n - k])
    return law


def test_recursion_has_its_published_values():
    assert lea_coulson(2.0, 3) == pytest.approx([0.135335, 0.135335, 0.112779, 0.090224], abs=5e-7)


def test_mutants_without_death_have_lea_and_coulsons_law():
    """A lesion of 1e8 cells, m = u M = 2; what its start at one cell changes is below 1e-7."""
    assert_follows(drawn_at_size(200_000, 1e8, 2e-8, 0.5, 0.0), lea_coulson(2.0, 400))


def test_costly_mutants_have_another_law():
    """Negative control: mutants that divide at half the rate are fewer."""
    with pytest.raises(AssertionError):
        assert_follows(drawn_at_size(200_000, 1e8, 2e-8, 0.5, 0.0, cost=0.25), lea_coulson(2.0, 400))


def test_daily_steps_without_death_have_lea_and_coulsons_law_of_a_culture():
    """From N_0 = 1e5 cells to 1e8 by daily steps: clones of relative age y in (1e-3, 1), m = u (N - N_0)."""
    start, fold, growth, top = 1e5, 1e3, 0.5, 300
    steps = 14
    pace = np.log(fold) / steps
    counts = stepped(
        40_000, start=start, growth=pace, days=1.0, steps=steps, birth=pace, death=0.0, rates=(0.0, 2e-8), limit=NEVER
    )
    k = np.arange(1, top + 1)
    widest = 1.0 - 1.0 / fold
    sizes = np.append(0.0, (widest**k / k - widest ** (k + 1) / (k + 1)) / widest)
    assert growth > pace * 0.99
    assert_follows(counts[:, 1], compound(2e-8 * start * (fold - 1.0), sizes))


@pytest.mark.parametrize("limit", [NEVER, 1.0])
def test_mean_number_of_mutants_is_luria_and_delbruecks(limit):
    """U b t N(t) neutral mutants after t days without death; 20-fold growth keeps the variance finite."""
    pace, steps, start, rate = 0.25, 12, 2e5, 1e-5
    lesions = 4000
    counts = stepped(
        lesions, start=start, growth=pace, days=1.0, steps=steps, birth=pace, death=0.0, rates=(0.0, rate), limit=limit
    )
    final = start * np.exp(pace * steps)
    mutants = counts[:, 1]
    expected = rate * pace * steps * final
    assert_z(mutants.sum(), lesions * expected, lesions * max(mutants.var(ddof=1), expected))
    assert counts.sum(axis=1) == pytest.approx(final)


@pytest.mark.parametrize("limit", [NEVER, 1.0])
def test_mean_with_death_and_cost_follows_the_rate_equations(limit):
    """dX/dt = (r - c lambda) X + u b N, with lambda = 0.1/day in these steps."""
    birth, death, rate, cost, start, steps = 0.55, 0.45, 2e-6, 0.5, 1e6, 20
    counts = stepped(
        2000,
        start=start,
        growth=birth - death,
        days=1.0,
        steps=steps,
        birth=birth,
        death=death,
        rates=(0.0, rate),
        costs=(0.0, cost),
        limit=limit,
    )

    def change(_, cells):
        founder, mutants = cells
        return [(birth - death) * founder, (birth - death - cost * 0.1) * mutants + rate * birth * founder]

    solved = integrate.solve_ivp(change, (0.0, float(steps)), [start, 0.0], rtol=1e-10)
    mutants = counts[:, 1]
    # The founder clone loses the mutants' share, 1e-5 of it.
    assert_z(mutants.sum(), 2000 * solved.y[1, -1], 2000 * max(mutants.var(ddof=1), solved.y[1, -1]))


def test_second_mutants_descend_from_the_first():
    birth, rate, steps, start = 0.25, 1e-3, 12, 1e6
    chain = {
        "start": start, "growth": birth, "days": 1.0, "steps": steps, "birth": birth, "death": 0.0,
        "rates": (0.0, rate, rate), "limit": CHANCE_TO,
    }  # fmt: skip
    first, second = stepped(500, **chain, parents=(0, 0, 1))[:, 1:].mean(axis=0)
    days = float(steps)
    final = start * np.exp(birth * days)
    assert first == pytest.approx(rate * birth * days * final, rel=0.01)
    assert second == pytest.approx((rate * birth * days) ** 2 / 2.0 * final, rel=0.02)
    without = stepped(50, **{**chain, "rates": (0.0, 0.0, rate)}, parents=(0, 0, 1))
    assert not without[:, 1:].any()


def test_no_mutation_no_mutants():
    counts = stepped(50, start=1e6, growth=0.3, days=1.0, steps=20, birth=0.6, death=0.3, rates=(0.0, 0.0, 0.0))
    assert not counts[:, 1:].any()
    assert not drawn_at_size(100, 1e9, 0.0, 0.14, 0.13).any()


@pytest.mark.parametrize(("birth", "death", "rate", "cells"), [SMALL, (0.14, 0.13, 1e-8, 1e6)])
def test_chance_of_no_mutant_is_bozics(birth, death, rate, cells):
    """exp(u M ln(s) / (1 - s)), here 0.21715 for the small system; exact up to a share 1 / M of the exponent."""
    lesions = 100_000
    lasting = 1.0 - death / birth
    none = int((drawn_at_size(lesions, cells, rate, birth, death) == 0.0).sum())
    expected = np.exp(rate * cells * np.log(lasting) / (1.0 - lasting))
    if cells == SMALL[3]:
        assert expected == pytest.approx(0.21715, abs=5e-6)
    assert stats.binomtest(none, lesions, expected).pvalue > ERROR


def test_whole_course_from_one_cell_has_bozics_chance_of_no_mutant():
    """Founder and mutants both by chance, in steps of a twentieth of a day, stopped at M = 1000 founder cells.

    The step overshoots M by half a step's growth, 1 %, and the law holds to order 1 / M: 0.005 of a probability.
    """
    birth, death, rate, cells = SMALL
    lines = 40_000
    out = np.zeros((lines, 2, 2))
    rates, costs, parents = np.array([0.0, rate]), np.zeros(2), np.zeros(2, np.int64)
    whole_line.launch(lines, cells, rates, costs, parents, birth, death, 0.05, 3, out, threads=1)
    grown = out[out[:, 0, 0] >= cells, 0]
    assert stats.binomtest(len(grown), lines, kendall.survival(birth, death)).pvalue > ERROR
    none = float((grown[:, 1] == 0.0).mean())
    expected = np.exp(rate * cells * np.log(0.4) / 0.6)
    deviation = np.sqrt(expected * (1.0 - expected) / len(grown))
    assert abs(none - expected) < 4.9 * deviation + 0.005


@pytest.mark.parametrize("cost", [0.0, 0.004])
def test_law_of_a_clinical_lesion_by_its_generating_function(cost):
    """E exp(-X / x) for 1e9 cells, b = 0.14, d = 0.13, 50 sites of 1e-9: the mean itself is ruled by rare jackpots."""
    birth, death, rate, cells = 0.14, 0.13, 5e-8, 1e9
    mutants = drawn_at_size(4000, cells, rate, birth, death, cost)
    lasting = 1.0 - death / birth
    least = 1.0 / (cells * lasting)
    own = birth - cost
    for scale in (1e2, 1e3, 1e4):
        z = np.exp(-1.0 / scale)

        def lost(log_y, z=z):
            age = -log_y / (birth - death)
            return np.exp(log_y) * (1.0 - kendall.generating(own, death, age, z))

        mean, _ = integrate.quad(lost, np.log(least), 0.0, limit=500)
        expected = np.exp(-rate * cells / lasting * mean)
        seen = np.exp(-mutants / scale)
        assert_z(seen.sum(), len(seen) * expected, len(seen) * max(seen.var(ddof=1), expected / len(seen)))


def test_expected_resistant_cells_of_a_clinical_lesion():
    """1.1e4-1.4e4 at 1e9 cells by the published formula M (u / s) ln(M s); 0.16 doubly resistant, of order mu^2."""
    birth, death, rate = 0.14, 0.13, 5e-8
    expected = mean_mutants(1e9, rate, birth, death, birth)
    assert expected == pytest.approx(12_700.0, rel=0.01)
    assert 1.1e4 < expected < 1.4e4
    assert 1e9 * (expected / 1e9) ** 2 == pytest.approx(0.16, rel=0.02)
    lasting = 1.0 - death / birth
    costly, _ = integrate.quad(
        lambda log_y: np.exp(log_y * (1.0 - 0.006 / 0.01)), -np.log(1e9 * lasting), 0.0, limit=200
    )
    assert mean_mutants(1e9, rate, birth, death, birth - 0.004) == pytest.approx(
        rate * 1e9 / lasting * costly, rel=1e-6
    )


@kernel
def fill_at_size(i, cells, birth, death, rates, costs, parents, seed, counts):
    clones_at_size(counts[i], rates, costs, parents, cells, birth, death, 0.0578, 1e4, seed, i, 0, 0)


def test_a_lesion_starts_its_record_with_the_clones_of_the_disease():
    table = records.clone_table("atc")
    assert len(table.ids) <= CLONE_LIMIT == records.CLONE_LIMIT
    counts = np.zeros((3000, len(table.ids)))
    birth, death, cells = 0.55, 0.4922, 2e7
    fill_at_size.launch(len(counts), cells, birth, death, table.rates, table.costs, table.parents, 2, counts, threads=1)
    assert counts.sum(axis=1) == pytest.approx(cells)
    lasting = 1.0 - death / birth
    for clone in range(1, len(table.ids)):
        if table.parents[clone] == 0:
            own = birth - table.costs[clone] * 0.0578

            def survives(y, own=own):
                return 1.0 - kendall.extinct_by(own, death, -np.log(y) / (birth - death))

            mean, _ = integrate.quad(survives, 1.0 / (cells * lasting), 1.0)
            none = np.exp(-table.rates[clone] * cells / lasting * mean)
            assert stats.binomtest(int((counts[:, clone] == 0.0).sum()), len(counts), none).pvalue > ERROR
    fill_at_size.launch(
        len(counts), cells, birth, death, 0.0 * table.rates, table.costs, table.parents, 2, counts, threads=1
    )
    assert not counts[:, 1:].any()
