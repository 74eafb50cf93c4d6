"""Micrometastases of at most 63 cells: counts of lines by exact number of cells, stepped without approximation.

Per site, `nursery[s]` holds (lines with s cells, sum of their founding days). Each day every line draws its next size
from the exact birth-death law. Many lines of one size split together by successive conditional binomials over the same
probabilities, which gives the same joint law as drawing each line.
"""

from math import exp, log

from paget.body import decisions
from paget.body.birth_death import cells_by_inversion, extinction_and_spread, lasting_size
from paget.body.growth_brake import birth_and_death, log_capacity_ratio, net_rate
from paget.body.micrometastases import admit
from paget.body.state import LINE_STRIDE, NURSERY_CELLS, PART_STRIDE
from paget.compute import device_function
from paget.compute.random import binomial, uniform


@device_function
def prepare_transitions(transitions, kinetics, cell_density, days):
    """Fill (alpha, beta, b, d) for lines of 1 .. NURSERY_CELLS cells; shape (NURSERY_CELLS + 1, 4)."""
    for cells in range(1, NURSERY_CELLS + 1):
        ratio = log_capacity_ratio(float(cells), kinetics.avascular_capacity, cell_density)
        rate = net_rate(ratio, kinetics.unbraked_rate, kinetics.brake_rate, kinetics.brake_switch)
        birth, death = birth_and_death(rate, kinetics.unbraked_rate, kinetics.division_rate, kinetics.brake_share)
        alpha, beta = extinction_and_spread(birth, death, days)
        transitions[cells, 0] = alpha
        transitions[cells, 1] = beta
        transitions[cells, 2] = birth
        transitions[cells, 3] = death


@device_function
def step_nursery(nursery, following, classes, transitions, top, site, seed, person, day, log_capacity):
    """One day of a site's nursery; returns (largest occupied size, lines that became lasting lesions).

    nursery, following: (NURSERY_CELLS + 1, 2); classes: the site's size classes (body/micrometastases.py);
    log_capacity: ln of the avascular capacity in cells.
    """
    for cells in range(1, NURSERY_CELLS + 1):
        following[cells, 0] = 0.0
        following[cells, 1] = 0.0
    lasting = 0.0
    for cells in range(1, top + 1):
        lines = nursery[cells, 0]
        if lines > 0.0:
            founded = nursery[cells, 1] / lines
            lasting += _step_size(
                following, classes, transitions, cells, lines, founded, site, seed, person, day, log_capacity
            )
    return _adopt(nursery, following), lasting


@device_function
def _step_size(following, classes, transitions, cells, lines, founded, site, seed, person, day, log_capacity):
    """All lines of one size; returns how many became lasting lesions."""
    together = 2.0**4
    part = (site * (NURSERY_CELLS + 1) + cells) * PART_STRIDE
    lasting = 0.0
    if lines > together and transitions[cells, 0] > 0.0:
        return _split_together(
            following, classes, transitions, cells, lines, founded, part, seed, person, day, log_capacity
        )
    alpha = transitions[cells, 0]
    beta = transitions[cells, 1]
    for line in range(int(lines)):
        chance = uniform(seed, person, part + line, decisions.NURSERY, day)
        size = cells_by_inversion(float(cells), alpha, beta, chance)
        lasting += _place(
            following, classes, transitions, size, 1.0, founded, part + line, seed, person, day, log_capacity
        )
    return lasting


@device_function
def _split_together(following, classes, transitions, cells, lines, founded, part, seed, person, day, log_capacity):
    """Split `lines` equal lines over their next sizes by conditional binomials (exact); returns lasting ones."""
    alpha = transitions[cells, 0]
    beta = transitions[cells, 1]
    remainder = 1.0 - alpha - beta
    lead = cells * (remainder + alpha * beta)
    slope = remainder - alpha * beta
    previous = 0.0
    current = exp(cells * log(alpha))
    left = 1.0
    size = 0.0
    lasting = 0.0
    while lines > 0.0:
        share = 1.0 if current >= left else current / left
        here = binomial(lines, share, seed, person, part + int(size), decisions.NURSERY, day)
        if size > 0.0 and here > 0.0:
            lasting += _place(
                following, classes, transitions, size, here, founded, part + int(size), seed, person, day, log_capacity
            )
        lines -= here
        left -= current
        following_mass = (
            (lead - slope * size) * current + beta * remainder * (size - 1.0) * previous
        ) / (alpha * (size + 1.0))
        previous = current
        current = following_mass
        size += 1.0
    return lasting


@device_function
def _place(following, classes, transitions, size, lines, founded, part, seed, person, day, log_capacity):
    """Put `lines` lines of `size` cells where they belong; returns how many became lasting lesions."""
    if size <= 0.0:
        return 0.0
    if size <= NURSERY_CELLS:
        following[int(size), 0] += lines
        following[int(size), 1] += lines * founded
        return 0.0
    lasting = 0.0
    birth = transitions[NURSERY_CELLS, 2]
    death = transitions[NURSERY_CELLS, 3]
    for line in range(int(lines)):
        cells = lasting_size(size, birth, death, seed, person, part, day + line * LINE_STRIDE)
        if cells >= 1.0:
            admit(classes, log(cells), log_capacity - log(cells), 1.0, founded)
            lasting += 1.0
    return lasting


@device_function
def _adopt(nursery, following):
    """Copy the next state over; returns the largest occupied size."""
    top = 0
    for cells in range(1, NURSERY_CELLS + 1):
        nursery[cells, 0] = following[cells, 0]
        nursery[cells, 1] = following[cells, 1]
        if following[cells, 0] > 0.0:
            top = cells
    return top


@device_function
def expected_lasting(nursery, transitions, top):
    """Expected number of the site's lines that will never die out (constant rates)."""
    lasting = 0.0
    for cells in range(1, top + 1):
        if nursery[cells, 0] > 0.0:
            survival = max(0.0, 1.0 - transitions[cells, 3] / transitions[cells, 2])
            lasting += nursery[cells, 0] * (1.0 - (1.0 - survival) ** cells)
    return lasting
