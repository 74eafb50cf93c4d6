"""The bottleneck of colonisation: Szczurek et al. 2020 (preprint doi:10.1101/348086).

A colony of i cells gains a cell at odds i/b against losing one, so a colony of about b cells holds its own. It lasts
with s_i = e^-b sum_(k<i) b^k / k!, the probability that a Poisson(b) variable is below i.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import gammaincc


def survival(cells, size: float):
    """s_i = e^-b sum_(k<i) b^k / k! = Q(i, b), the regularised upper incomplete gamma function; s_1 = e^-b."""
    return gammaincc(np.asarray(cells, float), size)


def survival_by_ruin(top: int, size: float) -> np.ndarray:
    """P(a colony of i = 0 .. top cells reaches `top` before 0), from the linear system of the walk with odds i/b."""
    i = np.arange(1, top)
    gain = i / (i + size)
    system = np.diag(np.ones(top - 1)) - np.diag(gain[:-1], 1) - np.diag(1.0 - gain[1:], -1)
    goal = np.zeros(top - 1)
    goal[-1] = gain[-1]
    return np.concatenate([[0.0], np.linalg.solve(system, goal), [1.0]])


def surface_cells(volume: float) -> float:
    """Cells on the surface of a ball of `volume` cm^3: (4 pi)^(1/3) 3^(2/3) V^(2/3) cm^2 at 10^6 cells per cm^2."""
    return (4.0 * math.pi) ** (1.0 / 3.0) * (3.0 * volume) ** (2.0 / 3.0) * 1e6


def expected_metastases(start: float, rate: float, times: tuple[float, float], odds: tuple[float, ...]) -> float:
    """Expected lasting metastases of a primary of X_0 e^(r t) cm^3 between two times.

    E = s_1 e q C (3/(2r)) (e^(2 r T2/3) - e^(2 r T1/3)), C the surface cells at time 0; `odds` = (s_1, e, q): a
    single cell lasts, leaves the vessel alive, is shed per surface cell and time. Times in the unit of 1/r and 1/q.
    """
    lasts, leaves, shed = odds
    grown = math.exp(2.0 * rate * times[1] / 3.0) - math.exp(2.0 * rate * times[0] / 3.0)
    return lasts * leaves * shed * surface_cells(start) * 1.5 / rate * grown
