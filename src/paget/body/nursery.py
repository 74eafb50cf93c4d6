"""Micrometastases of at most 15 cells: counts of lines by exact number of cells, stepped without approximation.

Per site, `nursery[s]` holds (lines with s cells, sum of their founding days). Each day every line draws its next size
from the exact birth-death law. Many lines of one size split together by successive conditional binomials over the same
probabilities, which gives the same joint law as drawing each line.
"""

from math import log

from paget.body import decisions
from paget.body.birth_death import extinction_and_spread, fill_size_law, lasting_size, size_of_chance
from paget.body.growth_brake import avascular_log_ratio, birth_and_death, net_rate
from paget.body.micrometastases import admit
from paget.body.state import LINE_STRIDE, NEXT_CELLS, NURSERY_CELLS, PART_STRIDE, TOGETHER
from paget.compute import device_function
from paget.compute.random import binomial, uniform_pair


@device_function
def prepare_transitions(transitions, size_law, kinetics, days):
    """Laws of one step for lines of 1 .. NURSERY_CELLS cells.

    transitions: (NURSERY_CELLS + 1, 4), filled with (alpha, beta, b, d); size_law: (NURSERY_CELLS + 1, NEXT_CELLS).
    """
    for cells in range(1, NURSERY_CELLS + 1):
        ratio = avascular_log_ratio(float(cells), kinetics)
        rate = net_rate(ratio, kinetics.unbraked_rate, kinetics.brake_rate, kinetics.brake_switch)
        birth, death = birth_and_death(rate, kinetics.unbraked_rate, kinetics.division_rate, kinetics.brake_share)
        alpha, beta = extinction_and_spread(birth, death, days)
        transitions[cells, 0] = alpha
        transitions[cells, 1] = beta
        transitions[cells, 2] = birth
        transitions[cells, 3] = death
        fill_size_law(size_law[cells], cells, alpha, beta)


@device_function
def step_nursery(nursery, following, classes, transitions, size_law, top, site, seed, person, day, log_capacity):
    """One day of a site's nursery; returns (largest size left, lines now lasting, lines stepped).

    nursery, following: (NURSERY_CELLS + 1, 2); classes: the site's size classes (body/micrometastases.py);
    log_capacity: ln of the avascular capacity in cells.
    """
    for cells in range(1, NURSERY_CELLS + 1):
        following[cells, 0] = 0.0
        following[cells, 1] = 0.0
    lasting = 0.0
    total = 0.0
    for cells in range(1, top + 1):
        lines = nursery[cells, 0]
        if lines > 0.0:
            total += lines
            part = (site * (NURSERY_CELLS + 1) + cells) * PART_STRIDE
            founded = nursery[cells, 1] / lines
            if lines > TOGETHER:
                lasting += _split_together(
                    following, classes, transitions, size_law[cells], lines, founded, part, seed, person, day,
                    log_capacity,
                )  # fmt: skip
            else:
                lasting += _step_apart(
                    following, classes, transitions, size_law[cells], cells, lines, founded, part, seed, person, day,
                    log_capacity,
                )  # fmt: skip
    return _adopt(nursery, following), lasting, total


@device_function
def _step_apart(
    following, classes, transitions, law, cells, lines, founded, part, seed, person, day, log_capacity
):  # fmt: skip
    """Each line of one size draws its next size, two lines per block of random words; returns lasting ones."""
    lasting = 0.0
    left = int(lines)
    while left > 0:
        first, second = uniform_pair(seed, person, part + left, decisions.NURSERY, day)
        size = size_of_chance(law, cells, first)
        lasting += _place(
            following, classes, transitions, size, 1.0, founded, part + left, seed, person, day, log_capacity
        )
        left -= 1
        if left > 0:
            size = size_of_chance(law, cells, second)
            lasting += _place(
                following, classes, transitions, size, 1.0, founded, part + left, seed, person, day, log_capacity
            )
            left -= 1
    return lasting


@device_function
def _split_together(following, classes, transitions, law, lines, founded, part, seed, person, day, log_capacity):
    """Split `lines` equal lines over their next sizes by conditional binomials (exact); returns lasting ones."""
    before = 0.0
    size = 0
    lasting = 0.0
    while lines > 0.0 and size < NEXT_CELLS:
        here = binomial(lines, (law[size] - before) / (1.0 - before), seed, person, part + size, decisions.NURSERY, day)
        if here > 0.0:
            lasting += _place(
                following, classes, transitions, size, here, founded, part + size, seed, person, day, log_capacity
            )
            lines -= here
        before = law[size]
        size += 1
    if lines > 0.0:
        lasting += _place(
            following, classes, transitions, size, lines, founded, part + size, seed, person, day, log_capacity
        )
    return lasting


@device_function
def _place(following, classes, transitions, size, lines, founded, part, seed, person, day, log_capacity):
    """Put `lines` lines of `size` cells where they belong; returns how many became lasting lesions."""
    if size <= 0:
        return 0.0
    if size <= NURSERY_CELLS:
        following[size, 0] += lines
        following[size, 1] += lines * founded
        return 0.0
    lasting = 0.0
    birth = transitions[NURSERY_CELLS, 2]
    death = transitions[NURSERY_CELLS, 3]
    for line in range(int(lines)):
        cells = lasting_size(float(size), birth, death, seed, person, part, day + line * LINE_STRIDE)
        if cells > 0.0:
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
