"""Shear stress kills cells in the blood, and the lung those that its capillaries hold.

    k(tau) = k_60 (tau / tau_60)^n       in flow (1/day)

At tau_60 = 60 dyn/cm^2 (hard exercise) over 90 % of circulating tumour cells die within 4 h, hence k_60 >= 0.58/h; at
the 15 dyn/cm^2 of rest far fewer (Regmi et al. 2017, PMID 28054593); the exponent n is assumed. Each breath stretches
and each beat pulses through the capillaries of the lung: a held cell dies there at a rate of its own (assumed; the host
differs in it, see hosts.csv). Switch `shear_stress`.
"""

import numpy as np


def flow_shear_rate(stress: float, lethal_rate: float, lethal_stress: float, exponent: float, switch: float) -> float:
    """Death rate in flow at wall shear `stress`, in the unit of `lethal_rate`; stresses in one unit."""
    return switch * lethal_rate * (stress / lethal_stress) ** exponent


def held_shear_rates(sites: tuple[str, ...], lung_rate: float, switch: float) -> np.ndarray:
    """Death rate of a held cell by shear and stretch, by site, (sites,): the lung's alone."""
    return np.array([switch * lung_rate if site == "lung" else 0.0 for site in sites])
