"""Fibronectin: what an arrived cell holds on to, from the organ's fibroblasts and from the plasma.

    F = a B + (1 - a) D,    settling x (1 + g F / (F + F_50))

B density of fibroblasts, D deposits from elsewhere, both relative to the usual organ (F = 1); a the part that
fibroblasts secrete, g the largest gain. Composition and density of matrix differ between organs, and so does settling.
Switch `fibronectin` scales the gain (off: cells settle as without fibronectin). Dimensionless; sizes assumed.
"""

from collections.abc import Mapping

import numpy as np


def deposits(fibroblasts: np.ndarray, elsewhere: np.ndarray, secreted_share: float) -> np.ndarray:
    """Fibronectin by site relative to the usual organ, (sites,)."""
    return secreted_share * fibroblasts + (1.0 - secreted_share) * elsewhere


def fibronectin_factor(
    fibroblasts: np.ndarray, elsewhere: np.ndarray, values: Mapping[str, float], switch: float
) -> np.ndarray:
    """Multiplier of settling by site, (sites,); at least 1."""
    amount = deposits(fibroblasts, elsewhere, values["fibroblast_fibronectin_share"])
    effect = amount / (amount + values["fibronectin_half_effect"])
    return 1.0 + values["fibronectin_settling_gain"] * effect * switch
