"""Kernels that carry lines of cells through steps of body/birth_death, one by one or in a nursery."""

from __future__ import annotations

import math
from math import log
from typing import NamedTuple

import numpy as np

from laws.reduced import CELL_DENSITY
from paget.body.birth_death import (
    extinction_and_spread,
    fill_size_law,
    lasting_size,
    size_of_chance,
    step_cells,
)
from paget.body.micrometastases import SIZE_COLUMNS
from paget.body.nursery import NURSERY_COLUMNS, Growing, prepare_transitions, step_nursery
from paget.body.state import KINETICS, NEXT_CELLS, NURSERY_CELLS
from paget.compute import kernel
from paget.compute.random import uniform

TABLE = 96
"""Sizes in a cumulative table; every case here leaves less than 1e-9 beyond it."""

DECISION = 900
"""Address of this file's own uniforms, away from the model's decisions."""


@kernel
def lines_by_sampling(i, seed, start, birth, death, days, sizes):
    alpha, beta = extinction_and_spread(birth, death, 1.0)
    cells = start
    for day in range(days):
        cells = step_cells(cells, alpha, beta, seed, i, 0, day)
    sizes[i] = cells


@kernel
def lines_by_inversion(i, seed, start, law, sizes):
    """One day only: the table `law` is that of lines that start with `start` cells."""
    sizes[i] = size_of_chance(law, start, uniform(seed, i, 0, DECISION, 1))


@kernel
def lasting_sizes(i, seed, start, birth, death, days, sizes):
    sizes[i] = lasting_size(start, birth, death, seed, i, 0, days)


@kernel
def nursery_of_lines(
    i,
    kinetics,
    bottleneck,
    start,
    days,
    last_step,
    seed,
    transitions,
    size_law,
    nursery,
    following,
    sizes,
    members,
    out,
):
    """Step the lines of one site's nursery until none is left; start: (cells, lines); out: largest left, lasting.

    A `bottleneck` above 0 replaces the rates by size: of n cells each divides at the kinetics' rate b and dies at
    b bottleneck/n.
    """
    prepare_transitions(transitions, size_law, kinetics[0], days)
    if bottleneck > 0.0:
        birth = kinetics[0].division_rate
        for n in range(1, NURSERY_CELLS + 1):
            death = birth * bottleneck / n
            alpha, beta = extinction_and_spread(birth, death, days)
            transitions[n, 0], transitions[n, 1], transitions[n, 2], transitions[n, 3] = alpha, beta, birth, death
            fill_size_law(size_law[n], n, alpha, beta)
    growing = Growing(
        following, sizes, members, transitions, size_law, kinetics[0].log_cell_density, 0.5 * log(2.0), seed, 5
    )
    nursery[int(start[0]), 0] = start[1]
    top, step, lasting = int(start[0]), 0, 0.0
    while top > 0 and step < last_step:
        top, here, _ = step_nursery(nursery, growing, top, 0, step)
        lasting += here
        step += 1
    out[0], out[1] = top, lasting


class Followed(NamedTuple):
    """What a nursery has become: its largest line, the lines that left it to last, its arrays."""

    top: int
    lasting: float
    nursery: np.ndarray
    sizes: np.ndarray
    members: np.ndarray


def followed(
    birth: float,
    death: float,
    *,
    cells: int,
    lines: int,
    seed: int,
    steps: int,
    days: float = 1.0,
    bottleneck: float = 0.0,
) -> Followed:
    """The nursery of a person's one site that held `lines` lines of `cells` cells with these rates, `steps` later."""
    kinetics = np.zeros(1, KINETICS)
    kinetics["unbraked_rate"], kinetics["division_rate"] = birth - death, birth
    kinetics["log_avascular_capacity"], kinetics["log_cell_density"] = 0.0, math.log(CELL_DENSITY)
    nursery = np.zeros((NURSERY_CELLS + 1, NURSERY_COLUMNS))
    sizes, members, out = np.zeros((97, SIZE_COLUMNS)), np.zeros((1, 96)), np.zeros(2)
    nursery_of_lines.launch(
        1, kinetics, bottleneck, np.array([float(cells), float(lines)]), days, steps, seed,
        np.zeros((NURSERY_CELLS + 1, 4)), np.zeros((NURSERY_CELLS + 1, NEXT_CELLS)), nursery, np.zeros_like(nursery),
        sizes, members, out, threads=1,
    )  # fmt: skip
    return Followed(int(out[0]), float(out[1]), nursery, sizes, members)
