"""CCR7 on the cell, CCL21 (6Ckine) in the organ: gain = w R c / (c + K_d), see body/homing.py.

The ligand peaks in lymph nodes (Mueller et al. 2001, PMID 11242036); its affinity is unconfirmed. Switch `ccr7_ccl21`
scales the gain.
"""

from collections.abc import Mapping

import numpy as np

from paget.body.homing import gain, occupancy


def ccl21_gain(ligand: np.ndarray, values: Mapping[str, float], switch: float) -> np.ndarray:
    """Gain by site, (sites,); ligand relative to the usual organ, (sites,)."""
    occupied = occupancy(ligand * values["ccl21_concentration"], values["ccl21_dissociation"])
    return gain(values["ccl21_homing_weight"], values["ccr7_level"], occupied, switch)
