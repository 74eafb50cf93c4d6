"""Groups of cells that keep their junctions leave together, led by a front that dissolves the matrix.

    emission = share x protease                      cells, the front cells (MT1-MMP, uPA, MMP-2) need their proteases
    P(n) = (1 - q) q^(n - 2),  n = 2, 3, ...         cells of one cluster, mean 2 + q / (1 - q)

Clusters leave as such, they don't form in blood (Aceto et al. 2014, doi:10.1016/j.cell.2014.07.013); the geometric law
is assumed. It ends at the largest line of the nursery (body/state.py), which holds the chance of all larger ones. A
held cluster may fall apart: each cell leaves it with probability `cluster_disaggregation` and goes on by itself.
Switch `collective_migration`.
"""

from math import comb

import numpy as np

from paget.body.state import NURSERY_CELLS as LARGEST


def collective_emission(share: float, protease: float, switch: float) -> float:
    """Cells that leave in clusters, per cell that reaches a vessel wall in any mode as usual."""
    return switch * share * protease


def cluster_sizes(mean_size: float) -> np.ndarray:
    """P(n) for n = 0 .. LARGEST, (LARGEST + 1,); mean_size of the law without an end, at least 2."""
    going_on = (mean_size - 2.0) / (mean_size - 1.0)
    law = np.zeros(LARGEST + 1)
    law[2:] = (1.0 - going_on) * going_on ** np.arange(LARGEST - 1)
    law[LARGEST] = going_on ** (LARGEST - 2)
    return law


def parts_of_cluster(cells: int, disaggregation: float) -> np.ndarray:
    """Expected number of groups by size, (cells + 1,), that a cluster becomes; all its cells are in one of them."""
    parts = np.zeros(cells + 1)
    for left in range(1, cells + 1):
        chance = comb(cells, left) * (1.0 - disaggregation) ** left * disaggregation ** (cells - left)
        parts[left] += chance
        parts[1] += chance * (cells - left)
    parts[1] += cells * disaggregation**cells
    return parts
