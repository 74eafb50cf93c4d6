"""Mutant clones of the primary and of every lesion with a record, brought up to date once per interval.

Transitions and arrivals have their exact law over any interval at constant rates (body/clones.py), so clones need not
be stepped daily; the rate of an interval is the mean over it.
"""

from math import exp, log

from paget.body.clones import CLONE_LIMIT, MUTANT_STRIDE, clones_at_size, step_clones
from paget.body.growth_brake import birth_and_death
from paget.compute import device_function

CLONES_OF_A_LESION = CLONE_LIMIT * MUTANT_STRIDE
"""Draw addresses for the clones of one lesion; the primary has the first block."""


@device_function
def mutate(person, p, own, seed, step):
    """Bring all clones up to the start of step `step`."""
    day = step * p.time_step
    days = day - person.clone_day
    if p.switch_mutation > 0.0 and days > 0.0:
        _step(own.primary_clones, person.clone_cells, person.primary_cells, own.kinetics[0], days, p, own, seed,
              person.person, 0, step)  # fmt: skip
        for position in range(person.lesion_count):
            lesion = own.lesions[position]
            cells = exp(lesion.log_cells)
            part = (position + 1) * CLONES_OF_A_LESION
            if lesion.clone_day < 0.0:
                _first(own.lesion_clones[position], cells, own, p, seed, person.person, part, step)
            else:
                _step(own.lesion_clones[position], lesion.clone_cells, cells, own.kinetics[1], day - lesion.clone_day,
                      p, own, seed, person.person, part, step)  # fmt: skip
            lesion.clone_day = day
            lesion.clone_cells = cells
    person.clone_day = day
    person.clone_cells = person.primary_cells


@device_function
def _step(counts, before, after, kinetics, days, p, own, seed, person, part, step):
    """Clones of a tumour that went from `before` to `after` cells in `days`."""
    if before <= 0.0 or after <= 0.0:
        counts[:] = 0.0
        counts[0] = after
        return
    rate = log(after / before) / days + kinetics.loss_rate
    birth, death = birth_and_death(rate, kinetics.unbraked_rate, kinetics.division_rate, kinetics.brake_share)
    step_clones(
        counts, own.clone_work, own.clone_rates, own.clone_costs, own.clone_parents, before, after, birth,
        death + kinetics.loss_rate, kinetics.unbraked_rate, p.stochastic_limit, seed, person, part, step, days,
    )  # fmt: skip


@device_function
def _first(counts, cells, own, p, seed, person, part, step):
    """Mutants that a lesion holds when it first has clones, by their law at that size."""
    counts[:] = 0.0
    counts[0] = cells
    clones_at_size(
        counts, own.clone_rates, own.clone_costs, own.clone_parents, cells, own.transitions[1, 2],
        own.transitions[1, 3], own.kinetics[1].unbraked_rate, p.stochastic_limit, seed, person, part, step,
    )  # fmt: skip
