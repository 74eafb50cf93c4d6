"""Kernels that carry lines of cells through daily steps of body/birth_death, one line per index."""

from __future__ import annotations

import numpy as np

from paget.body.birth_death import (
    extinction_and_spread,
    fill_size_law,
    lasting_size,
    size_of_chance,
    step_cells,
)
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
def lines_by_inversion(i, seed, start, birth, death, days, sizes):
    """One day only: the table holds the law of lines that start with `start` cells."""
    alpha, beta = extinction_and_spread(birth, death, 1.0)
    law = np.empty(TABLE)
    cells = int(start)
    fill_size_law(law, cells, alpha, beta)
    sizes[i] = size_of_chance(law, cells, uniform(seed, i, 0, DECISION, days))


@kernel
def lasting_sizes(i, seed, start, birth, death, days, sizes):
    sizes[i] = lasting_size(start, birth, death, seed, i, 0, days)
