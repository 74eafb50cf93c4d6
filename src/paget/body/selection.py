"""Selection: the clones of a lesion share its vessels and die at rates of their own, so treatment changes their shares.

    dN_c/dt = (min(lambda_c, lambda_1 ln(K / V)) - k_c) N_c,      N = sum over c of N_c,      V = N / rho

lambda_c: net rate of clone c in an unhindered lesion under today's drugs (negative where they stop its divisions), k_c:
its extra deaths by drugs and T cells (1/day), as the EFFECT records of the day say; K as in body/angiogenesis.py. What
resists grows into the room that the others leave. A clone of fewer than `stochastic_limit` cells steps by the exact
birth-death law (body/clones.py): a lesion can be cured, and one resistant cell can be lost or bring it back. Each day
takes the brake of its morning; K adapts within the day. New mutants arise as in an untreated tumour, from the divisions
that remain.
"""

from math import floor, log

from paget.body.angiogenesis import supply
from paget.body.clones import MUTANT_STRIDE, fresh, grown
from paget.body.growth_brake import birth_and_death, net_rate
from paget.body.mutation import mean_cells, mutant_birth_rate
from paget.compute import device_function
from paget.compute.random import binomial


@device_function
def step_selected(counts, effects, log_ratio, kinetics, stochastic_limit, seed, person, part, step, days):
    """(cells, ln(K / V), cells lost) of a lesion after `days` under treatment.

    counts: (clones,) cells, stepped in place; effects: (clones,) EFFECT; part: first draw address of its clones.
    """
    before = 0.0
    after = 0.0
    # An address beside that of patient/clones.py, which on the first day of treatment draws for the same clones.
    for clone in range(counts.shape[0]):
        cells = counts[clone]
        if cells > 0.0:
            before += cells
            rate = net_rate(log_ratio, effects[clone].unbraked_rate, kinetics.brake_rate, kinetics.brake_switch)
            birth, death = birth_and_death(rate, rate, effects[clone].division_rate, 0.0)
            if cells < stochastic_limit:
                cells = floor(cells)
            counts[clone] = grown(
                cells, birth, death + effects[clone].loss_rate, stochastic_limit, seed, person,
                part + clone * MUTANT_STRIDE + 1, step, days,
            )  # fmt: skip
            after += counts[clone]
    if after <= 0.0:
        return 0.0, log_ratio, before
    log_cells = log(after)
    log_ratio = supply(log_cells, log_ratio - log(after / before), kinetics, days)
    return after, log_ratio, max(before - after, 0.0)


@device_function
def add_mutants(
    counts, before, rates, costs, parents, effects, kinetics, stochastic_limit, seed, person, part, step, days
):
    """Add the mutants that arose in the last `days`, in which the lesion went from `before` cells to those of `counts`.

    Divisions and deaths are those of an unhindered clone under today's effects; returns the cells added.
    """
    after = 0.0
    for clone in range(counts.shape[0]):
        after += counts[clone]
    added = 0.0
    growth = log(after / before) if before > 0.0 and after > 0.0 else 0.0
    for clone in range(1, counts.shape[0]):
        parent = parents[clone]
        share = counts[parent] / after if after > 0.0 else 0.0
        birth, _ = birth_and_death(
            effects[parent].unbraked_rate, effects[parent].unbraked_rate, effects[parent].division_rate, 0.0
        )
        parent_birth = mutant_birth_rate(birth, costs[parent], kinetics.untreated_rate)
        expected = rates[clone] * parent_birth * mean_cells(before, after, days) * share
        rate = effects[clone].unbraked_rate
        own_birth, own_death = birth_and_death(rate, rate, effects[clone].division_rate, 0.0)
        new = fresh(
            expected, counts[clone], growth, own_birth, own_death + effects[clone].loss_rate, stochastic_limit, seed,
            person, part + clone * MUTANT_STRIDE, step, days,
        )  # fmt: skip
        counts[clone] += new
        added += new
    return added


@device_function
def strike(counts, left, stochastic_limit, seed, person, part, decision, step):
    """Leave each cell alive with the chance `left`, at once; returns the cells that remain.

    counts: (clones,) cells, changed in place; where fewer than `stochastic_limit` remain their number is drawn.
    """
    remaining = 0.0
    for clone in range(counts.shape[0]):
        cells = counts[clone]
        if cells > 0.0:
            if cells * left >= stochastic_limit:
                counts[clone] = cells * left
            else:
                place = part + clone * MUTANT_STRIDE
                counts[clone] = binomial(floor(cells), left, seed, person, place, decision, step)
            remaining += counts[clone]
    return remaining
