"""Counts of the clones of a lesion: founder (index 0) and mutants, each with its parent, so that descent is known.

A mutant clone below `stochastic_limit` cells steps by the exact birth-death law; a larger one by its mean, at the net
rate of the lesion less its cost, r - c lambda. New mutants come from the parent's divisions (body/mutation.py), drawn
one by one while their clone and their number are small. The founder clone is what is left of the lesion's cells. Clones
are in the order of knowledge's clones.csv, parents before their children, at most CLONE_LIMIT.
"""

from math import exp, floor, log

from paget.body import decisions
from paget.body.birth_death import extinction_and_spread
from paget.body.mutation import (
    arriving,
    mean_arriving,
    mean_cells,
    mutant_birth_rate,
    mutants_at_size,
)
from paget.compute import device_function
from paget.compute.random import binomial, negative_binomial, poisson

CLONE_LIMIT = 2**3
"""Clones of a disease at most, the founder among them."""

MUTANT_STRIDE = 2 ** (4 * 4)
"""Draw addresses per clone; more mutants than arrive one by one in a step."""


@device_function
def step_clones(
    counts, previous, rates, costs, parents, cells_before, cells_after, birth, death, unbraked_rate, stochastic_limit,
    seed, person, part, step, days,
):  # fmt: skip
    """Advance the clone counts of one lesion by a step in which it grew from cells_before to cells_after cells.

    counts, rates (mutants per division of the parent), costs, parents: (clones,), previous: (clones,) to work in;
    birth, death: of the founder clone in this step, unbraked_rate lambda (1/day); part: first of the CLONE_LIMIT *
    MUTANT_STRIDE addresses of this lesion.
    """
    for clone in range(counts.shape[0]):
        previous[clone] = counts[clone]
    growth = log(cells_after / cells_before) if cells_before > 0.0 and cells_after > 0.0 else 0.0
    counts[0] = previous[0] * exp(growth)
    mutants = 0.0
    for clone in range(1, counts.shape[0]):
        parent = parents[clone]
        before, after = previous[parent], counts[parent]
        parent_birth = mutant_birth_rate(birth, costs[parent], unbraked_rate)
        expected = rates[clone] * parent_birth * mean_cells(before, after, days)
        growth = log(after / before) if before > 0.0 and after > 0.0 else 0.0
        own_birth = mutant_birth_rate(birth, costs[clone], unbraked_rate)
        place = part + clone * MUTANT_STRIDE
        kept = grown(previous[clone], own_birth, death, stochastic_limit, seed, person, place, step, days)
        counts[clone] = kept + fresh(
            expected, previous[clone], growth, own_birth, death, stochastic_limit, seed, person, place, step, days
        )
        mutants += counts[clone]
    _balance(counts, mutants, cells_after)


@device_function
def _balance(counts, mutants, cells):
    """Founder count from the lesion's `cells`; `mutants` drawn beyond them are cut back in proportion."""
    if mutants > cells:
        for clone in range(1, counts.shape[0]):
            counts[clone] = floor(counts[clone] * cells / mutants)
    left = cells
    for clone in range(1, counts.shape[0]):
        left -= counts[clone]
    counts[0] = max(left, 0.0)


@device_function
def grown(cells, birth, death, stochastic_limit, seed, person, part, step, days):
    """Cells after the step of a clone that now has `cells` cells."""
    if cells <= 0.0:
        return 0.0
    if cells >= stochastic_limit:
        return cells * exp((birth - death) * days)
    alpha, beta = extinction_and_spread(birth, death, days)
    survivors = binomial(cells, 1.0 - alpha, seed, person, part, decisions.CLONE_SURVIVORS, step)
    if survivors <= 0.0:
        return 0.0
    return survivors + negative_binomial(survivors, 1.0 - beta, seed, person, part, decisions.CLONE_OFFSPRING, step)


@device_function
def fresh(expected, cells, growth, birth, death, stochastic_limit, seed, person, part, step, days):
    """Cells at the end of the step from the mutants that arrived in it."""
    if expected <= 0.0:
        return 0.0
    if cells >= stochastic_limit or expected * expected >= stochastic_limit:
        # So many arrive that their number varies by less than a tenth (at the limit 1e4): the mean stands for draws.
        return mean_arriving(expected, growth, birth - death, days)
    number = poisson(expected, seed, person, part, decisions.MUTANTS, step)
    return arriving(number, growth, birth, death, days, seed, person, part, step)


@device_function
def clones_at_size(
    counts, rates, costs, parents, cells, birth, death, unbraked_rate, stochastic_limit, seed, person, part, step
):
    """Fill the clone counts of a lesion that has just reached `cells` cells from one lasting founder.

    Children of the founder have their exact law; children of a mutant clone are drawn as if that clone were one line.
    """
    mutants = 0.0
    for clone in range(1, counts.shape[0]):
        parent = parents[clone]
        size = cells if parent == 0 else counts[parent]
        parent_birth = birth if parent == 0 else mutant_birth_rate(birth, costs[parent], unbraked_rate)
        own_birth = mutant_birth_rate(birth, costs[clone], unbraked_rate)
        counts[clone] = 0.0
        if size > 0.0 and parent_birth > death:
            counts[clone] = mutants_at_size(
                size, rates[clone], parent_birth, death, own_birth, stochastic_limit,
                seed, person, part + clone * MUTANT_STRIDE, step,
            )  # fmt: skip
        mutants += counts[clone]
    _balance(counts, mutants, cells)
