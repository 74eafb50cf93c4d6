"""Micrometastases of at most 15 cells: counts of lines by exact number of cells, stepped without approximation.

Per site, `nursery[s]` holds (lines with s cells, sum of their founding days, how many of them metastases founded; the
last two go by share where lines of one size part ways). Each step every line draws its next size from the exact
birth-death law. Many lines of one size split together by successive conditional binomials over the same probabilities,
which gives the same joint law as drawing each line.
"""

from math import log
from typing import Any, NamedTuple

from paget.body import decisions
from paget.body.birth_death import extinction_and_spread, fill_size_law, lasting_size, size_of_chance
from paget.body.growth_brake import avascular_log_ratio, birth_and_death, net_rate
from paget.body.micrometastases import admit
from paget.body.state import LINE_STRIDE, LOG_VANISHED, LOTS, NEXT_CELLS, NURSERY_CELLS, PART_STRIDE, TOGETHER
from paget.compute import device_function
from paget.compute.random import binomial, uniform_pair

NURSERY_COLUMNS = 3


class Growing(NamedTuple):
    """Where lines go: what a step of any site's nursery writes to or looks up, for the whole person."""

    following: Any  # (NURSERY_CELLS + 1, NURSERY_COLUMNS), the next state of the site being stepped
    sizes: Any  # (classes + 1, 5), body/micrometastases.py
    members: Any  # (sites, classes)
    transitions: Any  # (NURSERY_CELLS + 1, 4)
    size_law: Any  # (NURSERY_CELLS + 1, NEXT_CELLS)
    log_capacity: Any  # ln of the avascular capacity in cells
    spacing: Any  # of size classes, in ln cells
    seed: Any
    person: Any


class Lines(NamedTuple):
    """Some lines of one size at one site on one day: what they have in common."""

    founded: Any  # mean founding day
    secondary: Any  # share founded by metastases
    site: Any
    part: Any  # first draw address
    day: Any


@device_function
def prepare_transitions(transitions, size_law, kinetics, days):
    """Laws of one step for lines of 1 .. NURSERY_CELLS cells.

    transitions: (NURSERY_CELLS + 1, 4), filled with (alpha, beta, b, d); size_law: (NURSERY_CELLS + 1, NEXT_CELLS).
    """
    for cells in range(1, NURSERY_CELLS + 1):
        ratio = avascular_log_ratio(float(cells), kinetics)
        rate = net_rate(ratio, kinetics.unbraked_rate, kinetics.brake_rate, kinetics.brake_switch)
        birth, death = birth_and_death(rate, kinetics.unbraked_rate, kinetics.division_rate, kinetics.brake_share)
        death += kinetics.loss_rate + birth * kinetics.colony_bottleneck / cells
        alpha, beta = extinction_and_spread(birth, death, days)
        transitions[cells, 0] = alpha
        transitions[cells, 1] = beta
        transitions[cells, 2] = birth
        transitions[cells, 3] = death
        fill_size_law(size_law[cells], cells, alpha, beta)


@device_function
def step_nursery(nursery, growing, top, site, day):
    """One step of a site's nursery; returns (largest size left, lines now lasting, lines stepped).

    nursery: (NURSERY_CELLS + 1, NURSERY_COLUMNS); growing: a Growing.
    """
    following = growing.following
    following[:, :] = 0.0
    lasting = 0.0
    total = 0.0
    for cells in range(1, top + 1):
        count = nursery[cells, 0]
        if count > 0.0:
            total += count
            part = (site * (NURSERY_CELLS + 1) + cells) * PART_STRIDE
            lines = Lines(nursery[cells, 1] / count, nursery[cells, 2] / count, site, part, day)
            if count > TOGETHER:
                lasting += _split_together(growing, lines, growing.size_law[cells], count)
            else:
                lasting += _step_apart(growing, lines, growing.size_law[cells], cells, count)
    return _adopt(nursery, following), lasting, total


@device_function
def _step_apart(growing, lines, law, cells, count):
    """Each line of one size draws its next size, two lines per block of random words; returns lasting ones."""
    lasting = 0.0
    left = int(count)
    while left > 0:
        address = lines.part + left
        first, second = uniform_pair(growing.seed, growing.person, address, decisions.NURSERY, lines.day)
        lasting += _place(growing, lines, size_of_chance(law, cells, first), 1.0, address)
        left -= 1
        if left > 0:
            lasting += _place(growing, lines, size_of_chance(law, cells, second), 1.0, lines.part + left)
            left -= 1
    return lasting


@device_function
def _split_together(growing, lines, law, count):
    """Split `count` equal lines over their next sizes by conditional binomials (exact); returns lasting ones."""
    before = 0.0
    size = 0
    lasting = 0.0
    while count > 0.0 and size < NEXT_CELLS:
        address = lines.part + size
        chance = (law[size] - before) / (1.0 - before)
        here = binomial(count, chance, growing.seed, growing.person, address, decisions.NURSERY, lines.day)
        if here > 0.0:
            lasting += _place(growing, lines, size, here, address)
            count -= here
        before = law[size]
        size += 1
    if count > 0.0:
        lasting += _place(growing, lines, size, count, lines.part + size)
    return lasting


@device_function
def _place(growing, lines, size, count, address):
    """Put `count` lines of `size` cells where they belong; returns how many became lasting lesions."""
    if size <= 0:
        return 0.0
    if size <= NURSERY_CELLS:
        growing.following[size, 0] += count
        growing.following[size, 1] += count * lines.founded
        growing.following[size, 2] += count * lines.secondary
        return 0.0
    if count <= LOTS:
        return _promote_apart(growing, lines, size, count, address)
    return _promote_in_lots(growing, lines, size, count, address)


@device_function
def _promote_apart(growing, lines, size, count, address):
    """Each line that leaves the nursery draws whether it lasts, and its effective size; returns lasting ones."""
    lasting = 0.0
    birth = growing.transitions[NURSERY_CELLS, 2]
    death = growing.transitions[NURSERY_CELLS, 3]
    for line in range(int(count)):
        step = lines.day + line * LINE_STRIDE
        cells = lasting_size(float(size), birth, death, growing.seed, growing.person, address, step)
        if cells > 0.0:
            admit_line(growing, lines.site, cells, 1.0, lines.founded, lines.secondary)
            lasting += 1.0
    return lasting


@device_function
def _promote_in_lots(growing, lines, size, count, address):
    """The same for many lines: how many last is exact, their sizes are drawn once per lot; returns lasting ones."""
    birth = growing.transitions[NURSERY_CELLS, 2]
    death = growing.transitions[NURSERY_CELLS, 3]
    chance = 1.0 - min(1.0, death / birth) ** size if death < birth else 1.0
    lasting = binomial(count, chance, growing.seed, growing.person, address, decisions.NURSERY_LASTING, lines.day)
    for lot in range(LOTS):
        here = float(int(lasting * (lot + 1) / LOTS)) - float(int(lasting * lot / LOTS))
        cells = 0.0
        draw = lot
        while cells <= 0.0 and here > 0.0:
            step = lines.day + draw * LINE_STRIDE
            cells = lasting_size(float(size), birth, death, growing.seed, growing.person, address, step)
            draw += LOTS
        if here > 0.0:
            admit_line(growing, lines.site, cells, here, lines.founded, lines.secondary)
    return lasting


@device_function
def admit_line(growing, site, cells, count, founded, secondary):
    """Let `count` lasting lines of `cells` (effective) cells at a site into their size class."""
    log_cells = max(log(cells), LOG_VANISHED)
    admit(
        growing.sizes, growing.members, site, log_cells, growing.log_capacity - log_cells, count, founded, secondary,
        growing.spacing,
    )  # fmt: skip


@device_function
def _adopt(nursery, following):
    """Copy the next state over, element by element (CUDA assigns no arrays); returns the largest occupied size."""
    top = 0
    for cells in range(NURSERY_CELLS + 1):
        for column in range(following.shape[1]):
            nursery[cells, column] = following[cells, column]
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
