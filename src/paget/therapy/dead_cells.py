"""Cells killed by treatment stay part of the lesion until they are cleared, so that imaging shows a kill late.

    dN/dt = -k N,    dD/dt = k N - c D,    c = ln 2 / half-life

N: viable cells, D: killed and not yet cleared, k: death by treatment (1/day), c: clearance. Within a step the pair is
solved exactly; growth within the step is left out. Deaths that happen without treatment are part of the lesion's
density already. Half-lives from 28 and 72 days (lung after stereotactic radiation, Chvetsov et al. 2008,
doi:10.1088/0031-9155/53/9/013) to days (xenografts). Switch `dead_cell_clearance`: factor on what stays for a while;
off = killed cells are gone at once.
"""

from math import exp, expm1, log

from paget.compute import device_function


@device_function
def step_dead(dead, cells, loss, days, p):
    """Dead cells of a lesion after `days`; cells: viable ones before, loss: 1/day by treatment."""
    clearance = log(2.0) / p.dead_cell_half_life
    left = exp(-clearance * days)
    if loss <= 0.0 or cells <= 0.0:
        return dead * left
    apart = clearance - loss
    # k N (e^{-k t} - e^{-c t}) / (c - k), which tends to k N t e^{-c t} where the rates meet.
    shape = expm1(apart * days) / apart if apart != 0.0 else days
    return dead * left + p.switch_dead_cell_clearance * loss * cells * left * shape


@device_function
def step_dead_cells(person, lesions, primary_loss, metastasis_loss, days, p):
    """Dead cells of the primary and of every recorded lesion after a step of `days`; call before the body grows.

    lesions: (>= person.lesion_count,) LESION; losses (1/day) by treatment alone, as the body's step gets them.
    """
    person.dead_cells = step_dead(person.dead_cells, person.primary_cells, primary_loss, days, p)
    for place in range(person.lesion_count):
        lesion = lesions[place]
        lesion.dead_cells = step_dead(lesion.dead_cells, exp(lesion.log_cells), metastasis_loss, days, p)


@device_function
def tissue_cells(person, lesions, place):
    """Viable and dead cells of the recorded lesion at `place`; -1: of the primary."""
    if place < 0:
        return person.primary_cells + person.dead_cells
    return exp(lesions[place].log_cells) + lesions[place].dead_cells


@device_function
def cleared(dead, lost, p, days):
    """Dead cells of a lesion after `days` in which `lost` of its cells died on balance, evenly over the step."""
    rate = log(2.0) / p.dead_cell_half_life
    return dead * exp(-rate * days) + p.switch_dead_cell_clearance * lost * exp(-0.5 * rate * days)
