"""CXCR4 on the cell, CXCL12 (SDF-1 alpha) in the organ: gain = w R c / (c + K_d), see body/homing.py.

K_d 25 nmol/L for the monomer (doi:10.1073/pnas.1101133108); 35 % of anaplastic carcinomas are positive and make no
CXCL12 themselves (doi:10.3892/ijo.2016.3485); the ligand peaks in lymph nodes, lung, liver and bone marrow (Mueller et
al. 2001, PMID 11242036). Switch `cxcr4_cxcl12` scales the gain.
"""

from collections.abc import Mapping

import numpy as np

from paget.body.homing import gain, occupancy


def cxcl12_gain(ligand: np.ndarray, values: Mapping[str, float], switch: float) -> np.ndarray:
    """Gain by site, (sites,); ligand relative to the usual organ, (sites,)."""
    occupied = occupancy(ligand * values["cxcl12_concentration"], values["cxcl12_dissociation"])
    return gain(values["cxcl12_homing_weight"], values["cxcr4_level"], occupied, switch)
