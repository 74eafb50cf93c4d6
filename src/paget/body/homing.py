"""Homing: a receptor on the cell, its ligand in the organ, as in inflammation.

theta = c / (c + K_d) is the occupancy of the receptor at the organ's ligand concentration c; a receptor's gain is
w R theta and settling is multiplied by h = 1 + the gains of both receptors (linear in R; in c as long as c << K_d).
R: level of the receptor on the clone (0 … 1), w: gain of a fully occupied positive cell. Without ligand or receptor
h = 1: such a cell still settles, but has no advantage. Concentrations in nmol/L. The receptors have switches of their
own (body/cxcr4_cxcl12.py, body/ccr7_ccl21.py). Homing acts on settling rather than on capture: capture of arrest-prone
cells is mechanical and near 1, and a little more of it in the lung would starve every organ behind.
"""

from typing import TypeVar

import numpy as np

Number = TypeVar("Number", float, np.ndarray)


def occupancy(concentration: Number, dissociation: float) -> Number:
    """Share of receptors that hold their ligand; both in nmol/L."""
    return concentration / (concentration + dissociation)


def gain(weight: float, receptor: float, occupied: Number, switch: float) -> Number:
    """What one receptor adds to the homing multiplier."""
    return weight * receptor * occupied * switch


def homing_multiplier(cxcr4: Number, ccr7: Number) -> Number:
    """Multiplier of settling, given the gains of both receptors."""
    return 1.0 + cxcr4 + ccr7
