"""Cells come back to the organ of the primary and settle there.

Switch `self_seeding` scales what settles at the primary's own site (off: nothing returns). By flow alone a metastasis
is likelier to send cells back than the primary itself (Scott et al. 2013, doi:10.1098/rsif.2013.0011).
"""

import numpy as np


def settling_at_home(sites: tuple[str, ...], primary: str, switch: float) -> np.ndarray:
    """Factor of settling by site, (sites,): the switch at the primary's site, 1 elsewhere."""
    return np.array([switch if site == primary else 1.0 for site in sites])
