"""Metastases of a Gompertz primary, by volume; fits of Benzekry et al. 2014, doi:10.1371/journal.pcbi.1003800.

Tumour of age t: V(t) = V_0 exp[(a/beta)(1 - e^(-beta t))], mm^3; emission mu V^gamma per day by the primary and by
the metastases, which start at V_m0. B = mu V_p^gamma + int mu V_m(t - s)^gamma B(s) ds; N = int B; M = int V_m(t - s)
B(s) ds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.integrate import quad

from laws.oracles.iwata import convolved, extrapolated, renewal


@dataclass(frozen=True)
class Gompertz:
    """Rates a and beta (1/day), primary and metastasis at birth (mm^3), emission mu (1/day per mm^(3 gamma))."""

    a: float
    beta: float
    primary: float = 1.0
    metastasis: float = 1e-6
    mu: float = 1e-3
    gamma: float = 2.0 / 3.0


LUNG = Gompertz(a=0.743, beta=0.0792)
"""Lewis lung carcinoma in mice."""

BREAST = Gompertz(a=0.56, beta=0.0719)
"""Breast carcinoma in mice."""

# fmt: off
PUBLISHED_NUMBER = (
    0.0012118490, 0.0029113564, 0.0052758884, 0.0084532283, 0.012665051, 0.018133031, 0.025078844, 0.033798056,
    0.044556676, 0.057635494, 0.073315297, 0.091891651, 0.11363057, 0.13881283, 0.16766012, 0.20040889,
    0.23726603, 0.27842367, 0.32400002, 0.37412810, 0.42891135, 0.48839411, 0.55263549, 0.62162071,
    0.69534977, 0.77379312, 0.85687687, 0.94454189, 1.0366847, 1.1332020, 1.2339902, 1.3389015,
    1.4478177, 1.5605911, 1.6770739, 1.7971330, 1.9206059, 2.0473448, 2.1771872, 2.3100148,
    2.4456650, 2.5840049, 2.7248867, 2.8681773, 3.0137438, 3.1614828, 3.3112463, 3.4629163,
    3.6164039, 3.7716059, 3.9283892, 4.0866946, 4.2464039, 4.4074286, 4.5697093, 4.7331576,
    4.8976995, 5.0632758, 5.2297980, 5.3972217,
)
"""Expected metastases of BREAST on days 1 .. 60: vector figure 4 of Bulai et al. 2024 (MTGM_Toolbox, demo 1)."""

PUBLISHED_MASS = (
    8.7966e-12, 7.397959e-09, 1.4787121e-08, 2.2176284e-08, 4.4343771e-08, 7.3900421e-08, 1.1823540e-07, 1.9212702e-07,
    2.9557529e-07, 4.4335854e-07, 6.6503342e-07, 9.6059991e-07, 1.3743930e-06, 1.9211910e-06, 2.6527181e-06,
    3.6059201e-06, 4.8472994e-06, 6.4211909e-06, 8.4236540e-06, 1.0921191e-05, 1.4017250e-05, 1.7822669e-05,
    2.2455673e-05, 2.8049269e-05, 3.4751240e-05, 4.2731535e-05, 5.2152717e-05, 6.3206904e-05, 7.6100993e-05,
    9.1034490e-05, 0.00010824385, 0.00012795075, 0.00015040641, 0.00017586207, 0.00020456897, 0.00023679311,
    0.00027280050, 0.00031284976, 0.00035720690, 0.00040614532, 0.00045992365, 0.00051879310, 0.00058299754,
    0.00065278817, 0.00072839408, 0.00081002216, 0.00089789408, 0.00099220196, 0.0010931158, 0.0012008054,
    0.0013154187, 0.0014370960, 0.0015659409, 0.0017020492, 0.0018455246, 0.0019964113, 0.0021547611,
    0.0023206108, 0.0024939827, 0.0026748620,
)
"""mm^3 of all metastases of BREAST on days 1 .. 60, from the same figure; one step of its grid is 7e-9 mm^3."""
# fmt: on


def volume(t, start: float, tumour: Gompertz):
    """mm^3 of a tumour aged `t` days that began with `start` mm^3."""
    return start * np.exp(-tumour.a / tumour.beta * np.expm1(-tumour.beta * np.asarray(t, float)))


def first_generation(t: float, tumour: Gompertz) -> float:
    """Expected metastases of the primary alone by day `t`: int mu V_p^gamma ds by quadrature."""
    return quad(lambda s: tumour.mu * float(volume(s, tumour.primary, tumour)) ** tumour.gamma, 0.0, t, epsrel=1e-12)[0]


def number_and_mass(days: int, tumour: Gompertz, per_day: int = 4, levels: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Expected number and total mm^3 of metastases on days 0 .. `days`, shape (days + 1,) each.

    Trapezoidal rule at steps of 1/per_day, halved `levels` - 1 times, and Richardson's limit.
    """
    numbers, masses = [], []
    for level in range(levels):
        every = per_day * 2**level
        t = np.linspace(0.0, days, days * every + 1)
        child = volume(t, tumour.metastasis, tumour)
        births = renewal(
            tumour.mu * volume(t, tumour.primary, tumour) ** tumour.gamma, tumour.mu * child**tumour.gamma, t[1]
        )
        numbers.append(convolved(np.ones_like(t), births, t[1])[::every])
        masses.append(convolved(child, births, t[1])[::every])
    return extrapolated(numbers), extrapolated(masses)
