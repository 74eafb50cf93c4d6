"""Proteases (MMP) and their inhibitors (TIMP) at the target site.

    free = MMP / (1 + K TIMP),    settling x (free / free of the usual organ)^x

MMP relative to the usual organ, TIMP in umol/L, K the equilibrium constant (L/umol). TIMP-1 did not keep cells from
leaving the vessel (Koop et al. 1995): the balance acts on what follows. Switch `mmp_timp` scales the exponent (off: the
balance plays no part).
"""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

Number = TypeVar("Number", float, np.ndarray)


def free_protease(mmp: Number, timp: Number, constant: float) -> Number:
    """Protease that no inhibitor holds, in the unit of mmp; timp in umol/L, constant in L/umol."""
    return mmp / (1.0 + constant * timp)


def proteolysis_factor(mmp: np.ndarray, timp: np.ndarray, values: Mapping[str, float], switch: float) -> np.ndarray:
    """Multiplier of settling by site, (sites,); mmp and timp relative to the usual organ."""
    usual, constant = values["timp_concentration"], values["timp_inhibition_constant"]
    free = free_protease(mmp, timp * usual, constant) / free_protease(1.0, usual, constant)
    return free ** (values["protease_settling_exponent"] * switch)
