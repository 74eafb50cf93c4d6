"""Cells killed by treatment stay part of the lesion until they are cleared, so that imaging shows a kill late.

    dD/dt = L - c D,    c = ln 2 / half-life

D: killed and not yet cleared, c: clearance, L: cells a day that a step took from the lesion on balance, over all of its
clones (body/selection.step_selected): a kill that growth of the same day makes up for leaves no dead cells. What a step
took counts as lost in its middle. Deaths that happen without treatment are part of the lesion's density already.
Half-lives from 28 and 72 days (lung after stereotactic radiation, Chvetsov et al. 2008,
doi:10.1088/0031-9155/53/9/013) to days (xenografts). Switch `dead_cell_clearance`: factor on what stays for a while;
off = killed cells are gone at once.
"""

from math import exp, log

from paget.compute import device_function


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
