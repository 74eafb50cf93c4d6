"""Cells of a cluster cover each other from shear, natural killers and TNF-alpha, and hold each other.

    exposure = 1 - switch (1 - n^(-1/3))

A cluster of n cells has n^(2/3) times the surface of one cell, so each cell shows n^(-1/3) of its own: geometry, no
free parameter. Everything that kills in the vessel is multiplied by the exposure. The 23 to 50 times higher yield of
clusters (Aceto et al. 2014, doi:10.1016/j.cell.2014.07.013) is an output to compare with. Switch `cluster_shield`.
"""


def exposure(cells: int, switch: float) -> float:
    """Share of a cell's surface that is open to attack in a cluster of `cells`."""
    return max(0.0, 1.0 - switch * (1.0 - cells ** (-1.0 / 3.0)))
