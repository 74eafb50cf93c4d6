"""The pre-metastatic niche: the primary's VEGF, TGF-beta and TNF-alpha raise S100A8 and S100A9 in the lung's vessels.

N in [0, 1] is the niche's occupancy, D the drive, V the primary's volume, s_i its secretion per volume relative to
the disease's usual:

    D = 1/3 sum over i of s_i V / (s_i V + V_50),    dN/dt = k D (1 - N) - d N

V_50 is set so that the niche of a lasting primary is N = k / (k + d) * V / (V + niche_half_volume) at s_i = 1. A full
niche multiplies settling in the lung by `niche_seeding_fold` (Hiratsuka et al. 2006, doi:10.1038/ncb1507; the size is
assumed, the paper was not readable). Volumes mm^3, rates 1/day. Switch `premetastatic_niche` scales the rise of
settling; off, no niche forms either. Anti-S100A8/A9 is the switch off: the lung is seeded less, the primary is
as before.
"""

from math import exp
from typing import TypeVar

import numpy as np

from paget.compute import device_function

Number = TypeVar("Number", float, np.ndarray)


@device_function
def niche_drive(volume, vegf, tgf_beta, tnf_alpha, p):
    """Drive of a primary of `volume` mm^3; secretion of each factor relative to the disease's usual (1)."""
    half = p.niche_half_volume * (1.0 + p.niche_formation_rate / p.niche_loss_rate)
    return (_effect(vegf * volume, half) + _effect(tgf_beta * volume, half) + _effect(tnf_alpha * volume, half)) / 3.0


@device_function
def _effect(amount, half):
    return amount / (amount + half)


@device_function
def step_niche(niche, drive, p, days):
    """Occupancy after `days` at constant drive, exact."""
    formation = p.niche_formation_rate * drive if p.switch_premetastatic_niche > 0.0 else 0.0
    rate = formation + p.niche_loss_rate
    balance = formation / rate
    return balance + (niche - balance) * exp(-rate * days)


def conditioning(fold: float, niche: float, response: Number, switch: float) -> Number:
    """Multiplier of settling at occupancy `niche`; response: share of the lung's response, by site."""
    return 1.0 + (fold - 1.0) * niche * response * switch
